"""``robots.txt``: the ``room`` function answers with it, and with an edge it is in the bucket."""

WHATSAPP = "WhatsApp"  # a person's browser in WhatsApp names it, too, but not first
# The bots that make previews in chats and social networks. robots.txt lets them in.
PREVIEW_BOTS = (
    "facebookexternalhit",
    "Facebot",
    "Twitterbot",
    "LinkedInBot",
    "Slackbot",
    "Slackbot-LinkExpanding",
    "Discordbot",
    "TelegramBot",
    WHATSAPP,
    "SkypeUriPreview",
    "MicrosoftPreview",
    "Pinterestbot",
    "redditbot",
)


def robots_txt() -> str:
    """Return what crawlers may read: nothing. Those that make previews may."""
    previews = "".join(f"User-agent: {name}\n" for name in PREVIEW_BOTS)
    return f"{previews}Disallow: /room\nAllow: /\n\nUser-agent: *\nDisallow: /\n"
