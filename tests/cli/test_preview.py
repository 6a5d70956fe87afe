"""preview: the address, the pictures, and what it says if it can't take them."""

import json
import signal
import struct
import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.parse import urljoin

import pytest

from beekeeper.cli.main import main
from beekeeper.errors import LocalError
from beekeeper.local.preview import Preview
from beekeeper.local.screenshots import COMMANDS, browser, take_all
from tests.support.programs import CHROMIUM, installed

ROOM = (
    'name = "sale"\ndestination = "https://shop.example.com/"\nrate = 60\ntitle = "The big sale"\n'
)


def test_it_serves_the_page_of_the_configuration_until_it_is_ended(tmp_path: Path) -> None:
    (tmp_path / "beekeeper.toml").write_text(ROOM, encoding="utf-8")
    command = [sys.executable, "-m", "beekeeper", "preview", "--json", "--language", "fr"]
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell that runs the tests in the background lets its children ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    ) as served:
        assert served.stdout is not None
        assert served.stderr is not None
        url = json.loads(served.stdout.readline())["url"]
        with urllib.request.urlopen(url) as answer:
            assert 'src="connecting/light/room?lang=fr"' in answer.read().decode()
        with urllib.request.urlopen(urljoin(url, "waiting/dark/room")) as answer:
            assert "The big sale" in answer.read().decode()
        served.send_signal(signal.SIGINT)
        assert served.wait(10) == 0
        assert served.stderr.read().endswith("Ctrl-C ends the preview.\nStopping …\n")


def test_pictures_without_a_browser_are_refused_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LocalError, match="apt-get install chromium"):
        browser(COMMANDS)


def test_a_language_without_a_page_is_refused_with_those_that_have_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["preview", "--language", "xx", "--screenshots", "pictures"]) == 1
    assert "no page in 'xx'. It has: en, es, fr" in capsys.readouterr().err


@pytest.mark.browser
def test_the_pictures_and_their_contact_sheet_are_written(tmp_path: Path) -> None:
    installed(*CHROMIUM)
    few = {"waiting": "Waiting"}
    counted: list[tuple[int, int]] = []
    settings = {"title": "Sale", "edge": True, "news_seconds": 60}
    with Preview(settings) as preview:
        files = take_all(
            preview, few, "en", tmp_path / "pictures", lambda *done: counted.append(done)
        )
    assert counted == [(1, 1)]
    names = ["waiting.png", "index.html", "contact-sheet.png"]
    assert [file.name for file in files] == names
    sizes = [_size(file) for file in files if file.suffix == ".png"]
    assert sizes[0] == (1575, 1600)
    assert sizes[1][0] == 6 * (394 + 16) + 16  # six columns


def _size(picture: Path) -> tuple[int, int]:
    """Return the width and the height in the header of a PNG."""
    width, height = struct.unpack(">II", picture.read_bytes()[16:24])
    return width, height
