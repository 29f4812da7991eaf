"""`testdeck --scan`: a printed deck is read into a record of its own and compared with what it must be.

Every scan of a deck has a record of its own, `test/DECK/runs/NAME/`, with the same code as the record of a
vote and none of its pages, so that test ballots and real ones cannot mix.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from kiemphieu.ballots import BallotEntry, find_ballots
from kiemphieu.counting import CountReport, count_folder
from kiemphieu.deck_comparing import DeckComparison, compare_deck
from kiemphieu.deck_expected import DeckFolder, ExpectedDeck, read_expected, settings_digest
from kiemphieu.deck_printing import deck_names
from kiemphieu.deck_report import deck_report
from kiemphieu.deck_result import REPORT_FILE, DeckResult, write_result
from kiemphieu.disk import disk_errors, write_atomic
from kiemphieu.folder import VoteFolder, load_profile, load_vote, vote_rules
from kiemphieu.intake import FileProblem
from kiemphieu.messages import Language
from kiemphieu.page_worker import ReaderSetup
from kiemphieu.printing import vote_form
from kiemphieu.scanning import Alarm, Progress, ScanReport, Told, record_scans
from kiemphieu.store.copying import copy_ballots
from kiemphieu.vote_store import open_vote_store
from records.errors import InputError, UsageError
from records.token import TokenKind
from records.vote import Vote

REAL_BALLOT = "testdeck_real_ballot"
"""Id of the problem that the reader of test ballots tells of a real one."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,40}")


@dataclass(frozen=True, slots=True)
class DeckOfRun:
    """Which deck is scanned, and under what name.

    Attributes:
        deck: its number; None takes the newest.
        name: of the run, new or to be gone on with; None takes a free number.
    """

    deck: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class DeckCheck:
    """One scan of a deck and how it compares.

    Attributes:
        record: where the run's record lies.
        report: the PDF to sign.
    """

    vote: Vote
    expected: ExpectedDeck
    name: str
    record: VoteFolder
    scan: ScanReport
    count: CountReport
    comparison: DeckComparison
    report: Path

    @property
    def other_problems(self) -> tuple[FileProblem, ...]:
        """Files that could not be opened; real ballots among the scans are differences."""
        return tuple(problem for problem in self.scan.problems if problem.message_id != REAL_BALLOT)


def check_deck(
    folder: VoteFolder,
    paths: Sequence[Path],
    wanted: DeckOfRun,
    workers: int,
    lang: Language,
    progress: Progress | None = None,
    alarm: Alarm | None = None,
) -> DeckCheck:
    """Reads the scans of a deck, compares them and writes the report to sign.

    Args:
        folder: the vote; nothing of its record is changed.
        paths: files and folders with the scans.
        wanted: which deck, and the run's name.
        workers: processes that read.
        lang: of the report.
        progress: called with pages done and pages in all.
        alarm: called as soon as the pages show something wrong with the scanner.

    Raises:
        InputError: no deck was printed, vote.toml was changed since, or an earlier part of the run was read
            with another profile of the scanner or another version of the program.
        UsageError: there is no such deck, or the name is no plain name.
        StoreError: a record cannot be read or written.
    """
    vote = replace(load_vote(folder), store_url="")
    deck = _deck(folder, wanted.deck)
    expected = read_expected(deck)
    _check_settings(folder, vote, expected)
    name = _run_name(deck, wanted.name)
    run = deck.run(name)
    _prepare(deck, run, vote)
    # A deck proves the reading as it will be: with the scanner's profile, where there is one.
    profile = load_profile(folder, vote)
    setup = ReaderSetup(run.root.resolve(), vote.id, vote.store_url, TokenKind.TEST, profile=profile)
    scan = record_scans(run, vote, paths, workers, setup, Told(progress, alarm))
    count = count_folder(run, vote)
    entries = _entries(run, count)
    if len({page.options for entry in entries for page in entry.pages}) > 1:
        # No half of it proves how the vote's ballots will be read.
        raise InputError("testdeck_mixed", name=name)
    comparison = compare_deck(expected, entries, count.groups, tuple(_real_ballots(scan)))
    report = run.root / REPORT_FILE
    write_atomic(report, deck_report(count, expected, name, comparison, lang))
    check = DeckCheck(vote, expected, name, run, scan, count, comparison, report)
    write_result(run, _result(check))
    return check


def _result(check: DeckCheck) -> DeckResult:
    found = check.comparison
    return DeckResult(
        check.expected.name,
        check.name,
        found.ballots,
        found.equal,
        len(found.differences),
        len(found.cautious),
        len(check.other_problems),
    )


def _deck(folder: VoteFolder, wanted: str | None) -> DeckFolder:
    printed = [deck for name in deck_names(folder) if (deck := DeckFolder(folder, name)).expected.exists()]
    if not printed:
        raise InputError("testdeck_none", folder=str(folder.root))
    if wanted is None:
        return printed[-1]
    for deck in printed:
        if deck.name == wanted:
            return deck
    raise UsageError("testdeck_unknown", deck=wanted, decks=", ".join(deck.name for deck in printed))


def _check_settings(folder: VoteFolder, vote: Vote, expected: ExpectedDeck) -> None:
    """The deck proves what is counted by now: the same rules, the same people, the same form."""
    same = expected.vote == vote.id and expected.settings == settings_digest(vote)
    styles = [style.id for style in vote.styles]
    if not same or styles != [group.style for group in expected.groups]:
        raise InputError("testdeck_outdated", deck=expected.name, path=str(folder.vote_file))
    for group in expected.groups:
        if vote_form(folder, vote, group.style, TokenKind.TEST).layout.sha256 != group.layout_sha256:
            raise InputError("testdeck_outdated", deck=expected.name, path=str(folder.vote_file))


def _run_name(deck: DeckFolder, wanted: str | None) -> str:
    if wanted is None:
        number = 1
        while deck.run(str(number)).root.exists():
            number += 1
        return str(number)
    if not _NAME.fullmatch(wanted):
        raise UsageError("testdeck_name", name=wanted)
    return wanted


def _prepare(deck: DeckFolder, run: VoteFolder, vote: Vote) -> None:
    """A record that knows the forms and serials of the deck and has no page yet."""
    with disk_errors(run.root):
        run.keys.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(deck.record.public_key, run.public_key)
    with closing(open_vote_store(deck.record, vote)) as source, closing(open_vote_store(run, vote)) as store:
        copy_ballots(source, store)


def _entries(run: VoteFolder, count: CountReport) -> list[BallotEntry]:
    with closing(open_vote_store(run, count.vote)) as store:
        return list(find_ballots(store, vote_rules(count.vote)))


def _real_ballots(scan: ScanReport) -> Iterator[str]:
    for problem in scan.problems:
        if problem.message_id == REAL_BALLOT:
            yield f"{problem.source} ({dict(problem.details)['page']})"
