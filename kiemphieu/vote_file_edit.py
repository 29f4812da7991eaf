"""vote.toml changed in one place, all else of the file left as a person wrote it, comments too.

Neither function writes: the caller gets the new text, which says what was asked for and nothing else new, or
None, where only a person can change the file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from ballot_layout.toml_lines import toml_lines
from kiemphieu.vote_draft import quoted
from records.errors import VoteFileError

Value = str | int | Sequence[str]


def with_value(text: str, section: str, key: str, value: str) -> str | None:
    """vote.toml with another text under a key of a section; either is added where there is none.

    Returns:
        None where that one value cannot be changed without touching others, such as in an inline table.

    Raises:
        VoteFileError: `text` is no TOML.
    """
    wanted = _parsed(text)
    table = wanted.setdefault(section, {})
    if not isinstance(table, dict):
        return None
    table[key] = value
    changed = _with_assignment(text, section, key, quoted(value))
    return changed if _says(changed, wanted) else None


def with_section(text: str, section: str, values: Mapping[str, Value]) -> str | None:
    """vote.toml with those values and no others in a section, which is added at the end where there is none.

    Returns:
        None where the section stands in it twice, as an inline table, or text in quotation marks looks like
        its heading.

    Raises:
        VoteFileError: `text` is no TOML.
    """
    plain = {key: value if isinstance(value, str | int) else list(value) for key, value in values.items()}
    wanted = {**_parsed(text), section: plain}
    changed = _with_lines(text, section, [f"{key} = {_value(value)}" for key, value in values.items()])
    return changed if changed is not None and _says(changed, wanted) else None


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise VoteFileError(()) from error


def _says(text: str, wanted: Mapping[str, Any]) -> bool:
    try:
        return tomllib.loads(text) == wanted
    except tomllib.TOMLDecodeError:
        return False


def _value(value: Value) -> str:
    if isinstance(value, int):
        return str(value)
    return quoted(value) if isinstance(value, str) else f"[{', '.join(quoted(one) for one in value)}]"


def _with_assignment(text: str, section: str, key: str, value: str) -> str:
    """The value in its place, or put where it belongs; the caller sees whether that worked."""
    places, lines = toml_lines(text), text.split("\n")
    end = "\r" if "\r\n" in text else ""
    if (key_line := places.get((section, key))) is not None:
        found = _assignment(section, key).fullmatch(lines[key_line - 1])
        if found is not None:
            lines[key_line - 1] = f"{found[1]}{value}{found[3]}"
    elif (table_line := places.get((section,))) is not None:
        lines.insert(table_line, f"{key} = {value}{end}")
    else:
        if lines[-1]:
            lines.append("")
        lines[-1:] = [f"[{section}]{end}", f"{key} = {value}{end}", ""]
    return "\n".join(lines)


def _assignment(section: str, key: str) -> re.Pattern[str]:
    """A line that gives the key a text: what stands before the text, the text, what follows."""
    name = rf'(?:"?{re.escape(section)}"?\s*\.\s*)?"?{re.escape(key)}"?'
    return re.compile(rf"""(\s*{name}\s*=\s*)("(?:[^"\\]|\\.)*"|'[^']*')(.*)""", re.DOTALL)


def _with_lines(text: str, section: str, written: Sequence[str]) -> str | None:
    """The section with those lines; None where it has more than one heading."""
    heading = re.compile(rf"[ \t]*\[{re.escape(section)}\][ \t]*(#.*)?")
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines()
    places = [number for number, line in enumerate(lines) if heading.fullmatch(line)]
    if len(places) > 1:
        return None
    if not places:
        spaced = [*lines, ""] if lines and lines[-1].strip() else lines
        return end.join([*spaced, f"[{section}]", *written, ""])
    start = places[0] + 1
    stop = next((n for n in range(start, len(lines)) if re.match(r"[ \t]*\[", lines[n])), len(lines))
    tail = stop
    while tail > start and (not lines[tail - 1].strip() or lines[tail - 1].lstrip().startswith("#")):
        tail -= 1
    # What stands above the next heading, after an empty line, belongs to that heading.
    gap = next((n for n in range(tail, stop) if not lines[n].strip()), stop)
    kept = [line for line in lines[start:gap] if line.lstrip().startswith("#")]
    return end.join([*lines[:start], *kept, *written, *lines[gap:], ""])
