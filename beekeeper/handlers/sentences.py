"""The sentences of the small pages that the functions make, in the visitor's language.

They are files of the zip, one for each language. A file is read when a page first needs it, because
it would slow down every cold start. An operator's own sentences are only on the waiting page.
"""

import functools
import json
import os
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from beekeeper.contract.functions import Variable
from beekeeper.contract.languages import ENGLISH, NAMES, SEPARATOR
from beekeeper.contract.page import TEXTS


def offered_languages() -> tuple[str, ...]:
    """Return the languages of the room that Beekeeper has sentences for, the default first."""
    wanted = os.environ.get(Variable.LANGUAGES.value, "").split(SEPARATOR)
    return tuple(language for language in wanted if language in NAMES) or (ENGLISH,)


@functools.cache
def sentences(language: str, page: str) -> Mapping[str, str]:
    """Return the sentences of one small page, such as ``unavailable``."""
    source = files("beekeeper").joinpath(*TEXTS, f"{language}.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(source)["functions"]
    return dict(found[page])
