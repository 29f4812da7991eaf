from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scanner_sheets import OPTIONS, a5_vote

from ballot_layout.pdf import write_reference_pdf
from benchmarks.votes import PrintedVote, render_grey
from records.errors import LayoutError
from records.geometry import Rect
from scanner.forms import OVERVIEW_PX_PER_MM, REFERENCE_PX_PER_MM, crop_mm, crop_size, prepare_form


def test_a_prepared_page_shows_its_form(vote: PrintedVote) -> None:
    form = vote.context.forms[0]
    page, (width, height) = form.pages[0], form.page_size_mm
    assert page.detail.shape == (round(height * REFERENCE_PX_PER_MM), round(width * REFERENCE_PX_PER_MM))
    assert page.overview.shape == (round(height * OVERVIEW_PX_PER_MM), round(width * OVERVIEW_PX_PER_MM))
    for rect in page.layout.fiducials:
        assert page.detail_crop(rect.inflated(-0.5)).max() < 60
    for box in page.layout.boxes:
        assert page.detail_crop(box.rect.inflated(-0.6)).min() > 200
        assert page.detail_crop(box.rect.inflated(0.3)).min() < 100
    assert form.layout_prefix == bytes.fromhex(form.layout.sha256)[:8]


def test_what_differs_from_ballot_to_ballot_pins_nothing(vote: PrintedVote) -> None:
    page = vote.context.forms[0].pages[0]
    half = OPTIONS.registration.patch_mm / 2
    assert len(page.patches) >= 12
    for patch in page.patches:
        assert patch.template.shape == (round(2 * half * OVERVIEW_PX_PER_MM),) * 2
        area = Rect(patch.x_mm - half, patch.y_mm - half, 2 * half, 2 * half)
        for place in (page.layout.qr, page.layout.serial):
            assert area.intersection_mm2(place) == 0


def test_patches_are_spread_over_the_page(vote: PrintedVote, large_vote: PrintedVote) -> None:
    for printed in (vote, large_vote):
        form = printed.context.forms[0]
        x, y = np.array([(patch.x_mm, patch.y_mm) for patch in form.pages[0].patches]).T
        assert np.ptp(x) > 0.6 * form.page_size_mm[0]
        assert np.ptp(y) > 0.6 * form.page_size_mm[1]


def test_prepared_arrays_are_read_only(vote: PrintedVote) -> None:
    page = vote.context.forms[0].pages[0]
    for array in (page.detail, page.overview, page.printed_overview, page.patches[0].template):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 0


def test_a_missing_or_foreign_rendering_is_refused(vote: PrintedVote) -> None:
    layout = vote.form.layout
    [image] = render_grey(write_reference_pdf(vote.form))
    with pytest.raises(LayoutError) as raised:
        prepare_form(layout, [])
    assert raised.value.message_id == "reference_pages"
    with pytest.raises(LayoutError) as raised:
        prepare_form(layout, [image[:-5]])
    assert raised.value.message_id == "reference_size"
    with pytest.raises(LayoutError) as raised:
        prepare_form(layout, [np.repeat(image[:, :, None], 3, axis=2)])
    assert raised.value.message_id == "reference_size"
    assert len(prepare_form(layout, [image[:-1]]).pages) == 1


@given(st.floats(-40, 180), st.floats(-40, 240), st.floats(0.1, 40), st.floats(0.1, 40))
def test_a_crop_has_its_size_wherever_it_lies(x: float, y: float, width: float, height: float) -> None:
    page = a5_vote().context.forms[0].pages[0]
    rect = Rect(x, y, width, height)
    crop = crop_mm(page.overview, rect, OVERVIEW_PX_PER_MM, fill=7)
    assert crop.shape == crop_size(rect, OVERVIEW_PX_PER_MM)
    left, top = round(x * OVERVIEW_PX_PER_MM), round(y * OVERVIEW_PX_PER_MM)
    for row, column in ((0, 0), (crop.shape[0] - 1, crop.shape[1] - 1)):
        inside = 0 <= top + row < page.overview.shape[0] and 0 <= left + column < page.overview.shape[1]
        expected = page.overview[top + row, left + column] if inside else 7
        assert crop[row, column] == expected
