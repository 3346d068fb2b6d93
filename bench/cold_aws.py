"""DynamoDB for the cold starts: moto's server in a process of its own, with a table for each of the candidates."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from app import open_house, read_settings
from tests.fakes import SECRET, Clock, Scene
from tocsin.aws import make_client
from tocsin.house import utc_now

HELLO_TABLE = "hello"


@contextmanager
def simulated() -> Iterator[None]:
    """Lead the SDK of this process, and of those that inherit its environment, to a server that is ours."""
    port = _free_port()
    server = [sys.executable, "-m", "moto.server", "--port", str(port)]
    process = subprocess.Popen(server, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    os.environ |= {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}", "AWS_DEFAULT_REGION": "eu-central-1", **keys}
    try:
        _wait_for(port)
        yield
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("moto's server does not start.")


def prepare_tocsin() -> str:
    """Make our table with a check that is up, and a secret key where zappa_settings.json has it; returns its id."""
    make_client("ssm").put_parameter(Name="/tocsin/secret-key", Value=SECRET, Type="SecureString")
    os.environ |= {"TOCSIN_STORE": "dynamodb://tocsin", "TOCSIN_SECRET_KEY": "ssm:/tocsin/secret-key"}
    clock = Clock(utc_now() - timedelta(minutes=5))
    house = open_house(read_settings(), clock=clock)
    house.table.create()
    scene = Scene.set(house, clock)
    check_id = scene.check()
    scene.ping(check_id)
    return check_id


def prepare_hello() -> None:
    client: Any = make_client("dynamodb")
    client.create_table(
        TableName=HELLO_TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    client.put_item(TableName=HELLO_TABLE, Item={"id": {"S": "hello"}, "text": {"S": "Hello, world"}})
