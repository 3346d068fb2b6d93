"""`flask project …`: make, change and delete projects."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from handlers.cli.answers import says_json
from handlers.cli.users import person_with
from handlers.current import house
from tocsin.services import projects, retention
from tocsin.services.keys import new_key_text
from tocsin.stores.audit import COMMAND
from tocsin.stores.keys import KeyKind, KeyTaken
from tocsin.stores.projects import Project

project = AppGroup("project", help="Projects: checks, channels and keys that belong together.")


def project_with(project_id: str) -> Project:
    found = house().projects.get(project_id)
    if found is None:
        raise projects.UnknownProject(project_id)
    return found


@project.command("create")
@click.argument("name")
@click.option("--owner", required=True, metavar="EMAIL", help="Whose project it is.")
@click.option("--api-key", metavar="K", help="The read-write API key, 32 characters; made up if not given.")
@click.option("--api-key-readonly", metavar="K", help="The read-only API key, 32 characters; made up if not given.")
@click.option("--ping-key", metavar="K", help="The key in ping URLs by slug; made up if not given.")
@says_json
def create_project(
    name: str, owner: str, api_key: str | None, api_key_readonly: str | None, ping_key: str | None
) -> dict[str, object]:
    """Make a project. This is the only time that its API keys are shown."""
    person = person_with(owner)
    try:
        made = projects.create_project(
            house().projects,
            name=name,
            owner=person.id,
            secret_key=house().settings.secret_key,
            by=COMMAND,
            now=house().clock(),
            given=projects.GivenKeys(
                ping_key,
                new_key_text(KeyKind.READ_WRITE) if api_key is None else api_key,
                new_key_text(KeyKind.READ_ONLY) if api_key_readonly is None else api_key_readonly,
            ),
        )
    except KeyTaken as taken:
        raise click.ClickException(f"Another project has this {taken.kind.words} already.") from None
    return {
        "uuid": made.id,
        "name": made.name,
        "api_key": made.api_key,
        "api_key_readonly": made.api_key_readonly,
        "ping_key": made.ping_key,
    }


@project.command("retention")
@click.argument("project")
@click.option("--days", type=int, metavar="N", help="Keep pings so many days; without it, as TOCSIN_LOG_DAYS says.")
@click.option("--count", type=int, metavar="N", help="Keep so many pings of each check; without it, any number.")
@says_json
def set_log_retention(project: str, days: int | None, count: int | None) -> dict[str, object]:
    """Say how much of the logs of its checks the project with the id PROJECT keeps."""
    retention.set_retention(
        house().checks, house().projects, project=project, days=days, count=count, by=COMMAND, now=house().clock()
    )
    return {"uuid": project, "log_days": days, "log_count": count}


@project.command("delete")
@click.argument("project")
@click.option("--yes", is_flag=True, help="Really do it.")
@says_json
def delete_project(project: str, yes: bool) -> dict[str, object]:
    """Delete the project with the id PROJECT with its checks, channels and keys, for good."""
    found = project_with(project)
    if not yes:
        raise click.UsageError(f"This deletes {found.name} with all that is in it, for good: add --yes to do it.")
    projects.delete_project(
        house().checks,
        house().channels,
        house().projects,
        house().keys,
        project=found.id,
        owner=None,
        by=COMMAND,
        now=house().clock(),
    )
    return {"uuid": found.id, "name": found.name, "deleted": True}
