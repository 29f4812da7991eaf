"""Files of JSON values that the program keeps in a vote folder, each with the number of its format."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kiemphieu.disk import write_atomic
from kiemphieu.folder import read_text
from records.json_text import parse_object


def write_kept(path: Path, file_format: int, values: Mapping[str, Any]) -> None:
    """Writes the file, whole or not at all.

    Raises:
        StoreError: the disk refuses.
    """
    data = {"format": file_format, **values}
    write_atomic(path, json.dumps(data, ensure_ascii=False, indent=1).encode())


def read_kept(path: Path, file_format: int) -> dict[str, Any]:
    """The values as `write_kept` was given them.

    Raises:
        InputError: the file cannot be opened, or is not UTF-8.
        ValueError: it is no such file, or of another format.
    """
    data = parse_object(read_text(path))
    if data.pop("format", None) != file_format:
        raise ValueError("format")
    return data
