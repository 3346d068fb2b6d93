"""`python -m deploy up|back|down|flask STAGE`: what `make deploy`, `rollback`, `undeploy` and `flask` run."""

from __future__ import annotations

import sys
from typing import Any

import click
from botocore.exceptions import BotoCoreError, ClientError

from deploy.back import back
from deploy.commands import run_flask
from deploy.down import down
from deploy.stage import CannotDeploy, Stage
from deploy.up import up
from tocsin.stores.table import StoreUnavailable


class _Sentences(click.Group):
    def invoke(self, ctx: click.Context) -> Any:
        """What goes wrong at AWS is a sentence wherever it does, and no traceback."""
        try:
            return super().invoke(ctx)
        except StoreUnavailable as error:
            raise CannotDeploy(str(error)) from error
        except (BotoCoreError, ClientError) as error:
            raise CannotDeploy(f"AWS did not do what it was asked: {error}") from error


@click.group(cls=_Sentences)
def deploy() -> None:
    """Tocsin on AWS."""


@deploy.command("up")
@click.argument("stage")
@click.option("--email", help="Make an account with this e-mail address, unless there is one.")
@click.option("--data", type=click.Choice(["keep", "switch"]), default="keep", help="Whether another table is meant.")
def _up(stage: str, email: str | None, data: str) -> None:
    """Check the settings, make what is missing, and deploy or update."""
    up(Stage.read(stage), email=email, switch_data=data == "switch")


@deploy.command("back")
@click.argument("stage")
def _back(stage: str) -> None:
    """Put back the code that ran before."""
    back(Stage.read(stage))


@deploy.command("down")
@click.argument("stage")
@click.option("--data", type=click.Choice(["keep", "delete"]), default="keep", help="The table and the secret key.")
def _down(stage: str, data: str) -> None:
    """Take the function, its API and its rule away."""
    down(Stage.read(stage), delete_data=data == "delete")


@deploy.command("flask", context_settings={"ignore_unknown_options": True})
@click.argument("stage")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def _flask(stage: str, arguments: tuple[str, ...]) -> None:
    """Run one of Tocsin's commands on the stage's data."""
    sys.exit(run_flask(Stage.read(stage), arguments))


deploy(prog_name="python -m deploy")
