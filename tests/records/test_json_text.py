"""JSON that someone else may have written."""

from __future__ import annotations

import pytest

from records.json_text import parse_json, parse_object


def test_values_come_back() -> None:
    assert parse_json('{"tên": [1, null]}') == {"tên": [1, None]}
    assert parse_json('"Đức"'.encode()) == "Đức"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "Expecting value"),
        ("{", "Expecting property name"),
        (b"\xff", "can't decode"),
        ("[" * 100_000, "nested too deep"),
        ('{"a":' * 100_000, "nested too deep"),
    ],
)
def test_what_cannot_be_read_is_one_kind_of_error(text: str | bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_json(text)


def test_an_object_is_one() -> None:
    assert parse_object('{"a": 1}') == {"a": 1}


@pytest.mark.parametrize("text", ["[]", "1", "null", '"{}"'])
def test_another_value_is_no_object(text: str) -> None:
    with pytest.raises(ValueError, match="no object"):
        parse_object(text)
