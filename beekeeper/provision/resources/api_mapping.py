"""The mapping that leads from the root of the custom domain to the API's stage.

Quirks. The root's key is the empty one: ``/`` is refused. A stage that is mapped can't be deleted.
A mapping has no tag; it is ours when its domain is.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.step import AlreadyThere, Attributes, Found, known
from beekeeper.provision.engine.wait import has_code, retrying
from beekeeper.provision.resources.apigateway import BUSY, CHANGE, MISSING, pages
from beekeeper.provision.resources.permission import API_ID
from beekeeper.provision.resources.stage import STAGE


class ApiMapping:
    """The mapping of the domain's root."""

    key, kind = "api mapping", "API mapping"
    needs: tuple[str, ...] = ("domain", "api", "stage")
    fixed: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, domain_name: str, room: str) -> None:
        self.name = f"{domain_name}/mapping"
        self._domain_name = domain_name
        self._room = room

    def desired(self, outputs: Mapping[str, str]) -> Attributes:
        return {API_ID: known(outputs, API_ID), "stage": STAGE}

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        for raw in _mappings(aws, self._domain_name):
            if not raw.get("ApiMappingKey"):
                attributes = {API_ID: raw["ApiId"], "stage": raw["Stage"]}
                return Found(raw["ApiMappingId"], attributes, self._room)
        return None

    def create(self, aws: Aws, desired: Attributes) -> None:
        create = aws.client("apigatewayv2").create_api_mapping
        wanted = {"DomainName": self._domain_name, "ApiId": desired[API_ID], "Stage": STAGE}
        try:
            retrying(aws, CHANGE, BUSY, lambda: create(**wanted))
        except ClientError as error:
            # "ApiMapping key already exists for this domain name"
            if "already exists" in error.response["Error"].get("Message", ""):
                raise AlreadyThere from error
            raise

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
        _delete(aws, self._domain_name, found.id)


def delete_mappings(aws: Aws, domain_name: str) -> None:
    """Delete all mappings of a domain."""
    for raw in _mappings(aws, domain_name):
        _delete(aws, domain_name, raw["ApiMappingId"])


def _mappings(aws: Aws, domain_name: str) -> list[dict[str, Any]]:
    try:
        return list(pages(aws.client("apigatewayv2").get_api_mappings, DomainName=domain_name))
    except ClientError as error:
        if has_code(error, MISSING):
            return []
        raise


def _delete(aws: Aws, domain_name: str, mapping_id: str) -> None:
    delete = aws.client("apigatewayv2").delete_api_mapping
    try:
        retrying(aws, CHANGE, BUSY, lambda: delete(DomainName=domain_name, ApiMappingId=mapping_id))
    except ClientError as error:
        if not has_code(error, MISSING):
            raise
