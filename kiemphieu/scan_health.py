"""Whether the scanner is fit for the pages that come from it, told while they come.

Works on the last pages only and keeps nothing: what a page says of its scanner is never stored, because it
would tell the order of scanning.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from records.reading import RejectionReason
from records.scanner_profile import ScanMode, ScannerProfile
from scanner.diagnostics import PageDiagnostics
from scanner.prior import SAME_LEVELS

WINDOW = 10
"""Pages looked at together: a fault of one sheet is none of the scanner."""
LEAST_PAGES = 3
"""So many of them must show it before anything is said."""
SAME_STREAK_MM = 1.5
LOWEST_DPI = 145.0
"""The reader is measured from 150 dpi on."""
MOST_STRETCH = 0.015
MOST_SKEW_DEG = 3.0
MOST_EDGE_MM = 0.45
"""A printed edge wider than this is soft; clean scans of 150 to 600 dpi measure 0.1 to 0.3 mm."""
LEAST_CONTRAST = 90.0
DARKEST_PAPER = 150.0
MOST_DIRT_MM2 = 60.0
UNLIKE_DPI = 0.01
"""A profile measures resolution to 0.1 %, a page on a form to 0.3 %, and paper stretches by as much."""
MOST_UNREAD = 5
"""Of the window's pages: a sheet or two that are folded or torn off are none of the scanner's doing."""
_SCANNERS_FAULT = frozenset(
    {RejectionReason.NO_CODE, RejectionReason.NOT_REGISTERED, RejectionReason.PAGE_IMAGE}
)
DRIFT_DPI = 0.006
DRIFT_BRIGHTNESS = 25.0


class Ailment(StrEnum):
    """What is wrong with a scanner or its settings."""

    STREAK_IN_BOXES = "streak_in_boxes"
    STREAK = "streak"
    RESOLUTION = "resolution"
    STRETCH = "stretch"
    SKEW = "skew"
    BLUR = "blur"
    CONTRAST = "contrast"
    DARK = "dark"
    BILEVEL = "bilevel"
    DIRT = "dirt"
    UNREAD = "unread"
    """Pages that no code was found on, or that could not be laid over their form."""
    UNLIKE_PROFILE_SIZE = "unlike_profile_size"
    """The resolution is not that of the scanner's profile."""
    UNLIKE_PROFILE_TONE = "unlike_profile_tone"
    """Paper or print is brighter or darker than in the scanner's profile, or the mode is another."""
    DRIFT_SIZE = "drift_size"
    DRIFT_BRIGHTNESS = "drift_brightness"


@dataclass(frozen=True, slots=True)
class Alert:
    """Something to mend now.

    Attributes:
        value: what was measured, in the ailment's own unit: millimetres on the glass, dpi, degrees, …
    """

    ailment: Ailment
    value: float


@dataclass(frozen=True, slots=True)
class Summary:
    """Medians over a run, for a person to look at."""

    pages: int
    dpi_x: float
    dpi_y: float
    skew_deg: float
    white: float
    black: float
    edge_mm: float


class ScanHealth:
    """Follows a run page by page."""

    def __init__(self, profile: ScannerProfile | None = None) -> None:
        """Starts with no page seen; pages that do not look like `profile` are told."""
        self._profile = profile
        self._first: list[PageDiagnostics] = []
        self._last: deque[PageDiagnostics] = deque(maxlen=WINDOW)
        self._told: list[Alert] = []
        self._read: deque[bool] = deque(maxlen=WINDOW)
        self._pages = 0

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """Everything told so far."""
        return tuple(self._told)

    def take(self, page: PageDiagnostics) -> tuple[Alert, ...]:
        """Adds a page; returns what is to be told now, each thing once in a run."""
        self._pages += 1
        self._read.append(True)
        if len(self._first) < WINDOW:
            self._first.append(page)
        self._last.append(page)
        if len(self._last) < LEAST_PAGES:
            return ()
        found = [*_streaks(self._last), *_faults(self._last), *self._drift(), *self._unlike()]
        new = tuple(alert for alert in found if not self._is_told(alert))
        self._told += new
        return new

    def miss(self, reason: RejectionReason) -> tuple[Alert, ...]:
        """Adds a page that could not be read, which says nothing of the scanner but that."""
        self._read.append(reason not in _SCANNERS_FAULT)
        missed = self._read.count(False)
        alert = Alert(Ailment.UNREAD, missed)
        if missed < MOST_UNREAD or self._is_told(alert):
            return ()
        self._told.append(alert)
        return (alert,)

    def summary(self) -> Summary | None:
        """Over the pages at hand; None before the first."""
        pages = list(self._last)
        if not pages:
            return None
        return Summary(
            pages=self._pages,
            dpi_x=_median(pages, "dpi_x"),
            dpi_y=_median(pages, "dpi_y"),
            skew_deg=_median(pages, "skew_deg"),
            white=_median(pages, "white"),
            black=_median(pages, "black"),
            edge_mm=_median(pages, "edge_mm"),
        )

    def _is_told(self, alert: Alert) -> bool:
        return any(
            alert.ailment is told.ailment
            and (
                alert.ailment not in {Ailment.STREAK, Ailment.STREAK_IN_BOXES}
                or abs(alert.value - told.value) <= SAME_STREAK_MM
            )
            for told in self._told
        )

    def _unlike(self) -> list[Alert]:
        """The last pages against the profile."""
        profile = self._profile
        if profile is None:
            return []
        last, geometry, tone = list(self._last), profile.geometry, profile.tone
        size = max(
            abs(_median(last, "dpi_x") / geometry.dpi_x - 1), abs(_median(last, "dpi_y") / geometry.dpi_y - 1)
        )
        bilevel = sum(page.bilevel for page in last) * 2 > len(last)
        levels = max(abs(_median(last, "white") - tone.white), abs(_median(last, "black") - tone.black))
        found = []
        if size > UNLIKE_DPI:
            found.append(Alert(Ailment.UNLIKE_PROFILE_SIZE, 100 * size))
        if bilevel is not (profile.mode is ScanMode.BILEVEL) or (not bilevel and levels > SAME_LEVELS):
            found.append(Alert(Ailment.UNLIKE_PROFILE_TONE, levels))
        return found

    def _drift(self) -> list[Alert]:
        """The last pages against the first ones."""
        if self._pages < 2 * WINDOW:
            return []
        last, first = list(self._last), self._first
        found = []
        size = max(abs(_median(last, name) / _median(first, name) - 1) for name in ("dpi_x", "dpi_y"))
        if size > DRIFT_DPI:
            found.append(Alert(Ailment.DRIFT_SIZE, 100 * size))
        brightness = abs(_median(last, "white") - _median(first, "white"))
        if brightness > DRIFT_BRIGHTNESS:
            found.append(Alert(Ailment.DRIFT_BRIGHTNESS, brightness))
        return found


def _median(pages: list[PageDiagnostics], name: str) -> float:
    values = [value for page in pages if (value := float(getattr(page, name))) == value]  # not NaN
    return median(values) if values else float("nan")


def _streaks(pages: deque[PageDiagnostics]) -> list[Alert]:
    """Streaks that several pages show at one place of the glass; those through boxes first."""
    places = sorted((s.glass_mm, s.boxes > 0) for page in pages for s in page.streaks)
    found = []
    while places:
        start = places[0][0]
        same = [one for one in places if one[0] <= start + SAME_STREAK_MM]
        places = places[len(same) :]
        if len(same) >= LEAST_PAGES:
            in_boxes = any(one[1] for one in same)
            ailment = Ailment.STREAK_IN_BOXES if in_boxes else Ailment.STREAK
            found.append(Alert(ailment, median(one[0] for one in same)))
    return found


def _faults(pages: deque[PageDiagnostics]) -> list[Alert]:
    """What most of the last pages show."""
    near = list(pages)
    dpi = min(_median(near, "dpi_x"), _median(near, "dpi_y"))
    stretch = median(abs(page.dpi_x / page.dpi_y - 1) for page in near)
    skew = median(abs(page.skew_deg) for page in near)
    edge, dirt = _median(near, "edge_mm"), _median(near, "dirt_mm2")
    white, black = _median(near, "white"), _median(near, "black")
    bilevel = sum(page.bilevel for page in near) * 2 > len(near)
    checks = (
        (Ailment.RESOLUTION, dpi < LOWEST_DPI, dpi),
        (Ailment.STRETCH, stretch > MOST_STRETCH, 100 * stretch),
        (Ailment.SKEW, skew > MOST_SKEW_DEG, skew),
        (Ailment.BILEVEL, bilevel, 1.0),
        # Softness and brightness of a 1-bit scan say nothing.
        (Ailment.BLUR, not bilevel and edge > MOST_EDGE_MM, edge),
        (Ailment.CONTRAST, not bilevel and white - black < LEAST_CONTRAST, white - black),
        (Ailment.DARK, not bilevel and white < DARKEST_PAPER, white),
        (Ailment.DIRT, dirt > MOST_DIRT_MM2, dirt),
    )
    return [Alert(ailment, value) for ailment, holds, value in checks if holds]
