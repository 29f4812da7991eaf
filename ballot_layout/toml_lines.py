"""On which line of a TOML text each value stands; `tomllib` keeps no positions."""

from __future__ import annotations

import re
from collections.abc import Mapping

Path = tuple[str | int, ...]
"""Keys and 0-based indices of arrays of tables, from the top of the file."""

_BLANK = re.compile(r"[ \t]*(?:#[^\n]*)?(?:\n|\Z)")
_KEY_PART = re.compile(r"""[ \t]*(?:"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)'|([A-Za-z0-9_-]+))[ \t]*""")
_VALUE_PART = re.compile(
    r'"{3}(?:[^\\]|\\.)*?"{3,5}'  # a multi-line string may end in two quotes of its own
    r"|'{3}.*?'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|#[^\n]*"
    r"|[\[{]|[\]}]|\n|.",
    re.DOTALL,
)


def toml_lines(text: str) -> Mapping[Path, int]:
    """The 1-based line of every table header and key of `text`, which `tomllib` has accepted.

    Keys inside inline tables and arrays are not listed; they stand where their key does, see `line_at`.
    """
    text = text.replace("\r\n", "\n")
    lines: dict[Path, int] = {}
    table: Path = ()
    at = 0
    while at < len(text):
        if blank := _BLANK.match(text, at):
            at = max(blank.end(), at + 1)
            continue
        line = text.count("\n", 0, at) + 1
        start = _skip_spaces(text, at)
        if text[start] == "[":
            table, at = _header(text, start, line, lines)
        else:
            at = _assignment(text, start, line, table, lines)
    return lines


def line_at(lines: Mapping[Path, int], path: Path) -> int | None:
    """The line of `path`, or else of the nearest thing around it that has one."""
    for size in range(len(path), 0, -1):
        if path[:size] in lines:
            return lines[path[:size]]
    return None


def _skip_spaces(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t":
        at += 1
    return at


def _header(text: str, at: int, line: int, lines: dict[Path, int]) -> tuple[Path, int]:
    """Reads `[a.b]` or `[[a.b]]`; returns the table's path and where the next line starts."""
    many = text.startswith("[[", at)
    keys, at = _dotted_key(text, at + (2 if many else 1))
    table = _entered(keys, lines)
    if many:
        lines.setdefault(table, line)
        table = (*table, _tables_in(table, lines))
    lines.setdefault(table, line)
    end = text.find("\n", at)
    return table, len(text) if end < 0 else end + 1


def _assignment(text: str, at: int, line: int, table: Path, lines: dict[Path, int]) -> int:
    """Reads `key = value`; returns where the next statement starts."""
    keys, at = _dotted_key(text, at)
    for size in range(1, len(keys) + 1):
        lines.setdefault((*table, *keys[:size]), line)
    depth = 0
    for part in _VALUE_PART.finditer(text, at):
        word = part.group()
        depth += (word in "[{") - (word in "]}")
        if word == "\n" and depth <= 0:
            return part.end()
    return len(text)


def _dotted_key(text: str, at: int) -> tuple[tuple[str, ...], int]:
    """The parts of a key and the place after it; a quoted part keeps its escapes."""
    keys: list[str] = []
    while part := _KEY_PART.match(text, at):
        keys.append(next(group for group in part.groups() if group is not None))
        at = part.end()
        if not text.startswith(".", at):
            break
        at += 1
    return tuple(keys), at


def _tables_in(array: Path, lines: Mapping[Path, int]) -> int:
    count = 0
    while (*array, count) in lines:
        count += 1
    return count


def _entered(keys: tuple[str, ...], lines: Mapping[Path, int]) -> Path:
    """The path of `keys`, where an array of tables on the way means its last table."""
    path: Path = ()
    for index, key in enumerate(keys):
        path = (*path, key)
        last = _tables_in(path, lines) - 1
        if last >= 0 and index < len(keys) - 1:
            path = (*path, last)
    return path
