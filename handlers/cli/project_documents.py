"""`flask project export`, `plan` and `apply`: a whole project as one document."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from typing import IO, TYPE_CHECKING, Any

import click
from flask.cli import with_appcontext

from handlers.cli.answers import says_json, says_text
from handlers.current import house
from tocsin.stores.audit import COMMAND

# Whatever reads and applies documents is imported by these commands alone: no ping waits for it.
if TYPE_CHECKING:
    from handlers.documents import Format
    from tocsin.services.project_document import Document
    from tocsin.services.project_plan import Plan


_FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))


class Faulty(click.ClickException):
    """All that is wrong with a file, one line for each."""

    def __init__(self, file: str, complaints: list[str]) -> None:
        name = "standard input" if file == "-" else file
        super().__init__("\n".join(f"{name}: {complaint}" for complaint in complaints))

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(self.message, file=file, err=True)


@click.command("export")
@click.argument("project")
@click.option("--yaml", is_flag=True, help="As YAML, for people; JSON without it.")
@with_appcontext
@says_text
def export(project: str, yaml: bool) -> str:
    """Print the project with the id PROJECT as one document. The secrets of its channels are in it."""
    from handlers.documents import Format, write_text
    from tocsin.services.project_export import document_data, export_project

    document = export_project(house().checks, house().projects, house().kinds, project=project)
    return write_text(document_data(document), Format.YAML if yaml else Format.JSON)


@click.command("plan")
@click.argument("project")
@_FILE
@with_appcontext
@says_json
def plan(project: str, file: str) -> dict[str, object]:
    """Say what would make the project with the id PROJECT what FILE says; `-` is standard input. Changes nothing."""
    from tocsin.services.project_plan import plan_project

    def look(document: Document) -> Plan:
        return plan_project(house().checks, house().projects, house().kinds, project=project, document=document)

    return _done(file, look)


@click.command("apply")
@click.argument("project")
@_FILE
@with_appcontext
@says_json
def apply(project: str, file: str) -> dict[str, object]:
    """Make the project with the id PROJECT what FILE says, and tell what that was; `-` is standard input."""
    from tocsin.services.project_apply import apply_project

    def change(document: Document) -> Plan:
        return apply_project(
            house().checks,
            house().projects,
            house().kinds,
            project=project,
            document=document,
            by=COMMAND,
            now=house().clock(),
        )

    return _done(file, change)


def _done(file: str, act: Callable[[Document], Plan]) -> dict[str, object]:
    from handlers.documents import MAX_DOCUMENT, Unreadable, read_text
    from tocsin.services.declared import Invalid
    from tocsin.services.project_document import read_project_document

    with click.open_file(file, "rb") as opened:
        raw = opened.read(MAX_DOCUMENT + 1)
    if len(raw) > MAX_DOCUMENT:
        raise Faulty(file, [f"this is longer than {MAX_DOCUMENT // 1024**2} MB: is it the right file?"])
    try:
        parsed = read_text(raw, _format(file, raw))
    except Unreadable as error:
        raise Faulty(file, error.complaints) from None
    try:
        return act(read_project_document(parsed.data)).data()
    except Invalid as error:
        raise Faulty(file, parsed.complaints(error.problems)) from None


def _format(name: str, raw: bytes) -> Format:
    """By the name's ending; what has none of the known ones is looked into."""
    from handlers.documents import Format, format_of

    known = {".json": Format.JSON, ".yaml": Format.YAML, ".yml": Format.YAML}
    return known.get(PurePath(name).suffix.lower()) or format_of(raw)
