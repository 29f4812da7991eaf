"""How opinions of members become decisions of the committee.

1. Where the vote asks for two persons (`two_person`), two members look blind of each other. Their opinions
   are the same: that is the decision. They differ, or one hands the item on: it is decided together.
2. Where it does not, the first opinion is the decision.
3. Together: two members at one screen with a reason, or the head, with one member more where two are needed.
4. An opinion is taken back by its member until the other has decided; a decision only as
   `kiemphieu.deciding.undo` has it. Both leave a trace.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum

from kiemphieu.deciding import DecisionOrder, DecisionReport, Ruled, decide, standing_decisions, undo
from kiemphieu.folder import VoteFolder
from kiemphieu.opinions import Opinion, Opinions
from kiemphieu.review_items import BALLOT, ReviewItem
from kiemphieu.vote_store import check_open, open_vote_store
from records.decision import BallotDecision, LineDecision
from records.errors import InputError, UsageError
from records.reading import ReviewReason
from records.rules import FaultScope, RuleSet, SealPolicy
from records.ruling import BallotFault, LineFault
from records.vote import Vote

LEVEL = "level:"
NO_FAULT = "no_fault"
ESCALATE = "escalate"
_LINE_FAULTS = (LineFault.NO_MARK, LineFault.SEVERAL_MARKS, LineFault.NOT_A_CROSS)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a member chose.

    Attributes:
        code: `level:` and a level's id, a fault, `no_fault` or `escalate`.
        lines: with `no_fault`, what lines beside the ink are taken as: official and code.
    """

    code: str
    lines: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return ";".join((self.code, *(f"{official}={code}" for official, code in self.lines)))


def choice_from_text(text: str) -> Choice:
    """Inverse of `str(choice)`."""
    code, *lines = text.split(";")
    pairs = (line.partition("=") for line in lines)
    return Choice(code, tuple((official, said) for official, _, said in pairs))


class Standing(StrEnum):
    """Where an item stands."""

    OPEN = "open"
    """Fewer opinions than are needed."""
    DISAGREED = "disagreed"
    ESCALATED = "escalated"
    SETTLED = "settled"
    """No person is needed for it any more."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An item as one member may see it.

    Attributes:
        own: the member's opinion.
        given: how many opinions there are that are not yet a decision.
    """

    item: ReviewItem
    standing: Standing
    own: Opinion | None
    given: int

    @property
    def to_do(self) -> bool:
        """Whether the member has to decide."""
        return self.standing is Standing.OPEN and self.own is None


@dataclass(frozen=True, slots=True)
class Given:
    """What came of an opinion.

    Attributes:
        reports: of the decisions that were recorded with it.
    """

    standing: Standing
    reports: tuple[DecisionReport, ...] = ()


@dataclass(frozen=True, slots=True)
class Passes:
    """The review of one vote.

    Attributes:
        names: of the members, by id; they go into the journal.
    """

    folder: VoteFolder
    vote: Vote
    rules: RuleSet
    names: Mapping[str, str]

    @property
    def opinions(self) -> Opinions:
        return Opinions(self.folder)

    @property
    def needed(self) -> int:
        return 2 if self.vote.two_person else 1

    def seen(self, item: ReviewItem, opinions: tuple[Opinion, ...], member: str) -> Seen:
        """An item with all opinions on it, as one member may see it."""
        own = next((one for one in opinions if one.member == member), None)
        live = _live(opinions) if item.open else ()
        if item.open and own not in live:
            own = None  # it became part of a decision that does not stand any more
        return Seen(item, self._standing(item, live), own, len(live))

    def _standing(self, item: ReviewItem, live: tuple[Opinion, ...]) -> Standing:
        if not item.open:
            return Standing.SETTLED
        choices = {one.choice for one in live}
        if ESCALATE in choices:
            return Standing.ESCALATED
        return Standing.DISAGREED if len(choices) > 1 else Standing.OPEN

    def give(self, item: ReviewItem, member: str, choice: Choice, note: str, reason: str) -> Given:
        """A member's opinion, and the decision where it makes one.

        Args:
            item: as the queue has it now.
            member: id.
            choice: what the member chose.
            note: the member's own words; may be empty.
            reason: of a decision, where nobody wrote a note.

        Raises:
            InputError: the choice does not fit the item, it is no longer to be decided by this member, or the
                count is closed.
            StoreError: it cannot be written.
        """
        self._check_open()
        check_choice(item, choice, self.rules)
        if not self.seen(item, self.opinions.of(item.id), member).to_do:
            raise InputError("review_not_open")
        self.opinions.put(Opinion(item.id, member, str(choice), " ".join(note.split())))
        return self.settle(item, reason)

    def settle(self, item: ReviewItem, reason: str) -> Given:
        """Records the decision where enough opinions agree; also after a crash in between."""
        live = _live(self.opinions.of(item.id))
        standing = self._standing(item, live)
        if standing is not Standing.OPEN or len(live) < self.needed:
            return Given(standing)
        by = tuple(self.names.get(one.member, one.member) for one in live)
        notes = "; ".join(dict.fromkeys(one.note for one in live if one.note))
        choice = choice_from_text(live[0].choice)
        return self._record(item, choice, by, f"{reason}: {notes}" if notes else reason)

    def decide_together(
        self, item: ReviewItem, choice: Choice, members: tuple[str, ...], reason: str
    ) -> Given:
        """A decision on what members do not agree on.

        Raises:
            InputError: it is not to be decided so, or the choice does not fit.
            UsageError: too few members, or no reason.
            StoreError: it cannot be written.
        """
        live = _live(self.opinions.of(item.id))
        if self._standing(item, live) not in {Standing.DISAGREED, Standing.ESCALATED}:
            raise InputError("review_not_open")
        if choice.code == ESCALATE:
            raise InputError("review_choice_unknown")
        check_choice(item, choice, self.rules)
        if not reason.strip():
            raise UsageError("decision_reason")
        return self._record(item, choice, tuple(self.names.get(one, one) for one in members), reason)

    def _record(self, item: ReviewItem, choice: Choice, by: tuple[str, ...], reason: str) -> Given:
        reports = tuple(
            decide(self.folder, DecisionOrder(item.serial, ruled, by, reason))
            for ruled in orders(item, choice, self.rules)
        )
        self.opinions.mark_recorded(item.id, tuple(report.recorded.number for report in reports))
        return Given(Standing.SETTLED, reports)

    def take_back(self, item: ReviewItem, member: str) -> None:
        """A member's opinion, as long as it is the only one.

        Raises:
            InputError: there is none, the other member has decided already, or the count is closed.
        """
        self._check_open()
        seen = self.seen(item, self.opinions.of(item.id), member)
        if seen.own is None or seen.standing is Standing.SETTLED or seen.given > 1:
            raise InputError("review_not_yours_alone")
        self.opinions.take_back(item.id, member)

    def _check_open(self) -> None:
        """Opinions lie beside the record, which would not refuse them."""
        with closing(open_vote_store(self.folder, self.vote)) as store:
            check_open(store)

    def undo(self, item: ReviewItem, by: tuple[str, ...], reason: str) -> None:
        """Takes the decision on an item back, with the opinions that it came from.

        Raises:
            InputError: no decision on it stands that came from here.
            UsageError: too few people, or no reason.
            StoreError: it cannot be written.
        """
        numbers = {number for one in self.opinions.of(item.id) for number in one.recorded}
        found = [one.number for one in standing_decisions(self.folder) if one.number in numbers]
        if not found:
            raise InputError("review_no_decision")
        for number in sorted(found, reverse=True):
            undo(self.folder, number, by, reason)
        self.opinions.take_back(item.id)


def _live(opinions: tuple[Opinion, ...]) -> tuple[Opinion, ...]:
    """Those that are no part of a decision yet."""
    return tuple(one for one in opinions if not one.recorded)


def codes_for(item: ReviewItem, rules: RuleSet) -> tuple[str, ...]:
    """What may be chosen for an item, in the order in which it is shown."""
    faults: list[str] = [BallotFault.STRUCK_NAME, BallotFault.ADDED_WRITING]
    if item.what != BALLOT:
        return (*(f"{LEVEL}{level.id}" for level in rules.levels), *_LINE_FAULTS, *faults, ESCALATE)
    if rules.ballot_fault is FaultScope.LINE:
        faults = [BallotFault.ADDED_WRITING]
    seal = {ReviewReason.SEAL_MISSING, ReviewReason.SEAL_UNCLEAR}.intersection(item.reasons)
    if seal or rules.seal is SealPolicy.REQUIRE:
        faults.append(BallotFault.NO_SEAL)
    if ReviewReason.MISSING_PAGE in item.reasons:
        faults.append(BallotFault.MISSING_PAGE)
    if ReviewReason.DUPLICATE_SERIAL in item.reasons:
        faults.append(BallotFault.NOT_ISSUED)
    return (NO_FAULT, *faults, ESCALATE)


def line_codes(rules: RuleSet) -> tuple[str, ...]:
    """What a line beside the ink may be taken as."""
    return (*(f"{LEVEL}{level.id}" for level in rules.levels), *_LINE_FAULTS)


def check_choice(item: ReviewItem, choice: Choice, rules: RuleSet) -> None:
    """Raises where a choice is none of those for the item.

    Raises:
        InputError: so it is.
    """
    known = {line.official for line in item.beside}
    fits = choice.code in codes_for(item, rules) and (not choice.lines or choice.code == NO_FAULT)
    if not fits or any(one not in known or code not in line_codes(rules) for one, code in choice.lines):
        raise InputError("review_choice_unknown")


def orders(item: ReviewItem, choice: Choice, rules: RuleSet) -> tuple[Ruled, ...]:
    """What is to be recorded for a choice; what settles the item comes last."""
    if choice.code == NO_FAULT:
        return (*(_line(official, code) for official, code in choice.lines), BallotDecision())
    if item.official is None:
        return (BallotDecision((BallotFault(choice.code),)),)
    whole = {BallotFault.ADDED_WRITING.value}
    if rules.ballot_fault is FaultScope.BALLOT:
        whole.add(BallotFault.STRUCK_NAME.value)
    if choice.code in whole:
        return (BallotDecision((BallotFault(choice.code),)),)
    return (_line(item.official, choice.code),)


def _line(official: str, code: str) -> LineDecision:
    if code.startswith(LEVEL):
        return LineDecision(official, code.removeprefix(LEVEL))
    return LineDecision(official, None, (LineFault(code),))
