from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scanner_sheets import (
    OPTIONS,
    PLAIN,
    a5_vote,
    boxes_of,
    crosses_of,
    keys_of,
    mark_sheet,
    paint,
    read,
    rect_of,
    scan,
    sheet_of,
    signed_text,
    states_of,
    steady,
    token_of,
    with_code,
)

from benchmarks.votes import PrintedVote
from records.geometry import Rect
from records.reading import BoxState, PageReading, RejectionReason, ReviewReason, SealState, SheetRejection
from records.token import TokenKind, base45_encode
from sample_scans.mark_shapes import MarkKind
from sample_scans.settings import ScanSettings
from scanner import sheet as sheet_module
from scanner.sheet import read_sheet

Image = NDArray[np.uint8]
MARKED = (0, 4, 8, 9, 13)
"""One cross a line, in every column."""


def voted(seed: int = 0) -> Image:
    sheet = sheet_of(a5_vote())
    marks = {keys_of(sheet)[index]: MarkKind.CROSS_STRAIGHT for index in MARKED}
    return scan(mark_sheet(sheet, marks, steady(), seed), sheet)


VOTED = voted()
EMPTY = scan(sheet_of(a5_vote()).paper, sheet_of(a5_vote()))
CROSSED = {keys_of(sheet_of(a5_vote()))[index] for index in MARKED}


def reason_of(image: Image, vote: PrintedVote) -> RejectionReason | None:
    result = read_sheet(image, vote.context)
    return result.reason if isinstance(result, SheetRejection) else None


# What is read


def test_a_ballot_is_read(vote: PrintedVote) -> None:
    reading = read(VOTED, vote)
    assert reading.token == token_of(vote)
    assert crosses_of(reading) == CROSSED
    assert [(box.official, box.level) for box in reading.boxes] == list(keys_of(sheet_of(vote)))
    assert {box.state for box in reading.boxes} == {BoxState.CROSS, BoxState.EMPTY}
    assert reading.strikes == reading.writings == reading.review == ()
    assert reading.seal is not None
    assert reading.seal.state is SealState.ABSENT


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("dpi", [150, 300])
def test_it_is_read_the_same_whichever_way_it_lies(vote: PrintedVote, turns: int, dpi: int) -> None:
    sheet = sheet_of(vote)
    marks = {keys_of(sheet)[index]: MarkKind.CROSS_STRAIGHT for index in MARKED}
    made = ScanSettings(dpi=dpi, quarter_turns=turns)
    reading = read(scan(mark_sheet(sheet, marks, steady()), sheet, made), vote)
    assert crosses_of(reading) == CROSSED
    assert reading.registration.quarter_turns == turns


def test_grey_colour_and_transparent_images_read_alike(vote: PrintedVote) -> None:
    grey = read_sheet(VOTED, vote.context)
    assert read_sheet(np.repeat(VOTED[:, :, None], 3, axis=2), vote.context) == grey
    assert read_sheet(np.dstack([VOTED, VOTED, VOTED, np.full_like(VOTED, 255)]), vote.context) == grey
    assert read_sheet(VOTED[:, :, None], vote.context) == grey
    assert read_sheet(np.asfortranarray(VOTED), vote.context) == grey


def test_a_page_reads_the_same_twice_and_stays_as_it_was(vote: PrintedVote) -> None:
    image = VOTED.copy()
    first = read_sheet(image, vote.context)
    read_sheet(EMPTY, vote.context)
    assert read_sheet(image, vote.context) == first
    np.testing.assert_array_equal(image, VOTED)
    image.setflags(write=False)
    assert read_sheet(image, vote.context) == first
    large = np.full((3000, 2200), 255, np.uint8)
    read_sheet(large, vote.context)
    assert large.min() == 255
    assert large.flags.writeable


class Pictures(dict[str, NDArray[Any]]):
    def save(self, name: str, image: NDArray[Any]) -> None:
        assert name not in self, name
        self[name] = image.copy()


def test_pictures_are_shown_and_change_nothing(vote: PrintedVote) -> None:
    pictures = Pictures()
    assert read_sheet(VOTED, vote.context, pictures) == read_sheet(VOTED, vote.context)
    assert {"registration", "ink", "reading"} <= set(pictures)
    for image in pictures.values():
        assert image.dtype == np.uint8
        assert image.ndim == 2 or image.shape[2] == 3
        assert np.ptp(image) > 0


def test_weak_registration_is_said(vote: PrintedVote) -> None:
    limits = replace(OPTIONS.registration, weak_residual_mm=0.0)
    context = replace(vote.context, options=replace(OPTIONS, registration=limits))
    result = read_sheet(VOTED, context)
    assert isinstance(result, PageReading)
    assert result.review == (ReviewReason.WEAK_REGISTRATION,)
    assert crosses_of(result) == CROSSED


# What is rejected


def with_text(vote: PrintedVote, text: str | bytes | None) -> Image:
    forged = with_code(sheet_of(vote), text)
    return scan(forged.paper, forged)


def test_the_blank_back_is_blank(vote: PrintedVote) -> None:
    sheet = sheet_of(vote)
    assert reason_of(scan(np.full_like(sheet.paper, 255), sheet), vote) is RejectionReason.BLANK_PAGE


def test_a_page_without_a_code(vote: PrintedVote) -> None:
    assert reason_of(with_text(vote, None), vote) is RejectionReason.NO_CODE


@pytest.mark.parametrize("text", ["https://example.org", "HELLO", "0", "Phiếu tín nhiệm"])
def test_a_code_that_is_no_token(vote: PrintedVote, text: str) -> None:
    assert reason_of(with_text(vote, text), vote) is RejectionReason.FOREIGN_CODE


def test_a_foreign_code_beside_the_ballots_own_does_no_harm(vote: PrintedVote) -> None:
    image = VOTED.copy()
    image[1300:1420, 500:620] = with_text(vote, "HELLO")[130:250, 895:1015]
    result = read_sheet(image, vote.context)
    assert crosses_of(result) in (CROSSED, set())


def test_a_token_by_another_key(vote: PrintedVote) -> None:
    image = with_text(vote, signed_text(token_of(vote), key_seed=77))
    result = read_sheet(image, vote.context)
    assert isinstance(result, SheetRejection)
    assert result.reason is RejectionReason.BAD_SIGNATURE
    assert dict(result.details)["claimed_serial"] == vote.serials[0]
    assert result.token is None, "an unsigned token proves nothing"


def test_a_token_of_another_vote(vote: PrintedVote) -> None:
    image = with_text(vote, signed_text(replace(token_of(vote), vote="another-2024")))
    assert reason_of(image, vote) is RejectionReason.OTHER_VOTE


@pytest.mark.parametrize("forged", [TokenKind.TEST, TokenKind.BALLOT])
def test_test_ballots_and_ballots_do_not_mix(vote: PrintedVote, forged: TokenKind) -> None:
    image = with_text(vote, signed_text(replace(token_of(vote), kind=forged)))
    for kind in TokenKind:
        result = read_sheet(image, replace(vote.context, kind=kind))
        if kind is forged:
            assert isinstance(result, PageReading)
        else:
            assert isinstance(result, SheetRejection)
            assert result.reason is RejectionReason.TEST_BALLOT
            assert result.token is not None


@pytest.mark.parametrize(
    "change",
    [{"layout_prefix": bytes(8)}, {"style": "group-b"}, {"pages": 2}, {"page": 2, "pages": 2}],
    ids=["other hash", "other style", "more pages", "second page"],
)
def test_an_issued_ballot_with_another_layout(vote: PrintedVote, change: dict[str, Any]) -> None:
    result = read_sheet(with_text(vote, signed_text(replace(token_of(vote), **change))), vote.context)
    assert isinstance(result, SheetRejection)
    assert result.reason is RejectionReason.UNKNOWN_LAYOUT
    assert result.token == replace(token_of(vote), **change)


def test_two_sheets_in_one_image(vote: PrintedVote) -> None:
    other = with_text(vote, signed_text(replace(token_of(vote), serial="K7Q2ABCDEFGH")))
    result = read_sheet(np.hstack([VOTED, other]), vote.context)
    assert isinstance(result, SheetRejection)
    assert result.reason is RejectionReason.SEVERAL_SHEETS
    assert "K7Q2ABCDEFGH" in dict(result.details)["serials"]
    assert vote.serials[0] in dict(result.details)["serials"]


def test_another_form_under_an_issued_code(vote: PrintedVote) -> None:
    page = np.full_like(sheet_of(vote).paper, 255)
    place = sheet_of(vote).place.qr.inflated(2.0)
    scale = sheet_of(vote).px_per_mm
    part = (
        slice(round(place.y_mm * scale), round(place.bottom_mm * scale)),
        slice(round(place.x_mm * scale), round(place.right_mm * scale)),
    )
    page[part] = sheet_of(vote).paper[part]
    result = read_sheet(scan(page, sheet_of(vote)), vote.context)
    assert isinstance(result, SheetRejection)
    assert result.reason is RejectionReason.NOT_REGISTERED
    assert result.token == token_of(vote)


@pytest.mark.parametrize(
    "shape", [(1, 1), (1, 20_000), (20_000, 1), (399, 3000), (14_600, 500), (16_000, 14_600)], ids=str
)
def test_what_is_no_page_by_its_size(vote: PrintedVote, shape: tuple[int, int]) -> None:
    image = np.broadcast_to(np.uint8(255), shape)
    assert reason_of(image, vote) is RejectionReason.PAGE_IMAGE


def test_a_page_too_noisy_to_see_a_mark_on(vote: PrintedVote) -> None:
    rng = np.random.default_rng(1)
    noisy = VOTED.astype(np.float64) * 0.6 + 50 + rng.normal(0, 90, VOTED.shape)
    result = read_sheet(np.clip(noisy, 0, 255).astype(np.uint8), vote.context)
    assert crosses_of(result) <= CROSSED
    assert isinstance(result, SheetRejection) or not result.review or crosses_of(result)


def test_a_wrong_array_is_a_fault_of_the_program(vote: PrintedVote) -> None:
    for image in (np.zeros((500, 500), np.float32), np.zeros((500, 500, 2), np.uint8)):
        assert reason_of(image, vote) is RejectionReason.INTERNAL_ERROR


def test_a_fault_in_a_stage_leaves_the_run_going(vote: PrintedVote, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_arguments: object) -> None:
        raise cv2.error("out of luck")

    monkeypatch.setattr(sheet_module, "read_boxes", fails)
    result = read_sheet(VOTED, vote.context)
    assert isinstance(result, SheetRejection)
    assert result.reason is RejectionReason.INTERNAL_ERROR
    assert "out of luck" in dict(result.details)["error"]


# What no image may do

sizes = st.one_of(
    st.tuples(st.integers(1, 60), st.integers(1, 60)),
    st.tuples(st.integers(400, 900), st.integers(400, 900)),
    st.tuples(st.integers(400, 500), st.integers(1000, 4000)),
    st.tuples(st.integers(1000, 4000), st.integers(400, 500)),
)
textures = st.sampled_from(("constant", "noise", "stripes", "checks", "blocks", "gradient"))


def textured(shape: tuple[int, int], texture: str, seed: int, channels: int) -> Image:
    rng = np.random.default_rng(seed)
    rows, columns = np.indices(shape)
    step = int(rng.integers(1, 40))
    pattern = {
        "constant": lambda: np.full(shape, int(rng.integers(256))),
        "noise": lambda: rng.integers(0, 256, shape),
        "stripes": lambda: (rows // step % 2) * 255,
        "checks": lambda: ((rows // step + columns // step) % 2) * 255,
        "blocks": lambda: cv2.resize(
            rng.integers(0, 256, (7, 9)).astype(np.uint8), shape[::-1], interpolation=cv2.INTER_NEAREST
        ),
        "gradient": lambda: (rows * 3 + columns) % 256,
    }[texture]().astype(np.uint8)
    return pattern if channels == 0 else np.repeat(pattern[:, :, None], channels, axis=2)


@settings(max_examples=25)
@given(sizes, textures, st.integers(0, 10**6), st.sampled_from((0, 1, 3, 4)))
def test_no_picture_raises_or_is_a_ballot(
    shape: tuple[int, int], texture: str, seed: int, channels: int
) -> None:
    result = read_sheet(textured(shape, texture, seed, channels), a5_vote().context)
    assert isinstance(result, SheetRejection)
    assert result.reason is not RejectionReason.INTERNAL_ERROR


arbitrary = st.one_of(
    st.text(min_size=1, max_size=120),
    st.binary(min_size=1, max_size=120),
    st.binary(min_size=60, max_size=150).map(base45_encode),
    st.builds(
        lambda cut, tail: signed_text(token_of(a5_vote()))[:cut] + tail,
        st.integers(1, 239),
        st.text("0123456789ABCDEF $%*+-./:", max_size=20),
    ),
)


@settings(max_examples=30)
@given(arbitrary)
def test_no_code_raises_or_makes_a_ballot(text: str | bytes) -> None:
    assume(text != signed_text(token_of(a5_vote())))
    forged = with_code(sheet_of(a5_vote()), text)
    grey = cv2.resize(forged.paper[:, :, 1], None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA)
    result = read_sheet(np.asarray(grey, dtype=np.uint8), a5_vote().context)
    assert isinstance(result, SheetRejection)
    assert result.reason is not RejectionReason.INTERNAL_ERROR


HEIGHT, WIDTH = VOTED.shape
rectangles = st.lists(
    st.tuples(
        st.integers(0, HEIGHT - 1),
        st.integers(0, WIDTH - 1),
        st.integers(1, 500),
        st.integers(1, 500),
        st.integers(0, 255),
    ),
    max_size=6,
)


def damaged(
    image: Image,
    painted: list[tuple[int, int, int, int, int]],
    crop: tuple[int, int, int, int],
    noise: float,
    light: tuple[float, float],
    seed: int,
) -> Image:
    made = image.copy()
    for top, left, height, width, grey in painted:
        made[top : top + height, left : left + width] = grey
    made = made[crop[0] : HEIGHT - crop[1], crop[2] : WIDTH - crop[3]]
    bright = made.astype(np.float32) * light[0] + light[1]
    bright += np.random.default_rng(seed).standard_normal(made.shape, dtype=np.float32) * noise
    return np.clip(bright, 0, 255).astype(np.uint8)


damage = st.tuples(
    rectangles,
    st.tuples(*[st.integers(0, 90)] * 4),
    st.sampled_from((0.0, 0.0, 4.0, 12.0, 40.0)),
    st.tuples(st.floats(0.35, 1.3), st.floats(-60, 60)),
    st.integers(0, 1000),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(damage)
def test_no_damage_makes_a_vote_on_an_unmarked_ballot(how: Any) -> None:
    result = read_sheet(damaged(EMPTY, *how), a5_vote().context)
    assert crosses_of(result) == set()
    if isinstance(result, SheetRejection):
        assert result.reason is not RejectionReason.INTERNAL_ERROR


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(damage)
def test_no_damage_makes_a_vote_that_was_not_cast(how: Any) -> None:
    """A cross may be lost under what covers it, and no other box ever becomes one."""
    result = read_sheet(damaged(VOTED, *how), a5_vote().context)
    assert crosses_of(result) <= CROSSED


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(damage)
def test_damage_beside_the_boxes_loses_no_vote(how: Any) -> None:
    """Rectangles that leave all boxes alone: each cross stays one or goes to a person, or the sheet does."""
    painted, _, _, _, seed = how
    image = damaged(VOTED, painted, (0, 0, 0, 0), 2.0, (1.0, 0.0), seed)
    scale = PLAIN.dpi / 25.4
    for key in keys_of(sheet_of(a5_vote())):
        rect = rect_of(sheet_of(a5_vote()), key).inflated(4.0)
        part = (
            slice(round(rect.y_mm * scale), round(rect.bottom_mm * scale)),
            slice(round(rect.x_mm * scale), round(rect.right_mm * scale)),
        )
        image[part] = VOTED[part]
    result = read_sheet(image, a5_vote().context)
    if isinstance(result, SheetRejection):
        return
    states = states_of(result)
    assert all(states[key] is not BoxState.EMPTY for key in CROSSED)
    assert crosses_of(result) <= CROSSED


@settings(max_examples=15)
@given(st.sets(st.sampled_from(sorted(CROSSED))), st.integers(0, 3))
def test_what_covers_a_cross_takes_it_away_and_nothing_else(covered: set[tuple[str, str]], seed: int) -> None:
    sheet, image, scale = sheet_of(a5_vote()), VOTED.copy(), PLAIN.dpi / 25.4
    for key in covered:
        rect = rect_of(sheet, key).inflated(-0.4)
        rows = slice(round(rect.y_mm * scale), round(rect.bottom_mm * scale))
        image[rows, round(rect.x_mm * scale) : round(rect.right_mm * scale)] = 248
    result = read_sheet(image, a5_vote().context)
    assert isinstance(result, PageReading)
    assert crosses_of(result) == CROSSED - covered
    for key in covered:
        assert boxes_of(result)[key].state in (BoxState.EMPTY, BoxState.UNCLEAR, BoxState.OTHER)


@pytest.mark.parametrize("grey", [255, 240], ids=["tape", "slip"])
def test_a_cross_under_a_slip_of_paper_is_not_silently_empty(vote: PrintedVote, grey: int) -> None:
    """Correction tape, a folded edge, a slip laid over a line: the printed box is gone with its cross."""
    sheet = sheet_of(vote)
    key = keys_of(sheet)[MARKED[-1]]
    page = mark_sheet(sheet, {key: MarkKind.CROSS_STRAIGHT}, steady())
    covered = paint(page, sheet, rect_of(sheet, key).inflated(2.0), grey)
    result = read_sheet(scan(covered, sheet), vote.context)
    if isinstance(result, PageReading):
        asked = bool(result.review or result.writings or result.strikes)
        assert asked or states_of(result)[key] is not BoxState.EMPTY


@pytest.mark.parametrize("kept", [0.55, 0.65, 0.72])
def test_crosses_on_the_missing_part_of_a_sheet_are_not_silently_empty(
    vote: PrintedVote, kept: float
) -> None:
    """The foot of the sheet is torn off or folded under; its last lines are gone."""
    sheet, layout = sheet_of(vote), vote.form.layout
    marks = {keys_of(sheet)[index]: MarkKind.CROSS_STRAIGHT for index in MARKED}
    gone = Rect(0.0, layout.height_mm * kept, layout.width_mm, layout.height_mm)
    result = read_sheet(
        scan(paint(mark_sheet(sheet, marks, steady()), sheet, gone, 255), sheet), vote.context
    )
    if isinstance(result, PageReading):
        asked = bool(result.review or result.writings or result.strikes)
        states = states_of(result)
        assert asked or all(states[key] is not BoxState.EMPTY for key in CROSSED)
