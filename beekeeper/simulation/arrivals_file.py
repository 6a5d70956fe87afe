"""Reads the arrivals of each minute from a CSV file, as spreadsheets write it.

What can be read in two ways is an error that names the line: a guess could be wrong by a factor of
a thousand. Quirks of spreadsheets:

- Where a comma is the decimal sign, columns are separated by semicolons. ``sep=;`` in the first
  line says so to Excel.
- ``1,200`` and ``1.200`` are 1200 in one country and 1.2 in another. Other thousands are separated
  by spaces, or by apostrophes.
- Titles stand above the data, sums below it, and empty columns to its right.
- Excel's plain CSV is in the encoding of the country. Digits are the same in all of them.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from beekeeper.errors import ConfigError
from beekeeper.text_file import read_text

SEPARATORS = (";", "\t", "|", ",")
EXAMPLE = "Write one line for each minute, such as 1200 or 09:01,1200."
NUMBER = re.compile(r"[+-]?(?:\d[\d.,]*|nan|inf(?:inity)?)", re.IGNORECASE)
GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")  # the last sign can be a decimal sign, too
SPACES = re.compile("(?<=\\d)[ \u00a0\u2009\u202f'\u2019](?=\\d{3}(?!\\d))")
ODD = re.compile(r"#|\W*\d+(?:[eE][+-]?\d+)?\W*$")  # #REF!, 1E+03, (5), 5 %
COUNTED = re.compile(r"(\D*)(\d+)(\D*)")  # 1, or minute 1
HALF_DAY = re.compile(r"\b[ap]\.?m\b\.?", re.IGNORECASE)
CLOCK = re.compile(r"(?<!\d)(\d{1,2}):(\d\d)(?!\d)")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the file, without the empty columns to its right."""

    line: int
    fields: Sequence[str]

    @property
    def last(self) -> str:
        """The last column, without signs between thousands that have no other meaning."""
        return SPACES.sub("", self.fields[-1])

    @property
    def label(self) -> str:
        """The first column. Empty if there is only one."""
        return self.fields[0] if len(self.fields) > 1 else ""


def read_minutes(path: str | Path) -> list[float]:
    """Return the arrivals of each minute from the last column of a CSV file.

    Titles above the data and a sum below it are left out. Raises ConfigError, which names the line.
    """
    try:
        separator, rows = _rows(read_text(path, otherwise="cp1252"))
    except (OSError, ValueError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(
            f"{path} can't be read: {reason}. Use burst, campaign, or a CSV file with the arrivals"
            " of each minute."
        ) from error
    try:
        return _minutes(separator, rows)
    except _WrongLineError as error:
        raise ConfigError(f"{path}, line {error.line}: {error}") from None


class _WrongLineError(Exception):
    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line


def _rows(text: str) -> tuple[str, list[Row]]:
    """Return the separator of the columns, and the rows that are not empty."""
    if declared := re.match(r'"?sep=(.)"?\W*$', text, re.IGNORECASE | re.MULTILINE):
        return declared[1], list(_split(text, declared[1]))[1:]
    split = {separator: list(_split(text, separator)) for separator in SEPARATORS}
    # Of two that separate as many lines, the comma is more likely a sign in numbers.
    best = max(SEPARATORS, key=lambda each: sum(len(row.fields) > 1 for row in split[each]))
    return best, split[best]


def _split(text: str, separator: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    for row in reader:
        fields = [field.strip() for field in row]
        while fields and not fields[-1]:
            fields.pop()
        if fields:
            yield Row(reader.line_num, fields)


def _minutes(separator: str, rows: Sequence[Row]) -> list[float]:
    data = _without_titles(rows)
    _check_titles(rows[: len(rows) - len(data)], data)
    _check_columns(separator, rows, data)
    sign = _decimal_sign(separator, data)
    found = [_arrivals(row, sign) for row in data]
    if _ends_with_sum(data, found):
        data, found = data[:-1], found[:-1]
    _check_labels(data)
    return found


def _without_titles(rows: Sequence[Row]) -> Sequence[Row]:
    """Return the rows from the first one that can be a minute."""
    for i, row in enumerate(rows):
        if NUMBER.fullmatch(row.last) or CLOCK.search(row.fields[0]):
            return rows[i:]
    return ()


def _check_titles(titles: Sequence[Row], data: Sequence[Row]) -> None:
    """Raise an error if the row above the data is no title, but a minute that can't be read."""
    for title, first in zip(titles[-1:], data, strict=False):
        if len(title.fields) != len(first.fields):
            continue
        is_minute = _is_next(title.label, first.label) if title.label else ODD.match(title.last)
        if is_minute:
            raise _no_arrivals(title)


def _check_columns(separator: str, rows: Sequence[Row], data: Sequence[Row]) -> None:
    """Raise an error unless the last column is clear: a comma can also be a sign in a number."""
    widths = [len(row.fields) for row in data]
    for row, width in zip(data, widths, strict=True):
        if width != max(widths, key=widths.count):
            raise _WrongLineError(
                row.line,
                f"this line has {_columns(width)}, and others have another number of columns. An"
                " empty cell needs a 0, and a number with a comma in it needs quotes.",
            )
    titles = rows[: len(rows) - len(data)]
    if separator != "," or not data or any(len(row.fields) == widths[0] > 1 for row in titles):
        return
    for row in data:
        # Without a title, 1200,5 could be one number: a minute has a clock, or counts up.
        if len(row.fields) > 1 and re.fullmatch(r"\d+", row.fields[-2]):
            if len(row.fields) == 2 and _counts_up(data):
                return
            text = ",".join(row.fields[-2:])
            raise _WrongLineError(
                row.line,
                f"{text!r} can be one number or two. Put a line with titles above, such as"
                " minute,arrivals, or separate the columns by semicolons.",
            )


def _columns(count: int) -> str:
    return f"{count} column{'s' if count > 1 else ''}"


def _counts_up(data: Sequence[Row]) -> bool:
    labels = [int(row.label) for row in data if row.label.isdecimal()]
    return len(labels) == len(data) > 1 and all(b - a == 1 for a, b in pairwise(labels))


def _decimal_sign(separator: str, data: Sequence[Row]) -> str:
    """Return the decimal sign of the file. Raise an error if a number is unclear without it."""
    sign = ""
    for row in data:
        certain = _certain_sign(row.last)
        if sign and certain and certain != sign:
            raise _unclear(row)
        sign = sign or certain
    if sign:
        return sign
    for row in data:
        # In a file that separates columns by commas, a comma in a number groups thousands.
        if GROUPED.fullmatch(row.last) and not (separator == "," and "," in row.last):
            raise _unclear(row)
    return "."


def _certain_sign(text: str) -> str:
    """Return the decimal sign, if this number leaves no doubt about it. Otherwise nothing."""
    used = [character for character in text if character in ".,"]
    if not used or GROUPED.fullmatch(text):
        if len(used) > 1 and len(set(used)) == 1:  # 1.234.567
            return {".": ",", ",": "."}[used[0]]
        return used[-1] if len(set(used)) > 1 else ""
    return used[-1]


def _unclear(row: Row) -> _WrongLineError:
    return _WrongLineError(
        row.line,
        f"{row.fields[-1]!r} can be read in two ways. Write numbers without signs between the"
        " thousands, such as 1200.",
    )


def _arrivals(row: Row, sign: str) -> float:
    whole, _, part = row.last.removeprefix("+").partition(sign)
    group = "," if sign == "." else "."
    if re.fullmatch(rf"\d+|\d{{1,3}}([{group}]\d{{3}})+", whole) and re.fullmatch(r"\d*", part):
        return float(f"{whole.replace(group, '')}.{part}")
    raise _no_arrivals(row)


def _no_arrivals(row: Row) -> _WrongLineError:
    text = f"{row.fields[-1]!r} is not a number of arrivals. {EXAMPLE}"
    return _WrongLineError(row.line, text)


def _ends_with_sum(data: Sequence[Row], found: Sequence[float]) -> bool:
    """Return whether the last row is the sum of the others, by its label and its value."""
    if len(data) < 3 or abs(sum(found[:-1]) - found[-1]) > 0.01 * len(data):
        return False
    last = data[-1]
    if last.label and not _is_minute(last.label) and all(_is_minute(r.label) for r in data[:-1]):
        return True
    if CLOCK.search(last.label) or found[-1] == 0:
        return False
    raise _WrongLineError(
        last.line,
        f"{last.fields[-1]!r} is the sum of the lines above. Remove this line. If it is a minute,"
        " add a line with 0 below it.",
    )


def _is_minute(label: str) -> bool:
    return any(character.isdigit() for character in label)


def _check_labels(data: Sequence[Row]) -> None:
    """Raise an error for a row that is no minute, and for minutes that are left out."""
    some = any(_is_minute(row.label) for row in data)
    for row in data:
        if some and not _is_minute(row.label):
            raise _WrongLineError(row.line, f"{row.label!r} is not a minute. Remove this line.")
    for before, after in pairwise(data):
        if some and not _is_next(before.label, after.label):
            raise _WrongLineError(
                after.line,
                f"{after.label!r} is not the minute after {before.label!r}. Write a line for each"
                " minute, with 0 if nobody arrives.",
            )


def _is_next(before: str, after: str) -> bool:
    """Return whether a label is that of the next minute: the next number, or the next clock."""
    if (was := COUNTED.fullmatch(before)) and (becomes := COUNTED.fullmatch(after)):
        is_alike = (was[1], was[3]) == (becomes[1], becomes[3])
        return is_alike and int(becomes[2]) - int(was[2]) == 1
    was, becomes = CLOCK.search(before), CLOCK.search(after)
    if not was or not becomes:
        return False
    # 12:59 is followed by 1:00 on a clock of twelve hours.
    steps = (
        1
        if (was[0], becomes[0].lstrip("0")) == ("12:59", "1:00")
        else _minutes_between(was, becomes)
    )
    is_new_day = _minute(becomes) in (0, 12 * 60)
    return steps == 1 and (is_new_day or _day(before) == _day(after))


def _minutes_between(before: re.Match[str], after: re.Match[str]) -> int:
    return (_minute(after) - _minute(before)) % (24 * 60)


def _minute(clock: re.Match[str]) -> int:
    return int(clock[1]) * 60 + int(clock[2])


def _day(label: str) -> str:
    """Return what is in a label beside the clock."""
    return HALF_DAY.sub("", CLOCK.sub("", label)).strip()
