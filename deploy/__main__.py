"""`python -m deploy up|back|down STAGE`: what `make deploy`, `make rollback` and `make undeploy` run."""

from __future__ import annotations

import click

from deploy.back import back
from deploy.down import down
from deploy.stage import Stage
from deploy.up import up


@click.group()
def deploy() -> None:
    """Tocsin on AWS."""


@deploy.command("up")
@click.argument("stage")
@click.option("--email", help="Make an account with this e-mail address, unless there is one.")
def _up(stage: str, email: str | None) -> None:
    """Check the settings, make what is missing, and deploy or update."""
    up(Stage.read(stage), email=email)


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


deploy(prog_name="python -m deploy")
