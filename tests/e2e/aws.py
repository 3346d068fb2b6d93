"""An AWS to deploy to: moto's server on the loopback interface, with what `zappa` asks for and moto lacks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

import boto3
import msgspec
from moto.awslambda.models import lambda_backends
from moto.cloudformation import parsing
from moto.core.common_models import CloudFormationModel
from moto.moto_api._internal.models import moto_api_backend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug import Request, Response
from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ACCOUNT = "123456789012"
REGION = "eu-central-1"
_API = "ApiGatewayV2::Api", "ApiGatewayV2::Integration", "ApiGatewayV2::Route", "ApiGatewayV2::Stage"
_LACKING = (*_API, "Lambda::Permission")
"""Resources that moto's stacks don't know, and one that they know but can't change."""


@dataclass(frozen=True)
class Aws:
    url: str

    @property
    def environ(self) -> dict[str, str]:
        """What leads the SDK here."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
        }

    def client(self, service: str) -> Any:
        session: Any = boto3.Session("testing", "testing", region_name=REGION)
        return session.client(service, endpoint_url=self.url)


def code_of(function: str, version: str | None = None) -> bytes:
    """The zip that a function runs, or that a version of it ran."""
    code: bytes = lambda_backends[ACCOUNT][REGION].get_function(function, version).code_bytes
    return code


@contextmanager
def simulated_aws() -> Iterator[Aws]:
    """Empty at first. In this process, so that a test can look behind the scenes."""
    moto_api_backend.reset()
    _teach_stacks()
    server = make_server("127.0.0.1", 0, _Moto(), threaded=True, request_handler=_Silent)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Aws(f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        moto_api_backend.reset()


class _Silent(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        """Requests are no news."""


class _Moto:
    """moto one request at a time: AWS's writes are atomic, and moto's are not. And what Lambda does otherwise."""

    def __init__(self) -> None:
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._lock = Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self._answer(Request(environ))(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if "/functions/function:" in request.path:
            return self._answer(_named_plainly(request))
        if request.path.startswith("/code/"):
            return Response(code_of(*request.path.split("/")[2:]))
        if request.path.endswith("/urls"):
            return Response('{"FunctionUrlConfigs": []}', content_type="application/json")
        with self._lock:
            response = Response.from_app(self._moto, request.environ, buffered=True)
        if request.path.endswith("/policy") and request.method == "POST":
            response.status_code = 201
        if "/functions/" in request.path and request.method == "GET":
            _lead_to_code(response, request.host_url)
        return response


def _named_plainly(request: Request) -> Request:
    """A function may be named by the end of its ARN, which moto does not read."""
    path = request.path.replace("/functions/function:", "/functions/")
    return Request({**request.environ, "PATH_INFO": path, "REQUEST_URI": path, "RAW_URI": path})


def _lead_to_code(response: Response, here: str) -> None:
    """AWS tells an address from which the code of a function can be had; moto's leads to the real AWS."""
    told = response.get_json(force=True, silent=True) or {}
    if "Location" in told.get("Code", {}):
        configuration = told["Configuration"]
        told["Code"]["Location"] = f"{here}code/{configuration['FunctionName']}/{configuration['Version']}"
        response.set_data(msgspec.json.encode(told))


class _Kept(CloudFormationModel):
    """A resource of a stack that is there, and does nothing: moto's stacks know no HTTP APIs."""

    def __init__(self, name: str, properties: dict[str, Any]) -> None:
        self.physical_resource_id = name
        self.properties = properties

    @staticmethod
    def cloudformation_name_type() -> str:
        return ""

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: dict[str, Any], account_id: str, region_name: str, **_: Any
    ) -> _Kept:
        return cls(resource_name, cloudformation_json["Properties"])

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource: _Kept, new_resource_name: str, cloudformation_json: dict[str, Any], *_: str, **__: str
    ) -> _Kept:
        return cls(original_resource.physical_resource_id, cloudformation_json["Properties"])

    @classmethod
    def delete_from_cloudformation_json(cls, *_: Any, **__: Any) -> None:
        pass


def _teach_stacks() -> None:
    """Moto looks these up in two maps that it makes once."""
    kept: Any = _Kept
    for kind in _LACKING:
        parsing.get_model_map()[f"AWS::{kind}"] = kept
        parsing.get_name_type_map()[f"AWS::{kind}"] = ""
