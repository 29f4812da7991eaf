"""Golden pictures of the desk's screens: half their size in 32 greys, what differs by nature painted over.

`python docs/desk_pictures.py` makes them anew.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Page

GOLDEN = Path(__file__).parent / "golden"
SIZE = (683, 384)
LIVE = frozenset({"scanning"})
"""Screens that change by themselves: no picture of them can be compared."""
# A button of 240 × 44 pixels that moves by its height changes 2 % of a screen; how fonts are smoothed less.
MOST_DIFFERENT = 0.006
_NOTABLE = 40
"""Grey levels out of 255 by which a pixel must differ to count."""
_BY_NATURE = (
    ".pin, .hash, code, .serial, .mono, .file-name, time, #speed, .station-address",
    "tbody td, tbody th, .summary dd, .last, .last-pages, .problem h2",
    ".page-picture, .setup-page, .problem-pictures, .print-side img, .contact, .stage-box, .strip",
    ".look-head, .question, .choices, .grounds, .bar-progress, .chart",
)
"""Numbers drawn at random, ballots with such numbers on them, files, hashes, times."""


def picture(page: Page) -> Image.Image:
    """What the golden picture of a screen is compared with."""
    data = page.screenshot(
        mask=[page.locator(", ".join(_BY_NATURE))], mask_color="#808080", animations="disabled"
    )
    return Image.open(io.BytesIO(data)).convert("L").resize(SIZE, Image.Resampling.BOX)


def save(name: str, shown: Image.Image) -> None:
    GOLDEN.mkdir(exist_ok=True)
    small = shown.quantize(32, dither=Image.Dither.NONE)
    small.save(GOLDEN / f"{name}.png", optimize=True)


def difference(name: str, shown: Image.Image) -> float:
    """Share of the screen that differs from its golden picture; 1 where there is none."""
    path = GOLDEN / f"{name}.png"
    if not path.is_file():
        return 1.0
    golden = np.asarray(Image.open(path).convert("L"), dtype=np.int16)
    apart = np.abs(np.asarray(shown, dtype=np.int16) - golden)
    return float((apart > _NOTABLE).mean())
