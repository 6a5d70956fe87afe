"""Addresses at the destination. None of them ever leaves the destination's origin."""

from collections.abc import Iterable
from urllib.parse import quote, unquote_plus, urljoin, urlsplit, urlunsplit

from beekeeper.rules.tokens import MAX_QUERY_CHARACTERS, MAX_TO_CHARACTERS

PASS_PARAMETER = "beekeeper_pass"  # noqa: S105 - a name, no secret
# Characters that need no encoding in a path or query (RFC 3986). API Gateway decodes queries.
AS_IT_IS = "/?#[]@!$&'()*+,;=:%"

# WHATWG URL, 4.4: browsers drop control characters and spaces before an address.
_DROPPED_AT_THE_START = "".join(map(chr, range(0x21)))

LOOPBACK = ("localhost", "127.0.0.1", "::1")


def has_host(url: str) -> bool:
    """Return whether a text is an address whose host every browser reads as we do."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    labels = (host or "").removesuffix(".").split(".")
    if ":" not in (host or "") and not all(0 < len(label) <= 63 for label in labels):
        return False
    is_plain = all(0x20 < ord(c) < 0x7F and c != "\\" for c in url)
    return bool(host) and "@" not in parts.netloc and is_plain


def is_private(url: str) -> bool:
    """Return whether nobody on the way can read what is sent there: https, or this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def is_address(url: str) -> bool:
    """Return whether a text can be a destination."""
    return has_host(url) and is_private(url)


def origin_of(url: str) -> str:
    """Return the scheme://host[:port] of an address, in lower case, without a default port."""
    parts = urlsplit(url)
    port = {"https": 443, "http": 80}.get(parts.scheme)
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port not in (None, port) else "")


def shown(url: str) -> str:
    """Return what may be told of an address: its origin. The rest of it can have a token.

    A dot-dot-dot stands for the rest.
    """
    is_all = urlsplit(url)._replace(scheme="", netloc="").geturl() in ("", "/")
    return f"{origin_of(url)}{'' if is_all else '/…'}"


def safe_path(to: str | None) -> str:
    """Return ``to`` if it is a path on the destination, and the empty string otherwise.

    Spaces and letters beyond ASCII are percent-encoded. The function refuses everything that a
    browser could read as another origin: schemes, ``//host``, backslashes (which browsers read as
    slashes), and the control characters that browsers drop (WHATWG URL, 4.4).
    """
    if not to or len(to) > MAX_TO_CHARACTERS or not to.startswith("/") or to.startswith("//"):
        return ""
    if "\\" in to or any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 for c in to):
        return ""
    encoded = quote(to, safe=AS_IT_IS, errors="replace")
    return encoded if len(encoded) <= MAX_TO_CHARACTERS else ""


def campaign_query(parameters: Iterable[tuple[str, str]]) -> str:
    """Return the parameters of a link as a query for the destination, in their order.

    A parameter that does not fit in MAX_QUERY_CHARACTERS is left out as a whole.
    """
    query = ""
    for name, value in parameters:
        pair = "=".join(quote(text, safe="", errors="replace") for text in (name, value))
        longer = f"{query}&{pair}" if query else pair
        if name not in ("", PASS_PARAMETER) and len(longer) <= MAX_QUERY_CHARACTERS:
            query = longer
    return query


def entry_url(destination: str, to: str, token: str, query: str = "") -> str:
    """Return an admitted visitor's address: the destination, or ``to`` on it, with the pass.

    Its parameters are those of ``to``, or of the destination if ``to`` has none, and then those of
    the campaign link (``query``) with other names, so that no link changes what is configured.
    """
    url = urljoin(destination, safe_path(to)) if safe_path(to) else destination
    if origin_of(url) != origin_of(destination):
        url = destination
    parts = urlsplit(url)
    fixed = _pairs(parts.query or urlsplit(destination).query)
    taken = {_name(pair) for pair in fixed}
    linked = [pair for pair in _pairs(query) if _name(pair) not in taken]
    pairs = [*fixed, *linked, f"{PASS_PARAMETER}={token}"]
    return urlunsplit(parts._replace(query="&".join(pairs)))


def _pairs(query: str) -> list[str]:
    # The texts stay as they are. To parse and rebuild a query could change it.
    return [pair for pair in query.split("&") if pair and _name(pair) != PASS_PARAMETER]


def _name(pair: str) -> str:
    # The destination decodes names too. If two passes were left, it could read the wrong one.
    return unquote_plus(pair.partition("=")[0])


def passes_in(query: str) -> list[str]:
    """Return the values of all passes in a query."""
    if PASS_PARAMETER not in query and "%" not in query:
        return []  # nearly always
    pairs = [pair for pair in query.split("&") if pair and _name(pair) == PASS_PARAMETER]
    return [unquote_plus(pair.partition("=")[2]) for pair in pairs]


def query_without_pass(query: str) -> str:
    """Return a query without passes. All else stays as it is, in its order."""
    return "&".join(pair for pair in query.split("&") if _name(pair) != PASS_PARAMETER)


def without_pass(url: str) -> str:
    """Return the address without the pass. Redirect to it once a session has begun.

    A relative address begins with one slash: browsers read two as another host.
    """
    address, mark, fragment = url.lstrip(_DROPPED_AT_THE_START).partition("#")
    path, _, query = address.partition("?")
    if path[:1] in ("/", "\\"):
        path = "/" + path.lstrip("/\\\t\r\n")
    kept = query_without_pass(query)
    return path + (f"?{kept}" if kept else "") + mark + fragment
