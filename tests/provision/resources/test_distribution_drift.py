"""Deploy finds and repairs what was changed by hand at the edge, and leaves the rest alone."""

import json

import pytest

from beekeeper.changes import differences
from beekeeper.provision.engine.decision import Plan
from beekeeper.provision.resources import outputs as o
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.drift import Drift
from tests.support.moto_aws.drifts_edge import DRIFTS, distribution
from tests.support.moto_aws.edge_gaps import edge
from tests.support.moto_aws.edge_rooms import GIVEN, SECRET, EdgeRoom


def changed(plan: Plan) -> dict[str, set[str]]:
    return {c.key: set(c.attributes) for c in plan.changes if c.action != "unchanged"}


@pytest.mark.parametrize("drift", DRIFTS, ids=lambda drift: drift.name)
def test_drift_is_found_and_put_right(edged: EdgeRoom, drift: Drift) -> None:
    drift.by_hand(edged.cloud)
    edged.cloud.wire.clear()
    assert changed(edged.deploy()) == {drift.step: drift.attributes}
    assert edged.cloud.wire.names(mutating=True) == sorted(drift.calls)
    assert edged.changes() == {}


def test_each_attribute_has_its_drift(edged: EdgeRoom) -> None:
    known = {(drift.step, name) for drift in DRIFTS for name in drift.attributes}
    engine = edged.engine()
    engine.read()
    wanted = {
        (step.key, name)
        for step in engine._steps.values()
        for name in step.desired(engine.outputs) or ()
    }
    # See test_distribution_waits.py for the status. A cached page is of its own distribution.
    assert wanted - known == {("distribution", "status"), ("cached page", "distribution")}


def test_what_others_add_stays(edged: EdgeRoom) -> None:
    found = distribution().config
    theirs = {**found["CacheBehaviors"]["Items"][0], "PathPattern": "/assets/*"}
    found["CacheBehaviors"]["Items"].append(theirs)
    found["Origins"]["Items"].append({"Id": "theirs", "DomainName": "cdn.example.com"})
    found["Origins"]["Items"][1]["CustomHeaders"]["Items"].append(
        {"HeaderName": "x-theirs", "HeaderValue": "1"}
    )
    found |= {"PriceClass": "PriceClass_100", "WebACLId": "theirs"}
    distribution().tags["cost-center"] = "7"
    (policy,) = edge().policies.values()
    policy.config["ServerTimingHeadersConfig"] = {"Enabled": True, "SamplingRate": 1.0}
    policy.config["Comment"] = found["Comment"] = "changed"
    edged.deploy()

    now = distribution().config
    assert now["PriceClass"] == "PriceClass_100"
    assert now["WebACLId"] == "theirs"
    assert now["CacheBehaviors"]["Items"][-1]["PathPattern"] == "/assets/*"
    assert now["Origins"]["Items"][-1]["Id"] == "theirs"
    names = [h["HeaderName"] for h in now["Origins"]["Items"][1]["CustomHeaders"]["Items"]]
    assert sorted(names) == ["x-beekeeper-edge", "x-theirs"]
    assert distribution().tags["cost-center"] == "7"
    (policy,) = edge().policies.values()
    assert policy.config["ServerTimingHeadersConfig"]["Enabled"] is True


def test_the_tags_of_other_steps_are_no_drift(edged: EdgeRoom) -> None:
    distribution().tags["beekeeper:zone"] = "Z123"
    engine = edged.engine()
    assert changed(engine.plan()) == {}
    assert engine.outputs[o.RECORD_ZONE] == "Z123"
    distribution().tags["former"] = "1"
    assert edged.cloud.recorded(edged.deploy) == [
        "cloudfront:TagResource",
        "cloudfront:UntagResource",
    ]
    assert distribution().tags.keys() >= {"beekeeper:zone", "beekeeper:page"}
    assert "former" not in distribution().tags


def test_a_new_page_is_told_to_the_edge_once(edged: EdgeRoom) -> None:
    assert edge().invalidations == []  # a new edge has nothing in its caches
    edged.given["page"] = {o.PAGE_SHA: "b" * 64}
    edged.deploy()
    (made,) = edge().invalidations
    assert made["InvalidationBatch"]["Paths"]["Items"] == ["/*"]
    edged.deploy()
    assert len(edge().invalidations) == 1

    for sha in ("a" * 64, "b" * 64):  # back, and forth again
        edged.given["page"] = {o.PAGE_SHA: sha}
        edged.deploy()
    assert len(edge().invalidations) == 3


def test_a_page_that_was_changed_by_hand_and_is_put_right_is_told_to_the_edge(
    edged: EdgeRoom,
) -> None:
    edged.given["page"] = {**GIVEN["page"], o.ALTERED: "page"}
    assert changed(edged.engine().plan()) == {"cached page": {"sha256"}}
    edged.deploy()
    assert len(edge().invalidations) == 1
    edged.given["page"] = GIVEN["page"]
    assert not edged.deploy().has_changes


def test_a_page_that_is_about_to_change_is_told_in_the_same_deploy(edged: EdgeRoom) -> None:
    """Its step outputs the hash only when the page is as wanted."""
    edged.given["page"] = {}
    assert changed(edged.engine().plan()) == {"cached page": {"sha256"}}


def test_a_new_key_changes_the_secret(edged: EdgeRoom) -> None:
    secret = f"kid-2.{'6' * 64}"
    edged.given["keys"] = {o.EDGE_SECRET: secret, o.SIGNING_KID: "kid-2"}
    engine = edged.engine()
    plan = engine.plan()
    assert changed(plan) == {"distribution": {"secret"}}
    engine.apply(plan)
    assert secret in str(distribution().config)
    assert SECRET not in str(distribution().config)


def test_a_secret_that_is_not_known_yet_stays(edged: EdgeRoom) -> None:
    edged.given["keys"] = {}
    distribution().config["Comment"] = "changed"
    assert changed(edged.engine().plan()) == {"distribution": {"comment", "secret"}}


def test_nobody_sees_the_secret(cloud: Cloud) -> None:
    room = EdgeRoom(cloud)
    engine = room.engine()
    plan = engine.plan()
    engine.apply(plan)
    room.given["keys"] = {**GIVEN["keys"], o.EDGE_SECRET: f"kid-2.{'6' * 64}"}
    second = room.engine().plan()
    shown = [str(plan), repr(second), str(second), *map(str, cloud.events)]
    shown += [json.dumps(change.to_dict()) for p in (plan, second) for change in differences(p)]
    shown += [path.read_text() for path in cloud.state_dir.iterdir()]
    assert any("kid-2, SHA-256" in text for text in shown)
    assert not [text for text in shown if "5" * 64 in text or "6" * 64 in text]
