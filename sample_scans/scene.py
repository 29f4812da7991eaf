"""One sheet on its way from the printer to the glass, as a value that a phenomenon changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from records.geometry import Rect
from records.layout import BoxPlace
from records.reading import RejectionReason
from sample_scans.campaign import STRAIGHTFORWARD, Recordings, draw_intent
from sample_scans.device import scan_page
from sample_scans.pens import MM_PER_INCH, Hand, Page, random_pen
from sample_scans.printer import Printer, printed
from sample_scans.scan_geometry import scan_geometry
from sample_scans.settings import ScanSettings, damage_names
from sample_scans.strata import Stratum, stratum_printer, stratum_settings
from sample_scans.stroke_library import RecordedMark
from sample_scans.strokes import writer_from_seed
from sample_scans.truth import Truth
from sample_scans.voter import Intent, Sheet, vote_on_page

PLAIN_VOTE = replace(STRAIGHTFORWARD, no_mark_line=0.0, several_marks_line=0.0, pen_rest_line=0.0)
"""One X in every line."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that decides one scan.

    Attributes:
        sheet: the ideal print.
        other: another ballot of the same vote, where the caller has one.
        back: what is on the other side, upright as read; None for blank paper.
        change: done to the voted paper just before it is scanned.
        shows_back: whether the back lies on the glass.
        rejections: acceptable ones of a sheet that no reader can read; empty for a ballot.
        scan_seed: everything random in the scanner.
    """

    sheet: Sheet
    intent: Intent
    hand: Hand
    printer: Printer
    settings: ScanSettings
    scan_seed: int
    other: Sheet | None = None
    back: Page | None = None
    change: Callable[[Page], Page] | None = None
    shows_back: bool = False
    rejections: tuple[RejectionReason, ...] = ()

    @property
    def size_mm(self) -> tuple[float, float]:
        """Width and height of the sheet."""
        height, width = self.sheet.paper.shape[:2]
        return width / self.sheet.px_per_mm, height / self.sheet.px_per_mm

    @property
    def marked(self) -> frozenset[tuple[str, str]]:
        return frozenset((mark.official, mark.level) for mark in self.intent.marks)

    @property
    def empty_boxes(self) -> tuple[BoxPlace, ...]:
        return tuple(box for box in self.sheet.place.boxes if (box.official, box.level) not in self.marked)

    @property
    def below_table(self) -> Rect:
        """Blank paper under the last row of boxes, above the corner squares."""
        width, height = self.size_mm
        top = max(box.rect.bottom_mm for box in self.sheet.place.boxes) + 6.0
        return Rect(15.0, top, width - 30.0, max(8.0, height - 14.0 - top))

    def scanned(self, **changes: Any) -> Scene:
        """With other settings of the scanner."""
        return replace(self, settings=replace(self.settings, **changes))

    def worn(self, **changes: Any) -> Scene:
        """With other wear of the sheet."""
        return self.scanned(wear=replace(self.settings.wear, **changes))

    def image_mm(self, x_mm: float, y_mm: float) -> tuple[float, float]:
        """Where a printed point lies in the image, before quarter turns."""
        upright = replace(self.settings, quarter_turns=0)
        geometry = scan_geometry(*self.size_mm, upright, self.scan_seed)
        x, y = geometry.image_points([(x_mm, y_mm)])[0] * (MM_PER_INCH / upright.dpi)
        return float(x), float(y)


def natural_scene(
    sheet: Sheet, seed: int, rng: np.random.Generator, recordings: Recordings, other: Sheet | None
) -> Scene:
    """A new ballot with one X in every line, its seal, and an ordinary document scanner."""
    number = int(rng.integers(1 << 31))
    name = str(number)
    recorded: tuple[RecordedMark, ...] = ()
    if recordings.writers and rng.random() < recordings.share:
        recorded = recordings.writers[int(rng.integers(len(recordings.writers)))]
        name = recorded[0].writer
    hand = Hand(writer_from_seed(number), random_pen(rng), name)
    settings = replace(stratum_settings(Stratum.FEEDER, rng), streaks=(), dpi=300)
    return Scene(
        sheet=sheet,
        intent=draw_intent(sheet, PLAIN_VOTE, seed, rng, recorded),
        hand=hand,
        printer=stratum_printer(Stratum.FEEDER, rng) or Printer(),
        settings=settings,
        scan_seed=int(rng.integers(1 << 31)),
        other=other,
    )


def play(scene: Scene, rng: np.random.Generator) -> tuple[Page, Truth | None]:
    """The scan, and the truth of a sheet that can be read."""
    sheet = scene.sheet
    paper = printed(sheet.paper, sheet.px_per_mm, scene.printer, int(rng.integers(1 << 31)))
    voted, truth = vote_on_page(replace(sheet, paper=paper), scene.intent, scene.hand, rng)
    if scene.change is not None:
        voted = scene.change(voted)
    back = np.full_like(voted, 255) if scene.back is None else scene.back
    front, behind = (back, voted) if scene.shows_back else (voted, back)
    image = scan_page(front, sheet.px_per_mm, scene.settings, scene.scan_seed, back=behind)
    if scene.rejections:
        return image, None
    return image, replace(truth, damage=damage_names(scene.settings))
