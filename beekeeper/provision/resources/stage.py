"""The ``$default`` stage of the HTTP API, which deploys automatically, and its throttle.

Quirks:

- A change of a route takes effect some seconds later, and can fail then: see apigateway.py.
- The throttle can be changed, but not removed.
- A throttle above the account's quota has no effect, and one below it wastes a quota that AWS has
  raised. So the throttle is the quota.
"""

from collections.abc import Mapping
from typing import Any

from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.step import Attributes, Contained, Found, Owner, known, new_only
from beekeeper.provision.engine.wait import ignoring, retrying
from beekeeper.provision.names import Names
from beekeeper.provision.resources.apigateway import (
    BUSY,
    CHANGE,
    MISSING,
    STAGE,
    deployment_problem,
    newest_deployment,
    wait_until_deployed,
)
from beekeeper.provision.resources.outputs import API_ID
from beekeeper.rules.quotas import Account


class Stage(Contained):
    """The ``$default`` stage, which deploys automatically."""

    key, kind = "stage", "stage"
    needs = ("api", "routes")
    container = "api"

    def __init__(self, names: Names, account: Account) -> None:
        self.name = f"{names.stem}/{STAGE}"
        self._account = account

    def desired(self, outputs: Mapping[str, str]) -> Attributes:
        return {
            API_ID: known(outputs, API_ID),
            "auto_deploy": True,
            "deployment_problem": "",
            "rate_per_second": self._account.requests_per_second,
            "burst": self._account.burst,
        }

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        api_id = outputs.get(API_ID)
        found = _read(aws, api_id) if api_id else None
        return Found(str(api_id), found, Owner.OURS) if found else None

    def create(self, aws: Aws, desired: Attributes) -> None:
        create = aws.client("apigatewayv2").create_stage
        wanted = {"ApiId": desired[API_ID], "StageName": STAGE, **self._settings()}
        with new_only():
            retrying(aws, CHANGE, BUSY, lambda: create(**wanted))
        wait_until_deployed(aws, wanted["ApiId"])

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        update = aws.client("apigatewayv2").update_stage
        stage = {"ApiId": found.id, "StageName": STAGE}
        if "deployment_problem" in changes:  # to deploy anew, begin to deploy automatically
            retrying(aws, CHANGE, BUSY, lambda: update(**stage, AutoDeploy=False))
        before = newest_deployment(aws, found.id)
        retrying(aws, CHANGE, BUSY, lambda: update(**stage, **self._settings()))
        renewed = changes.keys() & {"deployment_problem", "auto_deploy"}
        wait_until_deployed(aws, found.id, before if renewed else None)

    def _settings(self) -> dict[str, Any]:
        # Set the burst together with the rate: a burst of 0 blocks everything.
        throttle = {
            "ThrottlingRateLimit": self._account.requests_per_second,
            "ThrottlingBurstLimit": self._account.burst,
        }
        return {"AutoDeploy": True, "DefaultRouteSettings": throttle}


def throttle(aws: Aws, api_id: str) -> tuple[int, int]:
    """Return the requests a second and the burst of the deployed stage. Both are 0 without one."""
    found = _read(aws, api_id) or {"rate_per_second": 0, "burst": 0}
    return found["rate_per_second"], found["burst"]


def _read(aws: Aws, api_id: str) -> dict[str, Any] | None:
    with ignoring(MISSING):
        raw = aws.client("apigatewayv2").get_stage(ApiId=api_id, StageName=STAGE)
        return _normalised(api_id, raw)
    return None


def _normalised(api_id: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    settings = raw.get("DefaultRouteSettings", {})
    return {
        API_ID: api_id,
        "auto_deploy": raw.get("AutoDeploy", False),
        "deployment_problem": deployment_problem(raw),
        "rate_per_second": int(settings.get("ThrottlingRateLimit", 0)),
        "burst": int(settings.get("ThrottlingBurstLimit", 0)),
    }
