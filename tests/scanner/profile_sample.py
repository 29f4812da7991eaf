"""A scanner's profile made by hand, for the tests of every room."""

from __future__ import annotations

from records.scanner_profile import (
    Fitness,
    GainMeasures,
    LightMeasures,
    ScanGeometryMeasures,
    ScanMode,
    ScannerProfile,
    SharpnessMeasures,
    ToneMeasures,
    ToneStep,
)

PERCENTS = (0, 10, 30, 50, 70, 90, 100)


def geometry(**changes: object) -> ScanGeometryMeasures:
    """Of a scanner that moves nothing."""
    fields: dict[str, object] = {
        "dpi_x": 300.0,
        "dpi_y": 300.3,
        "skew_deg": 0.0,
        "shear_deg": 0.0,
        "distortion_rms_mm": 0.02,
        "distortion_max_mm": 0.05,
        "turns": 0,
        "shifts": (),
    }
    return ScanGeometryMeasures(**{**fields, **changes})  # type: ignore[arg-type]


def tone(white: float, black: float, rgb: tuple[float, float, float] | None = None) -> ToneMeasures:
    """Of a scanner whose greys lie evenly between paper and black."""
    steps = tuple(ToneStep(p, *(white + (black - white) * p / 100,) * 2) for p in PERCENTS)
    return ToneMeasures(steps, white, black, 1.0, 1.0, rgb or (white,) * 3, ())


def profile_sample(**changes: object) -> ScannerProfile:
    """Of a sound scanner."""
    fields: dict[str, object] = {
        "scanner": "máy quét phòng 2",
        "paper": "A4",
        "scans": 1,
        "mode": ScanMode.GREY,
        "width_px": 2480,
        "height_px": 3508,
        "geometry": geometry(),
        "tone": tone(238.0, 42.0),
        "sharpness": SharpnessMeasures(3.0, 3.0, (), (), ()),
        "light": LightMeasures(0.02, ()),
        "streaks": (),
        "gain": GainMeasures(0.0, 0.0, 0.0, ()),
        "repeatability": None,
        "fitness": Fitness.FIT,
        "faults": (),
    }
    return ScannerProfile(**{**fields, **changes})  # type: ignore[arg-type]
