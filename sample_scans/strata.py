"""Kinds of scanner and paper, from a clean flatbed to the worst sheet of an archive."""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from sample_scans.printer import Printer
from sample_scans.settings import ColourMode, Fold, ScanSettings, Streak, Surround, Wear


class Stratum(StrEnum):
    CLEAN = "clean"
    """A flatbed, 300 dpi grey, straight."""
    FEEDER = "feeder"
    """A document scanner's feeder, as on the day of a vote."""
    OFFICE_COPIER = "office_copier"
    """A copier: colour or 1 bit, JPEG, dark or white surround, turned pages."""
    WORN = "worn"
    """Folded and punched archive sheets, from a feeder with dirty glass."""
    HOSTILE = "hostile"
    """Everything at once, up to the limits that issue 2 states (5° skew, 2 % stretch)."""


def stratum_settings(stratum: Stratum, rng: np.random.Generator) -> ScanSettings:
    """Settings drawn from `stratum`."""
    return {
        Stratum.CLEAN: _clean,
        Stratum.FEEDER: _feeder,
        Stratum.OFFICE_COPIER: _office_copier,
        Stratum.WORN: _worn,
        Stratum.HOSTILE: _hostile,
    }[stratum](rng)


def stratum_printer(stratum: Stratum, rng: np.random.Generator) -> Printer | None:
    """The printer the ballots of `stratum` came from; None where the print is taken as ideal."""
    if stratum is Stratum.CLEAN:
        return None
    spread = {Stratum.FEEDER: 0.02, Stratum.OFFICE_COPIER: 0.03, Stratum.WORN: 0.03, Stratum.HOSTILE: 0.05}
    low = {Stratum.FEEDER: 0.9, Stratum.OFFICE_COPIER: 0.8, Stratum.WORN: 0.75, Stratum.HOSTILE: 0.6}
    return Printer(
        density=_uniform(rng, low[stratum], 1.0),
        dot_gain_mm=_uniform(rng, -0.3 * spread[stratum], spread[stratum]),
        roughness=_uniform(rng, 0.2, 0.7),
        toner_specks=int(rng.integers(0, 4)),
    )


def _uniform(rng: np.random.Generator, low: float, high: float) -> float:
    return float(rng.uniform(low, high))


def _clean(rng: np.random.Generator) -> ScanSettings:
    return ScanSettings(
        skew_deg=_uniform(rng, -0.3, 0.3),
        offset_x_mm=_uniform(rng, -1.0, 1.0),
        offset_y_mm=_uniform(rng, -1.0, 1.0),
        noise=_uniform(rng, 0.5, 2.0),
        jpeg_quality=90,
        wear=Wear(specks=int(rng.integers(0, 5))),
    )


def _feeder(rng: np.random.Generator) -> ScanSettings:
    return ScanSettings(
        dpi=int(rng.choice((200, 300, 300, 300))),
        skew_deg=float(np.clip(rng.normal(0.0, 0.7), -2.0, 2.0)),
        stretch_x=_uniform(rng, 0.998, 1.002),
        stretch_y=_uniform(rng, 0.993, 1.007),
        print_scale=_uniform(rng, 0.995, 1.002),
        offset_x_mm=_uniform(rng, -2.0, 2.0),
        offset_y_mm=_uniform(rng, -2.0, 2.0),
        margin_mm=_uniform(rng, 0.0, 3.0),
        uneven_feed_mm=_uniform(rng, 0.05, 0.35),
        drift_mm=_uniform(rng, 0.0, 0.2),
        surround=Surround.BLACK if rng.random() < 0.4 else Surround.WHITE,
        illumination=_uniform(rng, 0.0, 0.06),
        gamma=_uniform(rng, 0.85, 1.15),
        white=_uniform(rng, 236, 253),
        black=_uniform(rng, 8, 40),
        noise=_uniform(rng, 1.0, 3.0),
        jpeg_quality=int(rng.integers(75, 92)),
        streaks=_streaks(rng, int(rng.random() < 0.06), 0.5),
        wear=Wear(specks=int(rng.integers(0, 15)), punch_holes=0),
    )


def _office_copier(rng: np.random.Generator) -> ScanSettings:
    mode = (ColourMode.COLOUR, ColourMode.GREY, ColourMode.BINARY)[int(rng.choice(3, p=(0.4, 0.3, 0.3)))]
    return ScanSettings(
        dpi=int(rng.choice((200, 300, 300, 400))),
        mode=mode,
        quarter_turns=int(rng.choice(4, p=(0.7, 0.08, 0.14, 0.08))),
        skew_deg=float(np.clip(rng.normal(0.0, 0.9), -2.5, 2.5)),
        stretch_x=_uniform(rng, 0.997, 1.003),
        stretch_y=_uniform(rng, 0.992, 1.008),
        print_scale=_uniform(rng, 0.985, 1.01),
        offset_x_mm=_uniform(rng, -3.0, 3.0),
        offset_y_mm=_uniform(rng, -3.0, 3.0),
        margin_mm=_uniform(rng, 0.0, 4.0),
        uneven_feed_mm=_uniform(rng, 0.05, 0.4),
        drift_mm=_uniform(rng, 0.0, 0.25),
        surround=(Surround.WHITE, Surround.GREY, Surround.BLACK)[int(rng.integers(3))],
        illumination=_uniform(rng, 0.0, 0.1),
        gamma=_uniform(rng, 0.8, 1.3),
        white=_uniform(rng, 228, 255),
        warmth=_uniform(rng, -0.4, 0.6),
        blur_mm=_uniform(rng, 0.03, 0.06),
        noise=_uniform(rng, 1.0, 4.0),
        threshold=_uniform(rng, 130, 185),
        jpeg_quality=int(rng.integers(60, 88)),
        streaks=_streaks(rng, int(rng.random() < 0.1), 0.5),
        wear=Wear(specks=int(rng.integers(0, 25)), bleed_through=_uniform(rng, 0, 0.06)),
    )


def _worn(rng: np.random.Generator) -> ScanSettings:
    return ScanSettings(
        skew_deg=float(np.clip(rng.normal(0.0, 1.2), -3.0, 3.0)),
        stretch_y=_uniform(rng, 0.99, 1.01),
        print_scale=_uniform(rng, 0.97, 1.01),
        offset_x_mm=_uniform(rng, -3.0, 3.0),
        offset_y_mm=_uniform(rng, -3.0, 3.0),
        margin_mm=_uniform(rng, 1.0, 4.0),
        uneven_feed_mm=_uniform(rng, 0.1, 0.5),
        drift_mm=_uniform(rng, 0.0, 0.3),
        surround=Surround.BLACK if rng.random() < 0.5 else Surround.WHITE,
        illumination=_uniform(rng, 0.02, 0.12),
        white=_uniform(rng, 222, 245),
        noise=_uniform(rng, 2.0, 5.0),
        paper_grain=_uniform(rng, 1.0, 3.0),
        jpeg_quality=int(rng.integers(55, 85)),
        streaks=_streaks(rng, int(rng.integers(0, 3)), 0.7),
        hair=bool(rng.random() < 0.08),
        wear=_worn_paper(rng, 0.5),
    )


def _hostile(rng: np.random.Generator) -> ScanSettings:
    mode = tuple(ColourMode)[int(rng.choice(4, p=(0.3, 0.35, 0.25, 0.1)))]
    return ScanSettings(
        dpi=int(rng.choice((150, 200, 300, 300))),
        mode=mode,
        quarter_turns=int(rng.integers(4)),
        skew_deg=_uniform(rng, -5.0, 5.0),
        stretch_x=_uniform(rng, 0.985, 1.015),
        stretch_y=_uniform(rng, 0.98, 1.02),
        print_scale=_uniform(rng, 0.96, 1.01),
        offset_x_mm=_uniform(rng, -3.0, 3.0),
        offset_y_mm=_uniform(rng, -3.0, 3.0),
        margin_mm=_uniform(rng, 2.0, 8.0),
        uneven_feed_mm=_uniform(rng, 0.2, 1.0),
        drift_mm=_uniform(rng, 0.1, 0.5),
        surround=(Surround.WHITE, Surround.GREY, Surround.BLACK)[int(rng.integers(3))],
        illumination=_uniform(rng, 0.05, 0.25),
        gamma=_uniform(rng, 0.7, 1.5),
        black=_uniform(rng, 5, 70),
        white=_uniform(rng, 205, 255),
        warmth=_uniform(rng, -1.0, 1.0),
        blur_mm=_uniform(rng, 0.03, 0.09),
        noise=_uniform(rng, 2.0, 7.0),
        threshold=_uniform(rng, 120, 185),
        jpeg_quality=int(rng.integers(40, 75)),
        streaks=_streaks(rng, int(rng.integers(0, 4)), 0.9),
        hair=bool(rng.random() < 0.25),
        photocopy=bool(rng.random() < 0.15),
        wear=_worn_paper(rng, 0.9),
    )


def _streaks(rng: np.random.Generator, count: int, strongest: float) -> tuple[Streak, ...]:
    return tuple(
        Streak(
            _uniform(rng, 0.0, 210.0),
            _uniform(rng, 0.08, 0.5),
            _uniform(rng, 0.15, strongest) * float(rng.choice((-1.0, 1.0))),
        )
        for _ in range(count)
    )


def _worn_paper(rng: np.random.Generator, strength: float) -> Wear:
    folds = tuple(
        Fold(_uniform(rng, 60, 230), bool(rng.random() < 0.3), _uniform(rng, 0.2, strength))
        for _ in range(int(rng.integers(0, 3)))
    )
    return Wear(
        folds=folds,
        specks=int(rng.integers(5, 60)),
        punch_holes=int(rng.choice((0, 2, 4), p=(0.5, 0.4, 0.1))),
        staple=bool(rng.random() < 0.2),
        torn_corner_mm=_uniform(rng, 5, 11) if rng.random() < 0.05 else 0.0,
        stain=_uniform(rng, 0.15, 0.6) if rng.random() < 0.07 else 0.0,
        bleed_through=_uniform(rng, 0.0, 0.1) if rng.random() < 0.4 else 0.0,
        crumple=_uniform(rng, 0.0, strength),
    )
