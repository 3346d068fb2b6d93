"""The data of a stage is its own, and the same one as yesterday."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from moto import mock_aws

from deploy.data import check_own, check_same, make_secret
from deploy.stage import CannotDeploy
from tests.deploy.stages import DEV, stage


@pytest.mark.parametrize(
    ("theirs", "variable"),
    [
        ({"extends": "dev"}, "TOCSIN_STORE"),
        ({"aws_environment_variables": {"TOCSIN_STORE": "dynamodb://tocsin-dev"}}, "TOCSIN_STORE"),
        ({"aws_environment_variables": {"TOCSIN_SECRET_KEY": "ssm:/tocsin/dev/secret-key"}}, "TOCSIN_SECRET_KEY"),
    ],
)
def test_stages_that_would_share_data_are_refused(theirs: dict[str, Any], variable: str) -> None:
    """A stage that extends another without variables of its own has the other's, and its end would be theirs too."""
    with pytest.raises(CannotDeploy, match=f"{variable} is that of the stage staging: give dev one of its own"):
        check_own(stage(others={"staging": theirs}))


def test_stages_with_data_of_their_own_are_fine() -> None:
    """As the settings are shipped."""
    own = {"TOCSIN_STORE": "dynamodb://other", "TOCSIN_SECRET_KEY": "ssm:/other"}
    check_own(stage(others={"production": DEV | {"aws_environment_variables": own}}))


@pytest.mark.parametrize("variable", ["TOCSIN_STORE", "TOCSIN_SECRET_KEY"])
def test_function_is_not_moved_to_other_data_by_mistake(variable: str) -> None:
    """A misspelt table would be made, empty, and every ping be one of an unknown check."""
    there = stage().variables
    for wished, refused in ((there[variable], False), (there[variable] + "x", True)):
        wanted = stage(variables={variable: wished})
        answer = {"Environment": {"Variables": there}}
        wanted.cli.zappa.boto_session.events.register("before-call.lambda.GetFunctionConfiguration", answering(answer))
        if refused:
            with pytest.raises(CannotDeploy, match=f"{variable} is not what tocsin-dev uses.*DATA=switch"):
                check_same(wanted)
        else:
            check_same(wanted)


def test_secret_key_is_made_once() -> None:
    """Whoever deploys again finds the same, or everybody would be signed out."""
    with mock_aws():
        for _ in range(2):
            make_secret(stage())
        parameters = boto3.client("ssm")
        assert parameters.get_parameter(Name="/tocsin/dev/secret-key")["Parameter"]["Version"] == 1
        with pytest.raises(CannotDeploy, match="without a version"):
            make_secret(stage(variables={"TOCSIN_SECRET_KEY": "ssm:/tocsin/dev/secret-key:1"}))


def answering(answer: dict[str, Any]) -> Any:
    class Response:
        status_code = 200

    return lambda **_: (Response, answer)
