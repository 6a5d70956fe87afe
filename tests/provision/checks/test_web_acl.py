"""doctor and the web ACL of the edge, and CloudFront's quotas."""

from typing import Any

import pytest

from beekeeper.provision.checks.edge import DISTRIBUTIONS, HEADERS_POLICIES, edge
from beekeeper.provision.engine.journal import Record
from beekeeper.provision.state import State, StateFile
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.doctors import diagnose, finding
from tests.support.moto_aws.wire import Rule, instead, refuse
from tests.support.rooms import ACCOUNT, REGION, ROOM, WEB_ACL, WEB_ACL_ID

EDGE = {"edge": True, "web_acl_arn": WEB_ACL}


def acl(action: str) -> Rule:
    found = {"Name": "visitors", "Id": WEB_ACL_ID, "DefaultAction": {action: {}}}
    return instead("wafv2:GetWebACL", lambda _: {"WebACL": found})


def counted(distributions: int, policies: int) -> tuple[Rule, Rule]:
    """Return rules: the account has so many of both. Policies come in two pages."""

    def page(call: Any) -> str:
        rest = call.arguments.get("Marker") == "rest"
        number = policies // 2 if rest else policies - policies // 2
        items = "<ResponseHeadersPolicySummary><Type>custom</Type></ResponseHeadersPolicySummary>"
        marker = "" if rest else "<NextMarker>rest</NextMarker>"
        name = "ResponseHeadersPolicyList"
        return (
            f"<{name}>{marker}<Quantity>{number}</Quantity><Items>{items * number}</Items></{name}>"
        )

    one = "<DistributionSummary><Comment>theirs</Comment></DistributionSummary>"
    listed = f"<DistributionList><Items>{one * distributions}</Items></DistributionList>"
    return (
        instead("cloudfront:ListDistributions", lambda _: listed),
        instead("cloudfront:ListResponseHeadersPolicies", page),
    )


@pytest.mark.parametrize(
    ("rule", "verdict", "said"),
    [
        (acl("Allow"), "ok", "The web ACL visitors is there"),
        (acl("Block"), "warning", "visitors blocks every request that none of its rules allows"),
        (
            refuse("wafv2:GetWebACL", "WAFNonexistentItemException"),
            "problem",
            f"There is no web ACL {WEB_ACL} in this account. Copy the ARN",
        ),
        (
            refuse("wafv2:GetWebACL", "AccessDeniedException", "No.", 400),
            "unknown",
            "Grant wafv2:GetWebACL",
        ),
    ],
    ids=["allows", "blocks", "gone", "denied"],
)
def test_the_web_acl(cloud: Cloud, rule: Rule, verdict: str, said: str) -> None:
    found = finding(diagnose(cloud, rule, *counted(0, 0), **EDGE), "web ACL")
    assert (found[0], said in found[1]) == (verdict, True), found
    (call,) = [c for c in cloud.wire.calls if c.service == "wafv2"]
    assert call.arguments == {"Name": "visitors", "Scope": "CLOUDFRONT", "Id": WEB_ACL_ID}


@pytest.mark.parametrize(
    ("distributions", "policies", "said"),
    [
        (DISTRIBUTIONS - 1, HEADERS_POLICIES - 1, ""),
        (DISTRIBUTIONS, 0, "200 CloudFront distributions, and AWS allows 200 if nobody"),
        (0, HEADERS_POLICIES, "20 response headers policies of CloudFront, and AWS allows 20"),
    ],
    ids=["room", "distributions", "policies"],
)
def test_the_quotas_of_cloudfront(
    cloud: Cloud, distributions: int, policies: int, said: str
) -> None:
    cloud.wire.add(*counted(distributions, policies))
    found = edge(cloud.aws())
    assert found.verdict == ("warning" if said else "ok")
    assert said in found.text
    assert bool(found.remedy) == bool(said)


def test_a_room_without_an_edge_asks_neither(cloud: Cloud) -> None:
    checks = {f.check for f in diagnose(cloud).findings}
    assert not {"edge", "web ACL"} & checks
    assert "wafv2:GetWebACL" not in cloud.wire.names()


def test_a_room_that_has_an_edge_needs_no_other(cloud: Cloud) -> None:
    assert "edge" in {f.check for f in diagnose(cloud, edge=True).findings}
    made = Record("distribution", "distribution", "x", "E1", True)
    StateFile(cloud.state_dir, ROOM).write(State(ROOM, ACCOUNT, REGION, resources=(made,)))
    assert "edge" not in {f.check for f in diagnose(cloud, edge=True).findings}
