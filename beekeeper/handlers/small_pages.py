"""Pages without a script, for those who have no place in line: bots, and browsers without a cookie.

They are in the visitor's language, and few visitors see one.
"""

from html import escape

from beekeeper.contract.languages import direction_of
from beekeeper.contract.routes import Path
from beekeeper.handlers.http import PRIVATE_HEADERS, Request, Response, with_language
from beekeeper.handlers.sentences import offered_languages, sentences

POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def preview_page(request: Request, title: str, picture: str) -> Response:
    """Answer with what a chat shows beside the link: the tags of the Open Graph protocol.

    ``picture`` is the address of an image, or empty. The page also says what it is, for a person
    whose browser was taken for a bot.
    """
    language = request.language(offered_languages())
    texts = sentences(language, "preview")
    tags = {"og:type": "website", "og:title": title, "og:description": texts["description"]}
    if picture:
        tags["og:image"] = picture
    head = "".join(f'<meta property="{k}" content="{escape(v)}">\n' for k, v in tags.items())
    card = "summary_large_image" if picture else "summary"
    return _page(
        200,
        language,
        title,
        f'{head}<meta name="description" content="{escape(texts["description"])}">\n'
        f'<meta name="twitter:card" content="{card}">\n',
        f"<p>{escape(texts['description'])}</p>\n<p>{escape(texts['detail'])}</p>",
    )


def placeless_page(request: Request) -> Response:
    """Answer to a browser without JavaScript that comes from the waiting page and has no cookie.

    It keeps none, or its visitor reads the page at the edge and has not joined yet. It gets a place
    only for a click, and not each time that the waiting page refreshes.
    """
    language = request.language(offered_languages())
    texts = sentences(language, "placeless")
    href = escape(with_language(Path.JOIN.link, request))
    link = f'<p><a href="{href}">{escape(texts["button"])}</a></p>'
    return _page(401, language, texts["title"], "", f"<p>{escape(texts['detail'])}</p>\n{link}")


def _page(status: int, language: str, title: str, head: str, body: str) -> Response:
    page = f"""<!doctype html>
<html lang="{language}" dir="{direction_of(language)}" prefix="og: https://ogp.me/ns#">
<head><meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{escape(title)}</title>
{head}<link rel="icon" href="data:,"></head>
<body><h1>{escape(title)}</h1>
{body}</body></html>
"""
    headers = {
        **PRIVATE_HEADERS,
        "content-type": "text/html; charset=utf-8",
        "content-language": language,
        "content-security-policy": POLICY,
    }
    return {"statusCode": status, "headers": headers, "body": page}
