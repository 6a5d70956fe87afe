"""The objects in the bucket: what is in them, how long they are cached, and what the edge hears."""

import hashlib

import pytest

from beekeeper.contract.page import PAGE_KEY, ROBOTS_KEY
from beekeeper.contract.robots import robots_txt
from beekeeper.page import build_page
from beekeeper.provision.resources.outputs import ALTERED, PAGE_SHA
from beekeeper.provision.resources.page_object import PageObject
from tests.support.moto_aws.by_hand import BUCKET
from tests.support.moto_aws.cloud import Bench, Cloud
from tests.support.rooms import NAMES, config


def test_an_edge_gets_both_as_they_are_and_keeps_them_for_a_day(deployed: Cloud) -> None:
    s3 = deployed.client("s3")
    page, robots = (s3.get_object(Bucket=BUCKET, Key=key) for key in (PAGE_KEY, ROBOTS_KEY))
    assert page["Body"].read() == build_page(config().model_dump())
    assert page["ContentType"] == "text/html; charset=utf-8"
    assert robots["Body"].read().decode() == robots_txt()
    assert robots["ContentType"] == "text/plain; charset=utf-8"
    cached = {each["CacheControl"] for each in (page, robots)}
    assert cached == {"public, max-age=0, s-maxage=86400"}


def test_the_plan_knows_which_page_there_will_be(deployed: Cloud) -> None:
    """Otherwise, the edge would hear of a new page in the deploy after the one that wrote it."""
    new = config(title="Other")
    engine = deployed.engine(new)
    plan = engine.plan()
    assert {c.key for c in plan.changes if c.action != "unchanged"} == {"page", "settings"}
    told = engine.outputs[PAGE_SHA]
    assert told == hashlib.sha256(build_page(new.model_dump())).hexdigest()
    engine.apply(plan)
    assert engine.outputs[PAGE_SHA] == told


@pytest.mark.parametrize("key", [PAGE_KEY, ROBOTS_KEY])
def test_the_edge_hears_of_what_is_put_right(deployed: Cloud, key: str) -> None:
    engine = deployed.engine()
    engine.read()
    assert ALTERED not in engine.outputs
    deployed.client("s3").put_object(Bucket=BUCKET, Key=key, Body=b"theirs")
    engine = deployed.engine()
    engine.apply(engine.plan())
    assert ALTERED in engine.outputs


def test_a_destroy_finds_a_page_that_cannot_be_built(deployed: Cloud) -> None:
    found = Bench(deployed, PageObject(NAMES, settings={})).find()
    assert found is not None
    assert found.outputs == {}


def test_a_room_of_an_earlier_version_is_destroyed_with_its_page(deployed: Cloud) -> None:
    deployed.client("s3").put_object(Bucket=BUCKET, Key="room.html", Body=b"former page")
    assert "bucket" in deployed.destroy()
