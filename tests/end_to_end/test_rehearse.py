"""A rehearsal on the local AWS: its figures are those of the room and of the site's own log."""

import pytest

import beekeeper
from beekeeper.local.ministack import MiniStack
from tests.support.local_aws import DeployRoom

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("local aws")]
VISITORS = 8


def test_what_it_says_is_what_the_site_logged(aws: MiniStack, deploy_room: DeployRoom) -> None:
    room = deploy_room(aws, rate=240)
    seen: list[int] = []
    found = beekeeper.rehearse(
        room.handle, visitors=VISITORS, on_progress=lambda progress: seen.append(progress.entered)
    )
    figures = found.figures
    assert figures.came == figures.joined == figures.entered == VISITORS
    assert len(room.shop.entered) == VISITORS == figures.counted_entered
    assert room.handle.status().entered == VISITORS
    by_check = {finding.check: finding.verdict for finding in found.findings}
    for held in ("places given", "places kept", "counts", "your site", "without a pass"):
        assert by_check[held] == "ok", found.findings
    assert (seen[0], seen[-1]) == (0, VISITORS)
    assert "python -m beekeeper clear" in found.next

    told = [line.message for line in room.handle.logs(visitor=next(iter(room.shop.entered)))]
    assert told[:2] == ["The visitor joined the line.", "The visitor was admitted."]
    assert "The visitor went in." in told
