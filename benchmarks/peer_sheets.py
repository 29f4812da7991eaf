"""The sheets that the reading of several programs is compared on, and what each made of them.

Every voter votes twice in the same way: on a ballot, and on a form of a peer that has the same boxes in other
places. The strokes, the pen, the scanner and its faults are the same on both.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import pypdfium2 as pdfium
from numpy.typing import NDArray

from records.layout import LayoutPage
from records.reading import BoxState
from sample_scans.campaign import STRAIGHTFORWARD, draw_intent
from sample_scans.device import scan_page
from sample_scans.pens import Hand, Page, random_pen
from sample_scans.settings import ScanSettings
from sample_scans.strata import Stratum, stratum_settings
from sample_scans.strokes import writer_from_seed
from sample_scans.truth import Truth
from sample_scans.voter import Intent, Sheet, vote_on_page

PAPER_DPI = 300
JPEG_QUALITY = 85

Lines = Mapping[str, tuple[str, ...] | None]
"""Official: the levels crossed, or None where a person is called."""
ReadPages = Mapping[str, Lines]
"""File name: its lines; a page that a program could not read is absent."""


@dataclass(frozen=True, slots=True)
class Form:
    """A printed form: its PDF, which of its pages to take for a voter, and where its boxes are."""

    pdf: Path
    place: LayoutPage
    page_each: bool

    def paper(self, number: int) -> Page:
        """Blank paper for voter `number`."""
        with pdfium.PdfDocument(self.pdf) as document:
            page = document[number if self.page_each else 0]
            return np.ascontiguousarray(page.render(scale=PAPER_DPI / 72).to_numpy()[:, :, :3])


@dataclass(frozen=True, slots=True)
class Judged:
    """Lines of all pages by what became of them."""

    right: int = 0
    person: int = 0
    wrong: int = 0
    unread: int = 0


def scan_name(number: int) -> str:
    return f"scan-{number:04}.jpg"


def draw_scans(ballot: Form, form: Form, sheets: int, dpi: int, into: Sequence[Path]) -> ReadPages:
    """Writes `sheets` scans of ballots into the first folder and of the peer's forms into the second.

    Returns:
        The truth, the same for both.
    """
    truths: dict[str, Lines] = {}
    for number in range(sheets):
        rng = np.random.default_rng([7, number])
        intent = draw_intent(
            Sheet(ballot.paper(number), PAPER_DPI / 25.4, ballot.place), STRAIGHTFORWARD, 7, rng
        )
        hand = Hand(writer_from_seed(number), random_pen(rng), "")
        # Every scan is saved once, as a file of the quality asked for: no JPEG of a JPEG.
        settings = replace(stratum_settings(Stratum.FEEDER, rng), dpi=dpi, jpeg_quality=None)
        for own, folder in zip((ballot, form), into, strict=True):
            voted, truth = _voted(own, number, intent, hand)
            (folder / scan_name(number)).write_bytes(_scan_file(voted, settings, number))
        truths[scan_name(number)] = crossed_lines(truth)
    return truths


def _voted(form: Form, number: int, intent: Intent, hand: Hand) -> tuple[Page, Truth]:
    sheet = Sheet(form.paper(number), PAPER_DPI / 25.4, form.place)
    if form.place.seal is not None:
        # By a stream of its own, so that the strokes that follow are the same with a stamp and without.
        stamp = Intent(stamping=intent.stamping)
        stamped, _ = vote_on_page(sheet, stamp, hand, np.random.default_rng([8, number]))
        sheet = replace(sheet, paper=stamped)
    return vote_on_page(sheet, Intent(intent.marks), hand, np.random.default_rng([9, number]))


def _scan_file(voted: Page, settings: ScanSettings, number: int) -> bytes:
    image: NDArray[np.uint8] = scan_page(voted, PAPER_DPI / 25.4, settings, number)
    return cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1].tobytes()


def crossed_lines(truth: Truth) -> Lines:
    """What a voter crossed, line by line."""
    lines: dict[str, tuple[str, ...]] = {}
    for box in truth.boxes:
        crossed = (box.level,) if box.state is BoxState.CROSS else ()
        lines[box.official] = lines.get(box.official, ()) + crossed
    return lines


def judge(truth: ReadPages, read: ReadPages) -> Judged:
    """Line by line; every line of a page that was not read is unread."""
    counted: Counter[str] = Counter()
    for name, lines in truth.items():
        own = read.get(name)
        for official, levels in lines.items():
            if own is None:
                counted["unread"] += 1
            elif (found := own.get(official, ())) is None:
                counted["person"] += 1
            else:
                counted["right" if set(found) == set(levels or ()) else "wrong"] += 1
    return Judged(**counted)


@contextmanager
def on_cores(count: int) -> Iterator[None]:
    """Holds this process, and what it starts, on so many cores."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:count])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
