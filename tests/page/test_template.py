import pytest

from beekeeper.page.sources import SourceError
from beekeeper.page.template import fill

SETTINGS = {"title": "Sale", "rate": 600, "region": None, "tags": {"a": "b"}, "support_url": "x"}
SENTENCES = {"hello": "Hello & {language}", "wrong": "{nothing}"}
PARTS = {"language": "en", "style": "a > b {}"}


def _fill(template: str) -> str:
    return fill(template, SETTINGS, SENTENCES, PARTS)


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("<h1>{{title}}</h1>", "<h1>Sale</h1>"),
        ("{{rate}} {{region}}.", "600 ."),
        ("{{text:hello}}", "Hello &amp; en"),
        ("<style>{{build:style}}</style>", "<style>a > b {}</style>"),
        ("{{#support_url}}<a href={{support_url}}>{{/support_url}}", "<a href=x>"),
        ("a{{#region}}\n{{region}}\n{{/region}}b", "ab"),
        ("{title} {0} }}", "{title} {0} }}"),
    ],
)
def test_slots(template: str, filled: str) -> None:
    assert _fill(template) == filled


def test_values_are_text_and_never_slots() -> None:
    settings = {"title": "{{build:style}} {{#a}} <\"'&> \\1", "a": " x\n\ty "}
    assert fill("{{title}}|{{a}}", settings, {}, PARTS) == (
        "{{build:style}} {{#a}} &lt;&quot;&#x27;&amp;&gt; \\1|x y"
    )


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("{{titel}}", r"\{\{titel\}\} is not a setting. Use one of: title, rate,"),
        ("{{ title }}", "is not a setting"),
        ("{{}}", "is not a setting"),
        ("{{#titel}}a{{/titel}}", r"\{\{titel\}\} is not a setting"),
        ("{{#title}}a", r"\{\{#title\}\} is not a setting"),
        ("a{{/title}}", r"\{\{/title\}\} is not a setting"),
        ("{{tags}}", r"\{\{tags\}\} must be text or a number"),
        ("{{text:helo}}", "'helo' is not a sentence in the html section.*: hello, wrong"),
        ("{{text:wrong}}", "'nothing' is not a part that the build makes"),
        ("{{build:css}}", "'css' is not a part that the build makes. Use one of: language, style"),
    ],
)
def test_unknown_slots_are_refused(template: str, problem: str) -> None:
    with pytest.raises(SourceError, match=problem):
        _fill(template)
