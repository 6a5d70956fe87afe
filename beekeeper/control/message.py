"""The operators' message: everybody who waits reads it."""

from beekeeper.connection import Deployed
from beekeeper.control.changing import change_settings
from beekeeper.control.note import NO_NOTE, Note, plain_text
from beekeeper.errors import ConfigError
from beekeeper.results import Effect

MOST_CHARACTERS = 500


def message_text(text: str | None) -> str:
    """Return a message as it is stored: empty for None. Raises ConfigError."""
    if text is None:
        return ""
    if found := plain_text(text, "The message", MOST_CHARACTERS):
        return found
    raise ConfigError(
        "The message is empty. To take the message away, use --clear, or None in Python."
    )


def set_message(room: Deployed, text: str, note: Note = NO_NOTE) -> Effect:
    """Set the message. ``text`` comes from ``message_text``."""
    return change_settings(room, note, message=text)
