"""A room whose page is the operator's own: deployed from files, and again without them."""

from pathlib import Path
from typing import Any

import pytest

import beekeeper
from beekeeper.contract.page import PAGE_KEY
from tests.support.moto_aws.cloud import Cloud
from tests.support.own_page import TEMPLATE
from tests.support.rooms import BASE, NAMES, ROOM, config

TABLE = """
[page]
languages = ["en"]
template = "page.html"
texts.en.html.enter_button = "Go in"
"""


def test_a_deploy_by_name_needs_no_files_and_changes_nothing(
    deployed_room: beekeeper.Room, cloud: Cloud, where: dict[str, Any], tmp_path: Path
) -> None:
    path, template = tmp_path / "beekeeper.toml", tmp_path / "page.html"
    path.write_text(config(page={}).to_toml() + TABLE, encoding="utf-8")
    template.write_text(TEMPLATE, encoding="utf-8")
    room = beekeeper.Room(path, **where)
    assert room.plan().has_changes
    room.deploy()
    template.unlink()
    assert not beekeeper.plan(ROOM, **where).has_changes
    page = cloud.client("s3").get_object(Bucket=NAMES.bucket, Key=PAGE_KEY)
    assert b"<style>h1 { color: red }</style>" in page["Body"].read()


def test_what_is_wrong_with_a_page_is_said_before_any_call(
    cloud: Cloud, where: dict[str, Any]
) -> None:
    cloud.wire.clear()
    page = {"template": TEMPLATE.replace("title", "titel")}
    with pytest.raises(beekeeper.ConfigError, match=r"^page\.template = .*titel\}\} is not a slot"):
        beekeeper.deploy({**BASE, "page": page}, **where)
    assert cloud.wire.calls == []
