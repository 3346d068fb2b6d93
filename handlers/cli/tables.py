"""`flask table …`: the place where everything is kept."""

from __future__ import annotations

from flask.cli import AppGroup

from handlers.cli.answers import says_json
from handlers.current import house

table = AppGroup("table", help="The place where everything is kept.")


@table.command("create")
@says_json
def create_table() -> dict[str, object]:
    """Make the table, unless it is there."""
    return {"store": house().settings.store, "created": house().table.create()}


@table.command("drop")
@says_json
def drop_table() -> dict[str, object]:
    """Delete the table and everything in it, at once and for good."""
    return {"store": house().settings.store, "dropped": house().table.drop()}
