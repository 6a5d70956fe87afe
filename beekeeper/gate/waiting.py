"""What keeps the gate from deciding: something that it must ask can't answer, or takes time."""


class Unavailable(Exception):
    """The keys or the replay store can't be read. Its text says which."""


class WouldWait(Exception):
    """A decision needs something that takes time. Ask again from a thread."""
