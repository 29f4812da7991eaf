"""What a reading takes from a scanner's profile."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from profile_sample import geometry, profile_sample, tone

from records.scanner_profile import (
    DotShift,
    GainMeasures,
    LightMeasures,
    PaperLight,
    ScanMode,
    ScannerProfile,
    SharpnessMeasures,
    Streak,
    StreakAxis,
    ToneMeasures,
    ToneStep,
)
from scanner.options import ReaderOptions
from scanner.prior import BLACK_SHARE, SAME_LEVELS, prior_of

DOTS = np.array([(x, y) for y in range(10, 290, 10) for x in range(10, 205, 10)], dtype=np.float64)


def page(paper: int, ink: int) -> NDArray[np.uint8]:
    grey = np.full((400, 300), paper, np.uint8)
    grey[100:110, 50:200] = ink
    return grey


def test_a_sound_scanner_changes_nothing() -> None:
    prior = prior_of(profile_sample())
    assert (prior.tone, prior.balance, prior.distortion, prior.streaks) == (None, None, None, ())
    assert prior.fitted(ReaderOptions()) == ReaderOptions()
    grey = page(238, 42)
    assert prior.toned(grey) is grey


def test_grey_black_becomes_black_and_nothing_gets_brighter() -> None:
    prior = prior_of(profile_sample(tone=tone(180.0, 90.0)))
    toned = prior.toned(page(180, 90))
    assert toned[0, 0] == 180
    assert toned[105, 100] == round(BLACK_SHARE * 180)
    assert prior.tone is not None
    assert np.all(prior.tone <= np.arange(256))
    assert np.all(np.diff(prior.tone.astype(int)) >= 0)


def test_greys_lost_to_white_come_back_and_dark_greys_are_left() -> None:
    """A scanner that burns out light tones is set right; print that comes out too dark is the printer's."""
    steps = tuple(
        ToneStep(p, v, v) for p, v in ((0, 240.0), (30, 236.0), (50, 228.0), (70, 200.0), (100, 30.0))
    )
    burnt = ToneMeasures(steps, 240.0, 30.0, 1.0, 1.0, (240.0,) * 3, ())
    toned = prior_of(profile_sample(tone=burnt)).toned(page(240, 228))
    assert toned[105, 100] == pytest.approx(240 * (1 - 0.9 * 0.5), abs=1)
    dark = tuple(ToneStep(p, v, v) for p, v in ((0, 240.0), (30, 90.0), (70, 40.0), (100, 25.0)))
    assert (
        prior_of(profile_sample(tone=ToneMeasures(dark, 240.0, 25.0, 1.0, 1.0, (240.0,) * 3, ()))).tone
        is None
    )


def test_a_page_that_does_not_look_like_the_profile_keeps_its_tones() -> None:
    prior = prior_of(profile_sample(tone=tone(180.0, 90.0)))
    other = page(round(180 + SAME_LEVELS) + 2, 90)
    assert prior.toned(other) is other


def test_a_one_bit_profile_has_no_tones() -> None:
    assert prior_of(profile_sample(mode=ScanMode.BILEVEL, tone=tone(180.0, 90.0))).tone is None


PLACES = [(x, y) for y in range(15, 290, 30) for x in range(15, 200, 20)]


def fading(turns: int = 0) -> ScannerProfile:
    """A lamp that loses three fifths of its light towards the page's right edge."""
    places = tuple(PaperLight(float(x), float(y), 230.0 * (1 - 0.6 * x / 210)) for x, y in PLACES)
    return profile_sample(light=LightMeasures(0.55, places), geometry=geometry(turns=turns))


def faded_page() -> NDArray[np.uint8]:
    """Black print on white paper under that lamp, a margin of the scanner around it."""
    sheet = np.full((600, 424), 1.0)
    sheet[100:500:20, 40:380] = 0.1
    across = (np.arange(424) - 2) / 420
    return np.round(sheet * 230 * (1 - 0.6 * np.clip(across, 0, 1))).astype(np.uint8)


def test_paper_under_a_fading_lamp_becomes_even_and_print_keeps_its_share() -> None:
    prior = prior_of(fading())
    grey = faded_page()
    even = prior.lit(grey)
    paper = np.median(even[300:310], axis=0)[20:400]
    assert paper.min() > 0.93 * paper.max()
    ink, beside = even[100, 350], even[110, 350]
    assert ink / beside == pytest.approx(grey[100, 350] / grey[110, 350], abs=0.02)


def test_the_lamp_is_the_glasses_and_not_the_papers() -> None:
    """The target lay upside down: its right edge is the image's left."""
    grey = np.ascontiguousarray(faded_page()[:, ::-1])
    paper = np.median(prior_of(fading(turns=2)).lit(grey)[300:310], axis=0)[20:400]
    assert paper.min() > 0.93 * paper.max()


def test_a_page_whose_paper_does_not_fade_keeps_its_light() -> None:
    even = page(230, 30)
    assert prior_of(fading()).lit(even) is even
    mirrored = np.ascontiguousarray(faded_page()[:, ::-1])
    assert prior_of(fading()).lit(mirrored) is mirrored
    assert prior_of(profile_sample()).lit(even) is even


def test_coloured_paper_becomes_white_in_a_colour_scan_only() -> None:
    prior = prior_of(profile_sample(mode=ScanMode.COLOUR, tone=tone(230.0, 40.0, (230.0, 225.0, 160.0))))
    image = np.full((20, 20, 3), (160, 225, 230), np.uint8)
    assert prior.balanced(image)[0, 0].tolist() == [230, 230, 230]
    grey = image[:, :, 0]
    assert prior.balanced(grey) is grey
    warm = tone(230.0, 40.0, (230.0, 226.0, 218.0))
    assert prior_of(profile_sample(mode=ScanMode.COLOUR, tone=warm)).balance is None


def bent(shifts: NDArray[np.float64], **changes: object) -> ScannerProfile:
    dots = tuple(
        DotShift(*place, *shift) for place, shift in zip(DOTS.tolist(), shifts.tolist(), strict=True)
    )
    return profile_sample(geometry=geometry(shifts=dots, **changes))


def bow(points_mm: NDArray[np.float64]) -> NDArray[np.float64]:
    """A lens that bends lines down in the middle, more so at the right."""
    u = points_mm[:, 0] / 105 - 1
    return np.column_stack((0.1 * u**3, 0.2 * (1 - u**2)))


def test_a_bend_of_the_optics_is_known_everywhere() -> None:
    distortion = prior_of(bent(bow(DOTS))).distortion_of(0, (210.0, 297.0))
    assert distortion is not None
    # A row's shift and stretch are the page's own to find: differences along a row are what counts.
    for y_mm in (40.0, 150.0, 250.0):
        along = np.column_stack((np.linspace(15, 195, 13), np.full(13, y_mm)))
        for axis in (0, 1):
            left = (distortion.shift(along) - bow(along))[:, axis]
            straight = np.polyval(np.polyfit(along[:, 0], left, 1), along[:, 0])
            assert np.abs(left - straight).max() < 0.01


def test_the_slip_of_a_feed_is_not_taken_for_the_scanners_own() -> None:
    slip = np.column_stack((0.1 * np.sin(DOTS[:, 1] / 40), 0.3 * np.cos(DOTS[:, 1] / 60) + 1e-3 * DOTS[:, 0]))
    assert prior_of(bent(slip)).distortion is None


def test_a_page_lying_the_other_way_round_is_bent_the_other_way_round() -> None:
    prior = prior_of(bent(bow(DOTS)))
    size = (210.0, 297.0)
    upright, turned = prior.distortion_of(0, size), prior.distortion_of(2, size)
    assert upright is not None
    assert turned is not None
    place = np.array([(30.0, 40.0)])
    opposite = np.array(size) - place
    assert np.allclose(turned.shift(place), -upright.shift(opposite))
    assert prior.distortion_of(1, size) is None
    assert prior.distortion_of(0, (148.0, 210.0)) is None
    assert prior_of(bent(bow(DOTS), turns=None)).distortion_of(0, size) is None


def test_fat_or_blurred_print_widens_the_margins_around_it() -> None:
    plain = ReaderOptions()
    fat = prior_of(profile_sample(gain=GainMeasures(0.2, 0.18, 0.22, ()))).fitted(plain)
    assert fat.strikes.text_margin_mm == pytest.approx(plain.strikes.text_margin_mm + 0.1)
    assert fat.marks.outline_margin_mm == pytest.approx(plain.marks.outline_margin_mm + 0.1)
    blurred = prior_of(profile_sample(sharpness=SharpnessMeasures(0.6, 0.9, (), (), ()))).fitted(plain)
    assert blurred.strikes.print_blur_mm == pytest.approx(0.312, abs=0.01)
    thin = prior_of(profile_sample(gain=GainMeasures(-0.1, -0.1, -0.1, ()))).fitted(plain)
    assert thin == plain


def test_streaks_are_known_in_millimetres() -> None:
    streak = Streak(StreakAxis.VERTICAL, 74.0, 3.0, 0.4)
    (known,) = prior_of(profile_sample(streaks=(streak,))).streaks
    assert known.glass_mm == 74.0
    assert known.width_mm == pytest.approx(0.254, abs=0.001)
