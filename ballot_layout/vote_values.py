"""Reading single values out of a parsed vote.toml, each mistake noted with its place and line."""

from __future__ import annotations

import datetime
import difflib
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ballot_layout.toml_lines import Path, line_at
from records.errors import Problem
from records.token import ID_PATTERN, MAX_ID_BYTES

T = TypeVar("T")

SHOWN_CHARACTERS = 60
MOST_CHARACTERS = 300
"""Of one text: more is a paste gone wrong; whether it fits its place the form decides."""
_LINE_SEPARATORS = "Zl", "Zp"
MAX_OFFICIALS = 60
"""On one sheet; 60 rows are five A4 pages."""


@dataclass(slots=True)
class Findings:
    """The mistakes found so far, and where every value stands."""

    lines: Mapping[Path, int]
    problems: list[Problem] = field(default_factory=list)

    def add(self, path: Path, message_id: str, **details: str) -> None:
        problem = Problem(dotted(path), line_at(self.lines, path), message_id, tuple(details.items()))
        self.problems.append(problem)

    def line(self, path: Path) -> str:
        return str(line_at(self.lines, path) or "?")


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the file. Readers return a stand-in where they note a problem."""

    path: Path
    data: Mapping[str, Any]
    findings: Findings

    def text(self, key: str, *, default: str | None = None) -> str:
        """A line of text without stray spaces; it may be empty only where there is a default."""
        value = self._value(key, str, "vote_expected_text", optional=default is not None)
        if value is None:
            return default or ""
        # Only spaces: a tab or a line break is a mistake to be shown, not mended.
        line = " ".join(word for word in value.split(" ") if word)
        self._check_text(key, line, may_be_empty=default is not None)
        return line

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of lines of text; empty where it is absent."""
        value = self._value(key, list, "vote_expected_texts", optional=True) or []
        items = Table((*self.path, key), dict(enumerate(value)), self.findings)  # type: ignore[arg-type]
        return tuple(items.text(index) for index in range(len(value)))  # type: ignore[arg-type]

    def identifier(self, key: str) -> str:
        """An id: a-z 0-9 -, at most 32 characters."""
        value = self._value(key, str, "vote_expected_text")
        if value is None or ID_PATTERN.fullmatch(value):
            return value or ""
        path = (*self.path, key)
        if len(value) > MAX_ID_BYTES:
            self.findings.add(
                path, "vote_id_too_long", id=shown(value), length=str(len(value)), most=str(MAX_ID_BYTES)
            )
        if not value:
            self.findings.add(path, "vote_empty_text", key=key)
        elif bad := sorted(set(value) - set("abcdefghijklmnopqrstuvwxyz0123456789-")):
            named = " ".join(repr(character) for character in bad[:10])
            self.findings.add(path, "vote_id_characters", id=shown(value), characters=named)
        return value

    def count(self, key: str, *, optional: bool = False) -> int | None:
        """A whole number, not negative."""
        value = self._value(key, int, "vote_expected_integer", optional=optional)
        if value is not None and value < 0:
            self.findings.add((*self.path, key), "vote_negative_number", key=key, found=shown(value))
            return None
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        value = self._value(key, bool, "vote_expected_boolean", optional=True)
        return default if value is None else value

    def date(self, key: str) -> datetime.date | None:
        return self._value(key, datetime.date, "vote_expected_date")

    def choice(self, key: str, words: Collection[str], message_id: str, *, default: str = "") -> str:
        """One of `words`; required where there is no default."""
        value = self._value(key, str, "vote_expected_text", optional=bool(default))
        if value is None:
            return default
        if value not in words:
            self.findings.add(
                (*self.path, key), message_id, key=key, found=shown(value), known=", ".join(words)
            )
        return value

    def table(self, key: str) -> Table | None:
        """The table under `key`; None where it is absent or is something else."""
        value = self._value(key, dict, "vote_expected_table", optional=True)
        return None if value is None else Table((*self.path, key), value, self.findings)

    def tables(self, key: str) -> tuple[Table, ...]:
        """The array of tables under `key`; empty where it is absent."""
        value = self._value(key, list, "vote_expected_tables", optional=True)
        found = []
        for index, item in enumerate(value or ()):
            if isinstance(item, dict):
                found.append(Table((*self.path, key, index), item, self.findings))
            else:
                self.findings.add(
                    (*self.path, key, index), "vote_expected_tables", key=key, found=shown(item)
                )
        return tuple(found)

    def check_keys(self, known: Iterable[str], message_id: str = "vote_unknown_key") -> None:
        """Notes every key outside `known`, with the nearest known one."""
        words = tuple(known)
        for key in self.data:
            if key in words:
                continue
            near = difflib.get_close_matches(key, words, n=1)
            details = {"key": shown(key), "known": ", ".join(words)}
            if near:
                self.findings.add((*self.path, key), f"{message_id}_near", near=near[0], **details)
            else:
                self.findings.add((*self.path, key), message_id, **details)

    def _value(self, key: str, kind: type[T], message_id: str, *, optional: bool = False) -> T | None:
        """The value under `key`; None, noted unless optional, where it is absent or of another type."""
        if key not in self.data:
            if not optional:
                self.findings.add((*self.path, key), "vote_missing_key", key=key)
            return None
        value = self.data[key]
        # Not isinstance: True is an int in Python, and a date with a time is a date.
        if type(value) is not kind:
            self.findings.add((*self.path, key), message_id, key=key, found=shown(value))
            return None
        found: T = value
        return found

    def _check_text(self, key: str, text: str, *, may_be_empty: bool) -> None:
        path = (*self.path, key)
        if not text and not may_be_empty:
            self.findings.add(path, "vote_empty_text", key=key)
        if len(text) > MOST_CHARACTERS:
            self.findings.add(
                path, "vote_text_too_long", key=key, length=str(len(text)), most=str(MOST_CHARACTERS)
            )
        hidden = sorted({character for character in text if _is_hidden(character)})
        if hidden:
            named = " ".join(f"U+{ord(character):04X}" for character in hidden[:10])
            self.findings.add(path, "vote_control_characters", key=key, characters=named)
        if not unicodedata.is_normalized("NFC", text):
            self.findings.add(path, "vote_not_nfc", key=key, text=shown(unicodedata.normalize("NFC", text)))


def dotted(path: Path) -> str:
    """`("official", 2, "name")` as `official[3].name`: people count from one."""
    words = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path)
    return words.removeprefix(".")


def shown(value: object) -> str:
    """`value` short enough for a message."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"


def _is_hidden(character: str) -> bool:
    """Control, format, private, surrogate and unassigned characters, and line separators."""
    category = unicodedata.category(character)
    return category.startswith("C") or category in _LINE_SEPARATORS
