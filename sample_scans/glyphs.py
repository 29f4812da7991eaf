"""Handwriting: letters, digits and signatures as strokes.

Units: an x-height of 1, the baseline at y = 0, y down; words run to the right from x = 0.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

import numpy as np

from sample_scans.strokes import FloatArray, Strokes, Writer, frozen, moved, smooth, wobbled

_Path = tuple[tuple[float, float], ...]


def _paths(text: str) -> tuple[_Path, ...]:
    """Strokes written as "x y,x y|x y,…" in tenths of the x-height."""
    return tuple(
        tuple((float(pair.split()[0]) / 10, -float(pair.split()[1]) / 10) for pair in stroke.split(","))
        for stroke in text.split("|")
    )


_LETTERS: Mapping[str, tuple[_Path, ...]] = {
    letter: _paths(text)
    for letter, text in {
        "a": "7 9,4 10,1 7,1 3,3 0,6 2,7 9,7 3,9 0",
        "b": "1 18,1 1,4 0,7 3,7 7,4 10,1 7",
        "c": "7 8,4 10,1 7,1 3,4 0,7 2",
        "d": "7 8,4 10,1 7,1 3,4 0,7 3|7 18,7 2,9 0",
        "e": "1 5,7 6,6 9,4 10,1 7,1 3,4 0,7 2",
        "g": "7 9,4 10,1 7,1 4,4 1,7 4|7 10,7 -4,4 -7,1 -5",
        "h": "1 18,1 0,2 6,5 10,7 7,7 0",
        "i": "2 10,2 2,4 0|2 14,2.4 14",
        "k": "1 18,1 0|6 10,1 5,7 0",
        "l": "2 18,2 3,4 0",
        "m": "1 10,1 0,2 7,4 10,5 7,5 0,6 7,8 10,10 7,10 0",
        "n": "1 10,1 0,2 7,5 10,7 7,7 0",
        "o": "4 10,1 7,1 3,4 0,7 3,7 7,4 10",
        "p": "1 10,1 -7|1 7,4 10,7 7,7 3,4 0,1 3",
        "q": "7 8,4 10,1 7,1 3,4 0,7 3|7 10,7 -7",
        "r": "1 10,1 0,2 7,5 10,6 9",
        "s": "6 9,3 10,1 8,5 5,6 2,3 0,1 1",
        "t": "3 15,3 3,5 0,7 1|0 10,7 10",
        "u": "1 10,1 3,3 0,6 3,7 10,7 2,9 0",
        "v": "1 10,4 0,7 10",
        "x": "1 10,7 0|7 10,1 0",
        "y": "1 10,1 4,4 2,7 5,7 10,7 -4,4 -7,1 -5",
        "A": "0 0,5 18,10 0|2 6,8 6",
        "B": "1 18,1 0,6 0,9 3,7 8,1 9,6 10,8 14,6 18,1 18",
        "H": "1 18,1 0|9 18,9 0|1 9,9 9",
        "K": "1 18,1 0|9 18,1 8,9 0",
        "L": "1 18,1 0,8 0",
        "N": "1 0,1 18,9 0,9 18",
        "P": "1 0,1 18,6 18,9 14,6 9,1 9",
        "T": "0 18,10 18|5 18,5 0",
        "V": "0 18,5 0,10 18",
        "0": "5 18,1 13,1 5,5 0,9 5,9 13,5 18",
        "1": "2 14,5 18,5 0",
        "2": "1 14,4 18,8 15,7 10,1 0,9 0",
        "3": "1 17,5 18,8 14,4 10,8 6,5 0,1 2",
        "4": "7 18,1 6,9 6|6 10,6 0",
        "5": "8 18,2 18,2 11,6 11,8 6,5 0,1 2",
        "6": "8 17,3 11,1 5,4 0,8 4,6 9,2 7",
        "7": "1 18,9 18,4 0|3 9,8 9",
        "8": "5 10,1 14,5 18,8 14,5 10,1 5,5 0,9 5,5 10",
        "9": "8 13,4 18,1 13,4 9,8 12,8 5,5 0",
        "!": "2 18,2 5|2 1,2.3 0",
        "?": "1 15,4 18,7 14,4 8,4 5|4 1,4.3 0",
        ".": "1 1,1.4 0",
        ",": "2 1,1 -3",
        "-": "1 6,6 6",
    }.items()
}
"""A plain school hand; other letters fall back on a near shape."""

_MARKS: Mapping[str, _Path] = {
    "\u0301": ((0.35, -1.3), (0.65, -1.75)),
    "\u0300": ((0.2, -1.75), (0.5, -1.3)),
    "\u0302": ((0.1, -1.25), (0.4, -1.6), (0.7, -1.25)),
    "\u0303": ((0.1, -1.4), (0.3, -1.6), (0.5, -1.4), (0.7, -1.6)),
    "\u0306": ((0.1, -1.6), (0.4, -1.3), (0.7, -1.6)),
    "\u0309": ((0.3, -1.7), (0.6, -1.6), (0.4, -1.3)),
    "\u031b": ((0.7, -0.9), (0.95, -1.15), (0.9, -1.3)),
    "\u0323": ((0.4, 0.35), (0.45, 0.4)),
}
_SPACE = 0.55


def write_text(text: str, writer: Writer, rng: np.random.Generator) -> Strokes:
    """`text` in the hand of `writer`; Vietnamese letters take their diacritics.

    Characters without a glyph are drawn as a near letter, never left out.
    """
    strokes: list[FloatArray] = []
    x = 0.0
    for character in unicodedata.normalize("NFD", text.replace("đ", "d\u0335").replace("Đ", "D\u0335")):
        if character.isspace():
            x += _SPACE
        elif unicodedata.combining(character) or character == "\u0335":
            strokes += moved(_mark(character), 1.0, (x - 0.95, 0.0))
        else:
            glyph = _glyph(character)
            width = max(point[0] for path in glyph for point in path)
            scale = float(rng.lognormal(0.0, 0.06))
            strokes += moved([smooth(path) for path in glyph], scale, (x, rng.normal(0, 0.05)))
            x += width * scale + rng.uniform(0.12, 0.3)
    slanted = [
        frozen(stroke + np.column_stack([-0.25 * stroke[:, 1], 0 * stroke[:, 1]])) for stroke in strokes
    ]
    return wobbled(slanted, 0.03 + writer.wobble, rng, period=0.5)


def _glyph(character: str) -> tuple[_Path, ...]:
    if character in _LETTERS:
        return _LETTERS[character]
    if character.lower() in _LETTERS:
        lower = _LETTERS[character.lower()]
        return tuple(tuple((x * 1.4, y * 1.5) for x, y in path) for path in lower)
    return _LETTERS["n"]


def _mark(character: str) -> Strokes:
    if character == "\u0335":
        return (smooth([(0.5, -1.45), (1.0, -1.45)]),)
    return (smooth(_MARKS.get(character, _MARKS["\u0301"])),)


def signature(writer: Writer, rng: np.random.Generator) -> Strokes:
    """A signature-like run of loops with a flourish under it, about 6 units wide."""
    count = int(rng.integers(9, 15))
    x = np.linspace(0.0, 5.0, count) + rng.normal(0.0, 0.12, count)
    height = rng.uniform(0.3, 1.6, count) * np.where(np.arange(count) % 2 == 0, -1.0, 0.25)
    height[0] = -1.8
    run = smooth(np.column_stack([x, height]))
    tail = smooth([(5.0, -0.2), (6.0, -0.8), (4.0, 0.5), (0.5, 0.4), (3.5, 0.7)])
    return wobbled((run, tail), 0.03 + writer.wobble, rng, period=0.5)


def letters_like(count: int, writer: Writer, rng: np.random.Generator) -> Strokes:
    """A made-up word of `count` letters."""
    return write_text("".join(rng.choice(list("aceghiklmnortuvxy"), count)), writer, rng)
