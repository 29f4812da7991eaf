"""The count of a vote folder: recorded pages and the rules of vote.toml become one result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from kiemphieu.accounting import Account, read_account
from kiemphieu.ballots import BallotEntry, Standing, find_ballots
from kiemphieu.folder import VoteFolder, load_vote
from kiemphieu.store import Store
from kiemphieu.vote_store import note_settings, open_vote_store
from records.canonical import canonical_json, sha256_hex
from records.count import BallotCounts, OpenPoint, TallyResult
from records.errors import InputError
from records.journal import EventKind
from records.layout import layout_from_json
from records.rules import RuleSet
from records.ruling import Verdict
from records.vote import Vote
from tally.count import count_votes
from tally.rules import apply_overrides, load_rule_set


@dataclass(frozen=True, slots=True)
class CountReport:
    """A result with the ballots it came from.

    Attributes:
        review: entries that wait for a person.
        blank: empty sides among the pages; they are no ballots.
        account: of ballots that did not come back as votes.
    """

    vote: Vote
    rules: RuleSet
    result: TallyResult
    review: tuple[BallotEntry, ...]
    blank: int
    account: Account


def vote_rules(vote: Vote) -> RuleSet:
    """The vote's rule set with the settings of `[rules]`."""
    return apply_overrides(load_rule_set(vote.rules), vote.rule_overrides)


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
        entries = tuple(find_ballots(store, rules))
        account = read_account(store)
        issued = _issued_by_style(store) - account.not_handed_out()
    finally:
        store.close()
    return CountReport(
        vote=vote,
        rules=rules,
        result=_stated(vote, account, _count(vote, rules, entries, issued), entries, issued),
        account=account,
        review=tuple(entry for entry in entries if entry.verdict is Verdict.REVIEW),
        blank=sum(entry.standing is Standing.BLANK for entry in entries),
    )


def _stated(
    vote: Vote,
    account: Account,
    result: TallyResult,
    entries: Sequence[BallotEntry],
    issued: Counter[str],
) -> TallyResult:
    """`result`, open where the ballots do not add up to what the committee stated.

    Issued = returned + not returned (rules.md, the identities); a ballot that was withdrawn and lies among
    those cast makes one of the two statements wrong.
    """
    cast = Counter(entry.style for entry in entries if entry.standing in {Standing.RULED, Standing.UNREAD})
    fits = all(
        (stated := account.not_returned(style.id)) is None or issued[style.id] == cast[style.id] + stated
        for style in vote.styles
    )
    withdrawn = account.withdrawn
    if fits and not any(entry.serial in withdrawn for entry in entries):
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


def _count(vote: Vote, rules: RuleSet, entries: Sequence[BallotEntry], issued: Counter[str]) -> TallyResult:
    styles = [style.id for style in vote.styles]
    groups: dict[str, list[BallotEntry]] = {style: [] for style in styles}
    for entry in entries:
        # A sheet that could not be identified belongs to no group; it is counted once, with the first.
        groups[entry.style if entry.style in groups else styles[0]].append(entry)
    return _combined([_count_style(vote, rules, style, groups[style], issued[style]) for style in styles])


def _count_style(
    vote: Vote, rules: RuleSet, style: str, entries: Sequence[BallotEntry], issued: int
) -> TallyResult:
    return count_votes(
        [entry.ruling for entry in entries if entry.ruling is not None],
        [official.id for official in vote.officials_of(style)],
        rules,
        issued=issued,
        foreign=sum(entry.standing is Standing.FOREIGN for entry in entries),
        attendance=vote.attendance,
        vote_id=vote.id,
        unread=sum(entry.standing is Standing.UNREAD for entry in entries),
    )


def _combined(results: Sequence[TallyResult]) -> TallyResult:
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
    report = count_folder(folder)
    store = open_vote_store(folder, report.vote)
    try:
        sealed = store.last_entry(EventKind.RECORD_SEALED) is not None
        data = {"result": result_digest(report.result), "final": report.result.final}
        last = store.last_entry()
        drawn = last is not None and last.kind == EventKind.TALLY_DRAWN.value and last.content == data
        if store.forms() and not sealed and not drawn:
            note_settings(store, report.vote)
            store.append(EventKind.TALLY_DRAWN, data)
    finally:
        store.close()
    return report


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
            }
            for official in result.officials
        ],
    }
