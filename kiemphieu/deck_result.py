"""How the scan of a test deck came out, in a file beside its report, for those who ask later."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from kiemphieu.deck_expected import DeckFolder
from kiemphieu.deck_printing import deck_names
from kiemphieu.disk import disk_errors, write_atomic
from kiemphieu.folder import VoteFolder, read_text
from records.codec import CodecError, from_plain, to_plain
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
    data = {"format": RESULT_FORMAT, **to_plain(result)}
    write_atomic(record.root / RESULT_FILE, json.dumps(data, indent=1).encode())


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
        data = json.loads(read_text(path))
        if not isinstance(data, dict) or data.pop("format", None) != RESULT_FORMAT:
            raise CodecError("format")
        return from_plain(DeckResult, data)
    except (ValueError, RecursionError) as error:
        raise InputError("testdeck_result_damaged", path=str(path)) from error
