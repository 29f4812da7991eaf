"""What a simulated scanner and a sheet's life are set to, and the strata they come in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ColourMode(StrEnum):
    COLOUR = "colour"
    GREY = "grey"
    BINARY = "binary"
    """1 bit by a fixed threshold."""
    DITHER = "dither"
    """1 bit by error diffusion (Floyd and Steinberg 1976)."""


class Surround(StrEnum):
    """What the scanner sees where there is no paper."""

    WHITE = "white"
    GREY = "grey"
    BLACK = "black"


@dataclass(frozen=True, slots=True)
class Streak:
    """A line down the whole image from dirt on a feeder's glass.

    Attributes:
        x_mm: distance from the image's left edge, before quarter turns.
        strength: −1 white … 1 black.
    """

    x_mm: float
    width_mm: float
    strength: float


@dataclass(frozen=True, slots=True)
class Fold:
    """A crease across the whole sheet at `at_mm` from its top (or left, if vertical); strength 0 … 1."""

    at_mm: float
    vertical: bool
    strength: float


@dataclass(frozen=True, slots=True)
class Spot:
    """Dirt of one place and size on the paper; darkness 0 … 1."""

    x_mm: float
    y_mm: float
    radius_mm: float
    darkness: float


@dataclass(frozen=True, slots=True)
class Wear:
    """What happened to the sheet between the ballot box and the glass.

    Attributes:
        folds: creases.
        specks: number of dust and toner specks strewn at random, 0.05 to 0.5 mm.
        spots: dirt at chosen places.
        punch_holes: how many 5.5 mm holes along the left edge (0, 2 or 4).
        staple: whether one staple sits in the top left corner.
        torn_corner_mm: length of the missing bottom right corner; 0 for none.
        stain: strength of a coffee ring, 0 … 1.
        sticky_note: whether a note covers part of the sheet's lower margin.
        bleed_through: share of the back's darkness that shows, mirrored, 0 … 1.
        crumple: strength of the shading of crumpled paper, 0 … 1.
    """

    folds: tuple[Fold, ...] = ()
    specks: int = 0
    spots: tuple[Spot, ...] = ()
    punch_holes: int = 0
    staple: bool = False
    torn_corner_mm: float = 0.0
    stain: float = 0.0
    sticky_note: bool = False
    bleed_through: float = 0.0
    crumple: float = 0.0


@dataclass(frozen=True, slots=True)
class ScanSettings:
    """One scan. Lengths are millimetres on the glass; x runs right and y down before quarter turns.

    Attributes:
        dpi: 100 … 600, both ways.
        quarter_turns: how often the image must be turned 90° clockwise to stand upright.
        skew_deg: rotation of the page in the upright image, clockwise positive.
        stretch_x, stretch_y: size of the page in the image over its true size.
        print_scale: size of everything printed and written on the sheet over its true size; the
            sheet itself keeps its size (a printer set to 96 … 104 %).
        offset_x_mm, offset_y_mm: where the page's centre lies off the image's centre.
        margin_mm: how far the image reaches beyond the page's size; negative crops.
        uneven_feed_mm: largest local displacement along y.
        drift_mm: largest local sideways displacement.
        surround: what surrounds the paper.
        illumination: relative loss of light across the image, 0 … 1.
        gamma: exponent on reflectance; above 1 darkens.
        black, white: grey values (0 … 255) that black and white paper get.
        warmth: colour cast, −1 blue … 1 yellow.
        blur_mm: standard deviation of the optics' blur.
        noise: standard deviation of the sensor's noise, grey values.
        paper_grain: standard deviation of the paper's own unevenness, grey values.
        threshold: grey value below which a 1-bit scan is black.
        jpeg_quality: None for no JPEG artefacts.
        hair: whether a hair lies on the glass.
        hair_at_mm: where in the image, before quarter turns, the hair's middle lies; None anywhere.
        photocopy: whether a photocopy of the sheet is scanned.
    """

    dpi: int = 300
    mode: ColourMode = ColourMode.GREY
    quarter_turns: int = 0
    skew_deg: float = 0.0
    stretch_x: float = 1.0
    stretch_y: float = 1.0
    print_scale: float = 1.0
    offset_x_mm: float = 0.0
    offset_y_mm: float = 0.0
    margin_mm: float = 0.0
    uneven_feed_mm: float = 0.0
    drift_mm: float = 0.0
    surround: Surround = Surround.WHITE
    illumination: float = 0.0
    gamma: float = 1.0
    black: float = 18.0
    white: float = 248.0
    warmth: float = 0.0
    blur_mm: float = 0.03
    noise: float = 1.5
    paper_grain: float = 1.0
    threshold: float = 150.0
    jpeg_quality: int | None = None
    streaks: tuple[Streak, ...] = ()
    hair: bool = False
    hair_at_mm: tuple[float, float] | None = None
    photocopy: bool = False
    wear: Wear = Wear()


def damage_names(settings: ScanSettings) -> tuple[str, ...]:
    """Names of everything in `settings` beyond a plain scan, for the truth beside it."""
    wear = settings.wear
    present = {
        "fold": bool(wear.folds),
        "specks": wear.specks > 0 or bool(wear.spots),
        "punch_holes": wear.punch_holes > 0,
        "staple": wear.staple,
        "torn_corner": wear.torn_corner_mm > 0,
        "stain": wear.stain > 0,
        "sticky_note": wear.sticky_note,
        "bleed_through": wear.bleed_through > 0,
        "crumple": wear.crumple > 0,
        "streak": bool(settings.streaks),
        "hair": settings.hair,
        "photocopy": settings.photocopy,
        "cropped": settings.margin_mm < 0,
        "turned": settings.quarter_turns % 4 != 0,
        "skewed": abs(settings.skew_deg) > 1.0,
        "printer_scale": abs(settings.print_scale - 1) > 0.005,
        "uneven_feed": settings.uneven_feed_mm > 0.3,
        "light": settings.illumination > 0.1,
        "coarse": settings.dpi < 200,
        "jpeg": settings.jpeg_quality is not None and settings.jpeg_quality < 60,
    }
    return tuple(name for name, holds in present.items() if holds)
