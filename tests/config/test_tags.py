"""Tags are checked before AWS is touched: characters, lengths, number, capital letters."""

import pytest

from beekeeper.errors import ConfigError
from tests.support.rooms import config


@pytest.mark.parametrize(
    "tags",
    [
        {"Cost Center": "R+D / 100_%".replace("%", "=@:.-")},
        {"Größe": "二 4"},
        {"k" * 128: "v" * 256},
        {"empty": ""},
        {f"k{i}": "v" for i in range(47)},
    ],
)
def test_what_aws_takes(tags: dict[str, str]) -> None:
    assert config(tags=tags).tags == tags


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ({"Cost Center": "R&D, 100%"}, "does not take: '%', '&', ','"),
        ({"a*": "b"}, r"does not take: '\*'"),
        ({"a": "one\ntwo"}, "does not take: "),
        ({"a": "😀"}, "does not take: "),
        ({"Name": "a", "name": "b"}, "tags 'Name' and 'name' differ only in capital letters"),
        ({"AWS:x": "b"}, "reserved prefix"),
        ({"Beekeeper:room": "b"}, "reserved prefix"),
        ({"": "b"}, "wrong length"),
        ({"k" * 129: "b"}, "wrong length"),
        ({"k": "b" * 257}, "wrong length"),
        ({f"k{i}": "v" for i in range(48)}, "at most 47 tags"),
    ],
)
def test_what_aws_refuses(tags: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        config(tags=tags)
