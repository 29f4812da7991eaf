"""What is known of the scanner before a page is read, taken from its profile.

Each part is used only where the page at hand shows that it still holds, and none of it makes a mark:

- tone: a scanner that shows black as grey, or light grey as white, is set right; brightness is only ever
  taken away, so that no ink gets fainter than it was scanned;
- light: where the lamp fades, paper is made as bright as elsewhere;
- colour: paper that comes out coloured is made white again, so that ink of that colour stands out;
- print and sharpness: where print comes out fat or blurred, less of what clings to it is ink;
- distortion: what the scanner's optics bend in the same way on every sheet;
- streaks: where on the glass they are, so that less of one must be seen on the page.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from records.scanner_profile import ScanMode, ScannerProfile, StreakAxis, ToneMeasures, profile_sha256
from records.vote import PaperSize
from scanner.image import MM_PER_INCH
from scanner.options import ReaderOptions

FloatArray = NDArray[np.float64]

LEAST_TONE_LOSS = 0.15
"""Share of the paper's brightness by which a grey step must come out too bright before tones are changed.
Sound scanners, with black at up to 45 of 215, stay below it."""
BLACK_SHARE = 0.1
"""Of the paper's brightness: where full black is put."""
LEAST_CAST = 0.08
"""Share of the brightest channel that another one must lack on white paper; warm paper lacks half of it."""
LEAST_LIGHT_LOSS = 0.2
"""Share of the light that the darkest part of the paper must lack; a sound lamp's edges lack 0.15."""
LIGHT_BORNE_OUT = 0.7
"""What must be left at most of the paper's unevenness on a page for the profile's light to be believed."""
SAME_LEVELS = 35.0
"""How far a page's paper may be off the profile's for the two to be of one scanner, of 255: other paper and
other toner than the target's account for twenty."""
LEAST_DISTORTION_MM = 0.02
"""Root mean square of what is bent; below it the dots' own scatter is all there is."""
LEAST_GAIN_MM = 0.05
"""Print wider by less is what the reader was measured on."""
GAUSSIAN_MTF50 = 0.1874
"""Line pairs per millimetre at half contrast, times the standard deviation, of a Gaussian blur."""
_DEGREE, _DAMPING, _LEAST_ROW = 5, 1e-3, 6
"""Of the polynomial that a distortion is: lenses bend a page by a wave or two; and dots that make a row."""
_LIGHT_DEGREES, _LEAST_PLACES, _LEAST_LIGHT = (3, 2), 30, 0.15
"""Across the lamp and along the feed; how many places must be known, and the share of the brightest paper's
light below which paper shows nothing any more."""
_LIGHT_SIDE = 64
_WHITE_QUANTILE = 0.85
"""Brightness of a page's paper: text, marks and a dark surround are less than the rest."""
_PAPER_BLOCKS = 8


@dataclass(frozen=True, slots=True)
class KnownStreak:
    """A streak that the scanner had when it was calibrated.

    Attributes:
        axis: as it lies in the image as scanned.
        glass_mm: from the image's left edge, or its top.
        width_mm: of the line itself.
        depth: share of the brightness that it takes.
    """

    axis: StreakAxis
    glass_mm: float
    width_mm: float
    depth: float


@dataclass(frozen=True, slots=True, eq=False)
class Distortion:
    """A smooth shift of page points, one polynomial per axis.

    Attributes:
        size_mm: the page's width and height.
        x, y: float64 (`_DEGREE` + 1, `_DEGREE` + 1) Chebyshev coefficients of the shift, millimetres.
        turned: whether the page lies the other way round than the target did.
    """

    size_mm: tuple[float, float]
    x: FloatArray
    y: FloatArray
    turned: bool = False

    def shift(self, points_mm: FloatArray) -> FloatArray:
        """How far each page point (n, 2) is scanned off its place, (n, 2) page millimetres."""
        sign = -1.0 if self.turned else 1.0
        across, down = (sign * _scaled(points_mm[:, axis], self.size_mm[axis]) for axis in (0, 1))
        values = [np.polynomial.chebyshev.chebval2d(across, down, part) for part in (self.x, self.y)]
        return np.asarray(sign * np.column_stack(values), dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class ScannerPrior:
    """What a reading takes from a scanner's profile.

    Attributes:
        sha256: of the profile.
        white: brightness of its paper, in even light.
        tone: uint8 (256,), brightness as it should have come out; None where it does.
        light: uint8 (n, n) over the image as scanned, 255 where paper is brightest; None where it is even.
        balance: uint8 (256, 1, 3), the same for blue, green and red; None where paper is white.
        gain_mm: how much wider print comes out; 0 where next to nothing.
        blur_mm: standard deviation of the scanner's blur; 0 where it is not known.
        turns: quarter turns that stood the target upright, anticlockwise; None where its scans differ.
        distortion: None where there is none to speak of.
        streaks: those of the scanner's glass.
    """

    sha256: str
    white: float
    tone: NDArray[np.uint8] | None = None
    light: NDArray[np.uint8] | None = None
    balance: NDArray[np.uint8] | None = None
    gain_mm: float = 0.0
    blur_mm: float = 0.0
    turns: int | None = None
    distortion: Distortion | None = None
    streaks: tuple[KnownStreak, ...] = ()

    def fitted(self, options: ReaderOptions) -> ReaderOptions:
        """The reader's options with the margins around print that this scanner needs."""
        more = self.gain_mm / 2
        marks, strikes = options.marks, options.strikes
        return replace(
            options,
            marks=replace(marks, outline_margin_mm=marks.outline_margin_mm + more),
            strikes=replace(
                strikes,
                text_margin_mm=strikes.text_margin_mm + more,
                wide_margin_mm=strikes.wide_margin_mm + more,
                print_blur_mm=max(strikes.print_blur_mm, self.blur_mm),
            ),
        )

    def balanced(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """A colour scan with white paper; any other as it is."""
        if self.balance is None or image.ndim != 3 or image.shape[2] != 3:
            return image
        return np.asarray(cv2.LUT(image, self.balance), dtype=np.uint8)

    def lit(self, grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """A grey scan with even paper; as it is where its paper does not fade as the profile's."""
        if self.light is None:
            return grey
        light = cv2.resize(self.light, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR)
        even = np.asarray(cv2.divide(grey, light, scale=255), dtype=np.uint8)
        return even if _unevenness(even) <= LIGHT_BORNE_OUT * _unevenness(grey) else grey

    def toned(self, grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """A grey scan with the tones it should have; as it is where it does not look like the profile's."""
        if self.tone is None:
            return grey
        white = float(np.quantile(grey[::16, ::16], _WHITE_QUANTILE))
        if abs(white - self.white) > SAME_LEVELS:
            return grey
        return np.asarray(cv2.LUT(grey, self.tone), dtype=np.uint8)

    def distortion_of(self, turns: int, size_mm: tuple[float, float]) -> Distortion | None:
        """The distortion of a page of this size that so many quarter turns stand upright, anticlockwise.

        None where the target lay across, or the paper is another: it may lie elsewhere on the glass.
        """
        known = self.distortion
        if known is None or self.turns is None or (turns - self.turns) % 2:
            return None
        if any(abs(one - other) > 1.0 for one, other in zip(size_mm, known.size_mm, strict=True)):
            return None
        return Distortion(known.size_mm, known.x, known.y, turned=(turns - self.turns) % 4 == 2)


def prior_of(profile: ScannerProfile) -> ScannerPrior:
    """What a reading takes from a profile."""
    grey = profile.mode is not ScanMode.BILEVEL
    light = _light(profile) if grey else None
    # Tones are measured where the paper has its median brightness; even light makes all of it the brightest.
    gain = 1.0 if light is None else max(one.value for one in profile.light.places) / profile.tone.white
    return ScannerPrior(
        sha256=profile_sha256(profile),
        white=profile.tone.white * gain,
        tone=_tone_table(profile.tone, gain) if grey else None,
        light=light,
        balance=_balance_table(profile.tone) if profile.mode is ScanMode.COLOUR else None,
        gain_mm=_gain_mm(profile),
        blur_mm=_blur_mm(profile),
        turns=profile.geometry.turns,
        distortion=_distortion(profile),
        streaks=tuple(
            KnownStreak(one.axis, one.position_mm, one.width_px / _px_per_mm(profile), one.depth)
            for one in profile.streaks
        ),
    )


def _px_per_mm(profile: ScannerProfile) -> float:
    return math.sqrt(profile.geometry.dpi_x * profile.geometry.dpi_y) / MM_PER_INCH


def _gain_mm(profile: ScannerProfile) -> float:
    gain = (profile.gain.line_x_mm + profile.gain.line_y_mm) / 2
    return gain if gain >= LEAST_GAIN_MM else 0.0


def _blur_mm(profile: ScannerProfile) -> float:
    known = [one for one in (profile.sharpness.mtf50_x, profile.sharpness.mtf50_y) if one]
    return GAUSSIAN_MTF50 / min(known) if known else 0.0


def _tone_table(tone: ToneMeasures, gain: float) -> NDArray[np.uint8] | None:
    """Brightness as scanned, times `gain`, to brightness as it should be; None where they are near enough."""
    seen, white = gain * np.array([step.value for step in tone.steps]), gain * tone.white
    ink = np.array([step.percent for step in tone.steps]) / 100
    wanted = np.minimum(seen, white * (1 - (1 - BLACK_SHARE) * ink))
    if not len(seen) or float((seen - wanted).max()) < LEAST_TONE_LOSS * white:
        return None
    order = np.argsort(seen)
    levels = np.arange(256.0)
    table = np.interp(
        levels,
        np.concatenate(([0.0], seen[order], [max(white, 1.0)])),
        np.concatenate(([0.0], np.maximum.accumulate(wanted[order]), [white])),
    )
    table = np.where(levels >= white, levels, np.minimum(table, levels))
    return np.round(table).astype(np.uint8)


def _light(profile: ScannerProfile) -> NDArray[np.uint8] | None:
    """The paper's brightness over the image as scanned; None where it is even or nothing is known of it."""
    places, turns = profile.light.places, profile.geometry.turns
    if profile.light.loss < LEAST_LIGHT_LOSS or turns is None or len(places) < _LEAST_PLACES:
        return None
    width_mm, height_mm = PaperSize(profile.paper).size_mm
    x = _scaled(np.array([one.x_mm for one in places]), width_mm)
    y = _scaled(np.array([one.y_mm for one in places]), height_mm)
    values = np.array([one.value for one in places])
    terms = np.polynomial.chebyshev.chebvander2d(x, y, _LIGHT_DEGREES)
    solved = np.linalg.lstsq(terms, values, rcond=None)[0].reshape(np.array(_LIGHT_DEGREES) + 1)
    middle = _scaled(np.arange(0.5, _LIGHT_SIDE), _LIGHT_SIDE)
    upright = np.polynomial.chebyshev.chebgrid2d(middle, middle, solved).T
    share = np.clip(upright / values.max(), _LEAST_LIGHT, 1.0)
    return np.ascontiguousarray(np.rot90(np.round(255 * share).astype(np.uint8), -turns))


def _unevenness(grey: NDArray[np.uint8]) -> float:
    """How much darker the darkest paper of a page is than the brightest, as a share."""
    rows, columns = (side // 8 // _PAPER_BLOCKS for side in grey.shape)
    sample = grey[::8, ::8][: rows * _PAPER_BLOCKS, : columns * _PAPER_BLOCKS]
    blocks = sample.reshape(_PAPER_BLOCKS, rows, _PAPER_BLOCKS, columns).transpose(0, 2, 1, 3)
    paper = np.quantile(blocks.reshape(_PAPER_BLOCKS**2, -1), 0.8, axis=1)
    dark, bright = np.quantile(paper, (0.1, 0.9))
    return float(1 - dark / max(bright, 1.0))


def _balance_table(tone: ToneMeasures) -> NDArray[np.uint8] | None:
    """Per channel, blue first, what makes paper white; None where it is white enough."""
    brightest = max(tone.white_rgb)
    if brightest - min(tone.white_rgb) < LEAST_CAST * brightest or min(tone.white_rgb) < 1.0:
        return None
    levels = np.arange(256.0)
    channels = [np.minimum(levels * brightest / white, 255.0) for white in reversed(tone.white_rgb)]
    return np.round(np.stack(channels, axis=1)).astype(np.uint8).reshape(256, 1, 3)


def _distortion(profile: ScannerProfile) -> Distortion | None:
    """The smooth part of the dots' mean shifts that no page's own fit can follow."""
    shifts = profile.geometry.shifts
    if len(shifts) < 4 * (_DEGREE + 1) ** 2:
        return None
    size_mm = PaperSize(profile.paper).size_mm
    places = np.array([(one.x_mm, one.y_mm) for one in shifts])
    moved = _bent(places, np.array([(one.dx_mm, one.dy_mm) for one in shifts]))
    if float(np.mean(np.sum(moved**2, axis=1))) < LEAST_DISTORTION_MM**2:
        return None
    terms = np.polynomial.chebyshev.chebvander2d(
        _scaled(places[:, 0], size_mm[0]), _scaled(places[:, 1], size_mm[1]), [_DEGREE, _DEGREE]
    )
    damped = terms.T @ terms + _DAMPING * len(terms) * np.eye(terms.shape[1])
    solved = np.linalg.solve(damped, terms.T @ moved).T.reshape(2, _DEGREE + 1, _DEGREE + 1)
    return Distortion(size_mm, solved[0], solved[1])


def _bent(places_mm: FloatArray, moved_mm: FloatArray) -> FloatArray:
    """What is left of each row's shifts (n, 2) after the straight line through them.

    Shift and stretch of a row are the feed's slip, other on every sheet, and fitted on every page.
    """
    bent = np.zeros_like(moved_mm)
    for y_mm in np.unique(places_mm[:, 1]):
        row = np.flatnonzero(places_mm[:, 1] == y_mm)
        if len(row) >= _LEAST_ROW:
            design = np.column_stack((places_mm[row, 0], np.ones(len(row))))
            bent[row] = moved_mm[row] - design @ np.linalg.lstsq(design, moved_mm[row], rcond=None)[0]
    return bent


def _scaled(values_mm: FloatArray, length_mm: float) -> FloatArray:
    """Millimetres along a page to -1 … 1, kept within."""
    scaled: FloatArray = np.clip(2 * values_mm / length_mm - 1, -1.0, 1.0)
    return scaled
