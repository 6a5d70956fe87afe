"""For a destination's own tests: passes without AWS, and a room on a local AWS.

    from beekeeper.testing import FakeRoom

    room = FakeRoom(destination="https://shop.example.com/")
    client.get(f"/seats?beekeeper_pass={room.valid_pass()}")  # a visitor whose turn has come
    client.get(f"/seats?beekeeper_pass={room.forged_pass()}")  # and one who tries to skip the line
    browser.goto(room.entry("/seats"))                         # the whole address, for a browser

    with beekeeper.testing.local_room(destination="http://127.0.0.1:8000/") as room:
        browser.goto(room.url)                        # the whole way, from the campaign link

``pytest_plugins = ["beekeeper.testing.fixtures"]`` gives the fixture ``fake_room``. FakeRoom needs
PyJWT only. local_room needs the extra ``local``.
"""

from beekeeper.testing.fake_room import FakeRoom
from beekeeper.testing.local_room import LocalRoom, local_room

__all__ = ["FakeRoom", "LocalRoom", "local_room"]
