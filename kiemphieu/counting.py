"""The count of a vote folder: recorded pages and the rules of vote.toml become one result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kiemphieu.accounting import Account, read_account
from kiemphieu.ballots import BallotEntry, Standing, find_counted
from kiemphieu.decisions import read_decisions
from kiemphieu.folder import VoteFolder, load_vote, vote_rules
from kiemphieu.found_invalid import FoundInvalid, found_invalid
from kiemphieu.store import Store
from kiemphieu.vote_store import check_settings, note_settings, open_vote_store
from records.canonical import canonical_json, sha256_hex
from records.count import BallotCounts, OpenPoint, TallyResult
from records.errors import InputError
from records.journal import EventKind
from records.layout import layout_from_json
from records.rules import RuleSet
from records.ruling import BallotRuling, Verdict
from records.vote import BallotStyle, Vote
from tally.count import count_votes
from tally.reasons import InvalidReasons, find_reasons


@dataclass(frozen=True, slots=True)
class GroupCount:
    """One kind of ballot of the vote, with its own reconciliation.

    Attributes:
        reasons: why its invalid ballots and lines are invalid.
    """

    style: BallotStyle
    result: TallyResult
    reasons: InvalidReasons


@dataclass(frozen=True, slots=True)
class CountReport:
    """A result with the ballots it came from.

    Attributes:
        result: of all groups side by side.
        groups: each by itself, in the order of vote.toml; a plain vote has one.
        review: entries that wait for a person.
        foreign: sheets that the committee did not issue.
        unseen_invalid: what the program alone found invalid, by serial.
        blank: empty sides among the pages; they are no ballots.
        account: of ballots that did not come back as votes.
    """

    vote: Vote
    rules: RuleSet
    result: TallyResult
    groups: tuple[GroupCount, ...]
    review: tuple[BallotEntry, ...]
    foreign: tuple[BallotEntry, ...]
    unseen_invalid: tuple[FoundInvalid, ...]
    blank: int
    account: Account


def count_folder(folder: VoteFolder, known: Vote | None = None) -> CountReport:
    """Counts what is recorded.

    Args:
        folder: the vote.
        known: as read already; None reads vote.toml.

    Raises:
        VoteFileError: vote.toml has mistakes.
        StoreError: the record cannot be read.
    """
    vote = load_vote(folder) if known is None else known
    rules = vote_rules(vote)
    store = open_vote_store(folder, vote)
    try:
        _check_forms(folder, vote, store)
        check_settings(folder, store, vote)
        gathered = _gathered(store, rules)
        account = read_account(store)
        issued = _issued_by_style(store) - account.not_handed_out()
    finally:
        store.close()
    groups = _count(vote, rules, gathered, issued, account)
    return CountReport(
        vote=vote,
        rules=rules,
        result=combined_result([group.result for group in groups]),
        groups=groups,
        account=account,
        review=tuple(sorted(gathered.review, key=_review_order)),
        foreign=tuple(sorted(gathered.apart, key=_review_order)),
        unseen_invalid=tuple(sorted(gathered.unseen_invalid, key=lambda found: found.serial)),
        blank=gathered.blank,
    )


@dataclass(slots=True)
class _Gathered:
    """What a count needs of all ballots; the readings behind it are let go.

    Attributes:
        rulings: by group; a group that is not in vote.toml has its own.
        foreign, unread: sheets by group that have no ruling of their own.
        apart: the foreign ones themselves.
    """

    rulings: dict[str, list[BallotRuling]] = field(default_factory=dict)
    foreign: Counter[str] = field(default_factory=Counter)
    unread: Counter[str] = field(default_factory=Counter)
    cast: Counter[str] = field(default_factory=Counter)
    review: list[BallotEntry] = field(default_factory=list)
    apart: list[BallotEntry] = field(default_factory=list)
    unseen_invalid: list[FoundInvalid] = field(default_factory=list)
    blank: int = 0

    def add(self, found: BallotRuling | BallotEntry) -> None:
        if isinstance(found, BallotRuling):
            self.rulings.setdefault(found.style, []).append(found)
            self.cast[found.style] += 1
            return
        if found.ruling is not None:
            self.rulings.setdefault(found.style, []).append(found.ruling)
        if found.standing is Standing.FOREIGN:
            self.foreign[found.style] += 1
            self.apart.append(found)
        self.unread[found.style] += found.standing is Standing.UNREAD
        self.cast[found.style] += found.standing in {Standing.RULED, Standing.UNREAD}
        self.blank += found.standing is Standing.BLANK
        if found.verdict is Verdict.REVIEW:
            self.review.append(found)


def _gathered(store: Store, rules: RuleSet) -> _Gathered:
    gathered, decisions = _Gathered(), read_decisions(store)
    for one in find_counted(store, rules, decisions):
        gathered.add(one)
        if isinstance(one, BallotEntry):  # a plain ballot has no fault
            gathered.unseen_invalid += found_invalid(one, decisions.on_ballot(one.serial or ""))
    return gathered


def _review_order(entry: BallotEntry) -> tuple[bool, str, str]:
    """By serial, and sheets without one by hash at the end: as `readings` lists them."""
    return entry.serial is None, entry.serial or "", entry.pages[0].sha256


def _stated(style: str, account: Account, result: TallyResult, gathered: _Gathered) -> TallyResult:
    """`result`, open where the ballots do not add up to what the committee stated.

    Issued = returned + not returned (rules.md, the identities); a ballot that was withdrawn and lies among
    those cast makes one of the two statements wrong.
    """
    stated = account.not_returned(style)
    fits = stated is None or result.ballots.issued == gathered.cast[style] + stated
    cast = {ruling.serial for ruling in gathered.rulings.get(style, ())}
    cast |= {e.serial for e in gathered.review if e.serial is not None and e.style == style}
    if fits and account.withdrawn.isdisjoint(cast):
        return result
    points = {*result.open_points, OpenPoint.NOT_RECONCILED}
    ordered = tuple(point for point in OpenPoint if point in points)
    return replace(result, reconciled=False, open_points=ordered)


def _check_forms(folder: VoteFolder, vote: Vote, store: Store) -> None:
    """The officials counted must be those on the printed ballots, in every group."""
    for form in store.forms():
        printed = layout_from_json(form.layout_json).officials
        if printed != tuple(official.id for official in vote.officials_of(form.style)):
            raise InputError("layout_changed", path=str(folder.vote_file))


def _issued_by_style(store: Store) -> Counter[str]:
    return Counter(ballot.style for ballot in store.issued().values())


def _count(
    vote: Vote, rules: RuleSet, gathered: _Gathered, issued: Counter[str], account: Account
) -> tuple[GroupCount, ...]:
    styles = [style.id for style in vote.styles]
    for kind in (gathered.foreign, gathered.unread, gathered.cast):
        for style in set(kind) - set(styles):
            # A sheet that could not be identified belongs to no group; it is counted once, with the first.
            kind[styles[0]] += kind.pop(style)
    for style in set(gathered.rulings) - set(styles):
        gathered.rulings.setdefault(styles[0], []).extend(gathered.rulings.pop(style))
    return tuple(_count_style(vote, rules, style, gathered, issued, account) for style in vote.styles)


def _count_style(
    vote: Vote,
    rules: RuleSet,
    style: BallotStyle,
    gathered: _Gathered,
    issued: Counter[str],
    account: Account,
) -> GroupCount:
    rulings = gathered.rulings.get(style.id, ())
    officials = [official.id for official in vote.officials_of(style.id)]
    foreign, unread = gathered.foreign[style.id], gathered.unread[style.id]
    result = count_votes(
        rulings,
        officials,
        rules,
        issued=issued[style.id],
        foreign=foreign,
        attendance=vote.attendance,
        vote_id=vote.id,
        unread=unread,
    )
    reasons = find_reasons(rulings, officials, rules, foreign=foreign, unread=unread)
    return GroupCount(style, _stated(style.id, account, result, gathered), reasons)


def combined_result(results: Sequence[TallyResult]) -> TallyResult:
    """The results of several sheets of one vote side by side; ballots are added up."""
    if len(results) == 1:
        return results[0]
    counts = [result.ballots for result in results]
    open_points = {point for result in results for point in result.open_points}
    warnings = {point for result in results for point in result.warnings}
    return replace(
        results[0],
        ballots=BallotCounts(
            issued=sum(count.issued for count in counts),
            valid=sum(count.valid for count in counts),
            invalid=sum(count.invalid for count in counts),
            review=sum(count.review for count in counts),
            foreign=sum(count.foreign for count in counts),
        ),
        reconciled=all(result.reconciled for result in results),
        officials=tuple(official for result in results for official in result.officials),
        open_points=tuple(point for point in OpenPoint if point in open_points),
        warnings=tuple(point for point in OpenPoint if point in warnings),
    )


def draw_tally(folder: VoteFolder) -> CountReport:
    """Counts what is recorded, and journals the result where it is not the last one drawn.

    Raises:
        VoteFileError: vote.toml has mistakes.
        StoreError: the record cannot be read or written.
    """
    vote = load_vote(folder)
    store = open_vote_store(folder, vote)
    try:
        sealed = store.last_entry(EventKind.RECORD_SEALED) is not None
        if sealed or not store.forms():
            return count_folder(folder, vote)
        check_settings(folder, store, vote)
        note_settings(store, vote)
        while True:
            state = store.state()
            report = count_folder(folder, vote)
            data = {"result": result_digest(report.result), "final": report.result.final}
            last = store.last_but_reports()
            drawn = last is not None and last.kind == EventKind.TALLY_DRAWN.value and last.content == data
            # Another station may have recorded something since: then what was counted is not the record.
            if drawn or store.append_if(state, EventKind.TALLY_DRAWN, data) is not None:
                return report
    finally:
        store.close()


def result_digest(result: TallyResult) -> str:
    """SHA-256 of the result as `kiemphieu tally --json` says it."""
    return sha256_hex(canonical_json(result_to_json(result)))


def result_to_json(result: TallyResult) -> dict[str, Any]:
    """The contract's document of `kiemphieu tally --json`."""
    ballots = result.ballots
    return {
        "vote": result.vote,
        "rules": result.rules,
        "attendance": {
            "summoned": result.summoned,
            "present": result.present,
            "quorum": result.quorum.value,
        },
        "ballots": {
            "issued": ballots.issued,
            "returned": ballots.returned,
            "valid": ballots.valid,
            "invalid": ballots.invalid,
            "review": ballots.review,
            "foreign": ballots.foreign,
        },
        "reconciled": result.reconciled,
        "final": result.final,
        "officials": [
            {
                "id": official.count.official,
                "counts": {**dict(official.count.levels), "invalid": official.count.invalid},
                "base": official.base,
                "percent": dict(official.percent),
                "outcome": official.outcome.value if official.outcome else None,
                **({"grade": official.grade} if official.grade is not None else {}),
            }
            for official in result.officials
        ],
    }
