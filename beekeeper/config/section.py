"""How a section of the configuration declares its fields, and how errors describe wrong values."""

import re
from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError, PydanticUndefined

from beekeeper.nearest import did_you_mean, nearest
from beekeeper.rules.settings import SETTINGS, Settings

SHOWN_CHARACTERS = 120  # of a value in an error
GROUPED = re.compile(r"\d{1,3}(?:([,_])\d{3})(?:\1\d{3})*(?:\.\d*)?")


class Section(BaseModel):
    """Base of the sections. Fields are frozen, unknown fields are errors, text is stripped.

    A number can be a text, such as "600" or "1,200". A truth value is no number. A text or a number
    is no truth value: pydantic would take "on" and 1 for true.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    @field_validator("*", mode="before")
    @classmethod
    def _plain_numbers(cls, value: Any, info: ValidationInfo) -> Any:
        known = cls.model_fields[info.field_name or ""]
        if known.annotation is bool and not isinstance(value, bool):
            raise PydanticCustomError("bool_type", "give true or false")
        if known.annotation not in (int, float):
            return value
        if isinstance(value, bool):
            raise PydanticCustomError("number", "a truth value is not a number")
        return plain_number(value) if isinstance(value, str) else value


def plain_number(text: str) -> str:
    """Return the text of a number without the signs between its thousands: 1,200 and 1_200."""
    return re.sub(r"[,_]", "", text) if GROUPED.fullmatch(text.strip()) else text


def described(
    help: str,  # noqa: A002 - what argparse calls it
    *,
    default: Any = PydanticUndefined,
    unit: str = "",
    example: str = "",
    **checks: Any,
) -> Any:
    """Return a field. ``help`` and ``unit`` are for people. ``checks`` go to pydantic."""
    return Field(
        default,
        description=help,
        json_schema_extra={"unit": unit, "example": example},
        **checks,
    )


def table(section: type[Section], whose: str) -> Any:
    """Return the field of a room that is a section of its own. In TOML it is a table."""
    return Field(
        default_factory=section,
        description=f"the table of the {whose} settings",
        json_schema_extra={"unit": "", "example": ""},
    )


def table_of(value: Any, section: type[Section], name: str, key: str, example: str) -> Any:
    """Return a value for such a field. Raises ValueError, with an example, for what is no table."""
    if isinstance(value, Mapping | section):
        return value
    raise ValueError(
        f'write it as a table: a line [{name}], and below it {key} = "{example}" (in Python:'
        f' {name}={{"{key}": "{example}"}})'
    )


def declared(name: str, *, example: str = "") -> Any:
    """Return the field of a setting that the functions also read (rules/settings.py)."""
    known = SETTINGS[name]
    assert known.configured, f"{name} is not declared as configured"
    default = next(field.default for field in fields(Settings) if field.name == name)
    if isinstance(default, float) and default.is_integer():
        default = int(default)  # 10, as people write it
    return described(
        known.help,
        default=PydanticUndefined if default is MISSING else default,
        unit=known.unit,
        example=example,
        ge=known.minimum,
        le=known.maximum,
    )


def explained(error: ValidationError, model: type[BaseModel]) -> str:
    """Return what is wrong with the values of a model: each field, its value and the remedy."""
    return "; ".join(_explained(problem, model) for problem in error.errors(include_url=False))


def _explained(problem: ErrorDetails, model: type[BaseModel]) -> str:
    text = problem["msg"].removeprefix("Value error, ")
    if not problem["loc"]:
        return text  # it is about several fields, and names them
    field = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "missing":
        return f"{field} is missing: give {_hint(field, model)}"
    if problem["type"] == "extra_forbidden":
        return _unknown(field, model)
    text = _said(problem["type"], text, field, model) + _meant(problem)
    if text.startswith(f"{field}."):
        return text  # it is about a part of the field, and names it
    return f"{field} = {_shown(problem['input'])}: {text}"


def _said(kind: str, text: str, field: str, model: type[BaseModel]) -> str:
    """Return what is wrong and what to do. Our own checks say both, those of pydantic only one."""
    if kind == "value_error":
        return text  # it keeps its capital letters, as in AWS
    if kind.startswith("bool_"):
        return "give true or false"
    if number := _number(field, model):
        return number
    hint = _hint(field, model)
    return text[:1].lower() + text[1:] + (f". Give {hint}" if hint else "")


def _meant(problem: ErrorDetails) -> str:
    """Return the value that was meant, if the setting takes certain texts only."""
    typed = problem["input"]
    if problem["type"] not in ("literal_error", "enum") or not isinstance(typed, str):
        return ""
    meant = nearest(typed, re.findall(r"'([^']*)'", problem.get("ctx", {})["expected"]))
    return f". Did you mean {meant!r}?" if meant else ""


def _shown(value: Any) -> str:
    """Return a value for an error. That of a picture or a template would fill the screen."""
    text = repr(value)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"


def _unknown(field: str, model: type[BaseModel]) -> str:
    """Return what to do about a setting that there is not."""
    table, _, name = field.rpartition(".")
    if table and name in model.model_fields:
        return (
            f"{name} is below [{table}], and so it is not the room's setting. Move it above"
            f" [{table}]"
        )
    if of := _table_of(field, model):
        return f"{field} is a setting of the table [{of}]. Write it below a line [{of}]"
    inner = _field(table, model) if table else None
    of_table = inner.annotation if inner else model
    assert isinstance(of_table, type)
    assert issubclass(of_table, BaseModel)
    whose = f"The settings below [{table}]" if table else "The settings"
    if meant := did_you_mean(name, of_table.model_fields):
        return f"{field} is not a setting.{meant}"
    return f"{field} is not a setting. {whose} are: {', '.join(of_table.model_fields)}"


def _table_of(name: str, model: type[BaseModel]) -> str:
    """Return the table that has a setting. Empty if it is not one, or is one of several tables."""
    tables = [table for table in model.model_fields if _field(f"{table}.{name}", model)]
    return tables[0] if len(tables) == 1 else ""


def _field(name: str, model: type[BaseModel]) -> FieldInfo | None:
    """Return a field by its name. That of a table is ``table.name``."""
    table, _, inner = name.partition(".")
    known = model.model_fields.get(table)
    if not inner or known is None:
        return known
    of_table = known.annotation
    is_model = isinstance(of_table, type) and issubclass(of_table, BaseModel)
    return _field(inner, of_table) if is_model else None  # type: ignore[arg-type]


def _number(field: str, model: type[BaseModel]) -> str:
    """Return what to give for a number: ``give a whole number, 1 to 300,000: visitors per …``."""
    known = _field(field, model)
    if known is None or known.annotation not in (int, float):
        return ""
    kind = "a whole number" if known.annotation is int else "a number"
    bounds, unit = bounds_of(known), unit_of(known)
    size = f" from {bounds} {unit}".rstrip() if bounds else f" of {unit}"
    return f"give {kind}{size}: {known.description}"


def _hint(field: str, model: type[BaseModel]) -> str:
    known = _field(field, model)
    if known is None or not (example := _extra(known)["example"]):
        return ""
    return ", ".join(filter(None, (known.description, bounds_of(known), f"such as {example}")))


def _extra(field: FieldInfo) -> dict[str, str]:
    extra = field.json_schema_extra
    assert isinstance(extra, dict)
    return {name: str(value) for name, value in extra.items()}


def unit_of(field: FieldInfo) -> str:
    """Return the unit of a field, for people. Empty if it has none."""
    return _extra(field)["unit"]


def bounds_of(field: FieldInfo) -> str:
    """Return the bounds of a number, for people: ``1 to 300,000``. Empty if it has none."""
    bounds = [b for m in field.metadata for b in (getattr(m, "ge", None), getattr(m, "le", None))]
    found = [f"{bound:,}" for bound in bounds if bound is not None]
    return " to ".join(found)


def help_of(field: FieldInfo) -> str:
    """Return what a field means, with its bounds and unit, for help texts and the README."""
    bounds = " ".join(filter(None, (bounds_of(field), unit_of(field))))
    return f"{field.description} ({bounds})" if bounds else str(field.description)
