"""Frozen dataclasses to plain JSON values and back, by their annotations.

Covers what records are made of: dataclasses, enums, tuples, unions of dataclasses with None, str,
int, float, bool, bytes (as hex) and dates. Values of a class read back equal to what was written.
"""

from __future__ import annotations

import dataclasses
import datetime
import types
import typing
from collections.abc import Hashable
from enum import Enum
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


class CodecError(ValueError):
    """The data do not have the shape of the class asked for."""


def to_plain(value: Any) -> Any:
    """`value` as dicts, lists, strings, numbers, booleans and None."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [to_plain(item) for item in value]
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime.date):
        return value.isoformat()
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise CodecError(f"cannot encode a {type(value).__name__}")


def from_plain(cls: type[T], data: Any) -> T:
    """Inverse of `to_plain` for an instance of the dataclass `cls`.

    Raises:
        CodecError: a field is missing, unknown, of another type, or a whole number no float can hold.
    """
    if not isinstance(data, dict):
        raise CodecError(f"{cls.__name__}: expected an object, got {type(data).__name__}")
    hints = _hints(typing.cast("Hashable", cls))
    unknown = sorted(set(data) - set(hints))
    if unknown:
        raise CodecError(f"{cls.__name__}: unknown fields {unknown}")
    try:
        return cls(**{name: _decode(hints[name], item) for name, item in data.items()})
    except (TypeError, KeyError, ValueError, OverflowError, RecursionError) as error:
        raise CodecError(f"{cls.__name__}: {error}") from error


@cache
def _hints(cls: Hashable) -> dict[str, Any]:
    hints = typing.get_type_hints(cls)
    return {field.name: hints[field.name] for field in dataclasses.fields(typing.cast("type[Any]", cls))}


def _decode(hint: Any, data: Any) -> Any:
    origin = typing.get_origin(hint)
    if origin in (types.UnionType, typing.Union):
        return _decode_optional(typing.get_args(hint), data)
    if origin is tuple:
        return _decode_tuple(typing.get_args(hint), data)
    if dataclasses.is_dataclass(hint):
        return from_plain(typing.cast("type[Any]", hint), data)
    if hint is bytes:
        return bytes.fromhex(data)
    if hint is datetime.date:
        return datetime.date.fromisoformat(data)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(data)
    if hint is float and isinstance(data, int) and not isinstance(data, bool):
        return float(data)
    if type(data) is not hint:
        raise CodecError(f"expected {hint.__name__}, got {data!r}")
    return data


def _decode_optional(choices: tuple[Any, ...], data: Any) -> Any:
    if data is None and type(None) in choices:
        return None
    inner = [choice for choice in choices if choice is not type(None)]
    if len(inner) != 1:
        raise CodecError(f"a union of several classes needs its own codec: {inner}")
    return _decode(inner[0], data)


def _decode_tuple(items: tuple[Any, ...], data: Any) -> tuple[Any, ...]:
    if not isinstance(data, list):
        raise CodecError(f"expected a list, got {data!r}")
    if len(items) == 2 and items[1] is Ellipsis:
        return tuple(_decode(items[0], item) for item in data)
    if len(items) != len(data):
        raise CodecError(f"expected {len(items)} items, got {len(data)}")
    return tuple(_decode(hint, item) for hint, item in zip(items, data, strict=True))
