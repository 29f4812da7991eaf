"""Simulated scanners with known faults, for measuring the measuring of scanners.

A scanner is the device simulation of `sample_scans` with a true resolution, anisotropy and skew, an uneven
feed, a smooth distortion of the plane, and faults put on top that the simulation does not know: lines across
the feed, a lamp that fades to one side, a colour filter.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import pypdfium2
from numpy.typing import NDArray

from calibration.target import Target
from calibration.target_pdf import write_target_pdf
from sample_scans.device import scan_page
from sample_scans.scan_geometry import scan_geometry
from sample_scans.settings import ColourMode, ScanSettings, Streak, Surround, Wear

RASTER_PX_PER_MM = 20.0
_WAVES = 3
_STEP_PX = 20


@dataclass(frozen=True)
class Line:
    """A dark line across the whole image; `at_px` from its top."""

    at_px: float
    width_px: float
    strength: float


@dataclass(frozen=True)
class Scanner:
    """One simulated scanner.

    Attributes:
        settings: of the device simulation, streaks along the feed among them.
        plane_mm: largest shift of the smooth distortion of the plane.
        lines: streaks across the feed.
        fade: share of the light lost at the right edge.
        blue: what is left of blue.
        growth_mm: how much wider everything is printed.
        jpeg: quality, or None.
    """

    seed: int
    settings: ScanSettings
    plane_mm: float = 0.0
    lines: tuple[Line, ...] = ()
    fade: float = 0.0
    blue: float = 1.0
    growth_mm: float = 0.0
    jpeg: int | None = None


@dataclass(frozen=True)
class TrueGeometry:
    """What the measurement should find; shifts (n, 2) in millimetres at the target's dots."""

    dpi_x: float
    dpi_y: float
    skew_deg: float
    shifts_mm: NDArray[np.float64]

    @property
    def largest_shift_mm(self) -> float:
        return float(np.hypot(*self.shifts_mm.T).max())


def draw_target(target: Target) -> NDArray[np.uint8]:
    """The printed target, uint8 BGR at `RASTER_PX_PER_MM`."""
    pdf = pypdfium2.PdfDocument(write_target_pdf(target, ("Benchmark", "100 %")))
    pixels = pdf[0].render(scale=RASTER_PX_PER_MM * 25.4 / 72).to_numpy()[:, :, :3]
    size = round(target.height_mm * RASTER_PX_PER_MM), round(target.width_mm * RASTER_PX_PER_MM)
    assert abs(pixels.shape[0] - size[0]) <= 1
    assert abs(pixels.shape[1] - size[1]) <= 1
    return np.ascontiguousarray(pixels)


def scan(paper: NDArray[np.uint8], scanner: Scanner) -> NDArray[np.uint8]:
    """What the scanner delivers for the printed target."""
    return scan_sheet(
        grown(paper, RASTER_PX_PER_MM, scanner.growth_mm), RASTER_PX_PER_MM, scanner, scanner.seed
    )


def scan_sheet(
    sheet: NDArray[np.uint8],
    px_per_mm: float,
    scanner: Scanner,
    seed: int,
    settings: ScanSettings | None = None,
) -> NDArray[np.uint8]:
    """What the scanner delivers for any sheet.

    Args:
        sheet: uint8 BGR, as printed and written on.
        px_per_mm: its resolution.
        scanner: what stays as it is from sheet to sheet.
        seed: chooses what is random in this one scan: noise, specks, slip of the feed.
        settings: the scanner's own, but for how this sheet lies.
    """
    settings = settings or scanner.settings
    if scanner.plane_mm:
        sheet = _distorted(sheet, px_per_mm, scanner)
    image = scan_page(sheet, px_per_mm, settings, seed)
    if not (scanner.lines or scanner.fade or scanner.blue != 1.0):
        return _packed(image, scanner.jpeg)
    changed = np.rot90(image, -settings.quarter_turns).astype(np.float32)
    for line in scanner.lines:
        _draw_line(changed, line)
    changed *= _across(np.linspace(1.0, 1.0 - scanner.fade, changed.shape[1]), changed.ndim)
    if changed.ndim == 3:
        changed[:, :, 0] *= scanner.blue
    noise = np.random.default_rng([seed, 9]).normal(0, 0.5, changed.shape)
    done = np.clip(changed + noise, 0, 255).astype(np.uint8)
    return _packed(np.ascontiguousarray(np.rot90(done, settings.quarter_turns)), scanner.jpeg)


def true_geometry(paper: NDArray[np.uint8], target: Target, scanner: Scanner) -> TrueGeometry:
    """Where the dots truly fall, as the best affine map and what is left."""
    dots = np.array(target.dots)
    raster = np.array([paper.shape[1] / target.width_mm, paper.shape[0] / target.height_mm])
    on_sheet = (dots + _plane(dots, (target.width_mm, target.height_mm), scanner)) * raster / RASTER_PX_PER_MM
    size_mm = paper.shape[1] / RASTER_PX_PER_MM, paper.shape[0] / RASTER_PX_PER_MM
    upright = replace(scanner.settings, quarter_turns=0)
    pixels = scan_geometry(*size_mm, upright, scanner.seed).image_points(on_sheet)
    design = np.column_stack((dots, np.ones(len(dots))))
    affine = np.linalg.lstsq(design, pixels, rcond=None)[0].T
    shifts = (pixels - affine[:, 2]) @ np.linalg.inv(affine[:, :2]).T - dots
    angles = np.degrees([np.arctan2(affine[1, 0], affine[0, 0]), np.arctan2(-affine[0, 1], affine[1, 1])])
    dpi = np.hypot(affine[0, :2], affine[1, :2]) * 25.4
    return TrueGeometry(float(dpi[0]), float(dpi[1]), float(angles.mean()), shifts)


def _plane(
    points: NDArray[np.float64], size_mm: tuple[float, float], scanner: Scanner
) -> NDArray[np.float64]:
    """The smooth distortion at page points (n, 2), millimetres: a few waves about as long as the page."""
    rng = np.random.default_rng([scanner.seed, 0xD1])
    moved = np.zeros_like(points)
    for axis in (0, 1):
        strength, phase = rng.uniform(-1, 1, _WAVES), rng.uniform(0, 2 * np.pi, _WAVES)
        waves = rng.uniform(-1.2, 1.2, (_WAVES, 2)) / size_mm
        strength *= scanner.plane_mm / max(float(np.abs(strength).sum()), 1e-9)
        moved[:, axis] = np.sin(2 * np.pi * points @ waves.T + phase) @ strength
    return moved


def _distorted(paper: NDArray[np.uint8], px_per_mm: float, scanner: Scanner) -> NDArray[np.uint8]:
    """The sheet with every point moved by `_plane`."""
    height, width = paper.shape[:2]
    size_mm = width / px_per_mm, height / px_per_mm
    columns, rows = width // _STEP_PX + 2, height // _STEP_PX + 2
    middle = (np.arange(max(columns, rows)) + 0.5) * _STEP_PX
    grid = np.column_stack([part.ravel() for part in np.meshgrid(middle[:columns], middle[:rows])])
    wanted = grid / px_per_mm
    source = wanted
    for _ in range(12):
        source = wanted - _plane(source, size_mm, scanner)
    coarse = (source * px_per_mm - 0.5).reshape(rows, columns, 2).astype(np.float32)
    full = cv2.resize(coarse, (columns * _STEP_PX, rows * _STEP_PX), interpolation=cv2.INTER_LINEAR)
    places = full[:height, :width]
    return cv2.remap(paper, places, None, cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE)


def grown(paper: NDArray[np.uint8], px_per_mm: float, growth_mm: float) -> NDArray[np.uint8]:
    """What a printer makes of the paper that prints every line so much wider."""
    if not growth_mm:
        return paper
    side = 2 * round(growth_mm / 2 * px_per_mm) + 1
    return cv2.erode(paper, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))


def _draw_line(image: NDArray[np.float32], line: Line) -> None:
    rows = np.arange(image.shape[0]) + 0.5
    cover = np.clip(line.width_px / 2 + 0.5 - np.abs(rows - line.at_px), 0.0, 1.0) * line.strength
    near = np.flatnonzero(cover)
    weight = cover[near].reshape(-1, *(1,) * (image.ndim - 1)).astype(np.float32)
    image[near] += (10.0 - image[near]) * weight


def _across(values: NDArray[np.float64], dimensions: int) -> NDArray[np.float32]:
    return values.astype(np.float32).reshape(1, -1, *(1,) * (dimensions - 2))


def _packed(image: NDArray[np.uint8], quality: int | None) -> NDArray[np.uint8]:
    if quality is None:
        return image
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return cv2.imdecode(data, cv2.IMREAD_UNCHANGED)


def sound_scanner(seed: int) -> Scanner:
    """A scanner in order: what a committee's office has. Nothing that the verdict minds."""
    rng = np.random.default_rng([seed, 0x50])
    mode = ColourMode.COLOUR if rng.random() < 0.4 else ColourMode.GREY
    aniso, common = rng.uniform(-0.02, 0.02), rng.uniform(0.988, 1.012)
    feed, drift = rng.uniform(0.0, 0.08, 2)
    settings = ScanSettings(
        dpi=int(rng.choice((200, 300, 400))),
        mode=mode,
        quarter_turns=int(rng.choice((0, 0, 0, 2))),
        skew_deg=float(rng.uniform(-1.6, 1.6)),
        stretch_x=float(common * (1 + aniso / 2)),
        stretch_y=float(common * (1 - aniso / 2)),
        offset_x_mm=float(rng.uniform(-1.0, 1.0)),
        offset_y_mm=float(rng.uniform(-1.0, 1.0)),
        margin_mm=float(rng.uniform(1.0, 6.0)),
        uneven_feed_mm=float(feed),
        drift_mm=float(drift),
        surround=tuple(Surround)[int(rng.integers(3))],
        illumination=float(rng.uniform(0.0, 0.15)),
        gamma=float(rng.uniform(0.8, 1.5)),
        black=float(rng.uniform(5.0, 45.0)),
        white=float(rng.uniform(215.0, 250.0)),
        warmth=float(rng.uniform(-0.6, 0.6)),
        blur_mm=float(rng.uniform(0.02, 0.06)),
        noise=float(rng.uniform(0.5, 3.0)),
        paper_grain=float(rng.uniform(0.5, 2.0)),
        wear=Wear(specks=int(rng.integers(0, 25))),
    )
    jpeg = int(rng.integers(70, 96)) if rng.random() < 0.6 else None
    return Scanner(seed, settings, plane_mm=float(rng.uniform(0.0, 0.06)), jpeg=jpeg)


def faulty_scanner(seed: int) -> Scanner:
    """A sound scanner with up to three faults."""
    scanner = sound_scanner(seed)
    rng = np.random.default_rng([seed, 0xFA])
    for index in rng.choice(len(_FAULTS), int(rng.integers(0, 4)), replace=False):
        scanner = _FAULTS[int(index)](scanner, rng)
    # A 1-bit scan shows no streak so faint, no noise and no light; what is left of them is chance.
    if scanner.settings.mode is ColourMode.BINARY:
        calm = replace(scanner.settings, streaks=(), illumination=0.0, noise=1.0, paper_grain=1.0)
        scanner = replace(scanner, settings=calm, lines=(), fade=0.0, jpeg=None)
    return scanner


def _with(scanner: Scanner, **changes: object) -> Scanner:
    return replace(scanner, settings=replace(scanner.settings, **changes))


def _distortion(scanner: Scanner, rng: np.random.Generator) -> Scanner:
    """In the plane, and twice as much by an uneven feed, 0.5 mm in all at most."""
    most = float(rng.uniform(0.1, 0.5))
    moved = _with(scanner, uneven_feed_mm=most * 0.6, drift_mm=most * 0.4)
    return replace(moved, plane_mm=most * 0.4)


def _streaks(scanner: Scanner, rng: np.random.Generator) -> Scanner:
    """Up to three along the feed and two across, of 1 to 6 px and 20 to 80 %."""
    px_per_mm = scanner.settings.dpi / 25.4
    width, height = (size + 2 * scanner.settings.margin_mm for size in (210.0, 297.0))
    along = tuple(
        Streak(_apart(rng, number, 3, 18.0, width - 18.0), float(rng.uniform(1, 6)) / px_per_mm, _depth(rng))
        for number in range(int(rng.integers(1, 4)))
    )
    across = tuple(
        Line(_apart(rng, number, 2, 18.0, height - 18.0) * px_per_mm, float(rng.uniform(1, 6)), _depth(rng))
        for number in range(int(rng.integers(0, 3)))
    )
    return replace(_with(scanner, streaks=along), lines=across)


def _coarse(scanner: Scanner, rng: np.random.Generator) -> Scanner:
    """At a lower resolution; lines across the feed stay where they are on the glass, as thick in pixels."""
    coarse = _with(scanner, dpi=int(rng.choice((100, 150))))
    ratio = coarse.settings.dpi / scanner.settings.dpi
    return replace(coarse, lines=tuple(replace(line, at_px=line.at_px * ratio) for line in scanner.lines))


def streaked_scanner(seed: int) -> Scanner:
    """A sound scanner with three faint thin streaks along the feed and two across."""
    scanner = sound_scanner(seed)
    rng = np.random.default_rng([seed, 0x57])
    settings = scanner.settings
    px_per_mm, (width, height) = settings.dpi / 25.4, (one + 2 * settings.margin_mm for one in (210.0, 297.0))
    along = tuple(
        Streak(_apart(rng, n, 3, 18.0, width - 18.0), float(rng.uniform(1, 2)) / px_per_mm, _faint(rng))
        for n in range(3)
    )
    across = tuple(
        Line(_apart(rng, n, 2, 18.0, height - 18.0) * px_per_mm, float(rng.uniform(1, 2)), _faint(rng))
        for n in range(2)
    )
    return replace(_with(scanner, streaks=along), lines=across)


def _faint(rng: np.random.Generator) -> float:
    return float(rng.uniform(0.2, 0.35))


def _apart(rng: np.random.Generator, number: int, parts: int, low: float, high: float) -> float:
    """A place in one of several equal parts, so that two are never within 3 mm."""
    share = (high - low) / parts
    return float(low + number * share + rng.uniform(0.0, share - 3.0))


def _depth(rng: np.random.Generator) -> float:
    return float(rng.uniform(0.2, 0.8))


_FAULTS = (
    _distortion,
    _distortion,
    _streaks,
    _streaks,
    _coarse,
    lambda s, r: _with(
        s,
        stretch_x=s.settings.stretch_x * (k := float(r.uniform(0.94, 0.965))),
        stretch_y=s.settings.stretch_y * k,
    ),
    lambda s, r: _with(
        s,
        stretch_x=s.settings.stretch_x * (k := float(r.uniform(1.02, 1.04))),
        stretch_y=s.settings.stretch_y / k,
    ),
    lambda s, r: _with(s, skew_deg=float(r.choice((-1, 1)) * r.uniform(2.3, 4.0))),
    lambda s, r: _with(s, black=90.0, white=float(r.choice((180.0, 140.0)))),
    lambda s, _: _with(s, gamma=0.4),
    lambda s, r: _with(s, blur_mm=float(r.choice((0.16, 0.30)))),
    lambda s, r: replace(_with(s, noise=float(r.uniform(7.0, 9.0)), white=215.0), jpeg=None),
    lambda s, r: replace(s, fade=float(r.choice((0.45, 0.75)))),
    lambda s, _: replace(_with(s, mode=ColourMode.COLOUR), blue=0.7),
    lambda s, _: _with(s, mode=ColourMode.BINARY, gamma=1.0, black=15.0, white=245.0, threshold=140.0),
    lambda s, _: replace(s, growth_mm=0.2),
)
