"""The ``$default`` stage of the HTTP API, which deploys by itself, with its throttle.

Quirks. A change of a route goes live some seconds after it was made. The throttle can be changed
but not taken off again.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.step import AlreadyThere, Attributes, Found, known
from beekeeper.provision.engine.wait import has_code, retrying
from beekeeper.provision.resources.apigateway import BUSY, CHANGE, MISSING
from beekeeper.provision.resources.permission import API_ID
from beekeeper.rules import quotas

STAGE = "$default"
# The burst must be set with the rate: 0 blocks everything.
RATE_PER_SECOND, BURST = quotas.USUAL.requests_per_second, quotas.USUAL.burst


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
        create = aws.client("apigatewayv2").create_stage
        wanted = {"ApiId": desired[API_ID], "StageName": STAGE, **_stage_settings()}
        try:
            retrying(aws, CHANGE, BUSY, lambda: create(**wanted))
        except ClientError as error:
            if "already exists" in error.response["Error"].get("Message", ""):
                raise AlreadyThere from error
            raise

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        client = aws.client("apigatewayv2")
        retrying(
            aws,
            CHANGE,
            BUSY,
            lambda: client.update_stage(ApiId=found.id, StageName=STAGE, **_stage_settings()),
        )

    def delete(self, aws: Aws, found: Found) -> None:
        """Nothing to do: the stage goes with the API."""


def _stage_settings() -> dict[str, Any]:
    throttle = {"ThrottlingRateLimit": RATE_PER_SECOND, "ThrottlingBurstLimit": BURST}
    return {"AutoDeploy": True, "DefaultRouteSettings": throttle}
