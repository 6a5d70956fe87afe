"""What doctor says about the page that the governor is to measure."""

from typing import Any

import pytest

from beekeeper.provision.checks.governor import governor
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.doctors import diagnose
from tests.support.rooms import config


def asked(probe_url: str = "", **values: Any) -> Any:
    return config(**values, governor={"mode": "advise", "probe_url": probe_url})


@pytest.mark.parametrize(
    ("room", "verdict", "said"),
    [
        (asked(), "ok", "measures https://shop.example.com, and is advise"),
        (asked("https://shop.example.com/search?q=x"), "ok", "https://shop.example.com/…, and"),
        (asked("https://other.example.com/x"), "warning", "not the site that visitors are sent to"),
        (asked("https://shop.example.com/Logo.PNG"), "warning", "answered from a copy"),
        (asked("https://10.0.0.7/x"), "warning", "can't reach 10.0.0.7"),
        (asked(destination="http://localhost:8000/"), "warning", "can't reach localhost"),
    ],
    ids=["destination", "page", "other site", "file", "private", "this machine"],
)
def test_the_page_is_looked_at(room: Any, verdict: str, said: str) -> None:
    found = governor(room)
    assert (found.verdict, said in found.text) == (verdict, True)
    assert bool(found.remedy) == (verdict != "ok")


def test_what_may_be_secret_is_not_shown() -> None:
    assert "hush" not in governor(asked("https://shop.example.com/hush/x?key=hush")).text


def test_doctor_says_so_in_a_room_with_a_governor_and_only_there(cloud: Cloud) -> None:
    plain, governed = diagnose(cloud), diagnose(cloud, governor={"mode": "automatic"})
    assert "governor" not in [finding.check for finding in plain.findings]
    (found,) = [finding for finding in governed.findings if finding.check == "governor"]
    assert found.verdict == "ok"
