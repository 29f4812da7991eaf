from __future__ import annotations

import gzip
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_pages import ink_mm, share_inside, small_sheet

from records.geometry import Rect
from records.reading import BoxState
from sample_scans.campaign import STRAIGHTFORWARD, Mix, campaign, draw_intent
from sample_scans.glyphs import write_text
from sample_scans.mark_shapes import MarkKind
from sample_scans.paper import blank_places, text_lines
from sample_scans.pens import Hand, PenKind, make_pen
from sample_scans.stamp import Stamping
from sample_scans.strata import Stratum
from sample_scans.strike_shapes import STRIKES_A_NAME, StrikeKind
from sample_scans.stroke_library import WriterHalf, stroke_library, writer_half
from sample_scans.strokes import writer_from_seed
from sample_scans.truth import truth_from_json, truth_to_json
from sample_scans.voter import Intent, MarkIntent, StrikeIntent, WritingIntent, vote_on_page

HAND = Hand(writer_from_seed(4), make_pen(PenKind.BALL), "4")


def test_truth_survives_its_codec() -> None:
    intent = Intent(
        (MarkIntent("o0", "high", MarkKind.CROSS_STRAIGHT), MarkIntent("o1", "low", MarkKind.TICK)),
        (StrikeIntent("o2", StrikeKind.WAVE),),
        (WritingIntent("xem lại", Rect(20, 100, 30, 6)),),
        Stamping((24.0, 24.0)),
    )
    _, truth = vote_on_page(small_sheet(), intent, HAND, np.random.default_rng(1))
    assert truth_from_json(truth_to_json(truth)) == truth
    assert truth.struck_officials == ("o2",)
    assert truth.seal is True
    assert not truth.straightforward
    assert [box.state for box in truth.boxes if box.official == "o1"] == [
        BoxState.EMPTY,
        BoxState.EMPTY,
        BoxState.OTHER,
    ]


@pytest.mark.parametrize("kind", list(StrikeKind))
def test_strikes_run_over_the_printed_name(kind: StrikeKind) -> None:
    sheet = small_sheet()
    page, truth = vote_on_page(
        sheet, Intent(strikes=(StrikeIntent("o1", kind),)), HAND, np.random.default_rng(2)
    )
    ink = ink_mm(sheet.paper, page)
    (line,) = text_lines(sheet.paper, sheet.px_per_mm, sheet.place.names[1].rect)[0]
    over = share_inside(line, ink)
    assert truth.strikes[0].struck == (kind in STRIKES_A_NAME)
    if kind is StrikeKind.DIAGONAL_ROWS:
        assert len(truth.struck_officials) > 1
        return
    if kind in (StrikeKind.TICK_BESIDE, StrikeKind.BRACKET, StrikeKind.UNDERLINE, StrikeKind.LARGE_CROSS):
        assert over < 0.5
    else:
        assert np.ptp(ink[:, 0]) > 0.35 * line.width_mm
        assert over > 0.3


def test_writing_stays_in_its_area_and_on_blank_paper() -> None:
    sheet = small_sheet()
    place = blank_places(sheet.paper, sheet.px_per_mm, 30.0, 6.0)[0]
    intent = Intent(writings=(WritingIntent("không đồng ý", place),))
    page, truth = vote_on_page(sheet, intent, HAND, np.random.default_rng(2))
    ink = ink_mm(sheet.paper, page)
    assert len(ink) > 400
    assert share_inside(place.inflated(1.0), ink) == 1.0
    assert place.inflated(0.01).intersection_mm2(truth.writings[0].area) == pytest.approx(
        truth.writings[0].area.area_mm2, rel=0.01
    )


def test_the_stamp_lands_in_the_seal_zone_and_fades_with_its_strength() -> None:
    sheet = small_sheet()
    red = []
    amounts = []
    for strength in (0.9, 0.35):
        stamping = Stamping((24.0, 24.0), 15.0, strength, 22.0)
        page, _ = vote_on_page(sheet, Intent(stamping=stamping), HAND, np.random.default_rng(2))
        red.append(page[int(24 * sheet.px_per_mm), int(24 * sheet.px_per_mm)])
        ink = np.argwhere(page[:, :, 1] < sheet.paper[:, :, 1] - 20.0) / sheet.px_per_mm
        assert np.abs(ink - 24.0).max() < 12.5
        amounts.append(int((sheet.paper.astype(int) - page).sum()))
    assert amounts[1] < 0.6 * amounts[0]
    assert (
        page[int(24 * sheet.px_per_mm), int(24 * sheet.px_per_mm), 2]
        > page[int(24 * sheet.px_per_mm), int(24 * sheet.px_per_mm), 0]
    )


def test_a_scan_does_not_depend_on_its_place_among_the_sheets() -> None:
    sheets = [small_sheet(serial) for serial in ("A" * 12, "B" * 12)]
    forwards = list(campaign(sheets, Mix(), Stratum.FEEDER, 3))
    backwards = list(campaign(sheets[::-1], Mix(), Stratum.FEEDER, 3))[::-1]
    for first, second in zip(forwards, backwards, strict=True):
        assert first.truth == second.truth
        assert first.image.tobytes() == second.image.tobytes()
    assert forwards[0].image.tobytes() != forwards[1].image.tobytes()


def test_straightforward_votes_are_crosses_only() -> None:
    sheet = small_sheet()
    for seed in range(40):
        intent = draw_intent(sheet, STRAIGHTFORWARD, 1, np.random.default_rng(seed))
        assert not intent.strikes
        assert not intent.writings
        kinds = {mark.kind for mark in intent.marks}
        assert all(
            kind.startswith("cross") or kind in (MarkKind.PEN_REST, MarkKind.HESITATION) for kind in kinds
        )


def test_the_mix_keeps_its_rates() -> None:
    sheet = small_sheet()
    drawn = [draw_intent(sheet, Mix(no_mark_line=0.2), 1, np.random.default_rng(seed)) for seed in range(400)]
    empty = sum(3 - len({mark.official for mark in intent.marks}) for intent in drawn)
    assert 0.16 < empty / 1200 < 0.24


def test_a_library_reads_selects_and_splits_by_writer() -> None:
    cross = {"label": "cross", "style": "two_straight", "ballot_like": True, "source": "s", "text": ""}
    strokes = [[[0, 0], [1000, 1000]], [[1000, 0], [0, 1000]]]
    rows = [cross | {"writer": f"w{i}", "strokes": strokes} for i in range(40)]
    rows.append({"label": "word", "ballot_like": None, "writer": "w1", "text": "so", "strokes": strokes})
    library = stroke_library(gzip.compress("\n".join(map(json.dumps, rows)).encode()))
    crosses = library.select(labels=("cross",), ballot_like=True)
    halves = [crosses.select(half=half) for half in WriterHalf]
    assert len(crosses.marks) == 40
    assert sum(len(half.marks) for half in halves) == 40
    assert all(writer_half(mark.writer) is WriterHalf.TUNE for mark in halves[0].marks)
    assert min(len(half.marks) for half in halves) > 8
    (scan,) = campaign([small_sheet()], STRAIGHTFORWARD, Stratum.CLEAN, 1, halves[1])
    assert scan.truth.writer in {mark.writer for mark in halves[1].marks}
    assert {box.mark for box in scan.truth.boxes if box.mark} <= {MarkKind.CROSS_REAL, MarkKind.PEN_REST}


@settings(max_examples=40, deadline=None)
@given(
    st.text(alphabet="ăâđêôơưÀỆỮnghi VTX059.,!?@", min_size=1, max_size=12).filter(lambda text: text.strip())
)
def test_any_text_can_be_written(text: str) -> None:
    strokes = write_text(text, writer_from_seed(1), np.random.default_rng(1))
    assert strokes
    assert all(np.isfinite(stroke).all() for stroke in strokes)


def test_the_stem_of_a_letter_parts_no_name() -> None:
    """A name one line high: its tall stems fill the height of its rectangle as a ruled line does."""
    page = np.full((200, 600, 3), 255, np.uint8)
    for x in range(100, 400, 15):
        page[80:110, x : x + 4] = 0
    page[:, 450:453] = 0
    page[85:110, 470:560] = 0
    columns = text_lines(page, 10.0, Rect(5.0, 8.0, 53.0, 3.0))
    assert [round(column[0].width_mm) for column in columns] == [29, 9]
