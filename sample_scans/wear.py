"""What happens to a sheet: folds, dirt, holes, tears, stains, a note, ink from the back, a photocopier."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sample_scans.pens import Page
from sample_scans.settings import Fold, Spot, Wear
from sample_scans.strokes import smooth

_NOTE_BGR = (120, 235, 250)
_COFFEE_BGR = (0.55, 0.72, 0.84)


def worn_sheet(
    paper: Page,
    px_per_mm: float,
    wear: Wear,
    rng: np.random.Generator,
    *,
    hole_grey: int,
    back: Page | None = None,
) -> Page:
    """A copy of `paper` with all of `wear` on it; holes show `hole_grey`, what lies behind the sheet."""
    sheet = paper.copy()
    if wear.bleed_through > 0 and back is not None:
        _bleed(sheet, back, px_per_mm, wear.bleed_through)
    if wear.stain > 0:
        _stain(sheet, px_per_mm, wear.stain, rng)
    if wear.crumple > 0:
        _crumple(sheet, px_per_mm, wear.crumple, rng)
    for fold in wear.folds:
        _fold(sheet, px_per_mm, fold, rng)
    for spot in (*wear.spots, *_random_specks(sheet, px_per_mm, wear.specks, rng)):
        _spot(sheet, px_per_mm, spot, rng)
    if wear.sticky_note:
        _sticky_note(sheet, px_per_mm, rng)
    _punch(sheet, px_per_mm, wear.punch_holes, hole_grey)
    if wear.staple:
        _staple(sheet, px_per_mm, rng)
    if wear.torn_corner_mm > 0:
        _tear(sheet, px_per_mm, wear.torn_corner_mm, hole_grey, rng)
    return sheet


def _darken(region: Page, keep: NDArray[np.floating]) -> None:
    """Multiplies `region` by `keep` (0 … 1; one value a pixel, or one a channel) in place."""
    factor = keep[:, :, None] if keep.ndim == 2 else keep
    region[:] = np.clip(region * factor, 0, 255).astype(np.uint8)


def _bleed(sheet: Page, back: Page, px_per_mm: float, strength: float) -> None:
    mirrored = cv2.GaussianBlur(back[:, ::-1], (0, 0), 0.18 * px_per_mm)
    shown = cv2.addWeighted(mirrored, strength, np.full_like(mirrored, 255), 1.0 - strength, 0.0)
    sheet[:] = cv2.multiply(sheet, shown, scale=1 / 255)


def _stain(sheet: Page, px_per_mm: float, strength: float, rng: np.random.Generator) -> None:
    radius = rng.uniform(30.0, 40.0)
    height, width = sheet.shape[0] / px_per_mm, sheet.shape[1] / px_per_mm
    centre = rng.uniform(0.3, 0.9) * width, rng.uniform(0.4, 0.9) * height
    y0, x0 = (max(0, int((c - radius - 4) * px_per_mm)) for c in (centre[1], centre[0]))
    region = sheet[
        y0 : int((centre[1] + radius + 4) * px_per_mm), x0 : int((centre[0] + radius + 4) * px_per_mm)
    ]
    y, x = np.mgrid[: region.shape[0], : region.shape[1]].astype(np.float32)
    dx, dy = (x + x0) / px_per_mm - centre[0], (y + y0) / px_per_mm - centre[1]
    angle = np.arctan2(dy, dx)
    edge = np.hypot(dx, dy) - radius - 0.8 * np.sin(3 * angle + 1.0) - 0.4 * np.sin(7 * angle)
    ring = np.exp(-((edge / 0.9) ** 2)) * (0.75 + 0.25 * np.sin(2 * angle))
    wash = 0.22 / (1 + np.exp(edge * 3))
    amount = strength * np.clip(ring + wash, 0, 1)
    _darken(region, 1 - amount[:, :, None] * (1 - np.array(_COFFEE_BGR)))


def _crumple(sheet: Page, px_per_mm: float, strength: float, rng: np.random.Generator) -> None:
    rows, columns = (int(size / px_per_mm / 9) + 3 for size in sheet.shape[:2])
    coarse = rng.standard_normal((rows, columns)).astype(np.float32)
    field = cv2.resize(coarse, (sheet.shape[1], sheet.shape[0]), interpolation=cv2.INTER_CUBIC)
    keep = np.asarray(255 - np.clip(15.0 * strength * np.asarray(field), 0, 60), dtype=np.uint8)
    sheet[:] = cv2.multiply(sheet, cv2.merge([keep] * 3), scale=1 / 255)


def _fold(sheet: Page, px_per_mm: float, fold: Fold, rng: np.random.Generator) -> None:
    """A dark and a light flank about the crease, toner broken off along it."""
    band = sheet.transpose(1, 0, 2) if fold.vertical else sheet
    centre, half = int(fold.at_mm * px_per_mm), max(3, int(1.2 * px_per_mm))
    top, bottom = max(0, centre - half), min(band.shape[0], centre + half)
    if bottom <= top:
        return
    offset = (np.arange(top, bottom) - centre) / px_per_mm
    along = np.interp(np.arange(band.shape[1]), np.linspace(0, band.shape[1], 60), rng.uniform(0.5, 1.0, 60))
    shade = 0.34 * np.exp(-((offset / 0.13) ** 2)) + 0.10 * np.exp(-(((offset - 0.5) / 0.4) ** 2))
    region = band[top:bottom]
    _darken(region, 1 - fold.strength * shade[:, None] * along[None, :])
    broken = (rng.random(region.shape[:2]) < 0.5 * fold.strength) & (np.abs(offset) < 0.12)[:, None]
    flaked = np.maximum(region, 190)
    region[:] = np.where((broken & (region[:, :, 1] < 90))[:, :, None], flaked, region)


def _random_specks(sheet: Page, px_per_mm: float, count: int, rng: np.random.Generator) -> tuple[Spot, ...]:
    height, width = sheet.shape[0] / px_per_mm, sheet.shape[1] / px_per_mm
    radii = np.clip(rng.lognormal(np.log(0.07), 0.5, count), 0.025, 0.25)
    return tuple(
        Spot(
            float(rng.uniform(0, width)),
            float(rng.uniform(0, height)),
            float(r),
            float(rng.uniform(0.4, 0.95)),
        )
        for r in radii
    )


def _spot(sheet: Page, px_per_mm: float, spot: Spot, rng: np.random.Generator) -> None:
    angles = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    radii = spot.radius_mm * px_per_mm * rng.uniform(0.7, 1.2, 12)
    centre = np.array([spot.x_mm, spot.y_mm]) * px_per_mm
    outline = centre + np.column_stack([radii * np.cos(angles), radii * np.sin(angles)])
    margin = int(spot.radius_mm * px_per_mm * 1.3) + 3
    x0, y0 = (max(0, int(value) - margin) for value in centre)
    region = sheet[y0 : int(centre[1]) + margin, x0 : int(centre[0]) + margin]
    if region.size == 0:
        return
    mask = np.zeros(region.shape[:2], dtype=np.uint8)
    fixed = np.rint((outline - (x0, y0)) * 16).astype(np.int32)
    cv2.fillPoly(mask, [fixed], int(255 * spot.darkness), cv2.LINE_AA, 4)
    _darken(region, 1 - cv2.GaussianBlur(mask, (3, 3), 0).astype(np.float32) / 255)


def _sticky_note(sheet: Page, px_per_mm: float, rng: np.random.Generator) -> None:
    side = int(38 * px_per_mm)
    x = int(rng.uniform(0.45, 0.7) * (sheet.shape[1] - side))
    y = sheet.shape[0] - side + int(rng.uniform(8, 16) * px_per_mm)
    shadow = sheet[y + 4 : y + side + 8, x + 4 : x + side + 8]
    _darken(shadow, np.full(shadow.shape[:2], 0.75, dtype=np.float32))
    sheet[y : y + side, x : x + side] = _NOTE_BGR


def _punch(sheet: Page, px_per_mm: float, count: int, hole_grey: int) -> None:
    middle = sheet.shape[0] / px_per_mm / 2
    for k in range(count):
        y = middle + 80.0 * (k - (count - 1) / 2)
        centre = int(12.0 * px_per_mm), int(y * px_per_mm)
        cv2.circle(
            sheet, (centre[0] + 2, centre[1] + 2), int(2.85 * px_per_mm), (175, 175, 175), -1, cv2.LINE_AA
        )
        cv2.circle(sheet, centre, int(2.75 * px_per_mm), (hole_grey,) * 3, -1, cv2.LINE_AA)


def _staple(sheet: Page, px_per_mm: float, rng: np.random.Generator) -> None:
    centre = rng.uniform((14.0, 5.0), (20.0, 8.0))
    angle = rng.uniform(-0.9, 0.9)
    arm = np.array([np.cos(angle), np.sin(angle)]) * 5.5
    ends = [tuple(int(v) for v in np.rint((centre + sign * arm) * px_per_mm)) for sign in (-1, 1)]
    shifted = [(x + 4, y + 5) for x, y in ends]
    width = max(2, int(0.55 * px_per_mm))
    cv2.line(sheet, shifted[0], shifted[1], (150, 150, 150), width + 2, cv2.LINE_AA)
    cv2.line(sheet, ends[0], ends[1], (95, 95, 95), width, cv2.LINE_AA)
    cv2.line(sheet, ends[0], ends[1], (225, 225, 225), max(1, width // 3), cv2.LINE_AA)


def _tear(sheet: Page, px_per_mm: float, length_mm: float, hole_grey: int, rng: np.random.Generator) -> None:
    height, width = sheet.shape[0] / px_per_mm, sheet.shape[1] / px_per_mm
    steps = np.linspace(0.0, 1.0, 18)[:, None]
    edge = (
        np.array([[width, height - length_mm]]) * (1 - steps)
        + np.array([[width - length_mm, height]]) * steps
    )
    edge[1:-1] += rng.normal(0.0, length_mm * 0.04, (16, 2))
    corner = np.concatenate([edge, [[width + 1, height + 1]]])
    for shift, grey in ((-0.35, 215), (0.0, hole_grey)):
        fixed = np.rint((corner + shift) * px_per_mm).astype(np.int32)
        cv2.fillPoly(sheet, [fixed], (grey,) * 3, cv2.LINE_AA)


def photocopied(sheet: Page, px_per_mm: float, rng: np.random.Generator) -> Page:
    """A photocopy of `sheet` (grey or BGR, same shape back): hard tones, toner specks, no colour."""
    grey = sheet if sheet.ndim == 2 else np.asarray(cv2.cvtColor(sheet, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    soft = np.asarray(cv2.GaussianBlur(grey, (0, 0), 0.07 * px_per_mm), dtype=np.float32)
    noise = rng.standard_normal((grey.shape[0] // 3 + 1, grey.shape[1] // 3 + 1), dtype=np.float32) * 9
    soft += np.asarray(cv2.resize(noise, (grey.shape[1], grey.shape[0])), dtype=np.float32)
    copy = (255 / (1 + np.exp(-(soft - 158) / 14))).astype(np.uint8)
    page = np.repeat(copy[:, :, None], 3, axis=2)
    for spot in _random_specks(page, px_per_mm, 150, rng):
        _spot(page, px_per_mm, spot, rng)
    return page if sheet.ndim == 3 else np.ascontiguousarray(page[:, :, 0])


def draw_hair(
    exposed: NDArray[np.float32],
    px_per_mm: float,
    rng: np.random.Generator,
    middle_mm: tuple[float, float] | None = None,
) -> None:
    """A curved hair, 20 to 50 mm long and a twelfth of a millimetre thick, on a float image in place."""
    height, width = exposed.shape[0] / px_per_mm, exposed.shape[1] / px_per_mm
    start = rng.uniform((0.2 * width, 0.3 * height), (0.8 * width, 0.8 * height))
    turns = np.cumsum(rng.normal(0.0, 0.35, 8)) + rng.uniform(0, 2 * np.pi)
    steps = np.column_stack([np.cos(turns), np.sin(turns)]) * rng.uniform(3.0, 6.0)
    path = smooth(start + np.cumsum(steps, axis=0) * 1.0)
    if middle_mm is not None:
        path = path + (np.array(middle_mm) - path[len(path) // 2])
    mask = np.zeros(exposed.shape[:2], dtype=np.uint8)
    fixed = np.rint(path * px_per_mm * 16).astype(np.int32)
    cv2.polylines(mask, [fixed], False, 200, max(1, round(0.09 * px_per_mm)), cv2.LINE_AA, 4)
    keep = 1 - mask.astype(np.float32) / 255
    exposed *= keep if exposed.ndim == 2 else keep[:, :, None]
