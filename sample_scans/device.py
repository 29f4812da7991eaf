"""The simulated scanner: a sheet of paper as an array becomes the image a scanner gives.

The sheet is a uint8 BGR array (255 = white paper). Every random part comes from `seed`: the same
sheet, settings and seed give the same bytes.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sample_scans.pens import MM_PER_INCH, Page
from sample_scans.scan_geometry import ScanGeometry, scan_geometry
from sample_scans.settings import ColourMode, ScanSettings, Streak, Surround
from sample_scans.wear import draw_hair, photocopied, worn_sheet

_SURROUND_GREY = {Surround.WHITE: 252, Surround.GREY: 150, Surround.BLACK: 22}
_TILE = (811, 1013)
"""Size of the noise tile; prime sides keep its repeat from lining up with the print."""


def scan_page(
    paper: Page, px_per_mm: float, settings: ScanSettings, seed: int, back: Page | None = None
) -> Page:
    """What the scanner delivers.

    Args:
        paper: the sheet's front, uint8, shape (height, width, 3), BGR, 255 = white.
        px_per_mm: its resolution.
        settings: the scanner's and the sheet's state.
        seed: chooses everything random.
        back: the sheet's other side, for bleed-through; same shape as `paper`, upright as read.

    Returns:
        uint8, shape (h, w) for grey and 1-bit modes (1-bit holds 0 and 255), (h, w, 3) BGR for colour.
    """
    rng = np.random.default_rng([seed, 0x5CA])
    hole = _SURROUND_GREY[settings.surround]
    sheet = worn_sheet(paper, px_per_mm, settings.wear, rng, hole_grey=hole, back=back)
    if settings.mode is not ColourMode.COLOUR:
        sheet = np.asarray(cv2.cvtColor(sheet, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    if settings.photocopy:
        sheet = photocopied(sheet, px_per_mm, rng)
    size_mm = paper.shape[1] / px_per_mm, paper.shape[0] / px_per_mm
    geometry = scan_geometry(*size_mm, settings, seed)
    image = _warped(sheet, px_per_mm, geometry, hole)
    image = _exposed(image, settings, rng)
    image = _quantised(image, settings)
    image = np.ascontiguousarray(np.rot90(image, settings.quarter_turns % 4))
    if settings.jpeg_quality is not None and settings.mode in (ColourMode.COLOUR, ColourMode.GREY):
        image = _jpeg_round_trip(image, settings.jpeg_quality)
    return image


def _warped(sheet: Page, px_per_mm: float, geometry: ScanGeometry, surround: int) -> Page:
    settings = geometry.settings
    sheet = _print_scaled(sheet, settings.print_scale)
    shrink = px_per_mm / (settings.dpi / MM_PER_INCH)
    sigma = float(np.hypot(settings.blur_mm * px_per_mm, 0.45 * max(0.0, shrink - 1.0)))
    if sigma > 0.2:
        sheet = np.asarray(cv2.GaussianBlur(sheet, (0, 0), sigma), dtype=np.uint8)
    places = geometry.sample_map(px_per_mm)
    border = (surround,) * 3
    interpolation = cv2.INTER_LINEAR if shrink >= 1 else cv2.INTER_CUBIC
    # cv2's stubs know no remap without a second map.
    warped = cv2.remap(  # type: ignore[call-overload]
        sheet, places, None, interpolation, None, cv2.BORDER_CONSTANT, border
    )
    return np.asarray(warped, dtype=np.uint8)


def _print_scaled(sheet: Page, scale: float) -> Page:
    if scale == 1.0:
        return sheet
    height, width = sheet.shape[:2]
    matrix = np.array([[scale, 0, width / 2 * (1 - scale)], [0, scale, height / 2 * (1 - scale)]])
    scaled = cv2.warpAffine(sheet, matrix, (width, height), None, cv2.INTER_AREA, cv2.BORDER_REPLICATE)
    return np.asarray(scaled, dtype=np.uint8)


def _exposed(image: Page, settings: ScanSettings, rng: np.random.Generator) -> Page:
    """Tone, cast, light, streaks, hair and noise."""
    level = np.arange(256, dtype=np.float32) / 255.0
    tone = settings.black + (settings.white - settings.black) * level**settings.gamma
    toned = cv2.LUT(image, np.clip(tone, 0, 255).astype(np.uint8))
    exposed = np.asarray(toned, dtype=np.float32)
    if settings.illumination > 0:
        exposed *= _light(image.shape, settings.illumination, rng)
    if settings.warmth and image.ndim == 3:
        exposed *= np.array([1 - 0.12 * settings.warmth, 1.0, 1 + 0.04 * settings.warmth], dtype=np.float32)
    px_per_mm = settings.dpi / MM_PER_INCH
    for streak in settings.streaks:
        _draw_streak(exposed, px_per_mm, streak, rng)
    if settings.hair:
        draw_hair(exposed, px_per_mm, rng, settings.hair_at_mm)
    _add_noise(exposed, settings, rng)
    np.clip(exposed, 0, 255, out=exposed)
    return exposed.astype(np.uint8)


def _light(shape: tuple[int, ...], strength: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Relative light, 1 at the brightest corner, falling off smoothly."""
    corners = 1.0 - strength * rng.uniform(0.0, 1.0, (3, 3)).astype(np.float32)
    field = cv2.resize(corners, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    light: NDArray[np.float32] = np.asarray(field, dtype=np.float32)
    return light if len(shape) == 2 else light[:, :, None]


def _draw_streak(
    exposed: NDArray[np.float32], px_per_mm: float, streak: Streak, rng: np.random.Generator
) -> None:
    centre, half = streak.x_mm * px_per_mm, max(0.5, streak.width_mm * px_per_mm / 2)
    left, right = max(0, int(centre - half - 2)), min(exposed.shape[1], int(centre + half + 3))
    if right <= left:
        return
    columns = np.arange(left, right) + 0.5
    profile = np.clip(half + 0.5 - np.abs(columns - centre), 0.0, 1.0) * abs(streak.strength)
    rows = 1.0 + np.interp(np.arange(len(exposed)), np.linspace(0, len(exposed), 40), rng.normal(0, 0.08, 40))
    weight = np.clip(rows[:, None] * profile[None, :], 0.0, 1.0)
    if exposed.ndim == 3:
        weight = weight[:, :, None]
    target = 10.0 if streak.strength > 0 else 253.0
    exposed[:, left:right] += ((target - exposed[:, left:right]) * weight).astype(np.float32)


def _add_noise(exposed: NDArray[np.float32], settings: ScanSettings, rng: np.random.Generator) -> None:
    """Sensor noise over the paper's slightly coarser grain, grey values, one tile over and over."""
    channels = exposed.shape[2:]
    tile = rng.standard_normal((*_TILE, *channels), dtype=np.float32) * settings.noise
    grain = rng.standard_normal(_TILE, dtype=np.float32)
    sigma = 0.12 * settings.dpi / MM_PER_INCH
    grain = np.asarray(cv2.GaussianBlur(grain, (0, 0), sigma), dtype=np.float32)
    grain *= settings.paper_grain / max(1e-6, float(grain.std()))
    tile += grain[:, :, None] if channels else grain
    for top in range(0, exposed.shape[0], _TILE[0]):
        for left in range(0, exposed.shape[1], _TILE[1]):
            part = exposed[top : top + _TILE[0], left : left + _TILE[1]]
            part += tile[: part.shape[0], : part.shape[1]]


def _quantised(image: Page, settings: ScanSettings) -> Page:
    if settings.mode is ColourMode.BINARY:
        return np.where(image < settings.threshold, np.uint8(0), np.uint8(255))
    if settings.mode is ColourMode.DITHER:
        bits = Image.fromarray(image).convert("1", dither=Image.Dither.FLOYDSTEINBERG)
        return np.asarray(bits.convert("L"), dtype=np.uint8)
    return image


def _jpeg_round_trip(image: Page, quality: int) -> Page:
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    flag = cv2.IMREAD_COLOR if image.ndim == 3 else cv2.IMREAD_GRAYSCALE
    return np.asarray(cv2.imdecode(data, flag), dtype=np.uint8)
