"""What the consumer and the governor tell operators, and that it is about nobody in particular."""

import json
import logging
from dataclasses import replace
from typing import Any

import pytest

from beekeeper.handlers import told
from beekeeper.handlers.consumer import Consumer
from beekeeper.handlers.governor import handle
from beekeeper.rules.flow import Counted
from beekeeper.rules.governed import Governed
from beekeeper.rules.settings import Mode, Settings
from tests.support.in_memory.governed import Minutes
from tests.support.in_memory.stage import Stage
from tests.support.in_memory.virtual import START


def _ran(stage: Stage, seconds: float = 10) -> Consumer:
    consumer = stage.consumer()
    stage.world.start(lambda: consumer.run(seconds))
    stage.world.run()
    return consumer


def _told(consumer: Consumer, capsys: pytest.CaptureFixture[str]) -> dict[str, Any] | None:
    consumer.tell("sale")
    text = capsys.readouterr().out
    assert text.count("\n") <= 1
    line: dict[str, Any] | None = json.loads(text) if text else None
    return line


def test_a_run_tells_the_figures_of_status_once(capsys: pytest.CaptureFixture[str]) -> None:
    stage = Stage(rate=600)
    stage.arrive(250)
    line = _told(_ran(stage), capsys)
    assert line is not None
    let_in = len(stage.let_through())
    assert line["admitted"] == let_in
    assert line["waiting"] == pytest.approx(250 - let_in, abs=15)
    assert line["longest_wait_seconds"] == pytest.approx(line["waiting"] / 10, abs=3)
    assert (line["room"], line["rate"], line["mode"]) == ("sale", 600, "on")
    assert line["message"] == f"this run let {let_in} in; {line['waiting']} wait"


def test_who_entered_lately_is_told_from_the_exact_counts(
    capsys: pytest.CaptureFixture[str],
) -> None:
    stage = Stage(rate=600)
    stage.arrive(50)
    consumer = _ran(stage)
    samples = (Counted(START - 60, admitted=0, entered=0), Counted(START, admitted=90, entered=45))
    consumer.tally.pulse = replace(consumer.tally.pulse, flow=samples)
    line = _told(consumer, capsys)
    assert line is not None
    assert line["entered_per_minute"] == 45


def test_runs_count_only_their_own(capsys: pytest.CaptureFixture[str]) -> None:
    """CloudWatch adds them up."""
    stage = Stage(rate=600)
    stage.arrive(250)
    lines = [_told(_ran(stage, 5), capsys) for _ in range(3)]
    assert sum(line["admitted"] for line in lines if line) == len(stage.let_through())


def test_a_paused_room_has_no_wait(capsys: pytest.CaptureFixture[str]) -> None:
    stage = Stage(rate=600)
    stage.arrive(50)
    stage.configure(mode=Mode.PAUSED)
    line = _told(_ran(stage), capsys)
    assert line is not None
    assert "longest_wait_seconds" not in line
    assert (line["admitted"], line["mode"]) == (0, "paused")


def test_nothing_is_told_of_a_room_that_nobody_visits(capsys: pytest.CaptureFixture[str]) -> None:
    """A metric is billed for the hours in which it is sent."""
    stage = Stage(rate=600)
    assert _told(_ran(stage, 400), capsys) is None
    stage.configure(mode=Mode.OFF)
    assert _told(_ran(stage), capsys) is None


def test_a_run_that_never_read_the_settings_tells_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert _told(Stage().consumer(), capsys) is None


def test_a_change_of_the_settings_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, told.logger.name)
    stage = Stage(rate=600)
    stage.world.start(lambda: stage.configure(rate=900), 3)
    _ran(stage)
    (record,) = [r for r in caplog.records if r.name == told.logger.name]
    assert record.getMessage() == "the settings have changed: rate from 600.0 to 900.0"
    assert vars(record)["changed"] == {"rate": [600.0, 900.0]}


@pytest.mark.parametrize("name", ["destination", "governor_probe_url"])
def test_a_token_in_an_address_of_the_site_is_not_logged(
    caplog: pytest.LogCaptureFixture, name: str
) -> None:
    caplog.set_level(logging.INFO, told.logger.name)
    before = Settings(Mode.ON, 600, "https://shop.example/")
    changed: dict[str, Any] = {name: "https://shop.example/health?token=s3cret"}
    after = replace(before, **changed)
    told.note_changes(before, after)
    assert "s3cret" not in str([vars(record) for record in caplog.records])
    assert "https://shop.example/…" in caplog.text


def test_no_line_of_a_run_names_a_ticket(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG, "beekeeper")
    stage = Stage(rate=600)
    stage.tickets += ["secret-0"]
    stage.sqs.send("secret-0", int(START * 1000) - 5)
    stage.configure(rate=601)
    consumer = _ran(stage)
    consumer.tell("sale")
    assert stage.dynamo.rows().keys() == {"secret-0"}
    assert "secret-0" not in capsys.readouterr().out + caplog.text


def test_the_pace_that_is_told_is_at_most_the_rate() -> None:
    for pace, shown in ((120.0, 120), (900.0, 600)):
        governed = Governed(pace=pace, rate=600.0, held_at=START, reason="why")
        line = json.loads(told.of_minute("sale", governed, START))
        assert (line["pace"], line["message"]) == (shown, "why")


def test_each_minute_of_the_governor_tells_its_pace(capsys: pytest.CaptureFixture[str]) -> None:
    minutes = Minutes()
    copies: Any = type("Copies", (), {"name": "sale"})
    handle({}, minutes.table, copies, minutes.burst, minutes.world.clock, minutes.world.sleep)
    line = json.loads(capsys.readouterr().out)
    assert (line["room"], line["pace"]) == ("sale", 600)


def test_settings_that_are_the_same_are_no_change(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    settings = Settings(Mode.ON, 600, "https://shop.example.com/")
    told.note_changes(settings, settings)
    assert not caplog.records
