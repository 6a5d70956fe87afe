"""What browsers say of their languages, and which page they get: for the rule in both its forms.

The Python (rules/languages.py) and the CloudFront Function (assets/edge/language.js) must agree.

- The highest q-value wins, and of equals the first. What has no q-value has 1.
- A q-value that is not as HTTP defines it (RFC 9110, 12.4.2), or 0, makes its entry void.
- A tag names the longest of its beginnings that is offered: ``fr-CA`` names ``fr``. A ``*`` names
  the default, which is the first that is offered. Upper and lower case are the same.
- Chinese is traditional with Hant, or without a script in Taiwan, Hong Kong and Macao.
"""

ALL = (
    "en", "es", "fr", "de", "pt", "it", "nl", "pl", "tr", "ar", "hi", "ja", "ko", "zh-Hans",
    "zh-Hant",
)  # fmt: skip
FRENCH_FIRST = ("fr", "en", "zh-Hant")
OWN = ("en", "pt", "pt-BR", "gsw", "zh-HK", "zh-Hans")  # an operator's own languages among them

# Accept-Language, what is offered, and the language of the page.
CASES: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("fr", ALL, "fr"),
    ("en-GB", ALL, "en"),
    ("fr-CA;q=0.8", ALL, "fr"),
    ("fr-CA,fr;q=0.9,en;q=0.8", ALL, "fr"),
    ("en;q=0.8, fr", ALL, "fr"),
    ("de;q=0.5,nl;q=0.7,it;q=0.7", ALL, "nl"),
    ("sv,da;q=0.9,pl;q=0.1", ALL, "pl"),
    ("pt-BR,pt;q=0.9", ALL, "pt"),
    ("PT-br", ALL, "pt"),
    ("  ja  ; q=1.000 ,ko;Q=0.9", ALL, "ja"),
    ("ko;Q=0.9,tr;q=0.90", ALL, "ko"),
    ("sr-Latn-RS,hi-IN;q=0.3", ALL, "hi"),
    ("de-AT;q=0", ALL, "en"),
    ("de-AT;q=0,de;q=0.4", ALL, "de"),
    ("zh", ALL, "zh-Hans"),
    ("zh-CN,zh;q=0.9", ALL, "zh-Hans"),
    ("zh-SG", ALL, "zh-Hans"),
    ("zh-TW", ALL, "zh-Hant"),
    ("zh-HK", ALL, "zh-Hant"),
    ("zh-MO", ALL, "zh-Hant"),
    ("zh-Hant", ALL, "zh-Hant"),
    ("zh-Hant-HK", ALL, "zh-Hant"),
    ("zh-hant-cn", ALL, "zh-Hant"),
    ("zh-Hans-TW", ALL, "zh-Hans"),
    ("zh-yue-HK", ALL, "zh-Hant"),
    ("*", ALL, "en"),
    ("sv, *;q=0.5, fr;q=0.1", ALL, "en"),
    ("*", FRENCH_FIRST, "fr"),
    ("de", FRENCH_FIRST, "fr"),
    ("zh-CN,en;q=0.5", FRENCH_FIRST, "en"),  # only the traditional page is offered
    ("", FRENCH_FIRST, "fr"),
    ("pt-BR", OWN, "pt-BR"),
    ("pt-PT", OWN, "pt"),
    ("gsw-CH,de;q=0.5", OWN, "gsw"),
    ("zh-HK", OWN, "zh-HK"),
    ("en", ("en",), "en"),
    ("fr", ("en",), "en"),
    # Not as browsers write it.
    ("", ALL, "en"),
    (" ", ALL, "en"),
    (",,;,", ALL, "en"),
    (";q=1,es", ALL, "es"),
    ("fr;q=2,es;q=0.2", ALL, "es"),
    ("fr;q=-1,es;q=0.2", ALL, "es"),
    ("fr;q=0x1,es;q=0.2", ALL, "es"),
    ("fr;q=1e0,es;q=0.2", ALL, "es"),
    ("fr;q=inf,es;q=0.2", ALL, "es"),
    ("fr;q=,es;q=0.2", ALL, "es"),
    ("fr;level=1,es;q=0.2", ALL, "es"),
    ("fr;q=0.9;q=1,es;q=0.2", ALL, "es"),
    ("fr;q=0.9;,es;q=0.2", ALL, "es"),
    ("français,frx,f,-fr,<script>,__proto__,constructor,es;q=0.1", ALL, "es"),
    ("zhx,zh_TW,hant", ALL, "en"),
    ("x" * 5_000, ALL, "en"),
    ("fr;q=0.4," + "x-" * 2_500, ALL, "fr"),
    ("it," + "es;q=0.5," * 600, ALL, "it"),
    ("\x00\ufffd\U0001f600,tr", ALL, "tr"),
)  # fmt: skip
