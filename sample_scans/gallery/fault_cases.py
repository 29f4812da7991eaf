"""Gallery: struck names, added writing and the seal."""

from __future__ import annotations

from dataclasses import replace

from sample_scans.gallery.cases import PLAIN_SCAN, Case, Remark
from sample_scans.pens import InkColour, PenKind
from sample_scans.settings import ColourMode
from sample_scans.strike_shapes import StrikeKind

_FINE = replace(PLAIN_SCAN, dpi=300)

FAULT_CASES = (
    Case("strike-single", "a name struck out by one line", strikes=(("o3", StrikeKind.SINGLE),), seed=30),
    Case(
        "strike-double-wave",
        "names struck by a double line and by a wave",
        strikes=(("o2", StrikeKind.DOUBLE), ("o5", StrikeKind.WAVE)),
        seed=31,
    ),
    Case(
        "strike-zigzag-scribble",
        "names struck by a zigzag and scribbled over",
        strikes=(("o1", StrikeKind.ZIGZAG), ("o6", StrikeKind.SCRIBBLE)),
        seed=32,
    ),
    Case(
        "strike-diagonal-crossed",
        "names struck by a diagonal and crossed out",
        strikes=(("o4", StrikeKind.DIAGONAL), ("o7", StrikeKind.CROSSED)),
        settings=_FINE,
        seed=33,
    ),
    Case(
        "strike-pencil",
        "a name struck out in pencil",
        strikes=(("o2", StrikeKind.SINGLE),),
        pen=PenKind.PENCIL,
        settings=_FINE,
        seed=34,
    ),
    Case(
        "strike-half",
        "a stroke through half of a name",
        strikes=(("o3", StrikeKind.HALF),),
        verdicts=("review", "invalid"),
        seed=35,
    ),
    Case(
        "strike-position",
        "a stroke through the position only",
        strikes=(("o6", StrikeKind.POSITION_ONLY),),
        verdicts=("review", "invalid"),
        seed=36,
    ),
    Case(
        "line-under-name",
        "a name underlined",
        strikes=(("o5", StrikeKind.UNDERLINE),),
        verdicts=("review", "invalid", "valid"),
        seed=37,
    ),
    Case(
        "beside-name",
        "a bracket and a tick beside names",
        strikes=(("o2", StrikeKind.BRACKET), ("o4", StrikeKind.TICK_BESIDE)),
        verdicts=("review", "invalid"),
        seed=38,
    ),
    Case(
        "writing-words",
        "a remark below the table",
        remarks=(Remark("không đồng ý", 0.25, 0.9, 40.0),),
        seed=39,
    ),
    Case(
        "writing-name-added",
        "a name added below the table",
        remarks=(Remark("Nguyễn Văn Bình", 0.2, 0.9, 48.0),),
        ink=InkColour.BLACK,
        seed=40,
    ),
    Case(
        "writing-letter",
        "a single letter and a digit, 5 mm tall",
        remarks=(Remark("V", 0.7, 0.9, 6.0, 5.0), Remark("5", 0.12, 0.36, 6.0, 5.0)),
        settings=_FINE,
        seed=41,
    ),
    Case(
        "writing-signature",
        "a signature, colour scan",
        remarks=(Remark("", 0.55, 0.9, 28.0, 9.0),),
        settings=replace(PLAIN_SCAN, mode=ColourMode.COLOUR, dpi=150),
        seed=42,
    ),
    Case(
        "writing-pencil-margin",
        "a word in pencil at the margin",
        remarks=(Remark("lại", 0.02, 0.5, 9.0, 5.0),),
        pen=PenKind.PENCIL,
        settings=_FINE,
        seed=43,
    ),
    Case("seal-missing", "no stamp in the seal zone", stamped=False, verdicts=("review",), seed=44),
    Case(
        "seal-colour",
        "a red stamp over the heading, 300 dpi colour",
        settings=replace(_FINE, mode=ColourMode.COLOUR),
        seed=45,
    ),
)
