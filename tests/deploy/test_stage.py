"""How far a stage has come at AWS, which decides between an update and beginning anew."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from deploy.data import check_email
from deploy.stage import CannotDeploy, Stage
from tests.deploy.stages import stage


def with_stack(status: str) -> Stage:
    found = stage()
    answer = SimpleNamespace(status_code=200), {"Stacks": [{"StackName": "tocsin-dev", "StackStatus": status}]}
    found.cli.zappa.boto_session.events.register("before-call.cloudformation.DescribeStacks", lambda **_: answer)
    return found


@pytest.mark.parametrize(
    "status",
    ["CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED", "DELETE_FAILED"],
)
def test_stack_that_ever_was_is_whole(status: str) -> None:
    """Jobs may call its address, so it is never taken away to be made anew."""
    assert with_stack(status).is_whole() is True


@pytest.mark.parametrize("status", ["CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "REVIEW_IN_PROGRESS"])
def test_stack_that_never_was_is_half(status: str) -> None:
    """Nothing can be called there, and CloudFormation can't update it."""
    assert with_stack(status).is_whole() is False


def test_function_without_a_stack_is_half() -> None:
    """The first deployment broke off between the two."""
    with mock_aws():
        assert stage().is_whole() is False


def test_function_without_an_api_needs_no_stack() -> None:
    """A Function URL belongs to the function."""
    assert stage(apigateway_enabled=False).is_whole() is True


@pytest.mark.parametrize("status", ["CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS"])
def test_stack_that_aws_works_on_is_left_alone(status: str) -> None:
    """Somebody else deploys."""
    with pytest.raises(CannotDeploy, match="AWS is still at work on the stack tocsin-dev"):
        with_stack(status).is_whole()


@pytest.mark.parametrize("code", ["AccessDenied", "Throttling", "ExpiredToken"])
def test_stack_that_aws_does_not_tell_of_is_left_alone(code: str) -> None:
    """It may be there and well."""

    def refuse(**_: object) -> None:
        raise ClientError({"Error": {"Code": code, "Message": "no"}}, "DescribeStacks")

    refused = stage()
    refused.cli.zappa.boto_session.events.register("before-call.cloudformation.DescribeStacks", refuse)
    with pytest.raises(CannotDeploy, match="AWS does not tell whether the stack tocsin-dev is there"):
        refused.is_whole()


def test_address_that_is_none_is_refused_before_anything_is_made() -> None:
    """A deployment takes minutes."""
    check_email("o'x@example.org")
    with pytest.raises(CannotDeploy, match="not an e-mail address"):
        check_email("nonsense")
