import base64
import hashlib
import io
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import botocore
import pytest

from beekeeper.contract.functions import FUNCTIONS, Function
from beekeeper.contract.languages import NAMES
from beekeeper.provision.resources import function_code

HANDLERS = ["producer", "room", "turnstile", "consumer"]


@pytest.fixture(scope="module")
def archive() -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(function_code.function_zip()))


def test_same_bytes_every_time() -> None:
    first = function_code.function_zip()
    function_code.function_zip.cache_clear()
    assert function_code.function_zip() == first
    module = "beekeeper.provision.resources.function_code"
    code = f"from {module} import code_sha256; print(code_sha256())"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == function_code.code_sha256()


def test_hash_is_as_lambda_reports_it() -> None:
    digest = hashlib.sha256(function_code.function_zip()).digest()
    assert function_code.code_sha256() == base64.b64encode(digest).decode()


def test_nothing_else_is_in_it(archive: zipfile.ZipFile) -> None:
    folders = {name.rpartition("/")[0] for name in archive.namelist()}
    assert folders == {
        "beekeeper",
        "beekeeper/assets/room",
        "beekeeper/assets/room/texts",
        "beekeeper/contract",
        "beekeeper/handlers",
        "beekeeper/rules",
        "jwt",
    }
    others = {name for name in archive.namelist() if not name.endswith(".py")}
    texts = {f"beekeeper/assets/room/texts/{language}.json" for language in NAMES}
    assert others == {*texts, "beekeeper/assets/room/unavailable.js"}
    assert archive.read("beekeeper/__init__.py") == b""
    assert [n for n in archive.namelist() if n.startswith("beekeeper/") and n.count("/") == 1] == [
        "beekeeper/__init__.py"
    ]


def test_entries_say_nothing_of_this_machine(archive: zipfile.ZipFile) -> None:
    assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert {info.external_attr >> 16 for info in archive.infolist()} == {0o644}
    assert archive.namelist() == sorted(archive.namelist())


def test_handlers_run_from_it_alone(tmp_path: Path) -> None:
    # Only those site-packages that the Lambda runtime has: botocore and what it needs.
    site = tmp_path / "runtime"
    site.mkdir()
    here = Path(botocore.__file__).parent.parent
    for name in ("botocore", "urllib3", "jmespath", "dateutil", "six.py"):
        (site / name).symlink_to(here / name)
    code = tmp_path / "code.zip"
    code.write_bytes(function_code.function_zip())
    script = f"""
import sys
sys.path[:0] = [{str(code)!r}, {str(site)!r}]
import importlib
for name in {HANDLERS}:
    module = importlib.import_module(f"beekeeper.handlers.{{name}}")
    assert module.__file__.startswith({str(code)!r}), module.__file__
    assert callable(module.handler)
from beekeeper.handlers.http import unavailable_page
assert "One moment" in unavailable_page("en")[0]
import jwt
assert jwt.__file__.startswith({str(code)!r}), jwt.__file__
unwanted = {{"pydantic", "rich", "boto3", "cryptography"}} & set(sys.modules)
own = [m.split(".")[1] for m in sys.modules if m.startswith("beekeeper.")]
others = set(own) - {{"contract", "handlers", "rules"}}
assert not unwanted and not others, (unwanted, others)
"""
    run_alone(script, "-W", "error")


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_handlers_start_in_lambda_with_what_they_are_declared_to_get(
    function: Function, tmp_path: Path
) -> None:
    code = tmp_path / "code.zip"
    code.write_bytes(function_code.function_zip())
    environment = {
        "AWS_LAMBDA_FUNCTION_NAME": f"beekeeper-sale-{function.name}",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        **{variable.value: "https://sqs.example/value" for variable in function.variables},
    }
    site = Path(botocore.__file__).parent.parent
    script = (
        f"import sys; sys.path[:0] = [{str(code)!r}, {str(site)!r}]; "
        f"import {function.handler.removesuffix('.handler')}"
    )
    run_alone(script, environment=environment)


def run_alone(script: str, *options: str, environment: Mapping[str, str] | None = None) -> None:
    """Run a script in a Python that finds nothing but its own library; it must succeed."""
    command = [sys.executable, "-I", "-S", *options, "-c", script]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
