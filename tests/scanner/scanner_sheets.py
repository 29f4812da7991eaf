"""Printed votes in memory, marks drawn on their sheets, and the stages run one by one."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np
import qrcode
from numpy.typing import NDArray

from ballot_layout.tokens import ballot_tokens, generate_keys, load_private_key, sign_token
from benchmarks.votes import PrintedVote, print_vote
from records.geometry import Rect
from records.reading import BoxReading, BoxState, PageReading, SheetResult
from records.token import Token
from records.vote import PaperSize
from sample_scans.device import scan_page
from sample_scans.mark_shapes import MarkKind, draw_mark
from sample_scans.pens import Hand, InkColour, Page, Pen, PenKind, draw_strokes, make_pen
from sample_scans.scan_geometry import ScanGeometry, scan_geometry
from sample_scans.settings import ScanSettings
from sample_scans.strokes import FloatArray, Strokes, Writer, moved, writer_from_seed
from sample_scans.voter import Sheet
from scanner.forms import PreparedPage
from scanner.image import ScanImage, make_scan_image, to_grey
from scanner.ink import PageInk, find_ink
from scanner.options import ReaderOptions
from scanner.registration import Registration, register_page
from scanner.sheet import read_sheet
from scanner.token import find_codes

OPTIONS = ReaderOptions()
PLAIN = ScanSettings(dpi=200)
"""An upright, even scan at the coarsest resolution that offices use."""

BoxKey = tuple[str, str]
KEY_SEED = 1

PENS: Mapping[str, Pen] = {
    "blue ball": make_pen(PenKind.BALL),
    "black gel": make_pen(PenKind.GEL, InkColour.BLACK),
    "red felt": make_pen(PenKind.FELT, InkColour.RED),
    "pencil": make_pen(PenKind.PENCIL),
}


@cache
def a5_vote() -> PrintedVote:
    return print_vote(5, 1, PaperSize.A5, seed=KEY_SEED)


@cache
def a4_vote() -> PrintedVote:
    return print_vote(12, 1, PaperSize.A4, seed=KEY_SEED)


@cache
def sheet_of(vote: PrintedVote) -> Sheet:
    """The first printed page, unmarked."""
    return next(iter(vote.sheets()))


def hand(seed: int = 0, pen: str = "blue ball") -> Hand:
    return Hand(writer_from_seed(seed), PENS[pen], str(seed))


def steady(seed: int = 0, pen: str = "blue ball") -> Hand:
    """A hand of average size that stays where it means to be."""
    plain = Writer(0.0, 0.9, 1.0, 0.006, 0.02, 0.0, 0.0, 0.0, 0.3, 0.8)
    return Hand(plain, PENS[pen], str(seed))


def keys_of(sheet: Sheet) -> tuple[BoxKey, ...]:
    return tuple((box.official, box.level) for box in sheet.place.boxes)


def rect_of(sheet: Sheet, key: BoxKey) -> Rect:
    return next(box.rect for box in sheet.place.boxes if (box.official, box.level) == key)


def name_rect(sheet: Sheet, official: str) -> Rect:
    return next(name.rect for name in sheet.place.names if name.official == official)


def mark_sheet(sheet: Sheet, marks: Mapping[BoxKey, MarkKind | Strokes], by: Hand, seed: int = 0) -> Page:
    """The page with a mark in each of the boxes named.

    A mark depends on its own box and on `seed`, never on which other boxes are marked.
    """
    page = sheet.paper.copy()
    for key, mark in marks.items():
        rng = np.random.default_rng([seed, zlib.crc32("/".join(key).encode())])
        rect = rect_of(sheet, key)
        unit = draw_mark(mark, by.writer, rng) if isinstance(mark, MarkKind) else mark
        placed = moved(unit, (rect.width_mm, rect.height_mm), rect.centre_mm)
        draw_strokes(page, sheet.px_per_mm, placed, by, rng)
    return page


def draw_on(page: Page, sheet: Sheet, strokes: Iterable[FloatArray], by: Hand, seed: int = 0) -> Page:
    """A copy of `page` with `strokes` (page millimetres) on it."""
    drawn = page.copy()
    draw_strokes(drawn, sheet.px_per_mm, strokes, by, np.random.default_rng(seed))
    return drawn


def paint(page: Page, sheet: Sheet, rect: Rect, grey: int) -> Page:
    """A copy of `page` with `rect` (page millimetres) painted over."""
    painted, scale = page.copy(), sheet.px_per_mm
    rows = slice(max(0, round(rect.y_mm * scale)), max(0, round(rect.bottom_mm * scale)))
    columns = slice(max(0, round(rect.x_mm * scale)), max(0, round(rect.right_mm * scale)))
    painted[rows, columns] = grey
    return painted


def scan(page: Page, sheet: Sheet, settings: ScanSettings = PLAIN, seed: int = 0) -> NDArray[np.uint8]:
    return scan_page(page, sheet.px_per_mm, settings, seed)


def geometry_of(sheet: Sheet, settings: ScanSettings, seed: int = 0) -> ScanGeometry:
    """The geometry of `scan`: the paper is a whole number of pixels, a little more than its nominal size."""
    height, width = sheet.paper.shape[:2]
    return scan_geometry(width / sheet.px_per_mm, height / sheet.px_per_mm, settings, seed)


def read(image: NDArray[np.uint8], vote: PrintedVote) -> PageReading:
    """The reading of a page that must be readable."""
    result = read_sheet(image, vote.context)
    assert isinstance(result, PageReading), result
    return result


def read_marks(
    vote: PrintedVote,
    marks: Mapping[BoxKey, MarkKind | Strokes],
    by: Hand,
    settings: ScanSettings = PLAIN,
    seed: int = 0,
) -> PageReading:
    sheet = sheet_of(vote)
    return read(scan(mark_sheet(sheet, marks, by, seed), sheet, settings, seed), vote)


def boxes_of(reading: PageReading) -> dict[BoxKey, BoxReading]:
    return {(box.official, box.level): box for box in reading.boxes}


def states_of(reading: PageReading) -> dict[BoxKey, BoxState]:
    return {key: box.state for key, box in boxes_of(reading).items()}


def crosses_of(result: SheetResult) -> set[BoxKey]:
    """The boxes that a result counts as voted; none on a rejected sheet."""
    if not isinstance(result, PageReading):
        return set()
    return {key for key, state in states_of(result).items() if state is BoxState.CROSS}


@dataclass(frozen=True)
class Stages:
    """What the stages before the marks made of one image."""

    scan: ScanImage
    registration: Registration
    page: PreparedPage
    ink: PageInk
    size_mm: tuple[float, float]


def run_stages(image: NDArray[np.uint8], vote: PrintedVote) -> Stages:
    form = vote.context.forms[0]
    made, registration = registered(image, vote)
    assert registration is not None
    page = form.pages[0]
    ink = find_ink(made, registration.transform, page, form.page_size_mm, OPTIONS)
    return Stages(made, registration, page, ink, form.page_size_mm)


def registered(
    image: NDArray[np.uint8], vote: PrintedVote, on: PrintedVote | None = None
) -> tuple[ScanImage, Registration | None]:
    """The image of a sheet of `vote` laid over its form, or over the form of another vote."""
    form = (on or vote).context.forms[0]
    made = make_scan_image(to_grey(image), [vote.context.forms[0].page_size_mm], OPTIONS.image)
    [code] = find_codes(made.coarse, made.detail)
    page = form.pages[0]
    return made, register_page(made, code.corners, page, form.page_size_mm, OPTIONS.registration)


def token_of(vote: PrintedVote) -> Token:
    return ballot_tokens(vote.form.layout, vote.serials[0])[0]


def signed_text(token: Token, key_seed: int = KEY_SEED) -> str:
    private, _ = generate_keys(bytes([key_seed]) * 32)
    return sign_token(token, load_private_key(private))


def code_picture(text: str | bytes, side_px: int, border: int = 0) -> NDArray[np.uint8]:
    """A QR code of a given size, grey, 0 black on 255."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=border)
    code.add_data(text)
    code.make(fit=True)
    modules = np.where(np.array(code.get_matrix()), 0, 255).astype(np.uint8)
    large = np.kron(modules, np.ones((8, 8), np.uint8))
    shrinks = cv2.INTER_AREA if large.shape[0] > side_px else cv2.INTER_NEAREST
    return np.asarray(cv2.resize(large, (side_px, side_px), interpolation=shrinks), dtype=np.uint8)


def with_code(sheet: Sheet, text: str | bytes | None) -> Sheet:
    """The sheet with another code in the place of its own, or with none."""
    place = sheet.place.qr
    page = paint(sheet.paper, sheet, place.inflated(1.5), 255)
    if text is not None:
        side, scale = round(place.width_mm * sheet.px_per_mm), sheet.px_per_mm
        top, left = round(place.y_mm * scale), round(place.x_mm * scale)
        page[top : top + side, left : left + side] = code_picture(text, side)[:, :, None]
    return replace(sheet, paper=page)
