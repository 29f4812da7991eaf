"""JSON that someone else may have written."""

from __future__ import annotations

import pytest

from records.json_text import parse_json


def test_values_come_back() -> None:
    assert parse_json('{"tên": [1, null]}') == {"tên": [1, None]}
    assert parse_json('"Đức"'.encode()) == "Đức"


@pytest.mark.parametrize("text", ["", "{", b"\xff", "[" * 100_000, '{"a":' * 100_000])
def test_what_cannot_be_read_is_one_kind_of_error(text: str | bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - its own message, or the reader's
        parse_json(text)
