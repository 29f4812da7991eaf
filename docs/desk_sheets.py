"""Forty marked and scanned sheets of a printed vote: six want a person, one cannot be read."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from kiemphieu.demo import printed_sheets
from kiemphieu.folder import VoteFolder, load_layout
from records.layout import LayoutPage
from records.vote import DEFAULT_STYLE_ID
from sample_scans.campaign import stamping_in
from sample_scans.device import scan_page
from sample_scans.encoding import FileFormat, encode, render_pdf_page
from sample_scans.mark_shapes import MarkKind
from sample_scans.pens import Hand, Page, random_pen
from sample_scans.strata import Stratum, stratum_settings
from sample_scans.strike_shapes import StrikeKind
from sample_scans.strokes import writer_from_seed
from sample_scans.voter import Intent, MarkIntent, Sheet, StrikeIntent, vote_on_page

SHEETS, IN_REVIEW = 40, 6
_SEED = 20231205
_DPI = 200
"""What a committee should scan with at least, and cheap to simulate."""
_UNCLEAR = (MarkKind.TICK, MarkKind.SLASH, MarkKind.CIRCLE, MarkKind.TICK, MarkKind.PLUS, MarkKind.V)
"""Marks that are no crosses, each on a ballot of its own."""


@dataclass(frozen=True, slots=True)
class Scans:
    """The scans, in an order that says nothing about who got which ballot.

    Attributes:
        spoiled: the serial printed on the sheet whose code cannot be read.
        spoiled_lines: official and level of each of its crosses.
    """

    paths: tuple[Path, ...]
    spoiled: str
    spoiled_lines: tuple[tuple[str, str], ...]


def scan_forty(folder: VoteFolder, pdf: Path, place: Path) -> Scans:
    """Marks the first forty ballots of a printed file and scans them into `place`."""
    layout = load_layout(folder, DEFAULT_STYLE_ID)
    if layout is None:
        raise ValueError("nothing is printed yet")
    place.mkdir(parents=True, exist_ok=True)
    sheets = sorted(printed_sheets(pdf, layout), key=lambda sheet: sheet.pdf_page)[:SHEETS]
    random.Random(_SEED).shuffle(sheets)
    found, printed = [], pdf.read_bytes()
    spoiled = Scans((), "", ())
    for number, sheet in enumerate(sheets):
        rng = np.random.default_rng([_SEED, number])
        hand = Hand(writer_from_seed(_SEED + number), random_pen(rng), str(number))
        paper = render_pdf_page(printed, sheet.pdf_page, _DPI)
        drawn = Sheet(paper, _DPI / 25.4, layout.pages[0], sheet.serial)
        intent = _intent(drawn.place, number, rng)
        voted, _truth = vote_on_page(drawn, intent, hand, rng)
        if number == IN_REVIEW:
            voted = _without_code(voted, drawn.px_per_mm, drawn.place)
            spoiled = Scans((), sheet.serial, tuple((mark.official, mark.level) for mark in intent.marks))
        settings = replace(stratum_settings(Stratum.CLEAN, rng), dpi=_DPI)
        image = scan_page(voted, drawn.px_per_mm, settings, number, back=voted)
        path = place / f"scan-{number + 1:04}.jpg"
        path.write_bytes(encode(image, FileFormat.JPEG, _DPI, 85))
        found.append(path)
    return replace(spoiled, paths=tuple(found))


def _intent(place: LayoutPage, number: int, rng: np.random.Generator) -> Intent:
    levels = tuple(dict.fromkeys(box.level for box in place.boxes))
    officials = tuple(dict.fromkeys(box.official for box in place.boxes))
    marks = [
        MarkIntent(one, str(rng.choice(levels, p=_shares(len(levels)))), MarkKind.CROSS_STRAIGHT)
        for one in officials
    ]
    strikes: tuple[StrikeIntent, ...] = ()
    if number < len(_UNCLEAR):
        at = number % len(officials)
        marks[at] = MarkIntent(officials[at], levels[0], _UNCLEAR[number])
    elif number == IN_REVIEW + 1:
        strikes = (StrikeIntent(officials[-1], StrikeKind.DOUBLE),)
    stamping = None if place.seal is None else stamping_in(place.seal, rng)
    return Intent(tuple(marks), strikes, stamping=stamping)


def _shares(count: int) -> list[float]:
    weights = [0.62, 0.27, 0.11][:count]
    return [weight / sum(weights) for weight in weights]


def _without_code(page: Page, px_per_mm: float, place: LayoutPage) -> Page:
    """Coffee over the QR code: nothing of it can be read any more."""
    code = place.qr.inflated(2.0)
    top, left = round(code.y_mm * px_per_mm), round(code.x_mm * px_per_mm)
    bottom, right = round(code.bottom_mm * px_per_mm), round(code.right_mm * px_per_mm)
    spoiled = page.copy()
    spoiled[top:bottom, left:right] = (70, 100, 130)
    return spoiled
