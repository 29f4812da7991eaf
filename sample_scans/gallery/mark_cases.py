"""Gallery: pens and marks in boxes."""

from __future__ import annotations

from dataclasses import replace

from sample_scans.encoding import FileFormat
from sample_scans.gallery.cases import PLAIN_SCAN, Case
from sample_scans.pens import InkColour, PenKind
from sample_scans.settings import ColourMode

_COLOUR = replace(PLAIN_SCAN, mode=ColourMode.COLOUR, dpi=150)
_FINE = replace(PLAIN_SCAN, dpi=300)
_BINARY = replace(PLAIN_SCAN, dpi=300, mode=ColourMode.BINARY, threshold=170.0)

MARK_CASES = (
    Case("cross-plain", "straight crosses, blue ball pen, a clean 300 dpi scan", settings=_FINE),
    Case(
        "cross-levels",
        "all three levels used",
        ("high", "medium", "low", "medium", "high", "low", "medium"),
        seed=1,
    ),
    Case(
        "cross-hands",
        "curved, lopsided, hooked, doubled, connected crosses",
        (
            "high:cross_curved",
            "medium:cross_lopsided",
            "low:cross_hooked",
            "high:cross_twice",
            "medium:cross_connected",
            "high:cross_curved",
            "low:cross_hooked",
        ),
        settings=_FINE,
        seed=2,
    ),
    Case(
        "cross-sizes",
        "crosses tiny, larger than the box and started outside it",
        (
            "high:cross_tiny",
            "medium:cross_large",
            "low:cross_outside",
            "high:cross_large",
            "medium:cross_tiny",
            "low:cross_large",
            "high:cross_outside",
        ),
        settings=_FINE,
        weak=True,
        seed=3,
    ),
    Case("pen-gel-black", "black gel pen", pen=PenKind.GEL, ink=InkColour.BLACK, seed=4),
    Case(
        "pen-felt-red-colour",
        "red felt pen, colour scan",
        ("low", "low", "medium", "high", "high", "medium", "low"),
        pen=PenKind.FELT,
        ink=InkColour.RED,
        settings=_COLOUR,
        seed=5,
    ),
    Case("pen-ball-colour", "blue ball pen, colour scan", settings=_COLOUR, seed=6),
    Case("pen-pencil", "pencil", pen=PenKind.PENCIL, settings=_FINE, seed=7),
    Case(
        "pen-pencil-faint", "faint pencil", pen=PenKind.PENCIL, faint=0.6, settings=_FINE, weak=True, seed=8
    ),
    Case(
        "pen-ball-faint",
        "ball pen running dry",
        ("medium", "high", "low", "medium", "high", "high", "low"),
        faint=0.7,
        weak=True,
        seed=9,
    ),
    Case(
        "pen-thin-1bit",
        "thin ball pen, 1 bit by threshold, TIFF Group 4",
        settings=_BINARY,
        file_format=FileFormat.TIFF,
        faint=0.2,
        weak=True,
        seed=10,
    ),
    Case(
        "pen-dither-1bit",
        "black gel pen, 1 bit by error diffusion, PNG",
        pen=PenKind.GEL,
        ink=InkColour.BLACK,
        settings=replace(_BINARY, mode=ColourMode.DITHER),
        file_format=FileFormat.PNG,
        weak=True,
        seed=11,
    ),
    Case(
        "line-no-mark", "two lines without a mark", ("high", "", "medium", "high", "", "low", "high"), seed=12
    ),
    Case("line-all-blank", "no mark at all", ("",) * 7, seed=13),
    Case(
        "line-several",
        "two boxes and three boxes marked in one line",
        ("high+medium", "high", "high+medium+low", "high", "medium+low", "low", "high"),
        seed=14,
    ),
    Case(
        "mark-tick-v-slash",
        "tick, v and slash instead of an X",
        ("high:tick", "medium:v", "low:slash", "high", "medium:tick", "high", "high"),
        seed=15,
    ),
    Case(
        "mark-circle-dot",
        "circle, circled X and dot",
        ("high:circle", "medium:circled_cross", "low:dot", "high", "high", "medium:circle", "high"),
        settings=_FINE,
        seed=16,
    ),
    Case(
        "mark-fill-scribble",
        "filled and scribbled boxes",
        ("high:fill", "medium:scribble", "high", "high", "low:fill", "high", "high"),
        seed=17,
    ),
    Case(
        "mark-plus-asterisk-initials",
        "plus, asterisk and initials",
        ("high:plus", "medium:asterisk", "low:initials", "high", "high", "high:initials", "high"),
        seed=18,
    ),
    Case(
        "mark-corrected-blotted",
        "an X blotted out, another set",
        ("high:blotted_cross+medium", "high", "high", "low:blotted_cross+high", "high", "high", "high"),
        seed=19,
    ),
    Case(
        "mark-corrected-struck",
        "an X struck over, another set",
        ("high:struck_cross+low", "high", "medium:struck_cross+high", "high", "high", "high", "high"),
        settings=_FINE,
        seed=20,
    ),
    Case(
        "mark-beside",
        "an X beside its box and one between two boxes",
        ("high:cross_beside", "high", "high:cross_between", "high", "high", "high", "high"),
        verdicts=("review",),
        seed=21,
    ),
    Case(
        "mark-pen-rests",
        "pen rests and hesitation dots in boxes left empty",
        ("high+low:pen_rest", "high+medium:hesitation", "high", "low+high:pen_rest", "high", "high", "high"),
        settings=_FINE,
        weak=True,
        seed=22,
    ),
)
