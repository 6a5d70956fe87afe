"""The Lambda zip: contract, handlers, rules, PyJWT, and the texts and one script of the page.

It always has the same bytes.
"""

import base64
import hashlib
import io
import zipfile
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

import jwt

from beekeeper.contract.languages import NAMES
from beekeeper.contract.page import TEXTS, UNAVAILABLE_SCRIPT

ROOT = "beekeeper"
PARTS = ("contract", "handlers", "rules")
# Any fixed time works. This is the oldest time that a zip can store.
FIXED_TIME = (1980, 1, 1, 0, 0, 0)
MODE = 0o644 << 16


@cache
def function_zip() -> bytes:
    """Return the zip that all functions of a room run."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, content in sorted(_files().items()):
            info = zipfile.ZipInfo(path, FIXED_TIME)
            info.external_attr = MODE
            info.create_system = 3  # Unix, on every operating system
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return buffer.getvalue()


@cache
def code_sha256() -> str:
    """Return the zip's hash as Lambda reports it: base64 of SHA-256."""
    return base64.b64encode(hashlib.sha256(function_zip()).digest()).decode()


def _files() -> dict[str, bytes]:
    # An empty package, because the real __init__ would import the provisioner.
    files = {f"{ROOT}/__init__.py": b""}
    for part in PARTS:
        files |= _sources(resources.files(ROOT) / part, f"{ROOT}/{part}")
    files |= _sources(resources.files(jwt), "jwt")
    texts = [(*TEXTS, f"{language}.json") for language in NAMES]
    for path in (*texts, UNAVAILABLE_SCRIPT):
        content = resources.files(ROOT).joinpath(*path).read_bytes()
        files["/".join((ROOT, *path))] = content.replace(b"\r\n", b"\n")
    return files


def _sources(folder: Traversable, prefix: str) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for entry in folder.iterdir():
        if entry.is_dir() and entry.name != "__pycache__":
            files |= _sources(entry, f"{prefix}/{entry.name}")
        elif entry.name.endswith(".py"):
            # Line endings can differ between checkouts, but the hash must not.
            files[f"{prefix}/{entry.name}"] = entry.read_bytes().replace(b"\r\n", b"\n")
    return files
