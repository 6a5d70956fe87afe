"""What DynamoDB refuses to store. It then refuses the whole call, and names no item."""

from decimal import Decimal, InvalidOperation

from tests.support.in_memory.fakes import Item, client_error

MAX_KEY_BYTES = 2_048
MAX_DIGITS = 38
MAX_EXPONENT, MIN_EXPONENT = 125, -130
# The functions write none of these.
OTHER_KINDS = {"B", "BOOL", "NULL", "L", "M", "BS", "NS", "SS"}


def refuse_key(key: Item, operation: str) -> None:
    """Raise ValidationException unless the ``id`` of a key or an item is a key of our table."""
    value = key.get("id", {}).get("S")
    if not isinstance(value, str) or not 1 <= len(_bytes(value)) <= MAX_KEY_BYTES:
        raise client_error("ValidationException", operation)


def refuse_values(values: Item, operation: str) -> None:
    """Raise ValidationException unless all attributes have values that DynamoDB stores."""
    if not all(is_stored(value) for value in values.values()):
        raise client_error("ValidationException", operation)


def is_stored(value: Item) -> bool:
    """Tell whether DynamoDB stores an attribute with this value."""
    if len(value) != 1:
        return False
    ((kind, content),) = value.items()
    if kind == "N":
        return isinstance(content, str) and _is_number(content)
    if kind == "S":
        return isinstance(content, str) and bool(_bytes(content) or not content)
    return kind in OTHER_KINDS


def _is_number(text: str) -> bool:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return False
    if not number.is_finite():
        return False
    digits = "".join(map(str, number.as_tuple().digits)).strip("0")
    exponent = number.adjusted() if number else 0
    return len(digits) <= MAX_DIGITS and MIN_EXPONENT <= exponent <= MAX_EXPONENT


def _bytes(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:  # half of a pair: DynamoDB takes only UTF-8
        return b""
