"""A planned ballot of a test deck as ink on its pages."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from ballot_layout.drawing import Text, Typesetter
from ballot_layout.fonts import FontWeight
from ballot_layout.form import Form
from ballot_layout.pen import PageInk, PenStroke
from calibration.deck import DeckBallot
from calibration.deck_marks import PENS, draw_mark, draw_stamp, draw_strike, draw_words
from records.geometry import Rect


def draw_deck_ballot(
    ballot: DeckBallot, form: Form, writing: tuple[int, Rect] | None, seed: str
) -> tuple[PageInk, ...]:
    """Marks, strike, words and stamp of one ballot, page by page.

    Args:
        ballot: as planned.
        form: of the test ballots.
        writing: the page number and place of added words.
        seed: chooses how a hand that never draws the same line twice draws these.
    """
    return tuple(
        PageInk(
            tuple(_page_strokes(ballot, form, index, writing, seed)),
            form.layout.pages[index].page in ballot.turned,
        )
        for index in range(len(form.pages))
    )


def _page_strokes(
    ballot: DeckBallot, form: Form, index: int, writing: tuple[int, Rect] | None, seed: str
) -> Iterator[PenStroke]:
    page, pen = form.layout.pages[index], PENS[ballot.pen % len(PENS)]
    if page.seal is not None and ballot.stamped and form.seal_image is None:
        yield from draw_stamp(page.seal, Random(f"{seed} stamp"))
    places = {(box.official, box.level): box.rect for box in page.boxes}
    for mark in ballot.marks:
        place = places.get((mark.official, mark.level))
        if place is not None:
            random = Random(f"{seed} {mark.official} {mark.level}")
            yield from draw_mark(mark.shape, place, pen, random)
    for name in page.names:
        if name.official == ballot.struck:
            yield from draw_strike(_name_lines(form, index, name.rect), pen, Random(f"{seed} strike"))
    if ballot.written and writing is not None and writing[0] == page.page:
        yield from draw_words(writing[1], pen)


def _name_lines(form: Form, index: int, place: Rect) -> list[Rect]:
    """The lines of the name in `place`, without those of the position beside it."""
    setter = Typesetter(form.fonts)
    bold = [p for p in form.pages[index].primitives if isinstance(p, Text) and p.weight is FontWeight.BOLD]
    rects = [setter.ink_rect(text) for text in bold]
    return [rect for rect in rects if place.inflated(0.1).contains(*rect.centre_mm)]
