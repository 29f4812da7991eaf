"""A result together with the ballots that it counts, both of one moment.

An export lists every ballot that the count has among the returned: valid, invalid and in review. Ballots
that the committee did not issue are listed only where the rule set counts them among the returned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass

from kiemphieu.ballots import BallotEntry, Standing, find_ballots
from kiemphieu.counting import CountReport, count_folder
from kiemphieu.decisions import Decisions, read_decisions
from kiemphieu.folder import VoteFolder, load_vote, vote_rules
from kiemphieu.store import Store
from kiemphieu.vote_store import open_vote_store
from records.count import OfficialCount
from records.decision import RecordedDecision
from records.errors import KiemphieuError
from records.rules import ForeignPolicy, RuleSet
from records.ruling import BallotFault, Verdict
from records.vote import BallotStyle, Vote


@dataclass(frozen=True, slots=True)
class CountedBallot:
    """One ballot of the count.

    Attributes:
        style: the group it is counted with.
        verdict: how it is counted.
        entry: as it stands, with the committee's decisions.
        read: as it is ruled without any decision; None where without one it would be no ballot.
        decisions: those that bear on it, in the order in which they were made.
    """

    style: str
    verdict: Verdict
    entry: BallotEntry
    read: BallotEntry | None
    decisions: tuple[RecordedDecision, ...]


@dataclass(frozen=True, slots=True)
class CountedVote:
    """A result and its ballots; the ballots stand in the order of their serials, which no export may keep."""

    report: CountReport
    ballots: tuple[CountedBallot, ...]

    @property
    def vote(self) -> Vote:
        return self.report.vote

    @property
    def rules(self) -> RuleSet:
        return self.report.rules


def gather_count(folder: VoteFolder) -> CountedVote:
    """Counts what is recorded and keeps its ballots.

    Raises:
        VoteFileError: vote.toml has mistakes.
        StoreError: the record cannot be read.
        KiemphieuError: the ballots do not give the result; a fault of this program.
    """
    vote = load_vote(folder)
    rules = vote_rules(vote)
    with closing(open_vote_store(folder, vote)) as store:
        while True:
            state = store.state()
            ballots = tuple(_counted(store, vote, rules))
            report = count_folder(folder, vote)
            # Another station may have recorded something between the two looks.
            if store.state() == state:
                break
    counted = CountedVote(report, ballots)
    check_same(counted, count_ballots(counted), "ballots")
    return counted


def _counted(store: Store, vote: Vote, rules: RuleSet) -> Iterator[CountedBallot]:
    decisions = read_decisions(store)
    unread = _without_decisions(store, rules, decisions)
    styles = [style.id for style in vote.styles]
    for entry in find_ballots(store, rules, decisions):
        verdict = _verdict(entry, rules)
        if verdict is None:
            continue
        bearing = _decisions_on(entry, decisions)
        read = unread.get(_key(entry), unread.get(entry.pages[0].sha256)) if bearing else entry
        # A sheet that could not be identified belongs to no group: the count has it with the first.
        style = entry.style if entry.style in styles else styles[0]
        yield CountedBallot(style, verdict, entry, read, bearing)


def _verdict(entry: BallotEntry, rules: RuleSet) -> Verdict | None:
    """How the count takes a ballot; None where it does not count it. As `tally.tabulation.sort_ballots`."""
    if entry.standing is Standing.BLANK:
        return None
    foreign = entry.standing is Standing.FOREIGN or BallotFault.NOT_ISSUED in entry.faults
    if not foreign or entry.verdict is Verdict.REVIEW:
        return entry.verdict
    return Verdict.INVALID if rules.foreign_in_returned is ForeignPolicy.RETURNED else None


def _key(entry: BallotEntry) -> str:
    return entry.serial or entry.pages[0].sha256


def _decisions_on(entry: BallotEntry, decisions: Decisions) -> tuple[RecordedDecision, ...]:
    targets = {_key(entry), *(page.sha256 for page in entry.pages)}
    found = [recorded for target in targets for recorded in decisions.standing.get(target, ())]
    return tuple(sorted(found, key=lambda recorded: recorded.number))


def _without_decisions(store: Store, rules: RuleSet, decisions: Decisions) -> Mapping[str, BallotEntry]:
    """Those on which a decision bears, as the paper alone is ruled; without what then is no ballot."""
    if not decisions.standing:
        return {}
    wanted = {*decisions.standing, *(serial for serial, _ in decisions.sheets_of_ballots())}
    entries = (
        entry for entry in find_ballots(store, rules, Decisions()) if entry.standing is not Standing.BLANK
    )
    return {_key(entry): entry for entry in entries if _key(entry) in wanted}


def styles_in_order(vote: Vote) -> Iterator[tuple[BallotStyle, tuple[str, ...]]]:
    """Every group with the ids of those listed on its sheet, as the result has them."""
    for style in vote.styles:
        yield style, tuple(official.id for official in vote.officials_of(style.id))


def choices_of(ballot: CountedBallot, officials: Iterable[str]) -> dict[str, str | None]:
    """What a ballot that is not in review gives every official of its sheet: a level, or None for no vote."""
    valid = ballot.verdict is Verdict.VALID
    chosen = {line.official: line.choice for line in ballot.entry.lines} if valid else {}
    return {official: chosen.get(official) for official in officials}


@dataclass(frozen=True, slots=True)
class PlainCount:
    """What ballots come to, counted anew: for comparison with the result."""

    officials: tuple[OfficialCount, ...]
    valid: int
    invalid: int
    review: int


def count_ballots(counted: CountedVote) -> PlainCount:
    """Adds up the ballots, without the tally's own code."""
    levels = [level.id for level in counted.rules.levels]
    found: list[OfficialCount] = []
    for style, officials in styles_in_order(counted.vote):
        closed = [b for b in counted.ballots if b.style == style.id and b.verdict is not Verdict.REVIEW]
        choices = [choices_of(ballot, officials) for ballot in closed]
        for official in officials:
            given = [choice[official] for choice in choices]
            counts = tuple((level, given.count(level)) for level in levels)
            found.append(OfficialCount(official, counts, given.count(None)))
    fates = [ballot.verdict for ballot in counted.ballots]
    return PlainCount(tuple(found), *(fates.count(fate) for fate in Verdict))


def check_same(counted: CountedVote, found: PlainCount, what: str) -> None:
    """Makes sure that an export says what the tally says.

    Raises:
        KiemphieuError: it does not; nothing may be written then.
    """
    result = counted.report.result
    officials = tuple(official.count for official in result.officials)
    ballots = result.ballots
    expected = PlainCount(officials, ballots.valid, ballots.invalid, ballots.review)
    if found != expected:
        raise KiemphieuError("export_differs", what=what)
