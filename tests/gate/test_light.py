"""The gate imports with PyJWT alone: a web server needs no AWS package."""

import shutil
import subprocess
import sys
from pathlib import Path

import jwt
import pytest

import beekeeper

USE = """
import sys, time
import beekeeper.gate.__main__
from beekeeper.gate import *
from beekeeper.rules import tokens
key = tokens.new_key()
gate = Gate("sale", {key.kid: key.secret}, "https://a.example/", link="https://b.example/")
token = tokens.sign_pass("ann", [key], "sale", "https://a.example", time.time())
started = []
gate.wsgi(None)({"QUERY_STRING": "beekeeper_pass=" + token}, lambda *told: started.append(told))
assert started[0][0] == "302 Found", started
parts = {name.partition(".")[0] for name in sys.modules}
print(*sorted(parts - set(sys.stdlib_module_names) - {"__main__"}))
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder of packages with Beekeeper and PyJWT in it, as `pip install --no-deps` makes it."""
    for package in (beekeeper, jwt):
        assert package.__file__
        source = Path(package.__file__).parent
        shutil.copytree(source, tmp_path / source.name, ignore=shutil.ignore_patterns("*.pyc"))
    return tmp_path


def python(site: Path, code: str) -> subprocess.CompletedProcess[str]:
    # -I and -S: neither the environment nor the installed packages are seen.
    code = f"import sys; sys.path.insert(0, {str(site)!r})\n{code}"
    command = [sys.executable, "-I", "-S", "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_gate_works_where_only_pyjwt_is_installed(site: Path) -> None:
    found = python(site, USE)
    assert (found.stderr, found.stdout.split()) == ("", ["beekeeper", "jwt"])


def test_the_commands_say_there_that_the_rest_is_missing(site: Path) -> None:
    found = python(site, "from beekeeper.__main__ import main; sys.exit(main())")
    assert found.returncode == 1
    assert found.stderr.startswith("beekeeper: The package ")
    assert "only the gate works here" in found.stderr
    assert "Traceback" not in found.stderr
