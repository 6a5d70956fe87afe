"""The operator's logo becomes a data: address, if it is a picture that does nothing else."""

import base64
import html

import pytest

from beekeeper.page.logo import MAX_LOGO_BYTES, logo_bytes, logo_uri

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{}</svg>'
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
PICTURES = {
    "png": PNG,
    "jpeg": b"\xff\xd8\xff\xe0" + bytes(9),
    "gif": b"GIF89a" + bytes(9),
    "webp": b"RIFF\n\n\n\nWEBPVP8 ",
}


@pytest.mark.parametrize("kind", PICTURES)
def test_a_picture_is_known_by_its_content(kind: str) -> None:
    uri = logo_uri(PICTURES[kind])
    assert uri == f"data:image/{kind};base64,{base64.b64encode(PICTURES[kind]).decode()}"
    assert logo_bytes(uri) == PICTURES[kind]


@pytest.mark.parametrize(
    "inside",
    [
        "",
        '<path d="M0 0h9v9z" fill="url(#g)"/><use href="#p"/>',
        '<use xmlns:x="http://www.w3.org/1999/xlink" x:href="#p"/>',
        "<style>.a { fill: url( '#g' ) } </style><title>Österreich &amp; 100 %</title>",
        '<image href="data:image/png;base64,AAAA"/>',
    ],
)
def test_an_svg_keeps_all_that_it_has(inside: str) -> None:
    svg = SVG.format(inside)
    uri = logo_uri(("\ufeff" + svg + "\r\n").encode())
    assert uri.startswith("data:image/svg+xml,%3Csvg xmlns=")
    assert logo_bytes(uri).decode() == svg
    assert logo_uri(logo_bytes(uri)) == uri
    assert html.unescape(html.escape(uri)) == uri


def test_an_svg_is_in_utf_8_whatever_it_says() -> None:
    svg = SVG.format("<title>Ö</title>")
    said = '<?xml version="1.0" encoding="utf-16"?>\n'
    assert logo_bytes(logo_uri((said + svg).encode())).decode() == svg


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        ("<script>alert(1)</script>", r"has the element <script>"),
        ("<foreignObject/>", r"has the element <foreignObject>"),
        ('<path onload="f()"/>', r"has the event handler onload \(in <path>\)"),
        ('<image href="https://a.example/b.png"/>', r"another address, 'https://a\.example/b"),
        ('<image href="data:text/html,x"/>', r"a reference to another address"),
        ('<use xmlns:x="http://www.w3.org/1999/xlink" x:href="a.svg#p"/>', r"address, 'a\.svg#p'"),
        ('<path fill="url(https://a.example/#g)"/>', r"another address in fill"),
        ("<style>@import 'https://a.example/a.css';</style>", r"a style that loads something"),
        ("<style>.a { fill: URL( 'a.svg' ) }</style>", r"a style that loads something"),
        ("<path>", r"the SVG can't be read: mismatched tag"),
    ],
)
def test_an_svg_that_does_more_is_refused(inside: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        logo_uri(SVG.format(inside).encode())


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (b"", r"give a picture in SVG, PNG, JPEG, WebP or GIF"),
        (b"BM123", r"give a picture in SVG"),
        (b"<html></html>", r"the SVG must begin with <svg xmlns="),
        (b"<svg></svg>", r"the SVG must begin with <svg xmlns="),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]><svg/>', r"may have no DOCTYPE"),
        (b'<?xml-stylesheet href="https://a.example/a.css"?><svg/>', r"no <\?…\?> but <\?xml"),
        (b"<svg>\xff</svg>", r"must be in UTF-8"),
        (PNG + bytes(MAX_LOGO_BYTES), r"the picture has 8,264 bytes, and may have 8,000"),
    ],
    ids=["empty", "bmp", "html", "bare svg", "entity", "stylesheet", "latin-1", "large"],
)
def test_what_is_no_logo_is_refused(picture: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        logo_uri(picture)


@pytest.mark.parametrize("uri", ["data:image/png;base64", "data:image/png;base64,A", "data:,%"])
def test_a_damaged_address_is_refused(uri: str) -> None:
    with pytest.raises(ValueError, match=r"damaged|give a picture"):
        logo_uri(logo_bytes(uri))
