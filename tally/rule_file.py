"""A rule set's TOML text becomes a `RuleSet`, or an error that names the place.

The same reader serves the packaged files in `tally/rule_sets/` and a committee's own file. It is
strict, because a misspelt key would otherwise leave a setting at a value nobody chose: every key
must be known, every setting and every clause must be spelled out, and text must be NFC so that
what is printed is what was checked.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar

from records.count import Outcome
from records.errors import RuleSetError
from records.rules import (
    MOST_COPIES,
    SETTINGS,
    Base,
    Clause,
    Comparison,
    DocumentRule,
    FaultScope,
    ForeignPolicy,
    Grades,
    OtherMarkPolicy,
    Publication,
    QuorumRule,
    RuleSet,
    SealPolicy,
    Threshold,
    Wording,
)
from records.ruling import BallotFault, LineFault
from records.vote import Level

RULE_FILE_FORMAT = 1
LEAST_GRADES = 2
FAULT_CODES: tuple[str, ...] = tuple(dict.fromkeys(str(fault) for fault in (*BallotFault, *LineFault)))
"""Every fault that a ruling can carry; a rule set gives each its clause."""

_ID = re.compile(r"[a-z0-9_-]{1,32}")
# A count maps level ids and this word to numbers side by side, so no level may be called so.
_RESERVED_LEVEL_ID = "invalid"
_OUTCOMES = tuple(outcome for outcome in Outcome if outcome is not Outcome.NONE)
_TOP_KEYS = (
    "format",
    "id",
    "version",
    "title",
    "settings",
    "base_clause",
    "quorum",
    "documents",
    "level",
    "fault",
)
_OPTIONAL_KEYS = ("threshold", "grades")

Word = TypeVar("Word", bound=StrEnum)


def parse_rule_set(text: str, name: str) -> RuleSet:
    """Reads a rule set.

    Args:
        text: the file's content (TOML).
        name: what messages call the file, such as its path.

    Raises:
        RuleSetError: the text is not TOML, or a key is unknown, missing or has a value that is not
            allowed; the details name the file and the place, such as `threshold[1].clause.text`.
    """
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        # Beside TOMLDecodeError: numbers of thousands of digits, and brackets nested as deep.
        raise RuleSetError("rule_set_not_toml", name=name, reason=str(error)) from error
    top = _Table(name, "", data)
    if data.get("format") != RULE_FILE_FORMAT:
        raise top.error("rule_set_format", "format", found=data.get("format"), expected=RULE_FILE_FORMAT)
    top.check_keys(_TOP_KEYS, _OPTIONAL_KEYS)
    levels = _levels(top)
    level_ids = tuple(level.id for level in levels)
    quorum = top.table("quorum", ("numerator", "denominator", "clause"))
    settings = top.table("settings", tuple(SETTINGS))
    return RuleSet(
        id=top.identifier("id"),
        version=top.whole("version"),
        title=top.text("title"),
        levels=levels,
        base=settings.word("base", tuple(Base)),
        base_clause=_clause(top, "base_clause"),
        thresholds=_thresholds(top, level_ids) if "threshold" in data else (),
        quorum=QuorumRule(*_share(quorum), clause=_clause(quorum, "clause")),
        faults=_faults(top),
        documents=_documents(top),
        grades=_grades(top, level_ids) if "grades" in data else None,
        line_fault=settings.word("line_fault", tuple(FaultScope)),
        ballot_fault=settings.word("ballot_fault", tuple(FaultScope)),
        other_mark=settings.word("other_mark", tuple(OtherMarkPolicy)),
        seal=settings.word("seal", tuple(SealPolicy)),
        foreign_in_returned=settings.word("foreign_in_returned", tuple(ForeignPolicy)),
    )


@dataclass(frozen=True, slots=True)
class _Table:
    """A TOML table that knows where it stands; every reader raises RuleSetError with the place."""

    name: str
    place: str
    data: Mapping[str, object]

    def at(self, key: str) -> str:
        return f"{self.place}.{key}" if self.place else key

    def error(self, message_id: str, key: str, **details: object) -> RuleSetError:
        return RuleSetError(message_id, name=self.name, place=self.at(key), **details)

    def check_keys(self, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> None:
        for key in sorted(set(self.data) - {*required, *optional}):
            allowed = ", ".join((*required, *optional))
            raise self.error("rule_set_unknown_key", key, allowed=allowed)
        for key in required:
            if key not in self.data:
                raise self.error("rule_set_missing_key", key)

    def text(self, key: str) -> str:
        value = self.data[key]
        if not isinstance(value, str):
            raise self._wrong_type(key, "text")
        if not value.strip():
            raise self.error("rule_set_empty", key)
        if not unicodedata.is_normalized("NFC", value):
            raise self.error("rule_set_not_nfc", key, found=value)
        return value

    def identifier(self, key: str) -> str:
        value = self.text(key)
        if not _ID.fullmatch(value):
            raise self.error("rule_set_bad_id", key, found=value)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, at least one; places count from 1."""
        value = self.data[key]
        if not isinstance(value, list):
            raise self._wrong_type(key, "list_of_texts")
        if not value:
            raise self.error("rule_set_empty", key)
        items = _Table(self.name, self.place, {f"{key}[{n}]": item for n, item in enumerate(value, 1)})
        return tuple(items.text(name) for name in items.data)

    def one_of(self, key: str, known: tuple[str, ...]) -> str:
        """An identifier among `known`."""
        value = self.identifier(key)
        if value not in known:
            raise self.error("rule_set_wrong_word", key, found=value, allowed=", ".join(known))
        return value

    def whole(self, key: str, most: int | None = None) -> int:
        """A whole number of at least 1 and, where given, at most `most`."""
        value = self.data[key]
        # bool is an int in Python, and `true` is no number to a person.
        if not isinstance(value, int) or isinstance(value, bool):
            raise self._wrong_type(key, "whole_number")
        if value < 1:
            raise self.error("rule_set_below_one", key, found=value)
        if most is not None and value > most:
            raise self.error("rule_set_above", key, found=value, most=most)
        return value

    def word(self, key: str, words: tuple[Word, ...]) -> Word:
        value = self.text(key)
        for word in words:
            if word.value == value:
                return word
        raise self.error("rule_set_wrong_word", key, found=value, allowed=", ".join(words))

    def table(self, key: str, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> _Table:
        value = self.data[key]
        if not isinstance(value, dict):
            raise self._wrong_type(key, "table")
        table = _Table(self.name, self.at(key), value)
        table.check_keys(required, optional)
        return table

    def tables(
        self, key: str, required: tuple[str, ...], optional: tuple[str, ...] = ()
    ) -> tuple[_Table, ...]:
        """The tables of a list `[[key]]`, at least one; places count from 1."""
        value = self.data[key]
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self._wrong_type(key, "list_of_tables")
        if not value:
            raise self.error("rule_set_empty", key)
        tables = tuple(
            _Table(self.name, f"{self.at(key)}[{number}]", item) for number, item in enumerate(value, 1)
        )
        for table in tables:
            table.check_keys(required, optional)
        return tables

    def _wrong_type(self, key: str, expected: str) -> RuleSetError:
        return self.error("rule_set_wrong_type", key, expected=expected, found=type(self.data[key]).__name__)


def _levels(top: _Table) -> tuple[Level, ...]:
    levels: list[Level] = []
    for table in top.tables("level", ("id", "label")):
        level = Level(table.identifier("id"), table.text("label"))
        if level.id == _RESERVED_LEVEL_ID:
            raise table.error("rule_set_reserved", "id", found=level.id)
        if level.id in (known.id for known in levels):
            raise table.error("rule_set_duplicate", "id", found=level.id)
        levels.append(level)
    return tuple(levels)


def _thresholds(top: _Table, level_ids: tuple[str, ...]) -> tuple[Threshold, ...]:
    keys = ("outcome", "level", "comparison", "numerator", "denominator", "clause")
    thresholds: list[Threshold] = []
    for table in top.tables("threshold", keys, ("consequence",)):
        level = table.one_of("level", level_ids)
        numerator, denominator = _share(table)
        threshold = Threshold(
            outcome=table.word("outcome", _OUTCOMES),
            level=level,
            numerator=numerator,
            denominator=denominator,
            comparison=table.word("comparison", tuple(Comparison)),
            clause=_clause(table, "clause"),
            consequence=table.text("consequence") if "consequence" in table.data else "",
        )
        if threshold.outcome in [earlier.outcome for earlier in thresholds]:
            raise table.error("rule_set_duplicate", "outcome", found=threshold.outcome.value)
        if any(earlier.level == level and not is_severer(earlier, threshold) for earlier in thresholds):
            raise table.error("rule_set_threshold_order", "numerator", level=level)
        thresholds.append(threshold)
    return tuple(thresholds)


def is_severer(first: Threshold, second: Threshold) -> bool:
    """Whether `first` takes more of the same level than `second`; the other order would never reach it."""
    return _severity(first) > _severity(second)


def _severity(threshold: Threshold) -> tuple[Fraction, bool]:
    share = Fraction(threshold.numerator, threshold.denominator)
    return share, threshold.comparison is Comparison.MORE_THAN


def _share(table: _Table) -> tuple[int, int]:
    """numerator/denominator of the table: above 0 and at most 1."""
    numerator, denominator = table.whole("numerator"), table.whole("denominator")
    if numerator > denominator:
        raise table.error("rule_set_share_above_one", "numerator", found=f"{numerator}/{denominator}")
    return numerator, denominator


def _faults(top: _Table) -> tuple[tuple[str, Clause], ...]:
    faults = top.table("fault", FAULT_CODES)
    return tuple((code, _clause(faults, code)) for code in FAULT_CODES)


def _documents(top: _Table) -> DocumentRule:
    table = top.table("documents", ("act", "meeting", "copies", "publication", "recipients", "clause"))
    return DocumentRule(
        act=table.text("act"),
        meeting=table.text("meeting"),
        copies=table.whole("copies", MOST_COPIES),
        publication=table.word("publication", tuple(Publication)),
        recipients=table.texts("recipients"),
        clause=_clause(table, "clause"),
    )


def _grades(top: _Table, level_ids: tuple[str, ...]) -> Grades:
    """Classes without cut-offs: those are the committee's to enter, in vote.toml."""
    table = top.table("grades", ("level", "labels", "clause"))
    labels = table.texts("labels")
    if len(labels) < LEAST_GRADES:
        raise table.error("rule_set_below_two", "labels", found=len(labels))
    return Grades(table.one_of("level", level_ids), labels, _clause(table, "clause"))


def _clause(parent: _Table, key: str) -> Clause:
    table = parent.table(key, ("citation", "text"), ("wording",))
    if "wording" not in table.data:
        return Clause(table.text("citation"), table.text("text"))
    return Clause(table.text("citation"), table.text("text"), table.word("wording", tuple(Wording)))
