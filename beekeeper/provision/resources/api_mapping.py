"""The API mapping from the root of the custom domain to the API's stage.

Quirks:

- The key of the root is empty. API Gateway refuses ``/``.
- A stage with a mapping can't be deleted.
- A mapping has no tag. It is ours if its domain is ours.
"""

from collections.abc import Mapping

from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.step import Attributes, Found, Owner, Resource, known, new_only
from beekeeper.provision.engine.wait import retrying
from beekeeper.provision.resources.apigateway import (
    BUSY,
    CHANGE,
    STAGE,
    delete_mapping,
    mappings,
)
from beekeeper.provision.resources.outputs import API_ID


class ApiMapping(Resource):
    """The mapping of the domain's root."""

    key, kind = "api mapping", "API mapping"
    needs = ("domain", "api", "stage")
    container = "domain"

    def __init__(self, domain_name: str) -> None:
        self.name = f"{domain_name}/mapping"
        self._domain_name = domain_name

    def desired(self, outputs: Mapping[str, str]) -> Attributes:
        return {API_ID: known(outputs, API_ID), "stage": STAGE}

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        for raw in mappings(aws, self._domain_name):
            if not raw.get("ApiMappingKey"):
                attributes = {API_ID: raw["ApiId"], "stage": raw["Stage"]}
                return Found(raw["ApiMappingId"], attributes, Owner.OURS)
        return None

    def create(self, aws: Aws, desired: Attributes) -> None:
        create = aws.client("apigatewayv2").create_api_mapping
        wanted = {"DomainName": self._domain_name, "ApiId": desired[API_ID], "Stage": STAGE}
        with new_only():  # "ApiMapping key already exists for this domain name"
            retrying(aws, CHANGE, BUSY, lambda: create(**wanted))

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        update = aws.client("apigatewayv2").update_api_mapping
        wanted = {**found.attributes, **changes}
        retrying(
            aws,
            CHANGE,
            BUSY,
            lambda: update(
                DomainName=self._domain_name,
                ApiMappingId=found.id,
                ApiId=wanted[API_ID],
                Stage=wanted["stage"],
            ),
        )

    def delete(self, aws: Aws, found: Found) -> None:
        delete_mapping(aws, self._domain_name, found.id)
