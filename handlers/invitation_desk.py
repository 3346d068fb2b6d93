"""What it takes to invite people, on a page or over the API: the stores, and a letter with a link to a page."""

from __future__ import annotations

from handlers.current import house
from handlers.web.mail_links import mailed_url
from handlers.web.role_words import ROLE_WORDS
from tocsin.services.invitations import Desk
from tocsin.stores.invitations import Invitation
from tocsin.stores.projects import Project


def desk() -> Desk:
    here = house()
    return Desk(here.accounts, here.members, here.projects, here.invitations, here.tokens, here.rate_limits, _send)


def _send(invitation: Invitation, project: Project, token: str) -> None:
    house().post.send(
        "invitation",
        to=invitation.email,
        project=project.name,
        by=invitation.by,
        role=ROLE_WORDS[invitation.role].lower(),
        link=mailed_url("web.invitation", token=token),
    )
