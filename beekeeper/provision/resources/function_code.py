"""The Lambda zip: handlers, pure rules and PyJWT, and nothing else; the same bytes every time."""

import base64
import hashlib
import io
import zipfile
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

import jwt

ROOT = "beekeeper"
PARTS = ("contract", "handlers", "rules")
# The oldest time that a zip can hold; any fixed one does.
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
            info.create_system = 3  # Unix, wherever this runs
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return buffer.getvalue()


@cache
def code_sha256() -> str:
    """Return the zip's hash as Lambda reports it: base64 of SHA-256."""
    return base64.b64encode(hashlib.sha256(function_zip()).digest()).decode()


def _files() -> dict[str, bytes]:
    # An empty package: the real one's __init__ would bring the provisioner along.
    files = {f"{ROOT}/__init__.py": b""}
    for part in PARTS:
        files |= _sources(resources.files(ROOT) / part, f"{ROOT}/{part}")
    files |= _sources(resources.files(jwt), "jwt")
    return files


def _sources(folder: Traversable, prefix: str) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for entry in folder.iterdir():
        if entry.is_dir() and entry.name != "__pycache__":
            files |= _sources(entry, f"{prefix}/{entry.name}")
        elif entry.name.endswith(".py"):
            # Line endings differ with the checkout; the hash must not.
            files[f"{prefix}/{entry.name}"] = entry.read_bytes().replace(b"\r\n", b"\n")
    return files
