"""Frozen dataclasses to plain JSON values and back, by their annotations.

Covers what records are made of: dataclasses, enums, tuples, unions of dataclasses with None, str,
int, float, bool, bytes (as hex) and dates. Values of a class read back equal to what was written.
"""

from __future__ import annotations

import dataclasses
import datetime
import types
import typing
from collections.abc import Callable, Hashable
from enum import Enum
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")
Decoder = Callable[[Any], Any]
Encoder = Callable[[Any], Any]

_PLAIN = frozenset({str, int, float, bool, type(None)})


class CodecError(ValueError):
    """The data do not have the shape of the class asked for."""


def to_plain(value: Any) -> Any:
    """`value` as dicts, lists, strings, numbers, booleans and None."""
    cls = type(value)
    return value if cls in _PLAIN else _encoder_of(typing.cast("Hashable", cls))(value)


@cache
def _encoder_of(kind: Hashable) -> Encoder:
    """What turns an instance of the class `kind` into plain values; worked out once for each class."""
    cls = typing.cast("type[Any]", kind)
    if dataclasses.is_dataclass(cls):
        return _fields_encoder(tuple(field.name for field in dataclasses.fields(cls)))
    if issubclass(cls, Enum):
        return lambda value: value.value
    if issubclass(cls, tuple):
        return lambda value: [to_plain(item) for item in value]
    if issubclass(cls, bytes):
        return lambda value: value.hex()
    if issubclass(cls, datetime.date):
        return lambda value: value.isoformat()
    if issubclass(cls, str | int | float):
        return lambda value: value
    raise CodecError(f"cannot encode a {cls.__name__}")


def _fields_encoder(names: tuple[str, ...]) -> Encoder:
    def encode(value: Any) -> dict[str, Any]:
        plain = {}
        for name in names:
            item = getattr(value, name)
            plain[name] = item if type(item) in _PLAIN else to_plain(item)
        return plain

    return encode


def from_plain(cls: type[T], data: Any) -> T:
    """Inverse of `to_plain` for an instance of the dataclass `cls`.

    Raises:
        CodecError: a field is missing, unknown, of another type, or a whole number no float can hold.
    """
    return typing.cast("T", _decoder_of(typing.cast("Hashable", cls))(data))


@cache
def _decoder_of(cls: Hashable) -> Decoder:
    """What turns an object into an instance of `cls`; worked out once, for records hold many of each."""
    name = getattr(cls, "__name__", str(cls))
    make = typing.cast("Callable[..., Any]", cls)
    hints = typing.get_type_hints(cls)
    own = dataclasses.fields(typing.cast("type[Any]", cls))
    decoders = {field.name: _decoder(hints[field.name]) for field in own}

    def decode(data: Any) -> Any:
        if not isinstance(data, dict):
            raise CodecError(f"{name}: expected an object, got {type(data).__name__}")
        try:
            return make(**{key: decoders[key](item) for key, item in data.items()})
        except KeyError as error:
            unknown = sorted(set(data) - set(decoders))
            raise CodecError(
                f"{name}: unknown fields {unknown}" if unknown else f"{name}: {error}"
            ) from error
        except (TypeError, ValueError, OverflowError, RecursionError) as error:
            raise CodecError(f"{name}: {error}") from error

    return decode


def _decoder(hint: Any) -> Decoder:
    origin = typing.get_origin(hint)
    if origin in (types.UnionType, typing.Union):
        return _optional_decoder(typing.get_args(hint))
    if origin is tuple:
        return _tuple_decoder(typing.get_args(hint))
    if dataclasses.is_dataclass(hint):
        return _decoder_of(typing.cast("Hashable", hint))
    if hint is bytes:
        return bytes.fromhex
    if hint is datetime.date:
        return datetime.date.fromisoformat
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    return _float_decoded if hint is float else _exact_decoder(hint)


def _exact_decoder(hint: type[Any]) -> Decoder:
    def decode(data: Any) -> Any:
        if type(data) is not hint:
            raise CodecError(f"expected {hint.__name__}, got {data!r}")
        return data

    return decode


def _float_decoded(data: Any) -> float:
    if type(data) is float:
        return data
    if isinstance(data, int) and not isinstance(data, bool):
        return float(data)
    raise CodecError(f"expected float, got {data!r}")


def _optional_decoder(choices: tuple[Any, ...]) -> Decoder:
    inner = [choice for choice in choices if choice is not type(None)]
    decoders = [_decoder(choice) for choice in inner] if len(inner) == 1 else []

    def decode(data: Any) -> Any:
        if data is None and type(None) in choices:
            return None
        if not decoders:
            raise CodecError(f"a union of several classes needs its own codec: {inner}")
        return decoders[0](data)

    return decode


def _tuple_decoder(items: tuple[Any, ...]) -> Decoder:
    if len(items) == 2 and items[1] is Ellipsis:
        each = _decoder(items[0])

        def decode_many(data: Any) -> Any:
            if not isinstance(data, list):
                raise CodecError(f"expected a list, got {data!r}")
            return tuple(map(each, data))

        return decode_many
    decoders = [_decoder(item) for item in items]

    def decode(data: Any) -> Any:
        if not isinstance(data, list):
            raise CodecError(f"expected a list, got {data!r}")
        if len(decoders) != len(data):
            raise CodecError(f"expected {len(decoders)} items, got {len(data)}")
        return tuple(decoder(item) for decoder, item in zip(decoders, data, strict=True))

    return decode
