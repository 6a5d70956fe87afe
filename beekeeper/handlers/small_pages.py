"""Pages without a script: for bots, and for browsers without JavaScript or cookie.

They are in the visitor's language, and few visitors see one.
"""

from html import escape

from beekeeper.contract.routes import STAY_LINK, Path
from beekeeper.handlers import markup
from beekeeper.handlers.http import ICON, PRIVATE_HEADERS, Request, Response, in_language_of
from beekeeper.handlers.sentences import offered_languages, sentences


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
    link = markup.link(in_language_of(request, Path.JOIN.link), texts["button"])
    return _page(401, language, texts["title"], "", f"<p>{escape(texts['detail'])}</p>\n{link}")


def stay_page(request: Request) -> Response:
    """Answer to a visitor without JavaScript who has to wait, and who has stopped the refresh.

    A refresh that nobody can stop is hard on people who read slowly (Web Content Accessibility
    Guidelines 2.2, success criterion 2.2.2).
    """
    language = request.language(offered_languages())
    texts = sentences(language, "stay")
    links = markup.link(in_language_of(request, STAY_LINK), texts["button"])
    links += markup.link(in_language_of(request, Path.ROOM.link), texts["refresh"])
    return _page(200, language, texts["title"], "", f"<p>{escape(texts['detail'])}</p>\n{links}")


def _page(status: int, language: str, title: str, head: str, body: str) -> Response:
    headers = {
        **PRIVATE_HEADERS,
        "content-type": "text/html; charset=utf-8",
        "content-language": language,
        "content-security-policy": markup.policy(),
    }
    page = markup.document(language, title, body, head + ICON)
    return {"statusCode": status, "headers": headers, "body": page}
