"""A waiting room from Python: deploy it, change its rate, read its status, remove it.

    python examples/quickstart.py [https://shop.example.com/]

The script uses the AWS account that boto3 finds. To use a local AWS instead, run `python -m
beekeeper local` in another terminal, and paste the lines that it prints into this one.
"""

import sys

import beekeeper

ROOM = "quickstart"


def main(destination: str = "https://shop.example.com/") -> None:
    """Deploy a room, operate it, and remove it."""
    try:
        room = beekeeper.deploy(name=ROOM, destination=destination, rate=600)
        print(f"The campaign link: {room.url}")

        room.set_rate(900)
        status = room.status()
        print(f"The room is {status.mode}, at {status.rate:,.0f} visitors a minute.")
        print(f"{status.waiting:,} visitors wait, {status.admitted:,} have been admitted.")
    finally:
        destruction = beekeeper.destroy(ROOM)
        print(f"Removed {len(destruction.deleted)} resources.")


if __name__ == "__main__":
    main(*sys.argv[1:])
