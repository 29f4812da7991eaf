"""How the scan of a test deck came out, in a file beside its report, for those who ask later."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kiemphieu.deck_expected import DeckFolder
from kiemphieu.deck_printing import deck_names
from kiemphieu.disk import disk_errors
from kiemphieu.folder import VoteFolder
from kiemphieu.kept_json import read_kept, write_kept
from records.codec import from_plain, to_plain
from records.errors import InputError

RESULT_FILE = "result.json"
REPORT_FILE = "report.pdf"
RESULT_FORMAT = 1


@dataclass(frozen=True, slots=True)
class DeckResult:
    """One scan of a deck.

    Attributes:
        run: the scan's name.
        ballots: of the deck.
        passed: every ballot, and every cell of the tally, is as it must be.
        differences: points that are not.
        cautious: ballots that a person was called for without need.
        problems: files that could not be opened.
    """

    deck: str
    run: str
    ballots: int
    passed: bool
    differences: int
    cautious: int
    problems: int


def write_result(record: VoteFolder, result: DeckResult) -> None:
    """Writes it into the run's folder.

    Raises:
        StoreError: the disk refuses.
    """
    write_kept(record.root / RESULT_FILE, RESULT_FORMAT, to_plain(result))


def last_result(folder: VoteFolder) -> DeckResult | None:
    """The newest scan of the newest deck that was scanned; None where none was.

    Raises:
        InputError: the file is damaged.
        StoreError: the folder cannot be read.
    """
    for name in reversed(deck_names(folder)):
        runs = DeckFolder(folder, name).runs
        with disk_errors(runs):
            found = sorted(runs.glob(f"*/{RESULT_FILE}"), key=lambda path: path.stat().st_mtime_ns)
        if found:
            return _read(found[-1])
    return None


def result_report(folder: VoteFolder, result: DeckResult) -> Path:
    """The report of that scan."""
    return DeckFolder(folder, result.deck).run(result.run).root / REPORT_FILE


def _read(path: Path) -> DeckResult:
    try:
        return from_plain(DeckResult, read_kept(path, RESULT_FORMAT))
    except ValueError as error:
        raise InputError("testdeck_result_damaged", path=str(path)) from error
