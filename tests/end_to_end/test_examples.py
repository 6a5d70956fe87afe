"""The examples do what they say, against a local AWS, and leave nothing there."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from beekeeper.local.leftovers import leftovers
from beekeeper.local.ministack import MiniStack
from tests.support import local_aws

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("local aws")]
EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def environment(aws: MiniStack, tmp_path: Path) -> dict[str, str]:
    """What `python -m beekeeper local` tells its user to export; state goes where tests write."""
    ipython = {"IPYTHONDIR": str(tmp_path / "ipython")}
    return local_aws.environment(aws.endpoint_url, tmp_path) | ipython


def test_quickstart_script(aws: MiniStack, environment: dict[str, str], tmp_path: Path) -> None:
    command = [sys.executable, str(EXAMPLES / "quickstart.py"), "https://shop.example.org/sale"]
    done = subprocess.run(
        command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    link, state, line, removed = done.stdout.splitlines()
    assert link.startswith("The campaign link: http://")
    assert state == "The room is on, at 900 visitors a minute."
    assert line == "0 visitors wait, 0 have been admitted."
    assert removed.startswith("Removed ")
    assert left(aws, "quickstart") == []
    assert not list(tmp_path.glob("*.json"))


def test_quickstart_notebook(aws: MiniStack, environment: dict[str, str], tmp_path: Path) -> None:
    notebook = stored_notebook()
    client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}})
    client.execute(env=environment)
    deployed, rehearsed, _, rate, message, status, live, off, report, removed = tables(notebook)
    assert "http://127.0.0.1:" in deployed
    assert "What was measured held." in rehearsed
    assert "900" in rate
    assert "We open at 10:00." in message
    assert "rate</th><td>900" in status
    assert "GREEN" in live
    assert "off" in off
    assert "<svg" in report
    assert "<dt>entered your site</dt><dd>5</dd>" in report
    assert "queue" in removed
    looks, entered, history = (text.splitlines() for text in printed(notebook))
    assert len(looks) == 3
    assert entered == ["5 visitors are in the shop."]
    told = [line.split("  ")[1].split(":")[0] for line in history]
    assert told == ["line cleared", "rate", "message", "mode"]
    assert left(aws, "quickstart-notebook") == []


def left(aws: MiniStack, room: str) -> list[str]:
    """Return what is left of a room, except what MiniStack itself adds.

    It notes the end of a call that was still starting when its function was deleted, and makes a
    log group for that. AWS would not: the role may not create log groups.
    """
    late = f"log group /aws/lambda/beekeeper-{room}-consumer"
    return [name for name in leftovers(aws.session(), room) if name != late]


def stored_notebook() -> nbformat.NotebookNode:
    text = (EXAMPLES / "quickstart.ipynb").read_text(encoding="utf-8")
    notebook: nbformat.NotebookNode = nbformat.reads(text, 4)  # type: ignore[no-untyped-call]
    return notebook


def tables(notebook: nbformat.NotebookNode) -> list[str]:
    """Return the tables that the notebook shows, in order."""
    outputs = [o for cell in notebook.cells if cell.cell_type == "code" for o in cell.outputs]
    return [o.data["text/html"] for o in outputs if "text/html" in o.get("data", {})]


def printed(notebook: nbformat.NotebookNode) -> list[str]:
    """Return what the cells of the notebook print, in order."""
    cells = (cell.outputs for cell in notebook.cells if cell.cell_type == "code")
    streams = ("".join(o.text for o in outputs if "text" in o) for outputs in cells)
    return [text for text in streams if text]


def test_notebook_is_stored_without_outputs() -> None:
    notebook = stored_notebook()
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [(cell.outputs, cell.execution_count) for cell in code] == [([], None)] * len(code)
