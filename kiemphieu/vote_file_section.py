"""One section of vote.toml written anew, all else of the file left as a person wrote it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence

from kiemphieu.vote_draft import quoted

Value = str | int | Sequence[str]


def with_section(text: str, section: str, values: Mapping[str, Value]) -> str | None:
    """vote.toml with those values in a section, which is added at the end where there is none.

    Comments stay.

    Returns:
        None where the file is written in a way that only a person can change: the section stands in it
        twice, as an inline table, or text in quotation marks looks like its heading.
    """
    changed = _written(text, section, values)
    plain = {key: value if isinstance(value, str | int) else list(value) for key, value in values.items()}
    wanted = {**tomllib.loads(text), section: plain}
    return changed if changed is not None and _parsed(changed) == wanted else None


def _written(text: str, section: str, values: Mapping[str, Value]) -> str | None:
    heading = re.compile(rf"[ \t]*\[{re.escape(section)}\][ \t]*(#.*)?")
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines()
    places = [number for number, line in enumerate(lines) if heading.fullmatch(line)]
    written = [f"{key} = {_value(value)}" for key, value in values.items()]
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


def _value(value: Value) -> str:
    if isinstance(value, int):
        return str(value)
    return quoted(value) if isinstance(value, str) else f"[{', '.join(quoted(one) for one in value)}]"


def _parsed(text: str) -> dict[str, object] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None
