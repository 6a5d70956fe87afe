"""Reads text files as people's machines write them.

Windows programs begin a file with a byte-order mark, in UTF-8 or UTF-16. They end lines with CRLF,
which the readers of TOML and CSV understand.
"""

import codecs
from pathlib import Path

UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_text(path: str | Path, *, otherwise: str | None = None) -> str:
    """Return the text of a file in UTF-8 or, with its byte-order mark, UTF-16.

    ``otherwise`` is the encoding of a file that is in neither. Raises OSError when the file can't
    be read, and ValueError, whose text is for people, when it is no such text.
    """
    content = Path(path).read_bytes()
    try:
        return content.decode("utf-16" if content.startswith(UTF_16_MARKS) else "utf-8-sig")
    except UnicodeDecodeError as error:
        if otherwise:
            return content.decode(otherwise, errors="replace")
        raise ValueError("it is not a text in UTF-8. Save it as plain text in UTF-8") from error
