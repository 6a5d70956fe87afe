"""The objects in the bucket: what is in them, how long they are cached, and what the edge hears."""

import pytest

from beekeeper import RoomConfig
from beekeeper.contract.page import PAGE_KEY, ROBOTS_KEY, is_page_key
from beekeeper.contract.robots import robots_txt
from beekeeper.errors import ProvisionError
from beekeeper.page import build_pages
from beekeeper.provision.resources.outputs import ALTERED, PAGE_SHA
from beekeeper.provision.resources.page_object import PageObject
from tests.support.moto_aws.by_hand import BUCKET
from tests.support.moto_aws.cloud import Bench, Cloud
from tests.support.rooms import NAMES, config


def _offering(*languages: str) -> RoomConfig:
    return config(page={"languages": list(languages)})


def _objects(cloud: Cloud) -> dict[str, bytes]:
    """Return the objects in the bucket, except robots.txt."""
    s3 = cloud.client("s3")
    keys = {each["Key"] for each in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])}
    read = {key: s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys}
    return {key: content for key, content in read.items() if key != ROBOTS_KEY}


def test_an_edge_gets_all_as_they_are_and_keeps_them_for_a_day(deployed: Cloud) -> None:
    s3 = deployed.client("s3")
    pages = build_pages(config().model_dump())
    assert _objects(deployed) == {"room": pages["en"], "room.fr": pages["fr"]}
    *both, robots = (
        s3.get_object(Bucket=BUCKET, Key=key) for key in ("room", "room.fr", ROBOTS_KEY)
    )
    assert {page["ContentType"] for page in both} == {"text/html; charset=utf-8"}
    assert robots["Body"].read().decode() == robots_txt()
    assert robots["ContentType"] == "text/plain; charset=utf-8"
    cached = {each["CacheControl"] for each in (*both, robots)}
    assert cached == {"public, max-age=0, s-maxage=86400"}


def test_the_plan_knows_which_pages_there_will_be(deployed: Cloud) -> None:
    """Otherwise, the edge would hear of a new page in the deploy after the one that wrote it."""
    engine = deployed.engine()
    engine.read()
    before = engine.outputs[PAGE_SHA]
    changed = {"en": {"html": {"enter_button": "Go in"}}}
    new = config(page={"languages": ["en", "fr"], "texts": changed})
    engine = deployed.engine(new)
    plan = engine.plan()
    (change,) = [c for c in plan.changes if c.action != "unchanged"]
    assert (change.key, set(change.attributes)) == ("page", {"room"})
    told = engine.outputs[PAGE_SHA]
    assert deployed.recorded(lambda: engine.apply(plan)) == ["s3:PutObject"]
    assert engine.outputs[PAGE_SHA] == told != before


def test_a_language_that_is_added_gets_its_page_and_the_links_change(deployed: Cloud) -> None:
    wanted = _offering("en", "fr", "ar")
    assert "former pages" not in deployed.changes(wanted)
    deployed.deploy(wanted)
    assert _objects(deployed).keys() == {"room", "room.fr", "room.ar"}
    assert deployed.changes(wanted) == {}


def test_a_language_that_is_no_longer_offered_loses_its_page_last(deployed: Cloud) -> None:
    """Until the functions and the edge know it, they still lead visitors to that page."""
    wanted = _offering("en")
    changes = deployed.changes(wanted)
    assert changes["former pages"] == "delete"
    deployed.deploy(wanted)
    calls = [call.operation for call in deployed.wire.mutations]
    assert _objects(deployed).keys() == {"room"}
    assert calls[-1] == "DeleteObject"
    assert "UpdateFunctionConfiguration" in calls
    assert deployed.changes(wanted) == {}


def test_another_default_language(deployed: Cloud) -> None:
    wanted = _offering("fr", "en")
    deployed.deploy(wanted)
    pages = build_pages(wanted.model_dump())
    assert _objects(deployed) == {"room": pages["fr"], "room.en": pages["en"]}
    assert deployed.changes(wanted) == {}


def test_the_functions_know_the_languages(deployed: Cloud) -> None:
    deployed.deploy(_offering("fr", "ar"))
    for name in ("producer", "room", "turnstile"):
        found = deployed.client("lambda").get_function_configuration(
            FunctionName=f"beekeeper-sale-{name}"
        )
        assert found["Environment"]["Variables"]["BEEKEEPER_LANGUAGES"] == "fr,ar"


def test_a_destroy_removes_pages_that_the_configuration_does_not_name(deployed: Cloud) -> None:
    written = {"Bucket": BUCKET, "Key": "room.pt-BR", "Metadata": {"sha256": "1"}}
    deployed.client("s3").put_object(**written, Body=b"former page")
    assert {"bucket", "former pages"} <= set(deployed.destroy())


def test_others_objects_whose_names_could_be_pages_stay(deployed: Cloud) -> None:
    s3 = deployed.client("s3")
    s3.put_object(Bucket=BUCKET, Key="room.css", Body=b"theirs")
    assert "former pages" not in deployed.changes()
    with pytest.raises(ProvisionError, match=r"did not put there: room\.css\. Move"):
        deployed.destroy()
    s3.delete_object(Bucket=BUCKET, Key="room.css")
    assert "bucket" in deployed.destroy()


@pytest.mark.parametrize(
    ("key", "ours"),
    [
        ("room", True),
        ("room.fr", True),
        ("room.zh-Hant", True),
        ("room.backup", False),
        ("rooms", False),
        ("room/fr", False),
        ("other.fr", False),
    ],
)
def test_keys_of_pages(key: str, ours: bool) -> None:
    assert is_page_key(key) is ours


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
