"""Addresses as people copy them: from a browser's bar, from a message, in their own language."""

from urllib.parse import quote, urlsplit

# Browsers keep these letters in a host's name, and Python's codec (IDNA 2003) replaces them: the
# result would be another host.
DEVIATIONS = "ßẞς\u200c\u200d"
PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))


def ascii_host(name: str) -> str:
    """Return a host's name as DNS has it: xn--bcher-kva.example of bücher.example.

    Raises ValueError, with a text for people.
    """
    if name.isascii():
        return name
    try:
        if any(letter in DEVIATIONS for letter in name):
            raise UnicodeError
        return name.encode("idna").decode("ascii")
    except UnicodeError:
        raise ValueError(
            "give the host's name in its ASCII form, which begins with xn--, as your registrar"
            " shows it"
        ) from None


def ascii_address(url: str) -> str:
    """Return an address with its host's name as DNS has it, and other letters percent-encoded.

    Raises ValueError, with a text for people.
    """
    if "\\" in url:
        raise ValueError("use / instead of \\: browsers read both alike, and servers do not")
    if any(character.isspace() for character in url):
        raise ValueError("leave out spaces, or write them as %20")
    if url.isascii():
        return url
    host = urlsplit(url).netloc
    return quote(url.replace(host, ascii_host(host), 1), safe=PRINTABLE)
