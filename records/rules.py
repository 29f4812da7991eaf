"""A rule set as a value: what a committee counts by, each clause with its citation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

from records.count import Outcome
from records.vote import Level


class FaultScope(StrEnum):
    """What a fault makes invalid: the one line, or the whole ballot."""

    LINE = "line"
    BALLOT = "ballot"


class OtherMarkPolicy(StrEnum):
    """A tick or circle where an X was asked for."""

    REVIEW = "review"
    ACCEPT = "accept"
    REJECT = "reject"


class SealPolicy(StrEnum):
    """A ballot without its header stamp."""

    IGNORE = "ignore"
    REVIEW = "review"
    REQUIRE = "require"


class ForeignPolicy(StrEnum):
    """Whether sheets the committee did not issue count among the returned."""

    APART = "apart"
    RETURNED = "returned"


class Base(StrEnum):
    """What percentages and thresholds are of."""

    RETURNED = "returned"
    VALID = "valid"
    DELEGATES = "delegates"
    SUMMONED = "summoned"
    PRESENT = "present"


class Comparison(StrEnum):
    MORE_THAN = "more_than"
    AT_LEAST = "at_least"


class Publication(StrEnum):
    """Who may see the result."""

    CONFIDENTIAL = "confidential"
    """The minutes bear the mark MẬT."""
    PUBLIC = "public"


class Wording(StrEnum):
    """Whether a clause's text may stand between quotation marks."""

    VERBATIM = "verbatim"
    SUMMARY = "summary"
    """The sense of a clause whose very words were not at hand."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A ground in a regulation: where it stands and what it says, in Vietnamese."""

    citation: str
    text: str
    wording: Wording = Wording.VERBATIM


@dataclass(frozen=True, slots=True)
class Threshold:
    """`outcome` is reached when `level`'s count is more than / at least numerator/denominator of the base.

    Attributes:
        consequence: what follows for the person rated, in the regulation's words; part of the minutes.
    """

    outcome: Outcome
    level: str
    numerator: int
    denominator: int
    comparison: Comparison
    clause: Clause
    consequence: str = ""


@dataclass(frozen=True, slots=True)
class QuorumRule:
    """Present must be at least numerator/denominator of those summoned."""

    numerator: int
    denominator: int
    clause: Clause


@dataclass(frozen=True, slots=True)
class DocumentRule:
    """How the minutes are made out.

    Attributes:
        act: what the people do, such as "lấy phiếu tín nhiệm".
        meeting: where they do it, such as "hội nghị" or "kỳ họp".
        copies: how many are signed.
        recipients: who gets them, in Vietnamese, one line each.
    """

    act: str
    meeting: str
    copies: int
    publication: Publication
    recipients: tuple[str, ...]
    clause: Clause


@dataclass(frozen=True, slots=True)
class Grades:
    """Classes into which persons are sorted by the share of one level, the best class first.

    Attributes:
        level: the level whose count decides.
        labels: one more than there are cut-offs.
        cutoffs: the least share of the base for each class but the last, falling; empty until the
            committee has entered them, because no regulation at hand gives any.
    """

    level: str
    labels: tuple[str, ...]
    clause: Clause
    cutoffs: tuple[Fraction, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleSet:
    """A named rule set with its settings.

    Attributes:
        version: of this data; raised on any change.
        base_clause: the ground for `base`, as the regulation has it; an override changes `base` alone.
        thresholds: the severest first; the first one reached is the outcome. May be empty.
        grades: None where the regulation sorts nobody into classes.
        faults: fault code (`struck_name`, `several_marks`, …) and the clause it rests on.
        decided: names of settings that the committee set itself, so that an open question is closed.
    """

    id: str
    version: int
    title: str
    levels: tuple[Level, ...]
    base: Base
    base_clause: Clause
    thresholds: tuple[Threshold, ...]
    quorum: QuorumRule
    faults: tuple[tuple[str, Clause], ...]
    documents: DocumentRule
    grades: Grades | None = None
    line_fault: FaultScope = FaultScope.LINE
    ballot_fault: FaultScope = FaultScope.BALLOT
    other_mark: OtherMarkPolicy = OtherMarkPolicy.REVIEW
    seal: SealPolicy = SealPolicy.REVIEW
    foreign_in_returned: ForeignPolicy = ForeignPolicy.APART
    decided: tuple[str, ...] = ()

    def fault_clause(self, code: str) -> Clause:
        """The clause that the fault `code` rests on.

        Raises:
            KeyError: the rule set has no such fault.
        """
        return dict(self.faults)[code]


SETTINGS: dict[str, type[StrEnum]] = {
    "base": Base,
    "line_fault": FaultScope,
    "ballot_fault": FaultScope,
    "other_mark": OtherMarkPolicy,
    "seal": SealPolicy,
    "foreign_in_returned": ForeignPolicy,
}
"""The settings that accept one of a few words; `ALL_SETTINGS` has the others, too."""

QUORUM_SETTING = "quorum"
THRESHOLD_SETTINGS = tuple(str(outcome) for outcome in Outcome if outcome is not Outcome.NONE)
"""Like the quorum, a share with or without its comparison, such as "> 1/2"; see `parse_share`."""
PUBLICATION_SETTING = "publication"
COPIES_SETTING = "copies"
MOST_COPIES = 20
CUTOFFS_SETTING = "grade_cutoffs"
"""Shares, falling, separated by commas: "2/3, 1/2"."""
ALL_SETTINGS: tuple[str, ...] = (
    *SETTINGS,
    QUORUM_SETTING,
    *THRESHOLD_SETTINGS,
    PUBLICATION_SETTING,
    COPIES_SETTING,
    CUTOFFS_SETTING,
)
"""Everything that `[rules]` in vote.toml may say."""

_SHARE = re.compile(r"\s*(>=|>)?\s*([0-9]{1,6})\s*/\s*([0-9]{1,6})\s*")


def parse_share(text: str) -> tuple[Comparison | None, Fraction] | None:
    """A share of the base as a person writes it: "2/3", "> 1/2", ">= 2/3".

    Returns:
        The comparison, None where none is written, and the share; None where the text is no share
        above 0 and at most 1.
    """
    found = _SHARE.fullmatch(text)
    if found is None or int(found[3]) == 0:
        return None
    share = Fraction(int(found[2]), int(found[3]))
    if not 0 < share <= 1:
        return None
    comparison = {">": Comparison.MORE_THAN, ">=": Comparison.AT_LEAST, None: None}[found[1]]
    return comparison, share


def parse_cutoffs(text: str) -> tuple[Fraction, ...] | None:
    """The shares of `CUTOFFS_SETTING`; None where they are no falling list of plain shares."""
    shares = [parse_share(part) for part in text.split(",")]
    if any(share is None or share[0] is not None for share in shares):
        return None
    cutoffs = tuple(share[1] for share in shares if share is not None)
    falling = all(first > second for first, second in pairwise(cutoffs))
    return cutoffs if falling else None
