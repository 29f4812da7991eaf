"""Gallery: scanners and what happens to paper; the marks are plain throughout."""

from __future__ import annotations

from dataclasses import replace

from sample_scans.encoding import FileFormat
from sample_scans.gallery.cases import PLAIN_SCAN, Case
from sample_scans.printer import Printer
from sample_scans.settings import ColourMode, Fold, Spot, Streak, Surround, Wear

_MIXED = ("high", "medium", "high", "low", "high", "medium", "high")


def _worn(wear: Wear, dpi: int = 200) -> Case:
    return Case("", "", _MIXED, settings=replace(PLAIN_SCAN, dpi=dpi, wear=wear))


def _named(case: Case, name: str, shows: str, seed: int, weak: bool = False) -> Case:
    return replace(case, name=name, shows=shows, seed=seed, weak=weak)


def _scanned(**changes: object) -> Case:
    return Case("", "", _MIXED, settings=replace(PLAIN_SCAN, **changes))  # type: ignore[arg-type]


DAMAGE_CASES = (
    _named(_scanned(quarter_turns=1), "turned-90", "turned by 90°", 60),
    _named(_scanned(quarter_turns=2, skew_deg=-1.0), "turned-180", "upside down", 61),
    _named(_scanned(quarter_turns=3), "turned-270", "turned by 270°", 62),
    _named(
        _scanned(skew_deg=4.5, margin_mm=5.0, surround=Surround.BLACK),
        "skew-dark",
        "skewed by 4.5° on a dark surround",
        63,
    ),
    _named(
        _scanned(stretch_x=0.99, stretch_y=1.015, uneven_feed_mm=0.7, drift_mm=0.3, margin_mm=2.0),
        "feed-uneven",
        "stretched by 1.5 % and fed unevenly",
        64,
    ),
    _named(_scanned(print_scale=0.96), "printer-96", "printed at 96 %", 65, weak=True),
    _named(_scanned(print_scale=1.03, margin_mm=2.0), "printer-103", "printed at 103 %", 66, weak=True),
    _named(_scanned(dpi=150), "coarse-150", "150 dpi", 67, weak=True),
    _named(_scanned(jpeg_quality=40), "jpeg-40", "JPEG quality 40", 68),
    _named(
        _scanned(illumination=0.3, gamma=1.3, white=225.0),
        "light-uneven",
        "uneven light, dark tones",
        69,
    ),
    _named(_scanned(noise=8.0, blur_mm=0.09), "noise-blur", "noisy and out of focus", 70, weak=True),
    _named(
        _scanned(streaks=(Streak(94.0, 0.25, 0.8), Streak(40.0, 0.15, 0.5), Streak(120.0, 0.3, -0.9))),
        "streaks",
        "feeder streaks, one through the first column of boxes",
        71,
        weak=True,
    ),
    _named(
        _worn(Wear(folds=(Fold(105.0, False, 0.7), Fold(94.0, True, 0.6)))),
        "folds",
        "folded twice, one crease through boxes",
        72,
        weak=True,
    ),
    _named(
        _worn(Wear(specks=80, spots=(Spot(112.0, 106.0, 0.5, 0.9), Spot(135.0, 122.0, 0.7, 0.6))), dpi=300),
        "dirt",
        "dust, toner specks and two spots in boxes",
        73,
        weak=True,
    ),
    _named(_worn(Wear(punch_holes=2)), "punch-holes", "two punch holes", 74, weak=True),
    _named(_worn(Wear(staple=True)), "staple", "a staple and its shadow", 75, weak=True),
    _named(_worn(Wear(torn_corner_mm=14.0)), "torn-corner", "a torn corner", 76, weak=True),
    _named(
        replace(
            _worn(Wear(stain=0.6)),
            settings=replace(PLAIN_SCAN, dpi=150, mode=ColourMode.COLOUR, wear=Wear(stain=0.6)),
        ),
        "coffee",
        "a coffee ring, colour scan",
        77,
        weak=True,
    ),
    _named(_worn(Wear(sticky_note=True)), "sticky-note", "a sticky note on the lower margin", 78, weak=True),
    _named(_worn(Wear(bleed_through=0.1)), "bleed-through", "the other side shows through", 79, weak=True),
    _named(_worn(Wear(crumple=1.0)), "crumpled", "crumpled paper", 80),
    _named(_scanned(hair=True), "hair", "a hair on the glass", 81, weak=True),
    _named(_scanned(margin_mm=-3.0), "cropped", "3 mm cut off on every side", 82, weak=True),
    _named(
        replace(_scanned(), printer=Printer(density=0.55, roughness=0.8)),
        "print-light",
        "toner nearly out",
        83,
    ),
    _named(
        replace(_scanned(), printer=Printer(dot_gain_mm=0.07, toner_specks=25)),
        "print-dark",
        "dark print with dot gain and toner specks",
        84,
        weak=True,
    ),
    replace(_named(_scanned(dpi=300), "file-pdf", "a PDF around a JPEG", 85), file_format=FileFormat.PDF),
)
