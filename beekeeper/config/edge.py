"""The edge: a CloudFront distribution in front of the room, and what comes with it."""

import re
from pathlib import Path
from typing import Annotated, Any, Self, TypedDict

from pydantic import AfterValidator, model_validator

from beekeeper.config.essentials import Essentials
from beekeeper.config.section import described
from beekeeper.config.toml_file import configured
from beekeeper.rules.news import LEAST_NEWS_SECONDS, MOST_NEWS_SECONDS, NEWS_SECONDS

# CloudFront is global, and reads certificates and web ACLs in one region (CloudFront Developer
# Guide, "Requirements for using SSL/TLS certificates with CloudFront").
EDGE_REGION = "us-east-1"
WEB_ACL_ARN = re.compile(
    rf"arn:aws[a-z-]*:wafv2:{EDGE_REGION}:\d{{12}}:global/webacl/[\w-]{{1,128}}/[0-9a-f-]{{36}}",
    re.ASCII,
)


class EdgeValues(TypedDict, total=False):
    """The fields of :class:`Edge` as keyword arguments."""

    edge: bool
    news_seconds: int
    web_acl_arn: str | None


def _web_acl_arn(value: str) -> str:
    if not WEB_ACL_ARN.fullmatch(value):
        raise ValueError(
            "give the ARN of a web ACL for CloudFront (scope CLOUDFRONT, in"
            f" {EDGE_REGION}), such as arn:aws:wafv2:{EDGE_REGION}:123456789012:global/webacl/name/"
            "1a2b3c4d-1a2b-1a2b-1a2b-1a2b3c4d5e6f"
        )
    return value


class Edge(Essentials):
    """Whether the room has an edge, how often visitors ask for news there, and its web ACL."""

    edge: bool = described(
        "`true` puts CloudFront in front of the room, so that no crowd is too large for its first"
        " second",
        default=False,
    )
    news_seconds: int = described(
        "how often everybody who waits asks the edge for news; this is how soon all hear of a"
        " message, a pause or `off`",
        default=NEWS_SECONDS,
        unit="seconds",
        ge=LEAST_NEWS_SECONDS,
        le=MOST_NEWS_SECONDS,
    )
    web_acl_arn: Annotated[str, AfterValidator(_web_acl_arn)] | None = described(
        "the web ACL (AWS WAF) that protects the edge", default=None
    )

    @model_validator(mode="after")
    def _of_an_edge(self) -> Self:
        if self.web_acl_arn and not self.edge:
            raise ValueError(
                f"web_acl_arn = {self.web_acl_arn!r}: a web ACL protects an edge. Add edge = true,"
                " or leave web_acl_arn out"
            )
        return self


def configured_edge(path: str | Path) -> dict[str, Any]:
    """Return the settings ``edge`` and ``news_seconds`` that a TOML file has, as it has them."""
    found = {name: configured(path, name) for name in ("edge", "news_seconds")}
    return {name: value for name, value in found.items() if value is not None}
