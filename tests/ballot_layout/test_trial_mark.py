"""Test ballots: the words along their edges, lines of a pen, pages upside down."""

from __future__ import annotations

import numpy as np
import pytest
from sample_votes import LEVELS, batch_pdf, page_images, sample_ballots, sample_form, sample_vote

from ballot_layout.drawing import Filled, SideText, Text, Typesetter
from ballot_layout.fonts import PT_TO_MM, FontWeight, bundled_fonts
from ballot_layout.form import Form, make_form
from ballot_layout.pdf import PrintedBallot, write_reference_pdf
from ballot_layout.pen import PageInk, PenStroke
from ballot_layout.trial_mark import TRIAL_LINE, TRIAL_WORDS
from records.geometry import Rect
from records.token import TokenKind


def trial_form(people: int = 3, paper: str = "A4") -> Form:
    return make_form(sample_vote(people, paper), "", LEVELS, bundled_fonts(), kind=TokenKind.TEST)


def trial_rects(form: Form, page: int) -> list[Rect]:
    """Where the words of a test ballot stand."""
    setter, rects = Typesetter(form.fonts), []
    for primitive in form.pages[page].primitives:
        text = primitive.text if isinstance(primitive, SideText) else primitive
        if not isinstance(text, Text) or text.text not in {TRIAL_LINE, TRIAL_WORDS}:
            continue
        if text is primitive:
            rects.append(setter.ink_rect(text))
        else:
            width, high = setter.width_mm(text.text, FontWeight.BOLD, text.size_pt), text.size_pt * PT_TO_MM
            rects.append(Rect(text.x_mm - high, text.baseline_mm - width, high, width))
    return rects


@pytest.mark.parametrize("paper", ["A4", "A5"])
@pytest.mark.parametrize("people", [1, 12, 40])
def test_the_words_stand_on_every_page_and_in_nobodys_way(paper: str, people: int) -> None:
    form = trial_form(people, paper)
    for index, page in enumerate(form.layout.pages):
        rects = trial_rects(form, index)
        assert len(rects) == 5
        taken = [box.rect.inflated(5.0) for box in page.boxes] + [name.rect for name in page.names]
        taken += [page.qr.inflated(2.0), page.serial, *(rect.inflated(3.0) for rect in page.fiducials)]
        taken += [page.seal] if page.seal else []
        for rect in rects:
            assert 0 < rect.x_mm < rect.right_mm < form.layout.width_mm
            assert 0 < rect.y_mm < rect.bottom_mm < form.layout.height_mm
            assert not any(rect.intersection_mm2(one) for one in taken)


def test_a_test_ballot_differs_from_a_real_one_in_its_form_alone() -> None:
    real, trial = sample_form(5), trial_form(5)
    assert real.layout.pages == trial.layout.pages
    assert real.layout.form != trial.layout.form
    assert real.layout.sha256 != trial.layout.sha256
    added = set(trial.pages[0].primitives) - set(real.pages[0].primitives)
    assert len(added) == 5
    assert set(real.pages[0].primitives) <= set(trial.pages[0].primitives)
    assert not any(isinstance(primitive, Filled) for primitive in added)


def test_the_words_are_part_of_the_reference_and_run_up_both_sides() -> None:
    form = trial_form()
    [reference] = page_images(write_reference_pdf(form), 100)
    [real] = page_images(write_reference_pdf(sample_form()), 100)
    added = (reference < 128) & (real >= 128)
    rows, columns = np.nonzero(added)
    height, width = reference.shape
    for inked in (columns < width * 0.07, columns > width * 0.93):
        span = rows[inked]
        assert span.max() - span.min() > height * 0.4
    inner = added[round(height * 0.06) : round(height * 0.94), round(width * 0.07) : round(width * 0.93)]
    assert not inner.any()


def test_lines_of_a_pen_stand_where_they_are_drawn() -> None:
    form = sample_form()
    [ballot] = sample_ballots(form, 1)
    stroke = PenStroke(((60.0, 270.0), (90.0, 270.0)), 1.0, (0.0, 0.0, 0.6))
    [blank] = page_images(batch_pdf(form, [ballot]), 254)
    [marked] = page_images(
        batch_pdf(form, [PrintedBallot(ballot.serial, ballot.codes, (PageInk((stroke,)),))]), 254
    )
    rows, columns = np.nonzero(blank.astype(int) - marked > 100)
    assert (rows.min(), rows.max()) == (pytest.approx(2695, abs=1), pytest.approx(2705, abs=1))
    assert (columns.min(), columns.max()) == (pytest.approx(595, abs=1), pytest.approx(905, abs=1))


def test_a_page_upside_down_is_the_page_turned_by_half_a_turn() -> None:
    form = sample_form(15)
    assert len(form.pages) == 2
    [ballot] = sample_ballots(form, 1)
    ink = (PageInk(), PageInk(upside_down=True))
    upright = page_images(batch_pdf(form, [ballot]), 150)
    turned = page_images(batch_pdf(form, [PrintedBallot(ballot.serial, ballot.codes, ink)]), 150)
    assert np.array_equal(upright[0], turned[0])
    difference = np.abs(np.rot90(turned[1], 2).astype(int) - upright[1])
    assert difference.mean() < 2.5  # half a pixel at most
    assert np.abs(turned[1].astype(int) - upright[1]).mean() > 10
