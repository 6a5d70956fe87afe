"""The sources of the waiting page: the files in ``assets/room``."""

from importlib.resources import files

from beekeeper.errors import BeekeeperError


class SourceError(BeekeeperError):
    """The page can't be built. The message names the file and says what to change."""


def read_source(path: str) -> str:
    """Return the text of a file of ``assets/room``, such as ``style.css``; raise SourceError."""
    file = files("beekeeper").joinpath("assets", "room", *path.split("/"))
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SourceError(f"There is no assets/room/{path}") from None
