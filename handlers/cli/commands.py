"""All commands, put together. Imported when a command line is read, and by no server."""

from __future__ import annotations

from collections.abc import Sequence

from click import Command

from handlers.cli.channels import channel
from handlers.cli.keys import project_key, user_key
from handlers.cli.project_documents import apply, export, plan
from handlers.cli.projects import project
from handlers.cli.running import mail_listener, tick
from handlers.cli.tables import table
from handlers.cli.users import user

user.add_command(user_key)
for _command in (project_key, export, plan, apply):
    project.add_command(_command)

COMMANDS: Sequence[Command] = (user, project, channel, table, tick, mail_listener)
