"""A box as the mark network sees it: a small picture of fixed size, whatever the box's size and the pen.

The box takes the middle 28 of 48 pixels each way. Channel 0 is the box's own ink, its darkness stretched so
that a faint pen looks like a strong one; channel 1 the ink around it that does not hang together with it;
channel 2 where print or a streak hides whether there is ink. What was measured at full resolution goes with
it as a row of small numbers.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from records.reading import MarkScores
from scanner.box_ink import BoxInk
from scanner.forms import disc

PATCH_PX = 48
BOX_PX = 28
PATCH_CHANNELS = 3
MARK_FEATURES = (
    ("ink_mm2", 0.0, 40.0),
    ("inside_mm2", 0.0, 25.0),
    ("darkness", 0.0, 1.0),
    ("size_mm", 0.0, 12.0),
    ("stroke_mm", 0.0, 2.0),
    ("cross_fit", 0.0, 1.0),
    ("side_fit", 0.0, 1.0),
    ("rest_bias", 0.0, 1.0),
    ("coverage", 0.0, 1.0),
    ("rest_reach", 0.0, 2.0),
    ("line_fit", 0.0, 1.0),
    ("second_fit", 0.0, 1.0),
    ("length_ratio", 0.0, 1.0),
    ("crossing_deg", 0.0, 90.0),
    ("tilt_deg", 0.0, 45.0),
    ("arm_share", -1.0, 0.5),
    ("excess", 0.0, 2.5),
    ("blob_share", 0.0, 1.0),
    ("stray_mm2", 0.0, 8.0),
)
"""Fields of `MarkScores`, and what becomes 0 and 255 of each; values beyond are cut off."""
_SOFT_EDGE_PX = 2
"""A stroke's blurred edge lies below the ink threshold and still belongs to its picture."""
_DARKEST_SHARE = 0.9


def mark_patch(found: BoxInk) -> NDArray[np.uint8]:
    """The picture of one box: uint8 (PATCH_CHANNELS, PATCH_PX, PATCH_PX), 0 nothing … 255 full ink."""
    ranked = np.sort(found.darkness[found.own])
    darkest = float(ranked[int(_DARKEST_SHARE * (len(ranked) - 1))]) if len(ranked) else 255.0
    own = cv2.dilate(found.own.view(np.uint8), disc(_SOFT_EDGE_PX)).view(np.bool_)
    ink = cv2.convertScaleAbs(found.darkness, alpha=255.0 / max(darkest, 1.0)).astype(np.uint8, copy=False)
    ink *= own & ~found.hidden
    others = (found.ink & ~own).view(np.uint8) * np.uint8(255)
    hidden = found.hidden.view(np.uint8) * np.uint8(255)
    return np.stack([_framed(channel, found.inside) for channel in (ink, others, hidden)])


def mark_features(scores: MarkScores) -> NDArray[np.uint8]:
    """What was measured in one box: uint8 (len(MARK_FEATURES),), each 0 … 255 over its range."""
    return np.array(
        [
            round(255 * min(max((getattr(scores, name) - low) / (high - low), 0.0), 1.0))
            for name, low, high in MARK_FEATURES
        ],
        np.uint8,
    )


def _framed(channel: NDArray[np.uint8], inside: tuple[int, int, int, int]) -> NDArray[np.uint8]:
    """The surroundings of the box brought to the patch's size; nothing beyond what was measured."""
    left, top, right, bottom = inside
    margin = (PATCH_PX - BOX_PX) / 2 / BOX_PX
    across, down = round(margin * (right - left)), round(margin * (bottom - top))
    rows = slice(max(0, top - down), bottom + down)
    columns = slice(max(0, left - across), right + across)
    part = channel[rows, columns]
    wanted = bottom - top + 2 * down, right - left + 2 * across
    if part.shape != wanted:
        before = rows.start - (top - down), columns.start - (left - across)
        after = wanted[0] - before[0] - part.shape[0], wanted[1] - before[1] - part.shape[1]
        part = np.pad(part, tuple(zip(before, after, strict=True)))
    return cv2.resize(part, (PATCH_PX, PATCH_PX), interpolation=cv2.INTER_AREA).astype(np.uint8)
