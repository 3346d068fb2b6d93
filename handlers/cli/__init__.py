"""`flask …` commands for operators and scripts: JSON on standard output, all else on standard error.

Exit status 1: it could not be done; 2: the command line is wrong.
"""

from __future__ import annotations

from flask import Flask

from handlers.cli.channels import channel
from handlers.cli.keys import project_key, user_key
from handlers.cli.project_documents import apply, export, plan
from handlers.cli.projects import project
from handlers.cli.running import mail_listener, tick
from handlers.cli.tables import table
from handlers.cli.users import user


def register(app: Flask) -> None:
    user.add_command(user_key)
    for command in (project_key, export, plan, apply):
        project.add_command(command)
    for command in (user, project, channel, table, tick, mail_listener):
        app.cli.add_command(command)
