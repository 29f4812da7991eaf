"""A rule set as a value: what a committee counts by, each clause with its citation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

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
class RuleSet:
    """A named rule set with its settings.

    Attributes:
        version: of this data; raised on any change.
        base_clause: the ground for `base`, as the regulation has it; an override changes `base` alone.
        thresholds: the severest first; the first one reached is the outcome.
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
"""The settings `[rules]` in vote.toml may override, with the words each accepts."""
