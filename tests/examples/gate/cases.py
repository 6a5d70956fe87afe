"""What every recipe must let in, and what it must refuse: one list for all of them."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from beekeeper.rules.tokens import Key, new_key
from beekeeper.testing import FakeRoom
from tests.support.gates import COOKIE, ORIGIN

NEW, OLD = new_key(), new_key()
ROOM = FakeRoom(
    name="sale",
    destination=f"{ORIGIN}/sale",
    link="https://room.example.com/",
    keys={key.kid: key.secret for key in (NEW, OLD)},
)
MakeToken = Callable[[], str]
DELETED: Any = object()


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def token(
    claims: Any = None,
    *,
    key: Key = NEW,
    header: Any = None,
    digest: str = "sha256",
    signature: str | None = None,
) -> str:
    """Return a pass, signed right, with other claims, another header, or another signature."""
    head = {"alg": "HS256", "typ": "JWT", "kid": key.kid}
    head = {**head, **header} if isinstance(header, Mapping) else header or head
    parts = [encoded(json.dumps(part).encode()) for part in (head, claims or claimed())]
    signed = hmac.new(key.secret.encode(), ".".join(parts).encode(), digest).digest()
    return ".".join([*parts, encoded(signed) if signature is None else signature])


def claimed(**changes: Any) -> dict[str, Any]:
    """Return the claims of a pass with changes. A claim that is DELETED is left out."""
    now = int(time.time())
    claims = {
        "iss": f"beekeeper:{ROOM.name}", "aud": ORIGIN, "sub": "visitor", "jti": "an id",
        "iat": now, "exp": now + 300,
    }  # fmt: skip
    return {name: value for name, value in {**claims, **changes}.items() if value is not DELETED}


def ago(seconds: int) -> int:
    return int(time.time()) - seconds


def altered() -> str:
    head, _, signature = token().split(".")
    return f"{head}.{encoded(json.dumps(claimed(sub='somebody else')).encode())}.{signature}"


def hs_instead_of_rs() -> str:
    """Sign with what an attacker knows, a public key, say."""
    public = Key(NEW.kid, "-----BEGIN PUBLIC KEY-----")
    return token(key=public)


def session() -> dict[str, Any]:
    return claimed(typ="session", exp=ago(-1800))


GOOD_PASSES: dict[str, MakeToken] = {
    "a pass": ROOM.valid_pass,
    "a pass signed with the older key": lambda: token(key=OLD),
    "a pass that expired 4 minutes ago, by a clock that is ahead": lambda: token(
        claimed(exp=ago(240))
    ),
    "a pass of the future, by a clock that is behind": lambda: token(
        claimed(iat=ago(-240), exp=ago(-540))
    ),
}

BAD_PASSES: dict[str, MakeToken] = {
    "empty": str,
    "forged": ROOM.forged_pass,
    "altered": altered,
    "of another room": ROOM.pass_of_another_room,
    "expired": ROOM.expired_pass,
    "for another site": lambda: token(claimed(aud="https://shop.example.com.evil.example")),
    "for the site by http": lambda: token(claimed(aud="http://shop.example.com")),
    "without an audience": lambda: token(claimed(aud=DELETED)),
    "without an issuer": lambda: token(claimed(iss=DELETED)),
    "without an expiry": lambda: token(claimed(exp=DELETED)),
    "with a text as expiry": lambda: token(claimed(exp=str(ago(-300)))),
    "with an expiry that is true": lambda: token(claimed(exp=True)),
    "with an expiry that is null": lambda: token(claimed(exp=None)),
    "a ticket": lambda: token(claimed(typ="ticket")),
    "a session": lambda: token(session()),
    "without a signature": lambda: token(signature=""),
    "with another signature": lambda: token(signature=encoded(hashlib.sha256().digest())),
    "with half a signature": lambda: token()[:-20],
    "with a part too many": lambda: f"{token()}.{token().split('.')[2]}",
    "alg none": lambda: token(header={"alg": "none"}, signature=""),
    "alg NONE": lambda: token(header={"alg": "NONE"}, signature=""),
    "alg none, and signed": lambda: token(header={"alg": "none"}),
    "alg HS512": lambda: token(header={"alg": "HS512"}, digest="sha512"),
    "alg HS512, and signed with HS256": lambda: token(header={"alg": "HS512"}),
    "alg RS256": lambda: token(header={"alg": "RS256"}),
    "alg null": lambda: token(header={"alg": None}),
    "HS256 with a public key": hs_instead_of_rs,
    "of an unknown key": lambda: token(key=new_key()),
    "of a key that is a property of every object": lambda: token(header={"kid": "constructor"}),
    "of a key that is the prototype": lambda: token(header={"kid": "__proto__"}),
    "of a key that is null": lambda: token(header={"kid": None}),
    "of a key that is a list": lambda: token(header={"kid": [NEW.kid]}),
    "of a key that is an object": lambda: token(header={"kid": {"0": NEW.kid}}),
    "of a key that is a number": lambda: token(header={"kid": 0}),
    "with a list as header": lambda: token(header=["HS256", NEW.kid]),
    "with a text as header": lambda: token(header="HS256"),
    "with a list as claims": lambda: token([1]),
    "with a text as claims": lambda: token("claims"),
    "no token": lambda: "x",
    "three parts of nothing": lambda: "..",
    "three parts of nonsense": lambda: "a.b.c",
    "bytes that are no UTF-8": lambda: "%ff%fe.%00.%c0%80",
    "half an escape": lambda: "%",
    "a header that nests deeply": lambda: f"{encoded(b'[' * 1_200)}.e30.x",
    "4,000 characters": lambda: "x" * 4_000,
}

BAD_COOKIES: dict[str, MakeToken] = {
    "empty": lambda: f"{COOKIE}=",
    "nonsense": lambda: f"{COOKIE}=a.b.c",
    "no pair": lambda: f"{COOKIE};;; =; =x; {COOKIE}",
    "a pass": lambda: f"{COOKIE}={token()}",
    "of an unknown key": lambda: f"{COOKIE}={token(session(), key=new_key())}",
    "alg none": lambda: f"{COOKIE}={token(session(), header={'alg': 'none'}, signature='')}",
    "an array, for PHP": lambda: f"{COOKIE}[]={token(session())}",
    "control characters": lambda: f"{COOKIE}=\x01\x7f\t; x=\x02",
    "no ASCII": lambda: f"{COOKIE}=\xe9\xff; \xff=\xe9",
    "100 cookies": lambda: "; ".join(f"{COOKIE}{n}=x" for n in range(100)),
    "8 KB": lambda: f"{COOKIE}={'x' * 8_192}",
}

# The query as it comes, and as it is after the redirect. PASS stands for a valid pass.
QUERIES = {
    "beekeeper_pass=PASS": "",
    "b=2&beekeeper_pass=PASS&a=1&b=1": "b=2&a=1&b=1",
    "utm_source=a%20b+c&to=%2Fx%3Fy&beekeeper_pass=PASS": "utm_source=a%20b+c&to=%2Fx%3Fy",
    "back=/a?b=1&beekeeper_pass=PASS": "back=/a?b=1",
    "beekeeper_pass=PASS&beekeeper_pass=PASS&a": "a",
    "my_beekeeper_pass=1&beekeeper_pass=PASS&beekeeper_pass2=2": (
        "my_beekeeper_pass=1&beekeeper_pass2=2"
    ),
    "a=%zz%&beekeeper_pass=PASS&b=%ff": "a=%zz%&b=%ff",
}

# Addresses that could become a redirect to elsewhere, or a header of their own.
HOSTILE = [
    "//evil/",
    "///evil/",
    "/\\evil/",
    "\\\\evil/",
    "/%2f%2fevil/",
    "/%5cevil/",
    "/./\\/evil",
    "/.//evil",
    "/..//evil",
    "/;//evil",
    "/@evil/",
    ".evil/",
    "@evil/",
    "http://evil/",
    "https:evil",
    "//evil:80@shop.example.com/",
    "/\t/evil/",
    "/%09/evil/",
    "/%0d%0aSet-Cookie:%20a=b",
    "/%0d%0a%0d%0a<script>",
    "/a\x00b",
    "/\xe9\xff",
    "/?to=//evil/&to=/\\evil",
    "/?a=%0d%0aSet-Cookie:%20a=b",
    "/?beekeeper_pass[]=x&beekeeper_pass[a]=x",
    "/?beekeeper%5fpass=x",
    "*",
]
