"""A real Firefox, driven by its own protocol Marionette: a JSON message after its length."""

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.programs import installed

PREFERENCES = {
    "marionette.port": 0,  # a free one
    "intl.accept_languages": "fr",
    "layout.css.prefers-color-scheme.content-override": 0,  # dark
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
}
# The page's errors, and the violations of its policy. Firefox has errors of its own there, too.
ERRORS = """return Services.console.getMessageArray()
  .filter((m) => m instanceof Ci.nsIScriptError && m.sourceName.startsWith(arguments[0]))
  .map((m) => m.errorMessage);"""


class Firefox:
    """One tab of a Firefox that runs."""

    def __init__(self, connection: socket.socket) -> None:
        self._file = connection.makefile("rwb")
        self._receive()  # It greets.
        self._call("WebDriver:NewSession", {})

    def open(self, address: str) -> None:
        """Open ``address``, and wait until it is loaded."""
        self._call("WebDriver:Navigate", {"url": address})

    def run(self, script: str, *values: object, of_browser: bool = False) -> Any:
        """Return what ``script`` returns in the page, or in the browser's own scope."""
        self._call("Marionette:SetContext", {"value": "chrome" if of_browser else "content"})
        return self._call("WebDriver:ExecuteScript", {"script": script, "args": values})["value"]

    def wait_for(self, script: str, expected: object) -> None:
        """Wait until ``script`` returns ``expected``."""
        deadline = time.monotonic() + 30
        while (found := self.run(script)) != expected:
            assert time.monotonic() < deadline, f"{script}: {found!r}"
            time.sleep(0.02)

    def errors(self, address: str) -> list[str]:
        """Return the errors in the console of pages whose address begins with ``address``."""
        found: list[str] = self.run(ERRORS, address, of_browser=True)
        return found

    def _call(self, command: str, parameters: dict[str, object]) -> Any:
        message = json.dumps([0, 1, command, parameters]).encode()
        self._file.write(b"%d:%s" % (len(message), message))
        self._file.flush()
        _, _, error, result = self._receive()
        assert error is None, error
        return result

    def _receive(self) -> Any:
        length = b""
        while not length.endswith(b":"):
            length += self._file.read(1)
        return json.loads(self._file.read(int(length[:-1])))


@contextmanager
def firefox(profile: Path) -> Iterator[Firefox]:
    """Start a Firefox with this empty profile, and end it."""
    lines = (
        f"user_pref({json.dumps(name)}, {json.dumps(value)});"
        for name, value in PREFERENCES.items()
    )
    (profile / "user.js").write_text("\n".join(lines), encoding="utf-8")
    options = ["--headless", "--no-remote", "--marionette", "--remote-allow-system-access"]
    command = [installed("firefox-esr", "firefox"), *options, "--profile", str(profile)]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=quiet, stderr=quiet) as program:
        try:
            with socket.create_connection(("127.0.0.1", _port(profile)), timeout=60) as connection:
                yield Firefox(connection)
        finally:
            program.kill()


def _port(profile: Path) -> int:
    deadline = time.monotonic() + 60
    file = profile / "MarionetteActivePort"
    while not (file.exists() and file.read_text()):
        assert time.monotonic() < deadline, "Firefox does not start"
        time.sleep(0.05)
    return int(file.read_text())
