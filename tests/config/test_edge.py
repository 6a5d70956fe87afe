"""The settings of the edge, and of a custom domain there."""

from typing import Any

import pytest

from beekeeper import ConfigError
from beekeeper.config.domain import MAX_EDGE_RECORD_CHARACTERS
from beekeeper.contract.routes import Path
from beekeeper.rules import quotas
from tests.support.rooms import AT_EDGE, DOMAIN, REGION, WEB_ACL, config

ZONE = {"hosted_zone_id": "Z0123456"}
LONG = "a." * 51 + "example.com"


@pytest.mark.parametrize(
    "values",
    [
        {"edge": True},
        AT_EDGE,
        {**AT_EDGE, "region": REGION},
        {**AT_EDGE, **ZONE, "domain_name": LONG},
        {**AT_EDGE, "domain_name": f"b.{LONG}"},
        {"edge": True, "web_acl_arn": WEB_ACL},
    ],
    ids=["alone", "domain", "region", "longest", "longer", "web acl"],
)
def test_what_an_edge_takes(values: dict[str, Any]) -> None:
    assert len(LONG) == MAX_EDGE_RECORD_CHARACTERS
    assert config(**values).edge


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({**DOMAIN, "edge": True}, r"is in eu-central-1, but an edge .* takes one in us-east-1"),
        (
            {**DOMAIN, "edge": True, "region": REGION},
            r"is in eu-central-1, but an edge .* us-east-1 only, wherever the room is",
        ),
        ({**AT_EDGE, "edge": False, "region": REGION}, "must be in the room's region, eu-central"),
        (
            {"edge": True, "domain_name": "queue.example.com"},
            "certificate_arn is missing.*for this name, in us-east-1",
        ),
        ({**AT_EDGE, **ZONE, "domain_name": f"b.{LONG}"}, "at most 113 characters. Choose a short"),
        ({"web_acl_arn": WEB_ACL}, "a web ACL protects an edge. Add edge = true"),
        ({"edge": True, "web_acl_arn": WEB_ACL.replace("global", "regional")}, "scope CLOUDFRONT"),
        ({"edge": True, "web_acl_arn": WEB_ACL.replace("us-east", "eu-west")}, "in us-east-1"),
        ({"edge": True, "news_seconds": 9}, "news_seconds = 9"),
        ({"edge": "perhaps"}, "^edge = 'perhaps': give true or false$"),
    ],
    ids=[
        "elsewhere",
        "room's region",
        "former",
        "none",
        "long",
        "no edge",
        "regional",
        "acl elsewhere",
        "too often",
        "perhaps",
    ],
)
def test_what_it_does_not_take(values: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        config(**values)


def test_only_a_room_with_an_edge_has_news() -> None:
    account = quotas.usual_in(REGION)
    assert config(edge=True, news_seconds=30).settings(account).news_seconds == 30
    assert config(news_seconds=30).settings(account).news_seconds == 0
    assert Path.NEWS.link == "news"
