"""The routes of the HTTP API, each with its integration: which path runs which function.

Quirks:

- Integrations have no name and no tag. Ours is the one that calls our function.
- If the answer to CreateIntegration is lost, a retry creates a second one: see apigateway.py.
- Writes to one API conflict with each other, so all routes are one step.
- API Gateway refuses to delete an integration that a route uses. So the route goes first.
"""

import functools
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from beekeeper.contract.functions import FUNCTIONS, GOVERNOR
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.step import Attributes, Contained, Found, Owner, known
from beekeeper.provision.engine.wait import has_code, ignoring, retrying
from beekeeper.provision.names import ALL_FUNCTION_NAMES, Names
from beekeeper.provision.resources.apigateway import (
    BUSY,
    CHANGE,
    MISSING,
    newest_deployment,
    once,
    pages,
    wait_until_deployed,
)
from beekeeper.provision.resources.outputs import API_ID

ROUTES = {path.route_key: function.name for function in FUNCTIONS for path in function.paths}
# A route with a method would come before ours. An earlier version made these.
UNWANTED = {f"GET {path.value}": None for function in FUNCTIONS for path in function.paths}
GOVERNORS = tuple(path.route_key for path in GOVERNOR.paths)
# Of a room that has no governor any more. Without it, nobody would look for that integration.
INTEGRATION = "governor's integration"


class Routes(Contained):
    """All routes, each with its integration. The attributes are {route key: function ARN}."""

    key, kind = "routes", "routes"
    needs = ("api", *(f"function {part}" for part in ALL_FUNCTION_NAMES))
    container = "api"

    def __init__(self, names: Names, *, governed: bool) -> None:
        self.name = f"{names.stem}/routes"
        self._governor = names.function_arn(GOVERNOR.name)
        wanted = {route: names.function_arn(part) for route, part in ROUTES.items()}
        of_governor = dict.fromkeys(GOVERNORS, self._governor if governed else None)
        gone = {} if governed else {INTEGRATION: None}
        self._wanted = {**wanted, **of_governor, **gone}

    def desired(self, outputs: Mapping[str, str]) -> Attributes:
        return {API_ID: known(outputs, API_ID), **self._wanted, **UNWANTED}

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        api_id = outputs.get(API_ID)
        if api_id is None:
            return None
        client = aws.client("apigatewayv2")
        try:
            integrations = list(pages(client.get_integrations, ApiId=api_id))
            routes = list(pages(client.get_routes, ApiId=api_id))
        except ClientError as error:
            if has_code(error, MISSING):
                return None
            raise
        if not routes and not integrations:
            return None
        uris = {i["IntegrationId"]: _function_of(i) for i in integrations}
        targets = {
            r["RouteKey"]: _open(r, uris.get(r.get("Target", "").removeprefix("integrations/")))
            for r in routes
        }
        of_governor = [i["IntegrationId"] for i in integrations if self._is_governors(i)]
        return Found(
            api_id,
            {API_ID: api_id, **targets, INTEGRATION: next(iter(of_governor), None)},
            Owner.OURS,
        )

    def create(self, aws: Aws, desired: Attributes) -> None:
        self._set(aws, desired[API_ID], desired)

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        self._set(aws, found.id, changes)

    def _set(self, aws: Aws, api_id: str, attributes: Attributes) -> None:
        client, before = aws.client("apigatewayv2"), newest_deployment(aws, api_id)
        wanted = {r: uri for r, uri in attributes.items() if r not in (API_ID, INTEGRATION)}
        present = {r["RouteKey"]: r["RouteId"] for r in pages(client.get_routes, ApiId=api_id)}
        for route_key, uri in wanted.items():
            if uri is None:
                self._remove(aws, api_id, present.get(route_key))
                continue
            target = f"integrations/{self._integration(aws, api_id, uri)}"
            if route_id := present.get(route_key):
                call = self._bind(
                    client.update_route,
                    ApiId=api_id,
                    RouteId=route_id,
                    Target=target,
                    AuthorizationType="NONE",
                )
            else:
                call = self._bind(
                    client.create_route, ApiId=api_id, RouteKey=route_key, Target=target
                )
            retrying(aws, CHANGE, BUSY, call)
        if INTEGRATION in attributes:
            self._remove_integration(aws, api_id)
        wait_until_deployed(aws, api_id, before)

    @staticmethod
    def _remove(aws: Aws, api_id: str, route_id: str | None) -> None:
        delete = aws.client("apigatewayv2").delete_route
        if route_id:
            with ignoring(MISSING):
                retrying(aws, CHANGE, BUSY, lambda: delete(ApiId=api_id, RouteId=route_id))

    def _remove_integration(self, aws: Aws, api_id: str) -> None:
        client = aws.client("apigatewayv2")
        for found in list(pages(client.get_integrations, ApiId=api_id)):
            if self._is_governors(found):
                which = {"ApiId": api_id, "IntegrationId": found["IntegrationId"]}
                with ignoring(MISSING):
                    delete = functools.partial(client.delete_integration, **which)
                    retrying(aws, CHANGE, BUSY, delete)

    def _is_governors(self, integration: Mapping[str, Any]) -> bool:
        return integration.get("IntegrationUri") == self._governor

    @staticmethod
    def _bind(call: Callable[..., Any], **arguments: Any) -> Callable[[], Any]:
        def bound() -> None:
            try:
                call(**arguments)
            except ClientError as error:
                # The first answer was lost, so this call has already created the route.
                if "already exists" not in error.response["Error"].get("Message", ""):
                    raise

        return bound

    def _integration(self, aws: Aws, api_id: str, uri: str) -> str:
        """Return the id of the integration that calls this function. Create it if missing."""
        client = aws.client("apigatewayv2")

        def find() -> str | None:
            found = pages(client.get_integrations, ApiId=api_id)
            return next((i["IntegrationId"] for i in found if _function_of(i) == uri), None)

        if integration_id := find():
            return integration_id
        create = aws.client("apigatewayv2", once=True).create_integration
        return once(
            aws,
            lambda: str(
                create(
                    ApiId=api_id,
                    IntegrationType="AWS_PROXY",
                    IntegrationUri=uri,
                    PayloadFormatVersion="2.0",
                )["IntegrationId"]
            ),
            find,
        )


def _open(route: Mapping[str, Any], function: str | None) -> str | None:
    """Return the function that a route calls. If the route is not public, say so as well."""
    authorization = route.get("AuthorizationType") or "NONE"
    return function if authorization == "NONE" else f"{function} (authorization {authorization})"


def _function_of(integration: Mapping[str, Any]) -> str:
    """Return the function that an integration calls. If its payload format is wrong, say so."""
    uri = str(integration.get("IntegrationUri"))
    version = integration.get("PayloadFormatVersion")
    return uri if version == "2.0" else f"{uri} (payload format {version})"
