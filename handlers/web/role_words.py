"""Roles, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tocsin.stores.projects import Project, Role

ROLE_WORDS: Mapping[Role, str] = {
    Role.OWNER: "Owner",
    Role.MANAGER: "Manager",
    Role.MEMBER: "Member",
    Role.READ_ONLY: "Read-only",
}
ROLE_MEANINGS: Mapping[Role, str] = {
    Role.OWNER: "May do everything, and alone hands the project over or deletes it.",
    Role.MANAGER: "Changes checks and channels, and looks after the team, the API keys and the settings.",
    Role.MEMBER: "Adds, changes and deletes checks and channels.",
    Role.READ_ONLY: "Sees checks, their logs and the channels, and changes nothing.",
}
GIVEN = (Role.MANAGER, Role.MEMBER, Role.READ_ONLY)
"""Roles that can be given; the owner's is handed over."""
_YOU_ARE: Mapping[Role, str] = {
    Role.OWNER: "the owner",
    Role.MANAGER: "a manager",
    Role.MEMBER: "a member",
    Role.READ_ONLY: "a read-only member",
}
_MOST_NAMED = 3


def role_note(project: Project, role: Role, least: Role, who: Sequence[str]) -> str:
    """What to say to somebody whose role does not reach; `who` are the addresses of those to ask."""
    takes = "only its owner may do this" if least is Role.OWNER else f"this takes {_YOU_ARE[least]} or more"
    ask = "do it, or hand the project over" if least is Role.OWNER else "give you another role"
    named = " or ".join(who[:_MOST_NAMED])
    return f"In “{project.name}” you are {_YOU_ARE[role]}; {takes}." + (f" {named} can {ask}." if named else "")
