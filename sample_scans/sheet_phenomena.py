"""Phenomena that no voter makes: dirt, print, paper, scanners, the seal, and sheets that are no ballot."""

from __future__ import annotations

from sample_scans.mark_shapes import MarkKind
from sample_scans.phenomenon import Entry, Group
from sample_scans.settings import ColourMode, Surround
from sample_scans.sheet_stages import (
    back_side,
    blank_sheet,
    bleed_of_marks,
    bleed_of_print,
    code_covered,
    fold_through_boxes,
    hair_over_box,
    half_sheet,
    one_corner_covered,
    paper,
    print_,
    scanner,
    spots_in_boxes,
    streak_down_boxes,
    streaks_anywhere,
    two_sheets,
)
from sample_scans.stages import (
    Stage,
    besides,
    long_strokes,
    sealed,
    sealed_elsewhere,
    sealed_on_box,
    sealed_on_table,
    unsealed,
)


def _as_is(dpi: int) -> Stage:
    return scanner(lambda _rng: {"dpi": dpi})


NO_MARKS: dict[str, Entry] = {
    "pen-rest": Entry(
        Group.NO_MARK, "a pen rested in a box", besides(MarkKind.PEN_REST), ("mark-pen-rests",)
    ),
    "hesitation": Entry(
        Group.NO_MARK, "a hesitation dot or dash", besides(MarkKind.HESITATION), ("mark-pen-rests",)
    ),
    "specks": Entry(
        Group.NO_MARK, "specks of dust in boxes", spots_in_boxes((0.05, 0.3), (0.3, 0.95)), ("dirt",)
    ),
    "spots": Entry(
        Group.NO_MARK, "large spots in boxes", spots_in_boxes((0.3, 1.2), (0.2, 0.9), 3), ("dirt",)
    ),
    "fold-through-boxes": Entry(
        Group.NO_MARK, "a crease through boxes", fold_through_boxes, ("folds", "fold-row")
    ),
    "streaks": Entry(Group.NO_MARK, "feeder streaks", streaks_anywhere, ("streaks",)),
    "streak-down-boxes": Entry(
        Group.NO_MARK,
        "a feeder streak through a whole column of boxes",
        streak_down_boxes,
        ("streak-column",),
    ),
    "neighbour-stroke": Entry(
        Group.NO_MARK,
        "a neighbouring mark's long stroke ends in the box",
        long_strokes,
        ("neighbour-stroke",),
    ),
    "bleed-of-print": Entry(
        Group.NO_MARK, "the other side's print shows through", bleed_of_print, ("bleed-through",)
    ),
    "bleed-of-marks": Entry(
        Group.NO_MARK, "marks of the other side show through in empty boxes", bleed_of_marks, ("bleed-marks",)
    ),
    "stamp-on-box": Entry(Group.NO_MARK, "stamp ink reaches a box", sealed_on_box, ("seal-on-box",)),
    "toner-spots": Entry(
        Group.NO_MARK,
        "the printer's toner spots all over the sheet",
        print_(lambda rng: {"toner_specks": int(rng.integers(20, 200))}),
        ("print-dark", "toner-spots"),
    ),
    "dot-gain": Entry(
        Group.NO_MARK,
        "the print spreads",
        print_(lambda rng: {"dot_gain_mm": rng.uniform(0.04, 0.09)}),
        ("print-dark",),
    ),
    "print-light": Entry(
        Group.NO_MARK,
        "toner nearly out",
        print_(lambda rng: {"density": rng.uniform(0.4, 0.75), "dot_gain_mm": rng.uniform(-0.03, 0.0)}),
        ("print-light",),
    ),
    "hair-over-box": Entry(
        Group.NO_MARK, "a hair lies across an empty box", hair_over_box, ("hair", "hair-on-box")
    ),
}

SHEETS: dict[str, Entry] = {
    name: Entry(Group.SHEET, shows, stage, scans)
    for name, shows, stage, scans in (
        ("turned-90", "turned by 90°", scanner(lambda _: {"quarter_turns": 1}), ("turned-90",)),
        ("turned-180", "upside down", scanner(lambda _: {"quarter_turns": 2}), ("turned-180",)),
        ("turned-270", "turned by 270°", scanner(lambda _: {"quarter_turns": 3}), ("turned-270",)),
        ("back", "the back side", back_side, ("back",)),
        ("blank", "a blank sheet", blank_sheet, ("blank",)),
        ("two-sheets", "two sheets fed together", two_sheets, ("two-sheets",)),
        ("half-sheet", "half a sheet", half_sheet, ("half-sheet",)),
        ("fiducial-covered", "one corner square covered", one_corner_covered, ("fiducial-covered",)),
        ("code-covered", "the code covered", code_covered, ("code-covered",)),
        ("hair", "a hair on the glass", scanner(lambda _: {"hair": True}), ("hair",)),
        ("dpi-150", "150 dpi", _as_is(150), ("coarse-150",)),
        ("dpi-600", "600 dpi", _as_is(600), ("fine-600",)),
        (
            "one-bit",
            "1 bit by a threshold",
            scanner(lambda rng: {"mode": ColourMode.BINARY, "threshold": rng.uniform(120, 185)}),
            ("one-bit", "pen-thin-1bit"),
        ),
        (
            "dither",
            "1 bit by error diffusion",
            scanner(lambda _: {"mode": ColourMode.DITHER}),
            ("pen-dither-1bit",),
        ),
        ("jpeg-40", "JPEG quality 40", scanner(lambda _: {"jpeg_quality": 40}), ("jpeg-40",)),
        (
            "colour-cast",
            "a colour cast",
            scanner(
                lambda rng: {"mode": ColourMode.COLOUR, "warmth": rng.choice((-1, 1)) * rng.uniform(0.5, 1.0)}
            ),
            ("cast-warm", "cast-cold"),
        ),
        ("photocopy", "a photocopied ballot", scanner(lambda _: {"photocopy": True}), ("photocopy",)),
        (
            "scale-small",
            "printed at 96 to 98 %",
            scanner(lambda rng: {"print_scale": rng.uniform(0.96, 0.98)}),
            ("printer-96",),
        ),
        (
            "scale-large",
            "printed at 102 to 104 %",
            scanner(lambda rng: {"print_scale": rng.uniform(1.02, 1.04)}),
            ("printer-103", "printer-104"),
        ),
    )
}

SEALS: dict[str, Entry] = {
    "seal-colour": Entry(Group.SEAL, "the seal, red, in colour", sealed(ColourMode.COLOUR), ("seal-colour",)),
    "seal-grey": Entry(
        Group.SEAL, "the seal on a grey scan", sealed(ColourMode.GREY), ("cross-plain", "cross-levels")
    ),
    "seal-black": Entry(Group.SEAL, "a black seal", sealed(ColourMode.COLOUR, grey=True), ("seal-black",)),
    "seal-missing": Entry(Group.SEAL, "no seal", unsealed, ("seal-missing",)),
    "seal-elsewhere": Entry(Group.SEAL, "the seal outside its zone", sealed_elsewhere, ("seal-elsewhere",)),
    "seal-on-table": Entry(
        Group.SEAL, "the seal over lines of the table", sealed_on_table, ("seal-on-table",)
    ),
}

NO_WRITING: dict[str, Entry] = {
    "dirt": Entry(
        Group.NO_WRITING,
        "dust and dirt",
        paper(lambda rng: {"specks": int(rng.integers(30, 200))}),
        ("dirt",),
    ),
    "punch-holes": Entry(
        Group.NO_WRITING,
        "punch holes",
        paper(lambda rng: {"punch_holes": int(rng.choice((2, 4)))}),
        ("punch-holes",),
    ),
    "staple": Entry(
        Group.NO_WRITING, "a staple and its shadow", paper(lambda _: {"staple": True}), ("staple",)
    ),
    "torn-corner": Entry(
        Group.NO_WRITING,
        "a torn corner",
        paper(lambda rng: {"torn_corner_mm": rng.uniform(5, 20)}),
        ("torn-corner",),
    ),
    "dark-background": Entry(
        Group.NO_WRITING,
        "page edges before the scanner's dark background",
        scanner(
            lambda rng: {
                "surround": Surround.BLACK if rng.random() < 0.7 else Surround.GREY,
                "margin_mm": rng.uniform(2, 9),
                "skew_deg": rng.uniform(-4, 4),
            }
        ),
        ("skew-dark",),
    ),
    "stain": Entry(
        Group.NO_WRITING, "a coffee stain", paper(lambda rng: {"stain": rng.uniform(0.15, 0.8)}), ("coffee",)
    ),
    "sticky-note": Entry(
        Group.NO_WRITING, "a sticky note", paper(lambda _: {"sticky_note": True}), ("sticky-note",)
    ),
}
