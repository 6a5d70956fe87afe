import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beekeeper import ConfigError, RoomConfig
from beekeeper.config import configured
from beekeeper.config.essentials import MAX_NAME_CHARACTERS
from beekeeper.config.toml_file import to_toml
from beekeeper.config.upkeep import RETENTION_DAYS
from beekeeper.rules import quotas
from beekeeper.rules.settings import Mode
from tests.support.rooms import BASE, DOMAIN, config


def test_defaults() -> None:
    found = config()
    assert found.title == "Sale"
    assert (found.region, found.claim_minutes, found.log_retention_days) == (None, 15, 14)
    assert found.tags == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "a"},
        {"name": "a" * MAX_NAME_CHARACTERS},
        {"name": "summer-sale-2"},
        {"rate": 1},
        {"rate": 300_000},
        {"destination": "https://shop.example.com:8443/a?b=c"},
        {"destination": "http://localhost:8000/"},
        {"destination": "http://127.0.0.1:8000/"},
        {"destination": "http://[::1]:8000/"},
        {"title": 'O\'Reilly "Live" & <b>🐝'},
        {"tags": {"team": "shop", "cost centre": ""}},
        DOMAIN,
        {**DOMAIN, "region": "eu-central-1", "hosted_zone_id": "Z0123456789ABC"},
        {"log_retention_days": 365},
    ],
    ids=str,
)
def test_good(changes: dict[str, Any]) -> None:
    found = config(**changes).model_dump()
    assert found.items() >= changes.items()


@pytest.mark.parametrize(
    ("field", "value", "remedy"),
    [
        ("name", "Sale", "summer-sale"),
        ("name", "-sale", "summer-sale"),
        ("name", "sale-", "summer-sale"),
        ("name", "a_b", "summer-sale"),
        ("name", "", "summer-sale"),
        ("name", "sälé", "summer-sale"),
        ("name", "a" * 25, "at most 24"),
        ("name", 7, "summer-sale"),
        ("destination", "shop.example.com", "https://shop.example.com"),
        ("destination", "http://shop.example.com/", "use https://"),
        ("destination", "ftp://shop.example.com/", "use https://"),
        ("destination", "https://", "https://shop.example.com"),
        ("destination", "https://user:secret@shop.example.com/", "https://shop.example.com"),
        ("destination", "https://shop.example.com/a b", "leave out spaces"),
        ("destination", "https://shop.example.com\\evil.com/", r"use / instead of \: browsers"),
        ("destination", "https:\\\\shop.example.com", r"use / instead of \: browsers"),
        ("destination", "https://straße.example/", "which begins with xn--"),
        ("picture", "summer.jpg", r"give the whole address, such as https://shop"),
        ("picture", "http://shop.example.com/summer.jpg", r"give the whole address"),
        ("destination", "https://bücher..example/", "which begins with xn--"),
        ("destination", "https://shop.example.com:99999/", "https://shop.example.com"),
        ("destination", "https://[::1/", "https://shop.example.com"),
        ("destination", "https://a..b/", "whole address"),
        ("destination", f"https://{'a' * 64}.example/", "whole address"),
        ("destination", "https://shop.example.com/#seats", "leave out # and what follows"),
        ("rate", 0, "visitors per minute"),
        ("rate", -1, "visitors per minute"),
        ("rate", 300_001, "300,000"),
        ("rate", 1.5, "visitors per minute"),
        ("rate", "many", "visitors per minute"),
        ("rate", None, "visitors per minute"),
        ("rate", True, "visitors per minute"),
        ("rate", "1,20", "visitors per minute"),
        ("rate", "1.200", "visitors per minute"),
        ("overbooking", True, "1 to 3"),
        ("region", "Frankfurt", "such as eu-central-1"),
        ("title", "  ", "Summer Sale"),
        ("title", "x" * 121, "120 characters"),
        ("claim_minutes", 4, "5"),
        ("claim_minutes", 1_441, "1,440"),
        ("log_retention_days", 15, ": CloudWatch accepts only 1, "),
        ("tags", {"aws:x": "1"}, "another prefix"),
        ("tags", {"Beekeeper:room": "1"}, "another prefix"),
        ("tags", {"": "1"}, "1 to 128"),
        ("tags", {"k": "v" * 257}, "256"),
        ("tags", {f"k{i}": "" for i in range(49)}, ": AWS allows at most 47"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_bad(field: str, value: object, remedy: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config(**{field: value})
    text = str(caught.value)
    assert text.startswith(f"{field} = ")
    assert repr(value)[:20] in text
    assert remedy in text
    assert "pydantic" not in text


@pytest.mark.parametrize("field", ["name", "destination", "rate"])
def test_missing(field: str) -> None:
    with pytest.raises(ConfigError, match=rf"^{field} is missing: .*such as"):
        RoomConfig(**{k: v for k, v in BASE.items() if k != field})


def test_unknown_field() -> None:
    with pytest.raises(ConfigError, match=r"colour is not a setting\. The settings are: name, d"):
        config(colour="red")


def test_all_problems_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        config(name="A", rate=0)
    assert "name = 'A'" in str(caught.value)
    assert "rate = 0" in str(caught.value)


def test_is_frozen() -> None:
    with pytest.raises(Exception, match="frozen"):
        config().rate = 7


@pytest.mark.parametrize("typed", ["1200", "1,200", "1_200", 1200.0])
def test_a_number_as_people_type_it(typed: str | float) -> None:
    assert config(rate=typed).rate == 1_200


def test_settings() -> None:
    settings = config(claim_minutes=5).settings(quotas.USUAL)
    assert (settings.mode, settings.rate, settings.claim_seconds) == (Mode.ON, 600.0, 300)
    assert settings.destination == BASE["destination"]


RESERVED = ("aws:", "beekeeper:")
printable = st.text(st.characters(codec="utf-8"), min_size=1, max_size=60)
# What AWS takes in a tag. IAM does not tell capital letters apart, so there are none.
tag_texts = st.text(
    st.characters(codec="utf-8", categories=["Ll", "Lo", "N", "Zs"], include_characters="_.:/=+-@"),
    min_size=1,
    max_size=60,
).map(str.strip)
tag_keys = tag_texts.filter(lambda k: k and k == k.casefold() and not k.startswith(RESERVED))


@given(
    st.builds(
        config,
        name=st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True),
        rate=st.integers(1, 300_000),
        title=printable.filter(str.strip),
        claim_minutes=st.integers(5, 1_440),
        log_retention_days=st.sampled_from(RETENTION_DAYS),
        region=st.none() | st.just("eu-west-1"),
        tags=st.dictionaries(tag_keys, tag_texts, max_size=4),
    )
)
def test_toml_round_trip(found: RoomConfig) -> None:
    assert RoomConfig(**tomllib.loads(found.to_toml())) == found


def test_toml_file_round_trip(tmp_path: Path) -> None:
    found = config(title='O\'Reilly "Live" \\ 🐝', tags={"a b": "c=d"})
    path = tmp_path / "beekeeper.toml"
    path.write_text(found.to_toml(), encoding="utf-8")
    assert RoomConfig.load(path) == RoomConfig.load(str(path)) == found


def test_load_takes_what_there_is() -> None:
    assert RoomConfig.load(BASE) == RoomConfig.load(config()) == config()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "There is no .*beekeeper init"),
        ("name = ", "beekeeper.toml can't be read"),
        (b'name = "\xe9"', r"beekeeper.toml can't be read: it is not a text in UTF-8\. Save it as"),
        ('name = "A"', "beekeeper.toml: name = 'A'"),
    ],
    ids=["absent", "no TOML", "no UTF-8", "bad value"],
)
def test_bad_files(tmp_path: Path, text: str | bytes | None, message: str) -> None:
    path = tmp_path / "beekeeper.toml"
    if text is not None:
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(ConfigError, match=message):
        RoomConfig.load(path)


def test_file_that_is_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="can't be read"):
        RoomConfig.load(tmp_path)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({**DOMAIN, "domain_name": "https://queue.example.com/"}, "domain_name = .*a host name"),
        ({**DOMAIN, "domain_name": "localhost"}, "domain_name = 'localhost': .*queue.example.com"),
        (
            {**DOMAIN, "domain_name": "192.0.2.1"},
            "domain_name = '192.*give only a host name",
        ),
        ({**DOMAIN, "domain_name": "*.example.com"}, "domain_name = .*give only a host name"),
        ({**DOMAIN, "domain_name": "a" * 64 + ".example.com"}, "domain_name = .*a host name"),
        ({**DOMAIN, "certificate_arn": "1a2b"}, "certificate_arn = '1a2b': give the ARN .*arn:aws"),
        (
            {**DOMAIN, "hosted_zone_id": "example.com"},
            "hosted_zone_id = 'example.com': give the id",
        ),
        ({"domain_name": "queue.example.com"}, "certificate_arn is missing: domain_name = 'queue"),
        ({"hosted_zone_id": "Z0123456"}, "hosted_zone_id = 'Z0123456': .*Add domain_name"),
        ({**DOMAIN, "domain_name": None}, "certificate_arn = 'arn:.*Add domain_name"),
        (
            {**DOMAIN, "destination": "https://Queue.example.com:443/x"},
            "destination = .*the room's own address .*'queue.example.com'",
        ),
        ({**DOMAIN, "destination": "https://queue.example.com./"}, "the room's own address"),
        ({**DOMAIN, "region": "us-east-1"}, "certificate_arn = .*in eu-central-1.*us-east-1"),
    ],
    ids=str,
)
def test_a_custom_domain_that_is_not_whole_or_not_one(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        config(**changes)


def test_a_custom_domain_survives_the_file() -> None:
    room = config(**DOMAIN, hosted_zone_id="/hostedzone/Z0123456")
    assert RoomConfig(**tomllib.loads(room.to_toml())) == room
    assert (room.domain_name, room.hosted_zone_id) == ("queue.example.com", "Z0123456")


def test_toml_writes_truth_values_as_toml_does() -> None:
    assert tomllib.loads(to_toml({"edge": True, "off": False})) == {"edge": True, "off": False}


LIVE_SALE = 'name = "live-sale"\r\ndestination = "https://shop.example.com/"\r\nrate = 600\r\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_of_windows(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "beekeeper.toml"
    path.write_bytes(LIVE_SALE.encode(encoding))
    assert RoomConfig.load(path).name == "live-sale"
    assert configured(path, "name") == "live-sale"


@pytest.mark.parametrize("field", ["region", "state", "title"])
def test_a_setting_below_tags_is_misplaced(tmp_path: Path, field: str) -> None:
    path = tmp_path / "beekeeper.toml"
    path.write_text(f'{LIVE_SALE}\n[tags]\nteam = "shop"\n{field} = "eu-west-1"\n')
    said = rf"beekeeper\.toml: {field} = 'eu-west-1' is below \[tags\].*Move it above"
    with pytest.raises(ConfigError, match=said):
        RoomConfig.load(path)
    with pytest.raises(ConfigError, match=said):
        configured(path, field)


def test_a_tag_may_have_the_name_of_a_setting(tmp_path: Path) -> None:
    path = tmp_path / "beekeeper.toml"
    path.write_text(f'{LIVE_SALE}\n[tags]\nname = "shop"\n')
    assert RoomConfig.load(path).tags == {"name": "shop"}


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://Bücher.example:8443", "https://xn--bcher-kva.example:8443/"),
        ("https://例え.テスト/x?a=é#", "https://xn--r8jz45g.xn--zckzah/x?a=%C3%A9#"),
        ("https://shop.example.com/é%20x?[a]=1", "https://shop.example.com/%C3%A9%20x?[a]=1"),
    ],
)
def test_an_address_in_ones_own_language(typed: str, found: str) -> None:
    assert config(destination=typed).destination == found


def test_a_domain_in_ones_own_language() -> None:
    assert config(**{**DOMAIN, "domain_name": "Queue.Bücher.example"}).domain_name == (
        "queue.xn--bcher-kva.example"
    )
