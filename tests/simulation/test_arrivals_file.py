"""Arrivals as spreadsheets write them: the right number, or an error that names the line."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beekeeper import ConfigError, simulate
from beekeeper.cli.main import main
from beekeeper.simulation.crowd import read_minutes

BOTH = [1200.0, 800.0]
SPACE = "\u202f"


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "arrivals.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    "content",
    [
        "minute,arrivals\n09:00,1200\n09:01,800\nTotal,2000\n",
        'sep=,\nCampaign 2026,,\n\nminute,arrivals,\n09:00,"1,200",\n09:01,800,\n',
        "sep=;\r\nMinute;Besucher\r\n09:00;1200\r\n09:01;800\r\nSumme;2000\r\n",
        "Minute;Besucher\n09:00;1.200,0\n09:01;800,00\n",
        "Minute;Besucher\n09:00;1,200.0\n09:01;800.00\n",
        f"minute;visiteurs\n09:00;1{SPACE}200\n09:01;800\n",
        "minute\tbesucher\n09:00\t1'200\n09:01\t800\n",
        "1200\n800\n",
        "1,1200\n2,800\n",
        "1,a,b\n09:00,mail,1200\n09:01,shop,800\n",
        "2026-11-26 23:59:00,1200\n2026-11-27 00:00:00,800\n",
        "12:59 PM,1200\n1:00 PM,800\n",
        "Minute;Gäste\n09:00;1200\n09:01;800\n".encode("cp1252"),
        "minute,arrivals\n09:00,1200\n09:01,800\n".encode("utf-16"),
        "minute,arrivals\n09:00,1200\n09:01,800\n".encode("utf-8-sig"),
    ],
)
def test_what_spreadsheets_write(tmp_path: Path, content: str | bytes) -> None:
    assert read_minutes(written(tmp_path, content)) == BOTH


def test_a_decimal_comma(tmp_path: Path) -> None:
    path = written(tmp_path, "Minute;Besucher\r\n09:00;1200,5\r\n09:01;800,0\r\n")
    assert read_minutes(path) == [1200.5, 800.0]
    assert simulate(rate=600, arrivals=path).visitors == 2_000


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("a,b\n", "no arrivals"),
        ("", "no arrivals"),
        ("0\n0\n0\n", "no arrivals"),
        ("0,1E+03\n1,500\n2,400\n", "line 1: '1E.03' is not a number of arrivals"),
        ("0;5%\n1;500\n", "line 1: '5%' is not a number of arrivals"),
        ("0;\u22125\n1;500\n", "line 1: '.5' is not a number of arrivals"),
        ("m;n\n09:59;#REF!\n10:00;500\n", "line 2: '#REF!' is not a number of arrivals"),
        ("1E+03\n500\n400\n", "line 1: '1E.03' is not a number of arrivals"),
        ("(5)\n500\n400\n", "line 1: '.5.' is not a number of arrivals"),
        ("5\nx\n", "line 2: 'x' is not a number of arrivals"),
        ("-5\n", "line 1: '-5' is not a number of arrivals"),
        ("nan\n5\n", "line 1: 'nan' is not a number of arrivals"),
        ("09:00,\n09:01,800\n", "line [12]: this line has . column"),
        ("09:00,5\n09:01,5 %\n", "line 2: '5 %' is not a number of arrivals"),
        ("1200,5\n800,0\n", "line 1: '1200,5' can be one number or two"),
        ("1200,5\n", "line 1: '1200,5' can be one number or two"),
        ("09:00,1,200\n09:01,800\n", "line [12]: this line has . columns"),
        ("09:00,1,200\n09:01,2,300\n", "line 1: '1,200' can be one number or two"),
        ("m,a\n09:00,1,200\n09:01,2,300\n", "line 2: '1,200' can be one number or two"),
        ("09:00;1.200\n09:01;800\n", "line 1: '1.200' can be read in two ways"),
        ("09:00;800\n09:01;1,200\n", "line 2: '1,200' can be read in two ways"),
        ("1.200\n800\n", "line 1: '1.200' can be read in two ways"),
        ("09:00;1.5\n09:01;1,5\n", "line 2: '1,5' can be read in two ways"),
        ("1200\n800\n2000\n", "line 3: '2000' is the sum of the lines above"),
        ("a,b\n09:00,1200\n09:01,800\nMean,1000\n", "line 4: 'Mean' is not a minute"),
        ("2026\nminute,arrivals\n09:00,5\n", "line 1: this line has 1 column"),
        ("09:00,1\n09:05,2\n", "line 2: '09:05' is not the minute after '09:00'.* 0 if nobody"),
        ("day;n\n2026-11-01;5\n2026-11-02;7\n", "line 3: '2026-11-02' is not the minute after"),
        ("09:00;100\n21:01;200\n", "line 2: '21:01' is not the minute after"),
        ("2026-01-01 09:00;1\n2026-01-02 09:01;2\n", "line 2: .* is not the minute after"),
        ("minute 1;5\nminute 3;7\n", "line 2: 'minute 3' is not the minute after 'minute 1'"),
        ("m;n\n1;5\n3;7\n", "line 3: '3' is not the minute after '1'"),
        ('"a\nb";n\n09:00;5\n09:02;7\n', "line 4: '09:02' is not the minute after"),
    ],
)
def test_what_is_wrong_or_unclear(tmp_path: Path, content: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        simulate(rate=60, arrivals=written(tmp_path, content))


def test_the_command_ends_with_the_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, "1.200\n800\n")
    assert main(["simulate", "--rate", "600", "--arrivals", str(path)]) == 1
    assert f"{path}, line 1: '1.200' can be read in two ways." in capsys.readouterr().err


def number(value: int, thousands: str, decimal: str) -> str:
    grouped = f"{value:,}".replace(",", thousands)
    return f"{grouped}{decimal}0" if decimal else grouped


@given(
    st.lists(st.integers(0, 2_000_000), min_size=2, max_size=9),
    st.sampled_from(["", ",", ".", " ", "'", SPACE]),
    st.sampled_from(["", ",", "."]),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["clock", "number", "none"]),
    st.booleans(),
)
def test_never_a_wrong_number(
    tmp_path_factory: pytest.TempPathFactory,
    values: list[int],
    thousands: str,
    decimal: str,
    separator: str,
    labels: str,
    is_quoted: bool,
) -> None:
    if decimal == thousands:
        return
    quote = '"' if is_quoted else ""
    label = {"clock": "09:{:02}", "number": "{}", "none": ""}[labels]
    start = f"{label}{separator}" if label else ""
    lines = [
        start.format(i) + quote + number(value, thousands, decimal) + quote
        for i, value in enumerate(values)
    ]
    path = written(tmp_path_factory.mktemp("csv"), "\n".join(lines))
    try:
        found = read_minutes(path)
    except ConfigError:
        return
    assert found == values
