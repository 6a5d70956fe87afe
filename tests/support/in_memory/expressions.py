"""The expressions that the functions send to DynamoDB."""

import re

from beekeeper.contract import items
from tests.support.in_memory.fakes import Item, client_error


def holds(condition: str, item: Item, values: Item) -> bool:
    """Return whether an item meets a condition."""
    return not condition or any(
        all(_term_holds(term, item, values) for term in terms.split(" AND "))
        for terms in condition.split(" OR ")
    )


def _term_holds(term: str, item: Item, values: Item) -> bool:
    if term.startswith("NOT "):
        return not _term_holds(term[len("NOT ") :], item, values)
    if call := re.fullmatch(r"attribute_(\w+)\((\w+)(?:, (:\w+))?\)", term):
        kind, name, of_type = call.groups()
        if kind == "type":
            return values[of_type]["S"] in item.get(name, {})
        return (name in item) == (kind == "exists")
    name, operator, value = term.split()
    if name not in item:
        return False
    try:
        left, right = float(item[name]["N"]), float(values[value]["N"])
    except (KeyError, ValueError):  # of another type: neither less nor more, but it can be equal
        return bool(operator == "=" and item[name] == values[value])
    holds = {"=": left == right, "<=": left <= right, ">=": left >= right, ">": left > right}
    return holds[operator]


def changed(expression: str, item: Item, values: Item) -> Item:
    """Return the attributes that ``SET …`` and ``ADD …`` clauses change."""
    clauses = re.split(r"\s*\b(SET|ADD) ", expression)[1:]
    found: Item = {}
    for kind, text in zip(clauses[::2], clauses[1::2], strict=True):
        found |= (_assigned if kind == "SET" else _added)(text, item, values)
    return found


def _assigned(text: str, item: Item, values: Item) -> Item:
    assigned = {}
    for part in re.sub(r"if_not_exists\(\w+, ", "?", text).split(", "):
        name, value = (side.strip() for side in part.split("="))
        keep = value.startswith("?")
        value = value.strip("?)")
        assigned[name] = item[name] if keep and name in item else values[value]
    return assigned


def _added(text: str, item: Item, values: Item) -> Item:
    added = {}
    for part in text.split(", "):
        name, value = part.split()
        try:
            before = float(item.get(name, {"N": "0"})["N"])
        except (KeyError, ValueError):
            raise client_error("ValidationException", "UpdateItem") from None
        added[name] = items.number(before + float(values[value]["N"]))
    return added
