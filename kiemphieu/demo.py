"""A whole sample vote: printed, marked, scanned, read, counted, and compared with what was marked.

Pens and scanner are simulated (`sample_scans`); everything else is the program as a committee runs it.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pypdfium2

from kiemphieu.ballots import BallotEntry, find_ballots
from kiemphieu.counting import CountReport, count_folder
from kiemphieu.demo_truth import Difference, ExpectedBallot, compare_ballot, expected_ballot, true_counts
from kiemphieu.demo_vote import demo_vote_toml
from kiemphieu.disk import disk_errors, write_atomic
from kiemphieu.folder import VoteFolder, create_folder, free_name, load_layout, load_vote, vote_rules
from kiemphieu.printing import PrintOrder, print_ballots
from kiemphieu.scanning import default_workers, scan_paths
from kiemphieu.store import open_store
from records.codec import to_plain
from records.errors import InputError
from records.geometry import Rect
from records.layout import Layout
from records.ruling import Verdict
from records.vote import DEFAULT_STYLE_ID
from sample_scans.campaign import Mix, Scan, simulate_sheet
from sample_scans.encoding import FileFormat, encode, render_pdf_page
from sample_scans.strata import Stratum
from sample_scans.voter import Sheet

DEFAULT_FOLDER = "demo-vote"
SEED = 20231205
DPI = 300
POINTS_PER_MM = 72 / 25.4
NOT_RETURNED = 1
"""Ballots that voters keep, so that issued and returned differ as they do in life."""

ORDINARY = Mix()
REHEARSED = Mix(other_mark_line=0.03, corrected_line=0.02, struck_ballot=0.15, writing_ballot=0.15)
"""Of a rehearsal: what goes wrong seldom happens often here, so that it is met before the day."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What the sample vote came to.

    Attributes:
        true_counts: per official, level ids and `invalid`, over the ballots that are not in review.
        compared: ballots not in review; `lines` of them were compared one by one.
    """

    folder: Path
    pdf: Path
    scans: Path
    truth: Path
    count: CountReport
    true_counts: Mapping[str, Mapping[str, int]]
    compared: int
    lines: int
    differences: tuple[Difference, ...]


def run_demo(
    wanted: Path | None, ballots: int, workers: int | None, marking: Progress, reading: Progress
) -> DemoReport:
    """Runs the sample vote in a new folder.

    Args:
        wanted: the folder; None takes `demo-vote` or the next free name after it.
        ballots: how many are printed; one of them is not returned.
        workers: for reading; None takes one per core.
        marking: called with sheets marked and sheets in all.
        reading: called with pages read and pages in all.

    Raises:
        InputError: `wanted` exists and is not an empty folder.
        StoreError: the folder cannot be written.
    """
    folder = create_folder(wanted if wanted is not None else free_name(Path(DEFAULT_FOLDER)))
    write_atomic(folder.vote_file, demo_vote_toml(ballots).encode())
    printed = print_ballots(folder, PrintOrder(ballots, seed=SEED))
    scans = folder.root / "scans"
    truth_file = folder.root / "truth.json"
    with disk_errors(scans):
        scans.mkdir()
    expected = _mark_and_scan(folder, printed.pdf, scans, marking)
    _write_truth(truth_file, expected)
    scan_paths(folder, [scans], workers or default_workers(), reading)
    return _compared(folder, _Places(printed.pdf, scans, truth_file), expected)


def make_sample_vote(place: Path, ballots: int, body: str) -> VoteFolder:
    """A sample vote that nobody has scanned yet: its marked sheets lie in the folder `scans`.

    Args:
        place: the new folder, whose name is the vote's id.
        ballots: how many are printed; one of them is not returned.
        body: who votes.

    Raises:
        InputError: `place` exists and is not an empty folder.
        StoreError: the folder cannot be written.
    """
    folder = create_folder(place)
    write_atomic(folder.vote_file, demo_vote_toml(ballots, place.name, body).encode())
    printed = print_ballots(folder, PrintOrder(ballots, seed=SEED))
    scans = folder.root / "scans"
    with disk_errors(scans):
        scans.mkdir()
    _mark_and_scan(folder, printed.pdf, scans, lambda _done, _total: None, REHEARSED)
    return folder


@dataclass(frozen=True, slots=True)
class _Places:
    pdf: Path
    scans: Path
    truth: Path


def _mark_and_scan(
    folder: VoteFolder, pdf: Path, scans: Path, progress: Progress, mix: Mix = ORDINARY
) -> dict[str, ExpectedBallot]:
    layout = load_layout(folder, DEFAULT_STYLE_ID)
    if layout is None:
        raise InputError("nothing_printed", path=str(folder.root))
    rules = vote_rules(load_vote(folder))
    sheets = list(printed_sheets(pdf, layout))
    # The urn: ballots come out in an order that says nothing about who got which.
    random.Random(SEED).shuffle(sheets)
    returned = sheets[NOT_RETURNED:]
    expected: dict[str, ExpectedBallot] = {}
    for number, sheet in enumerate(returned, start=1):
        scan = simulate_sheet(blank_sheet(pdf, layout, sheet), mix, Stratum.FEEDER, SEED)
        write_atomic(scans / f"scan-{number:04}.jpg", scan_jpeg(scan))
        expected[sheet.serial] = expected_ballot(scan.truth, layout, rules)
        progress(number, len(returned))
    return expected


def scan_jpeg(scan: Scan) -> bytes:
    """A simulated scan as the file that a scanner leaves."""
    quality = scan.settings.jpeg_quality or 90
    return encode(scan.image, FileFormat.JPEG, scan.settings.dpi, quality)


@dataclass(frozen=True, slots=True)
class PrintedSheet:
    pdf_page: int
    serial: str


def printed_sheets(pdf: Path, layout: Layout) -> Iterator[PrintedSheet]:
    """Which serial stands on which page, as a person reads it off the paper."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        for index in range(len(document)):
            yield PrintedSheet(index, _printed_serial(document[index], layout))
    finally:
        document.close()


def _printed_serial(page: pypdfium2.PdfPage, layout: Layout) -> str:
    place: Rect = layout.pages[0].serial.inflated(1.0)
    height_mm = layout.height_mm
    text = page.get_textpage().get_text_bounded(
        left=place.x_mm * POINTS_PER_MM,
        bottom=(height_mm - place.bottom_mm) * POINTS_PER_MM,
        right=place.right_mm * POINTS_PER_MM,
        top=(height_mm - place.y_mm) * POINTS_PER_MM,
    )
    return "".join(text.split())


def blank_sheet(pdf: Path, layout: Layout, sheet: PrintedSheet) -> Sheet:
    """A page of a batch as paper that nobody has marked yet."""
    paper = render_pdf_page(pdf.read_bytes(), sheet.pdf_page, DPI)
    return Sheet(paper, DPI / 25.4, layout.pages[0], sheet.serial)


def _write_truth(path: Path, expected: Mapping[str, ExpectedBallot]) -> None:
    data = [to_plain(expected[serial].truth) for serial in sorted(expected)]
    write_atomic(path, json.dumps(data, ensure_ascii=False, indent=1).encode())


def _compared(folder: VoteFolder, places: _Places, expected: Mapping[str, ExpectedBallot]) -> DemoReport:
    count = count_folder(folder)
    entries = _settled_entries(folder, count)
    differences = [difference for entry in entries for difference in compare_ballot(entry, expected)]
    differences += _lost(expected, entries, count.review)
    settled = [expected[e.serial] for e in entries if e.serial is not None and e.serial in expected]
    return DemoReport(
        folder=folder.root,
        pdf=places.pdf,
        scans=places.scans,
        truth=places.truth,
        count=count,
        true_counts=true_counts(settled),
        compared=len(entries),
        lines=sum(len(entry.lines) for entry in entries),
        differences=tuple(differences),
    )


def _settled_entries(folder: VoteFolder, count: CountReport) -> list[BallotEntry]:
    with closing(open_store(folder.database, count.vote.store_url)) as store:
        return [e for e in find_ballots(store, count.rules) if e.verdict is not Verdict.REVIEW]


def _lost(
    expected: Mapping[str, ExpectedBallot], entries: Sequence[BallotEntry], review: Sequence[BallotEntry]
) -> list[Difference]:
    """Ballots that went in and came out nowhere; a sheet without a serial may be any of them."""
    seen = Counter(entry.serial for entry in (*entries, *review))
    missing = sorted(serial for serial in expected if not seen[serial])
    return [Difference(serial, "", "–", "returned") for serial in missing[seen[None] :]]
