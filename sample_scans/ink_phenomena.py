"""Phenomena that a voter's pen makes: crosses, other marks, corrections, strikes and writing."""

from __future__ import annotations

from sample_scans.mark_shapes import MarkKind
from sample_scans.pens import PenKind
from sample_scans.phenomenon import Entry, Group
from sample_scans.sheet_stages import back_with_remark
from sample_scans.stages import (
    at_margin,
    below_table,
    besides,
    both,
    crosses,
    instead,
    long_arm_to_name,
    striking,
    writing,
    written_with,
)
from sample_scans.strike_shapes import StrikeKind

_WORDS = ("không đồng ý", "đề nghị xem lại", "tốt", "đồng ý", "xem lại")
_NAMES = ("Nguyễn Văn Bình", "Trần Thị Mai", "Lê Hoàng Long")
_M, _S = MarkKind, StrikeKind

CROSSES: dict[str, Entry] = {
    "cross-plain": Entry(Group.CROSS, "two strokes", crosses(_M.CROSS_STRAIGHT), ("cross-plain",)),
    "cross-curved": Entry(Group.CROSS, "curved strokes", crosses(_M.CROSS_CURVED), ("cross-hands",)),
    "cross-lopsided": Entry(
        Group.CROSS, "one stroke much shorter", crosses(_M.CROSS_LOPSIDED), ("cross-hands",)
    ),
    "cross-tiny": Entry(Group.CROSS, "a third of the box", crosses(_M.CROSS_TINY), ("cross-sizes",)),
    "cross-large": Entry(Group.CROSS, "larger than the box", crosses(_M.CROSS_LARGE), ("cross-sizes",)),
    "cross-outside": Entry(
        Group.CROSS, "started outside the box", crosses(_M.CROSS_OUTSIDE), ("cross-sizes",)
    ),
    "cross-hooked": Entry(Group.CROSS, "strokes end in hooks", crosses(_M.CROSS_HOOKED), ("cross-hands",)),
    "cross-twice": Entry(Group.CROSS, "drawn twice", crosses(_M.CROSS_TWICE), ("cross-hands",)),
    "cross-connected": Entry(
        Group.CROSS,
        "the pen not lifted: a side joins the strokes",
        crosses(_M.CROSS_CONNECTED),
        ("cross-hands",),
    ),
    "pen-faint-pencil": Entry(
        Group.CROSS, "faint pencil", written_with(PenKind.PENCIL, (0.3, 0.85)), ("pen-pencil-faint",)
    ),
    "pen-thin-1bit": Entry(
        Group.CROSS,
        "a thin ball pen on a 1-bit scan",
        written_with(PenKind.BALL, (0.0, 0.5), thin=0.7, binary=True),
        ("pen-thin-1bit",),
    ),
    "pen-felt": Entry(Group.CROSS, "felt pen", written_with(PenKind.FELT), ("pen-felt-red-colour",)),
}

OTHER_MARKS: dict[str, Entry] = {
    name: Entry(Group.OTHER_MARK, shows, instead(*kinds), (scan,))
    for name, shows, kinds, scan in (
        ("mark-tick", "a tick", (_M.TICK,), "mark-tick-v-slash"),
        ("mark-v", "a v", (_M.V,), "mark-tick-v-slash"),
        ("mark-slash", "a single slash", (_M.SLASH,), "mark-tick-v-slash"),
        ("mark-circle", "a circle", (_M.CIRCLE,), "mark-circle-dot"),
        ("mark-circled-x", "a circled X", (_M.CIRCLED_CROSS,), "mark-circle-dot"),
        ("mark-filled", "a filled or scribbled box", (_M.FILL, _M.SCRIBBLE), "mark-fill-scribble"),
        ("mark-dot", "a dot", (_M.DOT,), "mark-circle-dot"),
        ("mark-plus-star", "a plus or a star", (_M.PLUS, _M.ASTERISK), "mark-plus-asterisk-initials"),
        ("mark-initials", "initials in the box", (_M.INITIALS,), "mark-plus-asterisk-initials"),
        ("mark-beside", "an X beside its box", (_M.CROSS_BESIDE,), "mark-beside"),
        ("mark-between", "an X between two boxes", (_M.CROSS_BETWEEN,), "mark-beside"),
        ("mark-on-line", "an X on the box's printed side", (_M.CROSS_ON_LINE,), "mark-on-line"),
    )
}

CORRECTED: dict[str, Entry] = {
    "corrected-blotted": Entry(
        Group.CORRECTED,
        "an X blotted out, another set",
        besides(_M.BLOTTED_CROSS),
        ("mark-corrected-blotted",),
    ),
    "corrected-struck": Entry(
        Group.CORRECTED, "an X struck over, another set", besides(_M.STRUCK_CROSS), ("mark-corrected-struck",)
    ),
    "corrected-circled": Entry(
        Group.CORRECTED,
        "one X blotted out or struck over, the other circled to confirm it",
        besides(_M.BLOTTED_CROSS, _M.STRUCK_CROSS, confirmed=True),
        ("mark-corrected-circled",),
    ),
    "two-crosses-one-circled": Entry(
        Group.CORRECTED,
        "two crosses in a line, one of them circled to confirm it",
        besides(_M.CROSS_STRAIGHT, confirmed=True),
        ("two-crosses-circled",),
    ),
}

STRUCK: dict[str, Entry] = {
    "large-cross-at-name": Entry(
        Group.NOT_STRUCK,
        "a stroke of a large X ends at the row's words",
        long_arm_to_name,
        ("large-cross-at-name",),
    ),
} | {
    name: Entry(group, shows, striking(kind), (scan,))
    for name, group, shows, kind, scan in (
        ("strike-single", Group.STRUCK, "one line through a name", _S.SINGLE, "strike-single"),
        ("strike-double", Group.STRUCK, "two lines", _S.DOUBLE, "strike-double-wave"),
        ("strike-wave", Group.STRUCK, "a wave", _S.WAVE, "strike-double-wave"),
        ("strike-zigzag", Group.STRUCK, "a zigzag", _S.ZIGZAG, "strike-zigzag-scribble"),
        ("strike-scribble", Group.STRUCK, "scribbled over", _S.SCRIBBLE, "strike-zigzag-scribble"),
        ("strike-diagonal", Group.STRUCK, "a diagonal", _S.DIAGONAL, "strike-diagonal-crossed"),
        ("strike-crossed", Group.STRUCK, "crossed out", _S.CROSSED, "strike-diagonal-crossed"),
        ("strike-position", Group.STRUCK, "through the position only", _S.POSITION_ONLY, "strike-position"),
        ("strike-half", Group.STRUCK, "through half a name", _S.HALF, "strike-half"),
        (
            "strike-rows",
            Group.STRUCK,
            "one diagonal across several rows",
            _S.DIAGONAL_ROWS,
            "strike-rows",
        ),
        ("underlining", Group.NOT_STRUCK, "a name underlined", _S.UNDERLINE, "line-under-name"),
        ("bracket", Group.NOT_STRUCK, "a bracket before a name", _S.BRACKET, "beside-name"),
        ("tick-beside-name", Group.NOT_STRUCK, "a tick beside a name", _S.TICK_BESIDE, "beside-name"),
    )
}

WRITING: dict[str, Entry] = {
    "writing-word": Entry(Group.WRITING, "a word or a remark", writing(*_WORDS), ("writing-words",)),
    "writing-letter": Entry(
        Group.WRITING,
        "a single letter or digit",
        writing("V", "5", "A", "k", "?", height_mm=(2.5, 7.0)),
        ("writing-letter",),
    ),
    "writing-signature": Entry(
        Group.WRITING, "a signature", writing("", height_mm=(5.0, 12.0)), ("writing-signature",)
    ),
    "writing-name": Entry(
        Group.WRITING, "a name added below the table", below_table(*_NAMES), ("writing-name-added",)
    ),
    "writing-margin": Entry(
        Group.WRITING,
        "a remark at the margin",
        at_margin("lại", "tốt", "ok", "?"),
        ("writing-pencil-margin",),
    ),
    "writing-back": Entry(
        Group.WRITING, "a remark on the back, which lies on the glass", back_with_remark, ("back-remark",)
    ),
    "writing-pencil": Entry(
        Group.WRITING,
        "a remark in pencil, often faint",
        both(written_with(PenKind.PENCIL, (0.1, 0.75)), writing(*_WORDS)),
        ("writing-pencil-margin", "writing-faint"),
    ),
}
