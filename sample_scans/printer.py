"""The office printer: how dark and how rough the printed form comes out."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sample_scans.pens import Page

_TILE_PX = 509


@dataclass(frozen=True, slots=True)
class Printer:
    """One printer's state (its scale is `ScanSettings.print_scale`: the sheet keeps its size).

    Attributes:
        density: 1 full black … 0.3 toner nearly out.
        dot_gain_mm: how far print spreads at each edge; negative thins it.
        roughness: irregularity of edges, 0 … 1.
        toner_specks: stray toner dots on the page, 0.1 to 0.3 mm.
    """

    density: float = 1.0
    dot_gain_mm: float = 0.0
    roughness: float = 0.5
    toner_specks: int = 0


def printed(form: Page, px_per_mm: float, printer: Printer, seed: int) -> Page:
    """The ideal page `form` (uint8 BGR, black on 255) as `printer` puts it on paper; a new array."""
    rng = np.random.default_rng([seed, 0x9417])
    grey = np.asarray(cv2.cvtColor(form, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    spread_mm = 0.045 + max(0.0, printer.dot_gain_mm) / 2
    soft = np.asarray(cv2.GaussianBlur(grey, (0, 0), spread_mm * px_per_mm), dtype=np.uint8)
    blank = cv2.threshold(soft, 247, 255, cv2.THRESH_BINARY)[1]
    if printer.roughness > 0:
        _add_tiled(soft, _edge_noise(px_per_mm, rng) * (38.0 * printer.roughness))
    # A blurred edge falls by 255 / (spread √2π) a millimetre: moving the level moves the edge.
    level = 128.0 + 255.0 * printer.dot_gain_mm / (2.507 * spread_mm)
    ink = printer.density / (1.0 + np.exp((np.arange(256) - level) / 20.0))
    tone = np.asarray(cv2.LUT(soft, (255.0 * (1.0 - 0.93 * ink)).astype(np.uint8)), dtype=np.uint8)
    page = np.asarray(cv2.cvtColor(cv2.bitwise_or(tone, blank), cv2.COLOR_GRAY2BGR), dtype=np.uint8)
    for _ in range(printer.toner_specks):
        at = rng.uniform((0, 0), (page.shape[1], page.shape[0])).astype(int).tolist()
        cv2.circle(
            page, at, max(1, round(rng.uniform(0.05, 0.15) * px_per_mm)), (40, 40, 40), -1, cv2.LINE_AA
        )
    return page


def _edge_noise(px_per_mm: float, rng: np.random.Generator) -> NDArray[np.float32]:
    tile = rng.standard_normal((_TILE_PX, _TILE_PX), dtype=np.float32)
    tile = np.asarray(cv2.GaussianBlur(tile, (0, 0), 0.05 * px_per_mm), dtype=np.float32)
    tile /= max(1e-6, float(tile.std()))
    return tile


def _add_tiled(grey: NDArray[np.uint8], tile: NDArray[np.float32]) -> None:
    """Adds `tile` over and over to `grey`, in place."""
    for top in range(0, grey.shape[0], _TILE_PX):
        for left in range(0, grey.shape[1], _TILE_PX):
            part = grey[top : top + _TILE_PX, left : left + _TILE_PX]
            part[:] = cv2.add(part, tile[: part.shape[0], : part.shape[1]], dtype=cv2.CV_8U)
