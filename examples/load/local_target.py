"""Starts something to test on this machine, without AWS: a local AWS, a shop and a room.

    python examples/load/local_target.py [--rate 1200]

It prints the lines that tell the load test where the room is, and runs until Ctrl-C.
"""

import argparse
import shlex
import signal
import time

from beekeeper.local.demo import ROOM, Demo
from beekeeper.local.ministack import KEY, REGION
from beekeeper.local.visitor import Stage

# MiniStack starts another Python process for each request that finds no idle one. Without a limit,
# one short delay starts dozens of processes, which slow each other down. Above the limit a visitor
# gets a 429 and tries again.
PROCESSES_PER_FUNCTION = 8
VISITORS_FUNCTIONS = ("producer", "room", "turnstile")


def main() -> None:
    """Run the target. At the end, print how many visitors entered the shop."""
    parser = argparse.ArgumentParser(description="Start a waiting room to test, on this machine.")
    parser.add_argument(
        "--rate", type=int, default=1200, help="visitors per minute (default: 1200)"
    )
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with Demo(options.rate, crowd=PROCESSES_PER_FUNCTION) as target:
            run(target)
    except KeyboardInterrupt:
        print("Stopped.")


def run(target: Demo) -> None:
    """Keep the target running until Ctrl-C."""
    limit_processes(target)
    warm_up(target)
    first = len(target.shop.entered)
    show(target)
    try:
        while target.aws.is_running():
            time.sleep(0.5)
    finally:
        print(f"Let in {len(target.shop.entered) - first}, refused {target.shop.refused}.")


def limit_processes(target: Demo) -> None:
    """Limit the functions that visitors call. The consumer must always be able to run."""
    functions = target.session.client("lambda")
    for part in VISITORS_FUNCTIONS:
        functions.put_function_concurrency(
            FunctionName=f"beekeeper-{ROOM}-{part}",
            ReservedConcurrentExecutions=PROCESSES_PER_FUNCTION,
        )


def warm_up(target: Demo) -> None:
    """Send a few visitors the whole way first, so that the processes of the functions run."""
    target.send_crowd()
    assert target.crowd
    while target.crowd.counts()[Stage.ENTERED] < PROCESSES_PER_FUNCTION:
        time.sleep(0.1)
    target.crowd.stop()


def show(target: Demo) -> None:
    """Print the lines to paste into another terminal, to run the test and to watch the room."""
    exports = {
        "ROOM_URL": target.ready.room_url,
        "AWS_ENDPOINT_URL": target.ready.endpoint_url,
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": KEY,
        "AWS_DEFAULT_REGION": REGION,
        "BEEKEEPER_STATE_DIR": target.ready.state_dir,
    }
    for name, value in exports.items():
        print(f"export {name}={shlex.quote(value)}")
    print(f"# Room {ROOM} is ready. Ctrl-C removes it.", flush=True)


if __name__ == "__main__":
    main()
