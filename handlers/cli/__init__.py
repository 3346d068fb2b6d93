"""`flask …` commands for operators and scripts: JSON on standard output, all else on standard error.

Exit status 1: it could not be done; 2: the command line is wrong.
"""

from __future__ import annotations

from click import Command, Context
from flask import Flask
from flask.cli import AppGroup


def register(app: Flask) -> None:
    app.cli = _Commands(app.name)


class _Commands(AppGroup):
    """Imports the commands when one is asked for: web servers and Lambda never need any."""

    def list_commands(self, ctx: Context) -> list[str]:
        self._add()
        return super().list_commands(ctx)

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        self._add()
        return super().get_command(ctx, cmd_name)

    def _add(self) -> None:
        from handlers.cli.commands import COMMANDS

        for command in COMMANDS:
            self.add_command(command)
