"""The table ``[page]``: what it takes, which files it reads, and errors that say what to do."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from beekeeper import ConfigError, RoomConfig
from beekeeper.cli.main import main
from beekeeper.config.page import COMMENTED, MAX_FOOTER_CHARACTERS
from beekeeper.contract.languages import NAMES
from beekeeper.page import build_page
from beekeeper.page.texts import load_texts
from tests.support.own_page import HEAVY, TEMPLATE
from tests.support.rooms import BASE, config

SVG = '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9v9z"/></svg>'
ENGLISH = {name: load_texts("en").sections()[name] for name in ("html", "script")}


def _file(folder: Path, table: str, **files: str) -> Path:
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_text(content, encoding="utf-8")
    path = folder / "beekeeper.toml"
    path.write_text(f"{config(page={}).to_toml()}\n[page]\n{table}\n", encoding="utf-8")
    return path


def test_a_room_has_the_page_of_beekeeper_in_all_languages() -> None:
    page = config(page={}).page
    assert page.languages == [*NAMES]
    assert (page.logo, page.accent, page.footer, page.template) == ("", "", "", "")


@pytest.mark.parametrize(
    ("name", "given", "taken"),
    [
        ("accent", " #0B5FFF ", "#0b5fff"),
        ("accent", "", ""),
        ("languages", ["pt", "en"], ["pt", "en"]),
        ("languages", ("en",), ["en"]),
        ("footer", "  Shop Ltd.\n  Example Street 1 ", "Shop Ltd. Example Street 1"),
        ("support_url", "https://bücher.example/help", "https://xn--bcher-kva.example/help"),
        ("support_url", "mailto:help@example.com?subject=Sale", None),
        ("support_url", "tel:+44-1632-960000", None),
        ("terms_url", "https://shop.example.com/terms?a=b#c", None),
        ("privacy_url", "", ""),
    ],
)
def test_what_the_settings_take(name: str, given: Any, taken: Any) -> None:
    found = config(page={name: given})
    assert getattr(found.page, name) == (given if taken is None else taken)
    assert RoomConfig.load(found.model_dump(mode="json")) == found


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ({"accent": "blue"}, r"^page\.accent = 'blue': give a colour as #rrggbb or #rgb"),
        (
            {"languages": ["en", "xx"]},
            r"page\.languages = .*no texts for xx\. Use en, es, .*page\.t",
        ),
        ({"languages": []}, r"page\.languages = \[\]: give each language once, and at least one"),
        ({"languages": ["en", "en"]}, r"give each language once"),
        ({"texts": {"zh-hans": {**ENGLISH, "name": "Chinese"}}}, r"give each language once"),
        ({"texts": {"a": {}}}, r"^page\.texts\.a: 'a' is no language\. [^;]*$"),
        ({"texts": {"aa-bb-cc-dd": {}}}, r"'aa-bb-cc-dd' is no language"),
        ({"languages": ["en"], "texts": {"fr": {}}}, r"page\.texts has fr, which is missing here"),
        ({"footer": "x" * 201}, rf"page\.footer = .*at most {MAX_FOOTER_CHARACTERS} characters"),
        (
            {"support_url": "help"},
            r"page\.support_url = 'help': give the whole .* Or give mailto:help@",
        ),
        ({"support_url": "javascript:alert(1)"}, r"give the whole address"),
        ({"support_url": "mailto:nobody"}, r"give the whole address"),
        ({"terms_url": "http://shop.example.com/"}, r"page\.terms_url = .*such as https://shop"),
        ({"privacy_url": "mailto:a@b.example"}, r"page\.privacy_url = .*such as https://shop"),
        ({"logo": "no.svg"}, r"^page\.logo = 'no\.svg': no\.svg can't be read: No such file"),
        ({"logo": "data:image/png;base64,AAAA"}, r"page\.logo = .*give a picture in SVG, PNG"),
        (
            {"logo": "https://example.com/a.svg"},
            r"page\.logo = .*can't be read: it is no file\. Save it as a file",
        ),
        ({"template": "no.html"}, r"page\.template = 'no\.html': no\.html can't be read: No such"),
        ({"template": "<p>"}, r"page\.template = '<p>': it must begin with: <!doctype html>"),
        ({"texts": "fr.json"}, r"page\.texts = 'fr\.json': write a table: a line \[page\.texts\]"),
        (
            {"texts": {"fr": "no.json"}},
            r"^page\.texts\.fr = 'no\.json': no\.json can't be read: No such",
        ),
        (
            {"texts": {"fr": {"html": {"no": ""}}}},
            r"^page\.texts\.fr: html\.no is not in the texts",
        ),
        (
            {"sources": ["https://cdn.example.com"]},
            r"page\.sources is for a template .*page\.templ",
        ),
        ({"sources": ["https://a.example/b"]}, r"page\.sources\.0 = .*an origin without a path"),
        ({"sources": ["https://a.example;b"]}, r"give an origin without a path, such as"),
        ({"sources": ["https://*.example"]}, r"give an origin without a path, such as"),
        ({"sources": ["http://a.example"]}, r"give an origin without a path, such as https"),
        ({"colour": "#fff"}, r"page\.colour is not a setting.*below \[page\] are: logo, accent"),
        ({"support_url": "tel:+44 1"}, r"write them as %20\. Or give mailto:help@example\.com"),
        ({"rate": 900}, r"rate is below \[page\].*Move it above \[page\]"),
        ("logo.svg", r"page = 'logo\.svg': write it as a table: a line \[page\]"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_what_is_wrong_is_named_with_the_remedy(page: Any, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as error:
        config(page=page)
    assert len(str(error.value)) < 500


@pytest.mark.parametrize(
    ("page", "alone"),
    [
        ({"texts": {"sv": {"name": "Svenska"}}}, r"page\.texts\.sv lacks [^;]*"),
        (
            {"sources": ["http://a.example"], "template": "<p>"},
            r"page\.sources\.0 = 'http://a\.example': give an origin without a path[^;]*",
        ),
    ],
)
def test_what_follows_from_a_mistake_is_not_said(page: Any, alone: str) -> None:
    with pytest.raises(ConfigError) as error:
        config(page=page)
    assert re.fullmatch(alone, str(error.value))


def test_a_setting_outside_of_its_table_is_told_where_it_belongs() -> None:
    with pytest.raises(ConfigError, match=r"^accent is a setting of the table \[page\]\. Write it"):
        config(accent="#0b5fff")


def test_an_error_shows_only_the_beginning_of_a_template() -> None:
    with pytest.raises(ConfigError) as error:
        config(page={"template": TEMPLATE + "x" * 9_000})
    assert len(str(error.value)) < 300
    assert "…: it must end with" in str(error.value)


def test_files_are_read_from_the_folder_of_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = 'languages = ["fr"]\nlogo = "logo.svg"\ntemplate = "page.html"\ntexts.fr = "fr.json"'
    french = {"html": {"enter_button": "Allez"}}
    files = {"logo_svg": SVG, "page_html": f"\ufeff{TEMPLATE}\n", "fr_json": json.dumps(french)}
    path = _file(tmp_path, table, **files)
    monkeypatch.chdir("/")
    found = RoomConfig.load(path)
    assert found.page.logo.startswith("data:image/svg+xml,%3Csvg xmlns=")
    assert found.page.template == TEMPLATE
    assert found.page.texts == {"fr": french}
    monkeypatch.chdir(tmp_path)
    assert config(page=tomllib.loads(table)) == found == RoomConfig.load("beekeeper.toml")


def test_an_empty_template_is_no_template(tmp_path: Path) -> None:
    path = _file(tmp_path, 'template = "page.html"', page_html="\n")
    with pytest.raises(ConfigError, match=r"page\.html': it must begin with: <!doctype"):
        RoomConfig.load(path)


def test_only_the_line_ends_of_a_template_change() -> None:
    """A browser has a script's hash of its own: other separators are a part of what it runs."""
    script = "<script>'\u2028\x0b\x85'</script>"
    given = TEMPLATE.replace("<p>", f"{script}\n<p>").replace("\n", "\r\n")
    assert f"{script}\n<p>" in config(page={"template": given}).page.template


def test_a_configuration_that_has_read_its_files_is_complete_in_itself(tmp_path: Path) -> None:
    table = 'languages = ["en"]\naccent = "#fa0"\nlogo = "logo.svg"\ntemplate = "page.html"'
    table += '\nsources = ["https://a.example"]'
    table += '\ntexts.en.script.states.waiting.status = "Hold on \\"you\\""'
    path = _file(tmp_path, table, logo_svg=SVG, page_html=TEMPLATE.replace("\n", "\r\n"))
    found = RoomConfig.load(path)
    for file in (tmp_path / "logo.svg", tmp_path / "page.html"):
        file.unlink()
    for copy in (
        RoomConfig(**found.model_dump()),
        RoomConfig.load(json.loads(json.dumps(found.model_dump(mode="json")))),
        RoomConfig(**tomllib.loads(found.to_toml())),
    ):
        assert copy == found
        assert build_page(copy.model_dump()) == build_page(found.model_dump())


def test_errors_about_files_name_the_configuration_and_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = _file(tmp_path, 'logo = "images/logo.svg"')
    with pytest.raises(
        ConfigError, match=r"beekeeper\.toml: page\.logo = 'images/logo\.svg': images"
    ):
        RoomConfig.load(path)
    path = _file(tmp_path, 'texts.fr = "fr.json"', fr_json="{")
    with pytest.raises(ConfigError, match=r"fr\.json is not valid JSON: .*Correct the file"):
        RoomConfig.load(path)
    path = _file(tmp_path, 'texts.fr = "fr.json"', fr_json="[" * 100_000)
    with pytest.raises(ConfigError, match=r"page\.texts\.fr = .* too many levels\. Correct"):
        RoomConfig.load(path)


def test_a_new_language_is_offered_after_the_others() -> None:
    swedish = {"name": "Svenska", **ENGLISH}
    found = config(page={"texts": {"sv": swedish}})
    assert found.page.languages == [*NAMES, "sv"]
    assert RoomConfig(**found.model_dump()) == found
    assert config(page={"texts": {"sv": swedish}, "languages": ["sv"]}).page.languages == ["sv"]
    with pytest.raises(ConfigError, match=r"^page\.texts\.sv: give the language's name"):
        config(page={"texts": {"sv": {"html": {}}}})


def test_a_page_that_is_too_heavy_is_refused() -> None:
    template = TEMPLATE.replace("<p>", f"<p>{HEAVY}", 1)
    with pytest.raises(ConfigError, match=r"^the page in en has \d\d\.\d KB .* template: "):
        config(page={"languages": ["en"], "template": template})


def test_what_init_writes_can_be_taken_out_of_its_comment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "logo.svg").write_text(SVG, encoding="utf-8")
    given = [f"--{name}={BASE[name]}" for name in ("name", "destination", "rate")]
    assert main(["init", *given]) == 0
    written = (tmp_path / "beekeeper.toml").read_text(encoding="utf-8")
    lines = [line.removeprefix("# ") for line in COMMENTED.splitlines()]
    table = "\n".join(lines[lines.index("[page]") :])
    assert COMMENTED in written
    (tmp_path / "beekeeper.toml").write_text(written + table, encoding="utf-8")
    page = RoomConfig.load("beekeeper.toml").page
    assert (page.accent, page.languages) == ("#0b5fff", ["en", "fr"])
