"""A seal drawn from SVG."""

from __future__ import annotations

import numpy as np
import pytest

from ballot_layout.seal import PRINTED_PX, read_seal_image
from records.errors import LayoutError

RING = b"""<?xml version="1.0" encoding="UTF-8"?>
<!-- a ring -->
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">
  <circle cx="50" cy="50" r="40" fill="none" stroke="#c00000" stroke-width="10"/>
</svg>"""


def test_an_svg_is_drawn_in_its_colours_on_a_transparent_ground() -> None:
    seal = read_seal_image(RING)
    assert (seal.width_px, seal.height_px) == (PRINTED_PX, PRINTED_PX)
    alpha = np.frombuffer(seal.alpha, np.uint8).reshape(seal.height_px, seal.width_px)
    rgb = np.frombuffer(seal.rgb, np.uint8).reshape(seal.height_px, seal.width_px, 3)
    middle = PRINTED_PX // 2
    assert alpha[middle, middle] == 0
    assert alpha[middle, round(0.9 * PRINTED_PX)] == 255
    assert tuple(rgb[middle, round(0.9 * PRINTED_PX)]) == (192, 0, 0)


def test_a_broken_svg_is_named_as_such() -> None:
    with pytest.raises(LayoutError, match="seal_image_unreadable"):
        read_seal_image(b'<svg xmlns="http://www.w3.org/2000/svg"><circle')
