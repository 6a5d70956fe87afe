"""The deployments of a stage that deploys automatically, which moto does not have."""

from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from tests.support.moto_aws.wire import Call, Forward, Rule, changed, instead

CHANGES = ("CreateRoute", "UpdateRoute", "CreateStage")
NO_ROUTES = (
    "Deployment attempt failed: Unable to deploy API because no valid routes exist in this API"
)


class Deployments:
    """A change of a route is deployed later: the deployment shows late, and then takes its time.

    ``failing`` of them fail, the first ones. A stage shows the outcome of the last deployment that
    has ended, and deploys if it begins to deploy automatically.
    """

    def __init__(self, failing: int = 0, unseen_reads: int = 1, pending_reads: int = 3) -> None:
        self.made: list[str] = []
        self.reads = 0  # since the last change
        self._failing = failing
        self._unseen, self._pending = unseen_reads, pending_reads
        self._auto_deploys = True

    def rules(self) -> tuple[Rule, ...]:
        return (
            self._noted,
            instead("apigatewayv2:GetDeployments", lambda _: {"items": self._read()}),
            changed("apigatewayv2:GetStage", self._told),
        )

    def _noted(self, call: Call, request: AWSPreparedRequest, _: Forward) -> AWSResponse | None:
        begins = False
        if str(call) == "apigatewayv2:UpdateStage" and "AutoDeploy" in call.arguments:
            begins = call.arguments["AutoDeploy"] and not self._auto_deploys
            self._auto_deploys = call.arguments["AutoDeploy"]
        if begins or (call.service == "apigatewayv2" and call.operation in CHANGES):
            outcome = "FAILED" if len(self.made) < self._failing else "DEPLOYED"
            self.made.append(outcome)
            self.reads = 0
        return None

    def _read(self) -> list[dict[str, Any]]:
        self.reads += 1
        shown = self.made if self.reads > self._unseen else self.made[:-1]
        items = [
            {
                "deploymentId": f"d{n}",
                "deploymentStatus": outcome,
                "createdDate": f"2026-01-01T00:00:{n:02}Z",
                "autoDeployed": True,
            }
            for n, outcome in enumerate(shown)
        ]
        if len(shown) == len(self.made) and items and not self._is_done():
            items[-1]["deploymentStatus"] = "PENDING"
        return items

    def _is_done(self) -> bool:
        return self.reads > self._unseen + self._pending

    def _told(self, stage: dict[str, Any]) -> None:
        ended = self.made if self._is_done() else self.made[:-1]
        if ended:
            good = f"Successfully deployed stage with deployment ID 'd{len(ended) - 1}'"
            stage["lastDeploymentStatusMessage"] = NO_ROUTES if ended[-1] == "FAILED" else good
