"""The API Gateway HTTP API: the API itself, its routes with their integrations, its stage.

Quirks. Names are not unique, and CreateApi and CreateIntegration duplicate silently when their
answer is lost, so both go through a client that does not repeat, and are found again by tag, or by
URI. Writes on one API conflict with each other, so all routes are one step, one after another.
The pager of some lists is missing in the SDK; ours follows NextToken.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.errors import ProvisionError
from beekeeper.provision import tags
from beekeeper.provision.aws import Aws
from beekeeper.provision.names import TAG_ROOM
from beekeeper.provision.permission import API_ID
from beekeeper.provision.step import Attributes, Found, known
from beekeeper.provision.wait import Busy, Wait, has_code, retrying

MISSING = "NotFoundException"
# "Unable to complete operation due to concurrent modification. Please try again later."
BUSY = (Busy("ConflictException", "concurrent modification"),)
# Longer than botocore's own pauses of 20 s at most: API Gateway's control plane takes 10 calls a
# second, and some of them one in 30 s.
THROTTLED = (*BUSY, Busy("TooManyRequestsException"))
CHANGE = Wait("API Gateway to take a change", 180, every=3)
ENDPOINT = "api endpoint"
STAGE = "$default"
ROUTES = {
    "GET /": "producer",
    "GET /room": "room",
    "GET /turn": "turnstile",
    "GET /enter": "turnstile",
    "GET /check": "turnstile",
}
# The default throttle of an account, all its APIs together (AWS quotas). The burst must be set
# with it: 0 blocks everything.
RATE_PER_SECOND, BURST = 10_000, 5_000


class Api:
    """The API."""

    key, kind = "api", "HTTP API"
    needs: tuple[str, ...] = ()
    fixed: ClassVar[frozenset[str]] = frozenset({"protocol"})

    def __init__(self, name: str, arn_prefix: str, wanted_tags: Mapping[str, str]) -> None:
        self.name = name
        self._arn_prefix = arn_prefix
        self._tags = wanted_tags

    def desired(self, outputs: Mapping[str, str]) -> Attributes:
        return {"name": self.name, "protocol": "HTTP", "tags": self._tags}

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        room = self._tags[TAG_ROOM]
        apis = pages(aws.client("apigatewayv2").get_apis)
        ours = [api for api in apis if tags.owner_of(api.get("Tags", {})) == room]
        if not ours:
            return None
        if len(ours) > 1:
            found = ", ".join(api["ApiId"] for api in ours)
            raise ProvisionError(
                f"There are several HTTP APIs with the tag of room {room}: {found}. Delete all but"
                " the one in use in the API Gateway console, then run the same command again."
            )
        api = ours[0]
        found_tags = tags.own(api.get("Tags", {}))
        attributes = {"name": api["Name"], "protocol": api["ProtocolType"], "tags": found_tags}
        outputs = {API_ID: api["ApiId"], ENDPOINT: api["ApiEndpoint"]}
        return Found(api["ApiId"], attributes, room, outputs)

    def create(self, aws: Aws, desired: Attributes) -> None:
        client = aws.client("apigatewayv2", once=True)
        once(
            aws,
            lambda: client.create_api(
                Name=self.name,
                ProtocolType="HTTP",
                Description="Made by Beekeeper: a waiting room.",
                Tags=dict(desired["tags"]),
            ),
            lambda: self.find(aws, {}) is not None,
        )

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        client = aws.client("apigatewayv2")
        if "name" in changes:
            retrying(
                aws, CHANGE, THROTTLED, lambda: client.update_api(ApiId=found.id, Name=self.name)
            )
        if "tags" in changes:
            arn = f"{self._arn_prefix}/apis/{found.id}"
            client.tag_resource(ResourceArn=arn, Tags=dict(changes["tags"]))
            if gone := tags.removed(found.attributes["tags"], changes["tags"]):
                client.untag_resource(ResourceArn=arn, TagKeys=gone)

    def delete(self, aws: Aws, found: Found) -> None:
        _delete(aws, lambda: aws.client("apigatewayv2").delete_api(ApiId=found.id))


class Routes:
    """All routes, each with its integration: {route key: function ARN}."""

    key, kind = "routes", "routes"
    needs: tuple[str, ...]
    fixed: ClassVar[frozenset[str]] = frozenset()

    def __init__(
        self, name: str, room: str, functions: Mapping[str, str], needs: tuple[str, ...]
    ) -> None:
        """``functions`` maps a part to its ARN."""
        self.name = f"{name}/routes"
        self.needs = needs
        self._room = room
        self._wanted = {route: functions[part] for route, part in ROUTES.items()}

    def desired(self, outputs: Mapping[str, str]) -> Attributes:
        return {API_ID: known(outputs, API_ID), **self._wanted}

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
        uris = {i["IntegrationId"]: i.get("IntegrationUri") for i in integrations}
        targets = {
            r["RouteKey"]: uris.get(r.get("Target", "").removeprefix("integrations/"))
            for r in routes
        }
        return Found(api_id, {API_ID: api_id, **targets}, self._room)

    def create(self, aws: Aws, desired: Attributes) -> None:
        self._set(aws, desired[API_ID], desired)

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        self._set(aws, found.id, changes)

    def _set(self, aws: Aws, api_id: str, attributes: Attributes) -> None:
        client = aws.client("apigatewayv2")
        wanted = {route: uri for route, uri in attributes.items() if route != API_ID}
        present = {r["RouteKey"]: r["RouteId"] for r in pages(client.get_routes, ApiId=api_id)}
        for route_key, uri in wanted.items():
            target = f"integrations/{self._integration(aws, api_id, uri)}"
            if route_id := present.get(route_key):
                call = self._bind(
                    client.update_route, ApiId=api_id, RouteId=route_id, Target=target
                )
            else:
                call = self._bind(
                    client.create_route, ApiId=api_id, RouteKey=route_key, Target=target
                )
            retrying(aws, CHANGE, THROTTLED, call)

    @staticmethod
    def _bind(call: Callable[..., Any], **arguments: Any) -> Callable[[], Any]:
        def bound() -> None:
            try:
                call(**arguments)
            except ClientError as error:
                # A route that was made by this very call, whose first answer was lost.
                if "already exists" not in error.response["Error"].get("Message", ""):
                    raise

        return bound

    def _integration(self, aws: Aws, api_id: str, uri: str) -> str:
        """Return the id of the integration with that function, made if there is none."""
        client = aws.client("apigatewayv2")

        def find() -> str | None:
            found = pages(client.get_integrations, ApiId=api_id)
            return next((i["IntegrationId"] for i in found if i.get("IntegrationUri") == uri), None)

        if integration_id := find():
            return integration_id
        create = aws.client("apigatewayv2", once=True).create_integration
        once(
            aws,
            lambda: create(
                ApiId=api_id,
                IntegrationType="AWS_PROXY",
                IntegrationUri=uri,
                PayloadFormatVersion="2.0",
            ),
            lambda: find() is not None,
        )
        made = find()
        assert made is not None
        return made

    def delete(self, aws: Aws, found: Found) -> None:
        """Nothing to do: routes and integrations go with the API."""


class Stage:
    """The ``$default`` stage, which deploys by itself."""

    key, kind = "stage", "stage"
    needs: tuple[str, ...] = ("api", "routes")
    fixed: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, name: str, room: str) -> None:
        self.name = f"{name}/{STAGE}"
        self._room = room

    def desired(self, outputs: Mapping[str, str]) -> Attributes:
        return {
            API_ID: known(outputs, API_ID),
            "auto_deploy": True,
            "rate_per_second": RATE_PER_SECOND,
            "burst": BURST,
        }

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        api_id = outputs.get(API_ID)
        if api_id is None:
            return None
        try:
            raw = aws.client("apigatewayv2").get_stage(ApiId=api_id, StageName=STAGE)
        except ClientError as error:
            if has_code(error, MISSING):
                return None
            raise
        settings = raw.get("DefaultRouteSettings", {})
        attributes = {
            API_ID: api_id,
            "auto_deploy": raw.get("AutoDeploy", False),
            "rate_per_second": int(settings.get("ThrottlingRateLimit", 0)),
            "burst": int(settings.get("ThrottlingBurstLimit", 0)),
        }
        return Found(api_id, attributes, self._room)

    def create(self, aws: Aws, desired: Attributes) -> None:
        client = aws.client("apigatewayv2")

        def create() -> None:
            try:
                client.create_stage(ApiId=desired[API_ID], StageName=STAGE, **_stage_settings())
            except ClientError as error:
                if "already exists" not in error.response["Error"].get("Message", ""):
                    raise

        retrying(aws, CHANGE, THROTTLED, create)

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        client = aws.client("apigatewayv2")
        retrying(
            aws,
            CHANGE,
            THROTTLED,
            lambda: client.update_stage(ApiId=found.id, StageName=STAGE, **_stage_settings()),
        )

    def delete(self, aws: Aws, found: Found) -> None:
        """Nothing to do: the stage goes with the API."""


def _stage_settings() -> dict[str, Any]:
    throttle = {"ThrottlingRateLimit": RATE_PER_SECOND, "ThrottlingBurstLimit": BURST}
    return {"AutoDeploy": True, "DefaultRouteSettings": throttle}


def once(aws: Aws, create: Callable[[], Any], is_there: Callable[[], bool]) -> None:
    """Create what would be duplicated by a blind retry: before each new try, look for it."""

    def attempt() -> None:
        try:
            create()
        except (ClientError, BotoCoreError) as error:
            if is_there():
                return
            if isinstance(error, ClientError) and _is_final(error):
                raise
            raise _Lost from error

    for _ in range(5):
        try:
            return attempt()
        except _Lost as lost:
            cause = lost.__cause__
            if aws.on_wait:
                aws.on_wait(CHANGE.what)
            aws.sleep(CHANGE.every)
    assert cause is not None
    raise cause


class _Lost(Exception):
    """A create that may be tried again."""


def _is_final(error: ClientError) -> bool:
    status = error.response["ResponseMetadata"].get("HTTPStatusCode", 0)
    return status < 500 and not any(busy.matches(error) for busy in THROTTLED)


def _delete(aws: Aws, call: Callable[[], Any]) -> None:
    try:
        retrying(aws, CHANGE, THROTTLED, call)
    except ClientError as error:
        if not has_code(error, MISSING):
            raise


def pages(call: Callable[..., dict[str, Any]], **arguments: Any) -> Iterator[dict[str, Any]]:
    """Yield the items of all pages of an apigatewayv2 list."""
    token: dict[str, str] = {}
    while True:
        response = call(**arguments, **token)
        yield from response.get("Items", [])
        if not response.get("NextToken"):
            return
        token = {"NextToken": response["NextToken"]}
