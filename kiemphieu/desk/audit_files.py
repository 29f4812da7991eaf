"""Reports that lie beside a record: profiles of scanners, and what test decks said.

Each is found by a list made from what is there: no address names a path.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from kiemphieu.calibrating import read_profile
from kiemphieu.deck_expected import DeckFolder
from kiemphieu.deck_printing import deck_names
from kiemphieu.deck_result import RESULT_FILE
from kiemphieu.documents.calibration_pdf import write_report_pdf
from kiemphieu.documents.facts import Words
from kiemphieu.folder import VoteFolder
from records.canonical import sha256_hex
from records.errors import InputError, KiemphieuError
from records.json_text import parse_object
from records.scanner_profile import ScannerProfile, profile_sha256


class ReportKind(StrEnum):
    SCANNER = "scanner"
    DECK = "deck"


@dataclass(frozen=True, slots=True)
class FoundReport:
    """A report that can be opened.

    Attributes:
        id: in addresses.
        path: of the profile or the PDF.
        name: of the scanner, or of the deck.
        run: of the deck; empty for a scanner.
        profile: of the scanner; None for a deck.
        passed: what the deck said; None where that is not known.
    """

    id: str
    kind: ReportKind
    path: Path
    name: str
    run: str = ""
    profile: ScannerProfile | None = None
    passed: bool | None = None


def find_reports(folder: VoteFolder) -> tuple[FoundReport, ...]:
    """Every report of a vote, scanners first."""
    places = [*sorted(folder.root.glob("scanner-*.json")), *sorted(folder.profiles.glob("*.json"))]
    return (*find_profiles(places), *_decks(folder))


def find_profiles(paths: list[Path]) -> tuple[FoundReport, ...]:
    """The profiles among files, each once; a file that is none, or was changed, is left out."""
    found: dict[str, FoundReport] = {}
    for path in paths:
        try:
            profile = read_profile(path)
        except KiemphieuError:
            continue
        digest = profile_sha256(profile)
        report = FoundReport(digest[:16], ReportKind.SCANNER, path, profile.scanner, profile=profile)
        found.setdefault(digest, report)
    return tuple(found.values())


def _decks(folder: VoteFolder) -> Iterator[FoundReport]:
    for name in deck_names(folder):
        runs = DeckFolder(folder, name).runs
        for path in sorted(runs.glob("*/report.pdf")):
            run = path.parent.name
            place = sha256_hex(f"{name}/{run}".encode())[:16]
            yield FoundReport(place, ReportKind.DECK, path, name, run, passed=_passed(path.parent))


def _passed(run: Path) -> bool | None:
    try:
        said = parse_object((run / RESULT_FILE).read_bytes()).get("passed")
    except (OSError, ValueError):
        return None
    return said if isinstance(said, bool) else None


def report_pdf(reports: tuple[FoundReport, ...], wanted: str, words: Words) -> bytes:
    """A report as PDF: a deck's as it was written, a scanner's drawn from its profile.

    Raises:
        InputError: there is none of that id, or it cannot be read.
    """
    report = next((one for one in reports if one.id == wanted), None)
    if report is None:
        raise InputError("desk_audit_no_report")
    try:
        if report.profile is None:
            return report.path.read_bytes()
        return write_report_pdf(report.profile, words)
    except OSError as error:
        raise InputError("file_unreadable", path=str(report.path), reason=error.strerror) from error
    except (ValueError, LookupError, ArithmeticError) as error:
        # Written by hand, in a package that someone brought: nothing in it that could be drawn.
        raise InputError("profile_unreadable", path=str(report.path), reason=str(error)) from error
