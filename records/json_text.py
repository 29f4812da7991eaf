"""JSON text as values, where someone else may have written it."""

from __future__ import annotations

import json
from typing import Any


def parse_json(text: str | bytes) -> Any:
    """As `json.loads`.

    Raises:
        ValueError: `text` is no JSON, or nested too deep to be read.
    """
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def parse_object(text: str | bytes) -> dict[str, Any]:
    """A JSON object.

    Raises:
        ValueError: `text` is no JSON, nested too deep to be read, or another value.
    """
    match parse_json(text):
        case dict() as found:
            return found
        case _:
            raise ValueError("no object")
