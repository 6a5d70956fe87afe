"""The response headers policy: what CloudFront adds to every answer to a visitor.

Quirks:

- It has no tags. Its name is unique in the account, and its comment says whose it is.
- An update replaces all of it. What others have added to it, such as CORS, stays.
- It can't be deleted while a distribution uses it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from beekeeper.contract.page import PAGE_POLICY
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.step import (
    Attributes,
    Found,
    Owner,
    Resource,
    new_only,
    recorded_output,
)
from beekeeper.provision.engine.wait import ignoring
from beekeeper.provision.grant import Grant
from beekeeper.provision.names import Names
from beekeeper.provision.resources.cloudfront import (
    changing,
    deleting,
    grants_for,
    listed,
    recorded_first,
)
from beekeeper.provision.resources.outputs import HEADERS_POLICY_ID

MISSING = "NoSuchResponseHeadersPolicy"
EXISTS = "ResponseHeadersPolicyAlreadyExists"
IN_USE = "ResponseHeadersPolicyInUse"
YEAR_SECONDS = 31_536_000
# What the API calls the headers, and what they are. An answer of the functions can have a stricter
# policy of its own, which stays. The host of a custom domain is the room's, its subdomains are not.
HEADERS: dict[str, tuple[str, dict[str, Any]]] = {
    "content-security-policy": (
        "ContentSecurityPolicy",
        {"ContentSecurityPolicy": PAGE_POLICY, "Override": False},
    ),
    "strict-transport-security": (
        "StrictTransportSecurity",
        {
            "AccessControlMaxAgeSec": YEAR_SECONDS,
            "IncludeSubdomains": False,
            "Preload": False,
            "Override": True,
        },
    ),
    "x-content-type-options": ("ContentTypeOptions", {"Override": True}),
    "referrer-policy": ("ReferrerPolicy", {"ReferrerPolicy": "no-referrer", "Override": True}),
}


class HeadersPolicy(Resource):
    """The response headers policy."""

    key, kind = "headers policy", "response headers policy"

    def __init__(self, names: Names) -> None:
        self.name = names.edge
        self._names = names

    def grants(self) -> Iterable[Grant]:
        return grants_for(
            self._names,
            "ResponseHeadersPolicy",
            "ResponseHeadersPolicies",
            "response-headers-policy",
        )

    def desired(self, outputs: Mapping[str, str]) -> Attributes:
        headers = {header: value for header, (_, value) in HEADERS.items()}
        return {"name": self.name, "comment": self._names.edge_mark, **headers}

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        call = aws.client("cloudfront").list_response_headers_policies
        items = listed(call, "ResponseHeadersPolicyList", Type="custom")
        every = [item["ResponseHeadersPolicy"] for item in items]
        recorded = outputs.get(recorded_output(self.key))
        ours = recorded_first(every, recorded, lambda each: _config(each)["Name"] == self.name)
        return next((self._found(raw) for raw in ours), None)

    def _found(self, raw: Mapping[str, Any]) -> Found:
        config = _config(raw)
        security = config.get("SecurityHeadersConfig", {})
        headers = {header: security.get(member) for header, (member, _) in HEADERS.items()}
        comment = config.get("Comment", "")
        return Found(
            raw["Id"],
            {"name": config["Name"], "comment": comment, **headers},
            Owner.OURS if comment == self._names.edge_mark else Owner.UNTAGGED,
            {HEADERS_POLICY_ID: raw["Id"]},
            "somebody else (its comment does not name the room)",
        )

    def create(self, aws: Aws, desired: Attributes) -> None:
        create = aws.client("cloudfront").create_response_headers_policy
        with new_only(EXISTS):
            create(ResponseHeadersPolicyConfig=self._patched({}))

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        client = aws.client("cloudfront")

        def update() -> None:
            answer = client.get_response_headers_policy(Id=found.id)
            wanted = self._patched(_config(answer["ResponseHeadersPolicy"]))
            client.update_response_headers_policy(
                Id=found.id, IfMatch=answer["ETag"], ResponseHeadersPolicyConfig=wanted
            )

        changing(aws, update)

    def _patched(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """Return the configuration with ours in it. Nothing else of it changes."""
        ours = dict(HEADERS.values())
        security = {**config.get("SecurityHeadersConfig", {}), **ours}
        named = {"Name": self.name, "Comment": self._names.edge_mark}
        return {**config, **named, "SecurityHeadersConfig": security}

    def delete(self, aws: Aws, found: Found) -> None:
        client = aws.client("cloudfront")

        def delete() -> None:
            version = client.get_response_headers_policy(Id=found.id)["ETag"]
            client.delete_response_headers_policy(Id=found.id, IfMatch=version)

        with ignoring(MISSING):
            deleting(aws, IN_USE, delete)


def _config(policy: Mapping[str, Any]) -> dict[str, Any]:
    config: dict[str, Any] = policy["ResponseHeadersPolicyConfig"]
    return config
