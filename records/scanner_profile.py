"""What is known of one scanner: measures, a verdict with its reasons, and their JSON form.

A profile is measured from scans of the calibration target. It says nothing of when it was made: equal
scans give an equal profile, and its hash names it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from records.canonical import canonical_json, sha256_hex
from records.codec import CodecError, from_plain, to_plain
from records.errors import InputError
from records.json_text import parse_json

PROFILE_FORMAT = 2


class ScanMode(StrEnum):
    COLOUR = "colour"
    GREY = "grey"
    BILEVEL = "bilevel"


class StreakAxis(StrEnum):
    """How a streak lies in the image as scanned."""

    VERTICAL = "vertical"
    """From top to bottom, along a feeder's way: dirt on the glass strip."""
    HORIZONTAL = "horizontal"
    """From side to side, across the way: a jolt of the feed or the lamp."""


class Fitness(StrEnum):
    FIT = "fit"
    LIMITS = "limits"
    UNFIT = "unfit"


class ScannerFault(StrEnum):
    """Why a scanner is not simply fit. The application has the words and the remedy of each."""

    RESOLUTION_LOW = "resolution_low"
    SCALE = "scale"
    ANISOTROPY = "anisotropy"
    SKEW = "skew"
    DISTORTION = "distortion"
    CONTRAST = "contrast"
    LIGHT_TONES = "light_tones"
    BILEVEL = "bilevel"
    BLUR = "blur"
    NOISE = "noise"
    UNEVEN_LIGHT = "uneven_light"
    STREAKS = "streaks"
    COLOUR_CAST = "colour_cast"
    DOT_GAIN = "dot_gain"
    NOT_REPEATABLE = "not_repeatable"
    TONE_DRIFT = "tone_drift"


@dataclass(frozen=True, slots=True)
class FaultFound:
    """One reason of a verdict.

    Attributes:
        grade: what this fault alone makes of the scanner: `LIMITS` or `UNFIT`.
        value, limit: what was measured, and the limit it is beyond, in the fault's own unit.
    """

    fault: ScannerFault
    grade: Fitness
    value: float
    limit: float


@dataclass(frozen=True, slots=True)
class DotShift:
    """Where a dot of the target lies off its place after the best affine fit, page millimetres."""

    x_mm: float
    y_mm: float
    dx_mm: float
    dy_mm: float


@dataclass(frozen=True, slots=True)
class ScanGeometryMeasures:
    """Measured on the dots.

    Attributes:
        dpi_x, dpi_y: resolution along the target's width and height, on the length printed.
        skew_deg: clockwise positive.
        shear_deg: what the angle between the axes lacks of a right one.
        distortion_rms_mm, distortion_max_mm: of the dots' shifts, in the worst scan: pages are read one by
            one. The largest is taken after a median over neighbours, so that a speck on a dot is none.
        turns: quarter turns anticlockwise that stood the target upright; None where its scans differ.
        shifts: every dot's, averaged over the scans: what is left is the scanner's own.
    """

    dpi_x: float
    dpi_y: float
    skew_deg: float
    shear_deg: float
    distortion_rms_mm: float
    distortion_max_mm: float
    turns: int | None
    shifts: tuple[DotShift, ...]

    @property
    def anisotropy(self) -> float:
        """How much longer the page's height comes out than its width, as a share."""
        return self.dpi_y / self.dpi_x - 1


@dataclass(frozen=True, slots=True)
class ToneStep:
    """A grey step: ink coverage in percent, mean value 0 … 255 in the two copies."""

    percent: int
    first: float
    second: float

    @property
    def value(self) -> float:
        return (self.first + self.second) / 2


@dataclass(frozen=True, slots=True)
class ToneMeasures:
    """How brightness comes out, 0 black … 255 white.

    Attributes:
        steps: by rising coverage.
        white, black: of the paper, and of full black.
        noise_white, noise_black: standard deviation within flat patches.
        white_rgb: of the paper.
        colours: mean RGB of each colour patch by its name; empty in grey and 1-bit scans.
    """

    steps: tuple[ToneStep, ...]
    white: float
    black: float
    noise_white: float
    noise_black: float
    white_rgb: tuple[float, float, float]
    colours: tuple[tuple[str, float, float, float], ...]

    @property
    def colour_cast(self) -> float:
        """Largest difference between the channels on white paper."""
        return max(self.white_rgb) - min(self.white_rgb)


@dataclass(frozen=True, slots=True)
class SharpnessMeasures:
    """Modulation transfer along x (of standing edges) and along y; None in 1-bit scans.

    Attributes:
        mtf50_x, mtf50_y: line pairs per millimetre at which half the contrast is left.
        frequencies: line pairs per millimetre of the curves.
        curve_x, curve_y: contrast 0 … 1 at those.
    """

    mtf50_x: float | None
    mtf50_y: float | None
    frequencies: tuple[float, ...]
    curve_x: tuple[float, ...]
    curve_y: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class PaperLight:
    """Brightness of the bare paper at a place of the page, 0 … 255."""

    x_mm: float
    y_mm: float
    value: float


@dataclass(frozen=True, slots=True)
class LightMeasures:
    """Evenness of the light.

    Attributes:
        loss: share by which the darkest part of the paper is darker than the brightest.
        places: the paper's brightness in the cells without print.
    """

    loss: float
    places: tuple[PaperLight, ...]


@dataclass(frozen=True, slots=True)
class Streak:
    """A line from end to end of the scan.

    Attributes:
        position_mm: from the image's left edge, or its top for horizontal ones.
        width_px: of a line as dark as its darkest column all over.
        depth: share of the paper's brightness over black that is lost in its darkest column.
    """

    axis: StreakAxis
    position_mm: float
    width_px: float
    depth: float


@dataclass(frozen=True, slots=True)
class SeenMark:
    """A reference mark as scanned: width and ink as printed, darkness seen, 0 … 1 of paper to black."""

    line_mm: float
    percent: int
    darkness: float


@dataclass(frozen=True, slots=True)
class GainMeasures:
    """How much larger print comes out, printer and scanner together.

    Attributes:
        dot_mm: mean surplus of the dots' diameter.
        line_x_mm, line_y_mm: mean surplus of the width of standing and of lying lines.
        marks: the crosses in the sample boxes.
    """

    dot_mm: float
    line_x_mm: float
    line_y_mm: float
    marks: tuple[SeenMark, ...]


@dataclass(frozen=True, slots=True)
class Repeatability:
    """Standard deviations over the scans: a dot's shift, a grey step, the resolution, the skew."""

    place_mm: float
    tone: float
    dpi: float
    skew_deg: float


@dataclass(frozen=True, slots=True)
class ScannerProfile:
    """One scanner at one setting.

    Attributes:
        scanner: the name the operator gave.
        paper: of the target.
        scans: how many it was measured on.
        width_px, height_px: of the first scan.
        repeatability: None from a single scan.
        fitness, faults: the verdict and its reasons, the gravest first.
    """

    scanner: str
    paper: str
    scans: int
    mode: ScanMode
    width_px: int
    height_px: int
    geometry: ScanGeometryMeasures
    tone: ToneMeasures
    sharpness: SharpnessMeasures
    light: LightMeasures
    streaks: tuple[Streak, ...]
    gain: GainMeasures
    repeatability: Repeatability | None
    fitness: Fitness
    faults: tuple[FaultFound, ...]


def profile_sha256(profile: ScannerProfile) -> str:
    """The hash that names a profile, over its canonical JSON."""
    return sha256_hex(canonical_json({"format": PROFILE_FORMAT, "profile": to_plain(profile)}))


def profile_to_json(profile: ScannerProfile) -> dict[str, Any]:
    """The profile file: `format`, `sha256` and `profile`."""
    return {"format": PROFILE_FORMAT, "sha256": profile_sha256(profile), "profile": to_plain(profile)}


def profile_from_text(text: str, path: str) -> ScannerProfile:
    """Inverse of `profile_to_json`, from the file's text.

    Raises:
        InputError: no JSON, not a profile, of another format, or changed since it was written.
    """
    try:
        data = parse_json(text)
    except ValueError as error:
        raise InputError("profile_unreadable", path=path, reason=str(error)) from error
    if not isinstance(data, dict) or "profile" not in data:
        raise InputError("profile_unreadable", path=path, reason="no profile")
    if data.get("format") != PROFILE_FORMAT:
        raise InputError("profile_format", path=path, found=str(data.get("format")), known=PROFILE_FORMAT)
    try:
        profile = from_plain(ScannerProfile, data["profile"])
    except CodecError as error:
        raise InputError("profile_unreadable", path=path, reason=str(error)) from error
    if data.get("sha256") != profile_sha256(profile):
        raise InputError("profile_changed", path=path)
    return profile
