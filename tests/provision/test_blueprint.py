"""What the steps of a room declare about themselves."""

import pytest

from beekeeper.page import SourceError
from beekeeper.provision.blueprint import steps
from beekeeper.provision.engine.step import Step
from beekeeper.provision.resources.outputs import EDGE_LINK, SIGNING_KID
from beekeeper.provision.resources.page_object import PageObject
from tests.support.rooms import AT_EDGE, DOMAIN_NAME, NAMES, WITH_ALL, config

STEPS: dict[str, Step] = {step.key: step for step in steps(WITH_ALL, NAMES)}


def test_what_lives_in_another_comes_after_it_and_is_named_after_it() -> None:
    contained = {key: STEPS[s.container] for key, s in STEPS.items() if s.container}
    assert contained.keys() >= {"keys", "settings", "page", "routes", "stage", "api mapping"}
    for key, container in contained.items():
        assert container.key in STEPS[key].needs
        assert STEPS[key].name.startswith(f"{container.name}/")
        assert container.container is None


def test_all_that_is_named_as_if_it_lived_in_another_says_so() -> None:
    names = {step.name: key for key, step in STEPS.items()}
    for step in STEPS.values():
        container, slash, _ = step.name.rpartition("/")
        if slash and container in names:
            assert step.container is not None


def test_what_holds_visitors_is_irreplaceable() -> None:
    queues = {"queue", "dead-letter queue", "other queue", "other dead-letter queue"}
    assert {key for key, step in STEPS.items() if step.irreplaceable} == {*queues, "table"}


@pytest.mark.parametrize(
    ("zone", "link"),
    [
        ({}, "https://d1.cloudfront.net/"),
        ({"hosted_zone_id": "Z0123456789ABCDEFGHIJ"}, f"https://{DOMAIN_NAME}/"),
    ],
    ids=["by hand", "by deploy"],
)
def test_nobody_is_sent_to_a_name_whose_record_is_not_made_yet(
    zone: dict[str, str], link: str
) -> None:
    (door,) = (s for s in steps(config(**AT_EDGE, **zone), NAMES) if s.key == "door")
    outputs = {EDGE_LINK: "https://d1.cloudfront.net/", SIGNING_KID: "k1"}
    assert door.desired(outputs) == {"link": link, "kid": "k1"}
    assert ("dns record" in door.needs) == bool(zone)


def test_a_new_page_comes_after_all_that_it_asks() -> None:
    assert "routes" in STEPS["page"].needs
    assert {key for key in STEPS if key.startswith("function ")} <= {*STEPS["routes"].needs}


def test_only_a_deploy_and_a_plan_build_the_page() -> None:
    page = PageObject(NAMES, settings={})
    assert list(page.grants())
    with pytest.raises(SourceError, match="title"):
        page.desired({})
