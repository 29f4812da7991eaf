from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw
from scanner_sheets import a5_vote, draw_on, hand, paint, read, scan, sheet_of, signed_text, steady, with_code

from ballot_layout.form import make_form
from ballot_layout.pdf import write_reference_pdf
from ballot_layout.tokens import ballot_tokens
from benchmarks.votes import PrintedVote, render_grey
from records.geometry import Rect
from records.reading import BoxState, PageReading, SealState
from sample_scans.settings import ColourMode, ScanSettings
from sample_scans.stamp import Stamping
from sample_scans.strokes import bowed
from sample_scans.voter import Intent, Sheet, WritingIntent, vote_on_page
from scanner.forms import REFERENCE_PX_PER_MM, SealSource, prepare_form
from scanner.seal import _outlines


def stamped(
    vote: PrintedVote, made: ScanSettings, dx: float = 0.0, dy: float = 0.0, **how: object
) -> PageReading:
    sheet = sheet_of(vote)
    assert sheet.place.seal is not None
    x, y = sheet.place.seal.centre_mm
    stamping = Stamping((x + dx, y + dy), **how)  # type: ignore[arg-type]
    page, _ = vote_on_page(sheet, Intent(stamping=stamping), hand(1), np.random.default_rng(1))
    return read(scan(page, sheet, made), vote)


STAMPS = {
    "plain": {},
    "turned": {"angle_deg": 130.0},
    "light": {"strength": 0.55},
    "black": {"grey": True},
    "small": {"diameter_mm": 28.0},
    "off by five millimetres": {"dx": 4.0, "dy": 3.0},
}


@pytest.mark.parametrize("name", STAMPS)
@pytest.mark.parametrize("mode", [ColourMode.GREY, ColourMode.COLOUR])
def test_a_stamp_is_present_and_nothing_else(vote: PrintedVote, name: str, mode: ColourMode) -> None:
    reading = stamped(vote, ScanSettings(dpi=200, mode=mode), **STAMPS[name])  # type: ignore[arg-type]
    assert reading.seal is not None
    assert reading.seal.state is SealState.PRESENT
    assert reading.writings == ()
    assert reading.strikes == ()
    assert {box.state for box in reading.boxes} == {BoxState.EMPTY}


def test_the_evidence_is_where_the_stamp_is(vote: PrintedVote) -> None:
    seal = stamped(vote, ScanSettings(dpi=200), diameter_mm=30.0).seal
    assert seal is not None
    assert seal.evidence is not None
    assert seal.evidence.width_mm == pytest.approx(30.0, abs=2.5)
    zone = sheet_of(vote).place.seal
    assert zone is not None
    assert np.hypot(*np.subtract(seal.evidence.centre_mm, zone.centre_mm)) < 2.0


@pytest.mark.parametrize("dpi", [150, 300])
def test_no_stamp_is_absent(vote: PrintedVote, dpi: int) -> None:
    sheet = sheet_of(vote)
    seal = read(scan(sheet.paper, sheet, ScanSettings(dpi=dpi)), vote).seal
    assert seal is not None
    assert (seal.state, seal.evidence) == (SealState.ABSENT, None)


def test_a_little_ink_in_the_zone_is_no_stamp_and_goes_to_a_person(vote: PrintedVote) -> None:
    sheet = sheet_of(vote)
    assert sheet.place.seal is not None
    x, y = sheet.place.seal.centre_mm
    arc = (bowed((x - 13, y + 11), (x + 13, y + 11), 0.08), bowed((x - 12, y + 13), (x + 8, y + 14), 0.05))
    reading = read(scan(draw_on(sheet.paper, sheet, arc, steady()), sheet), vote)
    assert reading.seal is not None
    assert reading.seal.state is not SealState.PRESENT
    assert reading.seal.state is SealState.UNCLEAR or reading.writings


def test_writing_beside_a_stamp_is_found(vote: PrintedVote) -> None:
    sheet = sheet_of(vote)
    assert sheet.place.seal is not None
    zone = sheet.place.seal
    beside = Rect(zone.right_mm + 6.0, zone.y_mm + 4.0, 45.0, 7.0)
    intent = Intent(
        writings=(WritingIntent("không đồng ý", beside),), stamping=Stamping(zone.centre_mm, diameter_mm=32.0)
    )
    page, _ = vote_on_page(sheet, intent, steady(), np.random.default_rng(1))
    reading = read(scan(page, sheet, ScanSettings(dpi=300)), vote)
    assert reading.seal is not None
    assert reading.seal.state is SealState.PRESENT
    assert reading.writings


@pytest.fixture(scope="module")
def sealed() -> tuple[PrintedVote, Sheet]:
    """The same vote with its seal printed into the form."""
    plain = a5_vote()
    form = make_form(plain.vote, "", plain.form.layout.levels, plain.form.fonts, _seal_png())
    [page] = render_grey(write_reference_pdf(form))
    prepared = prepare_form(form.layout, [page], SealSource.PRINTED)
    vote = replace(plain, form=form, context=replace(plain.context, forms=(prepared,)))
    paper = np.repeat(page[:, :, None], 3, axis=2)
    sheet = Sheet(paper, REFERENCE_PX_PER_MM, form.layout.pages[0], plain.serials[0])
    token = ballot_tokens(form.layout, plain.serials[0])[0]
    return vote, with_code(sheet, signed_text(token))


def _seal_png() -> bytes:
    picture = Image.new("RGBA", (600, 600), (255, 255, 255, 0))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((10, 10, 590, 590), outline=(200, 20, 30, 255), width=22)
    draw.regular_polygon((300, 300, 130), 5, fill=(200, 20, 30, 255))
    data = io.BytesIO()
    picture.save(data, "PNG")
    return data.getvalue()


@pytest.mark.parametrize("dpi", [150, 200])
def test_a_printed_seal_is_present(sealed: tuple[PrintedVote, Sheet], dpi: int) -> None:
    vote, sheet = sealed
    reading = read(scan(sheet.paper, sheet, ScanSettings(dpi=dpi)), vote)
    assert reading.seal is not None
    assert reading.seal.state is SealState.PRESENT
    assert reading.writings == ()


def test_a_printed_seal_that_is_not_there_goes_to_a_person(sealed: tuple[PrintedVote, Sheet]) -> None:
    vote, sheet = sealed
    assert sheet.place.seal is not None
    page = paint(sheet.paper, sheet, sheet.place.seal, 255)
    reading = read(scan(page, sheet), vote)
    assert reading.seal is not None
    assert reading.seal.state is SealState.UNCLEAR


def test_a_piece_within_a_ring_counts_as_one() -> None:
    closed = np.zeros((30, 30), np.uint8)
    closed[2:28, 2:28] = 255
    closed[6:24, 6:24] = 0
    closed[12:16, 12:18] = 255
    sizes = sorted((np.ptp(outline[:, 0], axis=0) + 1).tolist() for outline in _outlines(closed))
    assert sizes == [[6, 4], [26, 26]]
    assert _outlines(np.zeros((5, 5), np.uint8)) == []
