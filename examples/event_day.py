"""A whole event in a minute and a half: rehearsed, operated, troubled, and reported.

    python examples/event_day.py [folder]

All of it is on this machine: a local AWS, a sample shop, and a crowd that goes through the room as
browsers would. It needs `pip install 'beekeeper-waiting-room[local]'`, and no AWS account. It does
what an operator does on the day, and says how the room stands after each step. In the folder
(`event-day`), it leaves the report of the event, and the shop's own log: when who came in.
"""

import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import beekeeper
from beekeeper.local.crowd import Crowd
from beekeeper.local.ministack import MiniStack, address
from beekeeper.local.shop import HEALTH, Shop
from beekeeper.local.visitor import Stage, Visitor

ROOM = "event-day"
REHEARSERS, VISITORS = 10, 50
RATE, HIGHER_RATE = 120, 240  # visitors per minute
WELL_SECONDS, SLOW_SECONDS = 0.5, 3.0  # the shop's answers; the governor waits for two seconds
SHOP_LOG = "shop.csv"
LONGEST_SECONDS = 180.0  # of a wait, on a busy machine


class EventDay:
    """A deployed room, the shop that it protects, and what happens to them."""

    def __init__(self, aws: MiniStack, shop: Shop, state_dir: str) -> None:
        self.started_at = time.monotonic()
        self.shop, self.session = shop, aws.session()
        self.room = beekeeper.deploy(
            name=ROOM,
            destination=f"{shop.origin}/",
            rate=RATE,
            governor={
                "mode": "automatic",
                "probe_url": f"{shop.origin}{HEALTH}",
                "baseline_seconds": WELL_SECONDS,
            },
            session=self.session,
            state_dir=state_dir,
        )
        shop.room_url, shop.keys = address(self.room.url), self.room.pass_keys().keys
        self.tell(f"Deployed. The campaign link is {self.room.url}")

    def tell(self, what: str) -> None:
        """Say what has been done, and how the room stands."""
        status = self.room.status()
        print(f"{time.monotonic() - self.started_at:4.0f} s  {what}")
        print(f"        {status.light}: {status.reason} {status.remedy}".rstrip(), flush=True)

    def rehearse(self) -> None:
        """Send a few visitors through the room, and start anew."""
        found = beekeeper.rehearse(self.room, visitors=REHEARSERS)
        for finding in found.findings:
            print(f"        {finding.verdict} {finding.check}: {finding.text}")
        self.room.clear(reason="after the rehearsal")
        self.shop.entered.clear()  # the shop begins a new log, too
        self.tell("Rehearsed, and cleared.")

    def operate(self, crowd: Crowd) -> None:
        """Let the crowd come, and do what an operator does meanwhile."""
        crowd.start()
        until(lambda: crowd.joined == VISITORS)
        self.tell(f"{VISITORS} visitors came at once.")
        self.room.set_rate(HIGHER_RATE, reason="two more servers")
        self.tell("The rate was doubled.")
        self.suffer()
        with self.measuring():  # it takes the governor a minute to see that the shop is well again
            self.room.message("Ten minutes to go: please stay.", reason="the director asked for it")
            self.room.pause(reason="a server restarts")
            self.tell("A message is shown, and the line is paused.")
            time.sleep(4)
            self.room.on(reason="the server is back")
            self.tell("The line moves again.")
        until(self.is_relieved)
        self.tell("The shop is well again, and the governor has seen it.")
        self.room.wait_until("drained", timeout_seconds=LONGEST_SECONDS)
        until(lambda: crowd.counts()[Stage.ENTERED] == VISITORS)
        self.tell("All who came are in.")

    def suffer(self) -> None:
        """Let the shop be slow until the governor has noticed."""
        self.shop.slow_seconds = SLOW_SECONDS
        with self.measuring():
            pass
        self.shop.slow_seconds = 0.0
        self.tell("The shop was slow, and the governor has acted.")

    @contextmanager
    def measuring(self) -> Iterator[None]:
        """Let the governor measure meanwhile. Its schedule would start it within a minute."""
        name = f"beekeeper-{ROOM}-governor"
        client = self.session.client("lambda")
        thread = threading.Thread(target=lambda: client.invoke(FunctionName=name, Payload=b"{}"))
        thread.start()
        yield
        thread.join()

    def is_relieved(self) -> bool:
        """Return whether the last decision of the governor was to let more in."""
        governor = self.room.status().governor
        paces = [decision.pace for decision in governor.history] if governor else []
        return len(paces) > 1 and paces[-1] > paces[-2]

    def end(self, folder: Path) -> None:
        """Open the doors, report, and remove the room."""
        log = sorted(self.shop.entered.values())
        self.room.off(reason="the event is over")
        time.sleep(2)
        last = Visitor(self.shop.room_url)
        last.step()
        self.tell(f"The room is off. Who comes now goes straight in: {last.stage}.")
        report = self.room.report()
        removed = self.room.destroy(report=folder)
        print(f"Reported, and removed {len(removed.deleted)} resources.")
        times = [datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds") for at in log]
        (folder / SHOP_LOG).write_text("\n".join(["entered_at", *times, ""]))
        print(f"The report counts {report.entered} who went in, and the shop's log {len(log)}.")


def until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + LONGEST_SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            raise SystemExit(f"It took longer than {LONGEST_SECONDS:.0f} s.")
        time.sleep(0.2)


def main(folder: str = "event-day") -> None:
    """Play the event."""
    with ExitStack() as stack:
        state_dir = stack.enter_context(tempfile.TemporaryDirectory())
        aws = stack.enter_context(MiniStack())
        shop = Shop(ROOM)
        stack.callback(shop.close)
        day = EventDay(aws, shop, state_dir)
        day.rehearse()
        crowd = Crowd(shop.room_url, VISITORS)
        stack.callback(crowd.stop)
        day.operate(crowd)
        day.end(Path(folder))


if __name__ == "__main__":
    main(*sys.argv[1:])
