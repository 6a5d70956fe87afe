"""The CloudFront Function of the page: its two stages, who uses it, and how it goes."""

from pathlib import Path

import pytest

from beekeeper.errors import ProvisionError
from beekeeper.local.leftovers import leftovers
from beekeeper.provision.engine.events import StepWaiting
from beekeeper.provision.resources import outputs as o
from beekeeper.provision.resources.page_function import language_code
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.drifts_edge import (
    MARK,
    NAME,
    THEIRS,
    distribution,
    functions,
    page_function,
)
from tests.support.moto_aws.edge_functions import Function
from tests.support.moto_aws.edge_gaps import edge
from tests.support.moto_aws.edge_rooms import EDGED, EdgeRoom
from tests.support.moto_aws.edge_store import Versioned
from tests.support.moto_aws.wire import after, lose_answer, refuse
from tests.support.rooms import ACCOUNT, NAMES, config

ARN = f"arn:aws:cloudfront::{ACCOUNT}:function/{NAME}"
CREATE, UPDATE, PUBLISH, DELETE = (
    f"cloudfront:{verb}Function" for verb in ("Create", "Update", "Publish", "Delete")
)
OURS = (ARN, "viewer-request")
PLAIN = config(edge=True, page={"languages": ["fr"]})  # nothing to choose from


@pytest.fixture
def bare(cloud: Cloud) -> EdgeRoom:
    return EdgeRoom(cloud)


def used() -> dict[str, object]:
    """Return the functions that the page's behaviour has."""
    found: dict[str, object] = distribution().config["DefaultCacheBehavior"]["FunctionAssociations"]
    return found


def order(room: EdgeRoom, *names: str) -> list[str]:
    """Return in which order these calls were made."""
    return list(dict.fromkeys(str(call) for call in room.cloud.wire.calls if str(call) in names))


def use(*associations: tuple[str, str]) -> None:
    """Give the page's behaviour functions by hand."""
    for arn, _ in associations:
        name = arn.rpartition("/")[2]
        live = Versioned("1", {"code": b"theirs", "config": {}})
        edge().functions.setdefault(name, Function(name, live.config, live=live))
    behaviour = distribution().config["DefaultCacheBehavior"]
    behaviour["FunctionAssociations"] = functions(*associations)


def test_the_pages_requests_pass_the_function_of_the_languages(edged: EdgeRoom) -> None:
    live = page_function().live
    assert live is not None
    assert live.config["code"].decode() == language_code(EDGED.page.languages)
    assert live.config["config"] == {"Comment": MARK, "Runtime": "cloudfront-js-2.0"}
    assert used() == functions(OURS)
    assert NAMES.page_function_arn == ARN
    assert f"CloudFront function {NAME}" in leftovers(edged.cloud.session, "sale")
    others = distribution().config["CacheBehaviors"]["Items"]
    assert not any(each["FunctionAssociations"].get("Items") for each in others)


def test_it_comes_before_the_distribution_and_goes_after_it(bare: EdgeRoom) -> None:
    bare.deploy()
    made = "cloudfront:CreateDistributionWithTags"
    assert order(bare, CREATE, PUBLISH, made) == [CREATE, PUBLISH, made]
    bare.destroy()
    gone = "cloudfront:DeleteDistribution"
    assert order(bare, DELETE, gone) == [gone, DELETE]


def test_other_languages_are_published_and_the_deploy_waits_for_them(edged: EdgeRoom) -> None:
    two = config(edge=True, page={"languages": ["fr", "en"]})
    assert edged.changes(two) == {"page function": "update"}
    edged.cloud.wire.clear()
    edged.deploy(two)
    assert edged.cloud.wire.names(mutating=True) == [PUBLISH, UPDATE]
    waits = {e.what for e in edged.cloud.events if isinstance(e, StepWaiting)}
    assert "CloudFront to publish the function, which takes minutes" in waits
    assert distribution().pending < 0
    assert b'"fr en"' in page_function().config["code"]
    assert edged.changes(two) == {}


@pytest.mark.parametrize("by", [CREATE, PUBLISH])
def test_a_new_one_that_was_never_published_is_published(bare: EdgeRoom, by: str) -> None:
    """As after a kill, or a refusal, between the two calls."""
    bare.cloud.wire.add(refuse(PUBLISH, "ServiceUnavailable", status=503, times=100))
    with pytest.raises(ProvisionError):
        bare.deploy()
    assert page_function().live is None
    bare.cloud.wire.clear()
    if by == CREATE:
        bare.forget()
    bare.deploy()
    assert bare.cloud.wire.names(mutating=True).count(PUBLISH) == 1
    assert page_function().live is not None
    assert used() == functions(OURS)
    assert bare.changes() == {}


def test_a_change_that_was_not_published_is_published(edged: EdgeRoom) -> None:
    live = page_function().live
    assert live is not None
    page_function().live = Versioned("old", {**live.config, "code": b"former"})
    assert edged.changes() == {"page function": "update"}
    edged.deploy()
    live = page_function().live
    assert live is not None
    assert live.config["code"].decode() == language_code(EDGED.page.languages)
    assert edged.changes() == {}


@pytest.mark.parametrize("call", [UPDATE, PUBLISH])
def test_a_lost_answer_to_a_change_does_not_stop_it(edged: EdgeRoom, call: str) -> None:
    page_function().live = Versioned("old", {"code": b"former", "config": {"Runtime": "x"}})
    edged.cloud.wire.add(lose_answer(call))
    edged.deploy()
    assert edged.changes() == {}


def test_a_change_of_both_is_one_deploy(edged: EdgeRoom) -> None:
    """To publish the function gives the distribution a new version."""
    distribution().config["Comment"] = "changed"
    two = config(edge=True, page={"languages": ["fr", "en"]})
    edged.deploy(two)
    assert distribution().config["Comment"] == MARK
    assert edged.changes(two) == {}


@pytest.mark.parametrize("code", ["PreconditionFailed", "InvalidIfMatchVersion"])
def test_an_outdated_version_is_read_again(edged: EdgeRoom, code: str) -> None:
    page_function().live = None
    edged.cloud.wire.add(refuse(UPDATE, code, status=412, times=3))
    edged.deploy()
    assert edged.changes() == {}


def test_without_a_choice_the_distribution_lets_it_go_first(edged: EdgeRoom) -> None:
    assert edged.changes(PLAIN) == {"page function": "delete", "distribution": "update"}
    edged.cloud.wire.clear()
    edged.deploy(PLAIN)
    let_go = "cloudfront:UpdateDistribution"
    assert order(edged, let_go, DELETE) == [let_go, DELETE]
    assert (edge().functions, used()) == ({}, functions())
    assert edged.changes(PLAIN) == {}
    edged.deploy()
    assert used() == functions(OURS)


def test_an_edge_of_one_page_may_read_the_others_before_it_leads_there(edged: EdgeRoom) -> None:
    """An earlier version let it read one page, and until it is deployed, minutes pass."""
    edged.deploy(PLAIN)
    edged.cloud.wire.clear()
    edged.deploy()
    may, lead = "s3:PutBucketPolicy", "cloudfront:UpdateDistribution"
    assert order(edged, may, lead) == [may, lead]
    (call,) = (each for each in edged.cloud.wire.calls if str(each) == may)
    assert f"{NAMES.bucket_arn}/room.*" in call.arguments["Policy"]
    assert distribution().arn in call.arguments["Policy"]


def test_others_functions_stay_where_ours_is_not(edged: EdgeRoom) -> None:
    theirs = (THEIRS, "viewer-response")
    use(theirs, OURS)
    assert edged.changes() == {}
    use(theirs)
    edged.deploy()
    assert used() == functions(theirs, OURS)

    edged.deploy(PLAIN)
    assert used() == functions(theirs)
    use((THEIRS, "viewer-request"))
    assert edged.changes(PLAIN) == {}
    distribution().config["Comment"] = "changed"
    edged.deploy(PLAIN)
    assert used() == functions((THEIRS, "viewer-request"))


def test_one_without_the_rooms_mark_stays(edged: EdgeRoom) -> None:
    edged.destroy()
    make = edged.cloud.client("cloudfront").create_function
    theirs = {"Comment": "theirs", "Runtime": "cloudfront-js-1.0"}
    make(Name=NAME, FunctionConfig=theirs, FunctionCode=b"theirs")
    edged.deploy(PLAIN)
    edged.destroy(PLAIN)
    assert page_function().config["code"] == b"theirs"


def test_what_another_distribution_uses_is_an_error_after_a_while(edged: EdgeRoom) -> None:
    gone = "cloudfront:DeleteDistribution"
    edged.cloud.wire.add(after(gone, lambda: edge().held.update({ARN: 1_000})))
    with pytest.raises(ProvisionError, match=r"FunctionInUse.*same command again"):
        edged.destroy()
    edge().held.clear()
    edged.destroy()


@pytest.mark.parametrize("has_node", [False, True])
def test_a_local_aws_that_can_not_run_it_goes_without(
    bare: EdgeRoom, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, has_node: bool
) -> None:
    bare.given["api"] = {o.API_ID: "a1", o.ENDPOINT: "http://a1.execute-api.localhost:4566"}
    if has_node:
        (tmp_path / "node").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    bare.deploy(EDGED)
    assert used() == (functions(OURS) if has_node else functions())
    assert bare.changes() == {}
