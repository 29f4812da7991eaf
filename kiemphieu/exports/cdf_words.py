"""The words of NIST SP 1500-103, version 1.0, as far as an export uses them, and our own codes in it.

Source: NIST SP 1500-103, Cast Vote Records Common Data Format Specification, and its JSON schema.
"""

from __future__ import annotations

from dataclasses import fields
from enum import StrEnum
from typing import Any

from records.reading import MarkScores

VERSION = "1.0.0"
ORIGINAL, BY_RULES, ADJUDICATED = "original", "modified", "interpreted"
"""Snapshot types in the standard's sense: as scanned, no contest rules applied · after contest rules
applied · has been adjudicated."""

NEEDS_ADJUDICATION = "needs-adjudication"
INVALIDATED, OVERVOTED, UNDERVOTED, NOT_INDICATED = (
    "invalidated-rules",
    "overvoted",
    "undervoted",
    "not-indicated",
)
POSITION_ADJUDICATED = "adjudicated"
OTHER = "other"
YES, NO, UNKNOWN = "yes", "no", "unknown"

INVALID_BALLOT = "invalid"
"""How `CVRSnapshot.OtherStatus` begins on an invalid ballot; the standard has no word for one."""
IN_REVIEW = "review"
LINE_FAULT = "line_fault"
"""Given for a ballot that only its lines make invalid, under `line_fault = "ballot"`."""

MARK_METRIC = "kiemphieu mark scores 1: " + " ".join(score.name for score in fields(MarkScores))
"""`ReportingDevice.MarkMetricType`: the names of the values of `MarkMetricValue`, in their order."""


class CodeKind(StrEnum):
    """`Code.OtherType` of our own codes."""

    VOTE = "kiemphieu-vote"
    RULES = "kiemphieu-rules"
    ISSUED = "kiemphieu-ballots-issued"
    FOREIGN = "kiemphieu-ballots-foreign"
    FINAL = "kiemphieu-final"
    OFFICIAL = "kiemphieu-official"
    POSITION = "kiemphieu-position"
    GROUP = "kiemphieu-group"
    LEVEL = "kiemphieu-level"


def typed(name: str, /, **values: Any) -> dict[str, Any]:
    """An object of the standard; values that are None or an empty list are left out."""
    kept = {key: value for key, value in values.items() if value is not None and value != []}
    return {"@type": f"CVR.{name}", **kept}


def identified(identifier: str, name: str, /, **values: Any) -> dict[str, Any]:
    return {"@id": identifier, **typed(name, **values)}


def code(kind: CodeKind, value: str, label: str | None = None) -> dict[str, Any]:
    return typed("Code", Label=label, Type=OTHER, OtherType=kind.value, Value=value)


def contest_id(official: str) -> str:
    return f"contest-{official}"


def candidate_id(official: str) -> str:
    return f"candidate-{official}"


def selection_id(official: str, level: str) -> str:
    return f"selection-{official}-{level}"
