"""The page that needs no thought: one X on every line, and nothing else that bears on a ruling.

Most ballots are such. What they say is kept beside the reading as a short text, so that a count of a hundred
thousand ballots need not unpack the scores of every box. Under every rule set such a ballot is valid, with
these choices; `kiemphieu.plain_ballots` makes the ruling.
"""

from __future__ import annotations

from dataclasses import dataclass

from records.reading import BoxState, PageReading, SealState, SheetResult

_BETWEEN, _IS, _KIND = " ", "=", "/"


@dataclass(frozen=True, slots=True)
class PlainPage:
    """What such a text says: the group and kind of the ballot, and a level for every official."""

    style: str
    kind: int
    choices: tuple[tuple[str, str], ...]


def plain_text(result: SheetResult) -> str:
    """`group/kind o1=high o2=low …` in layout order; empty where anything else is to be said of the page."""
    if not isinstance(result, PageReading) or result.token.pages != 1:
        return ""
    if result.review or result.strikes or result.writings:
        return ""
    if result.seal is not None and result.seal.state is not SealState.PRESENT:
        return ""
    choices: dict[str, str | None] = {}
    for box in result.boxes:
        chosen = choices.setdefault(box.official, None)
        if box.state is BoxState.CROSS and chosen is None:
            choices[box.official] = box.level
        elif box.state is not BoxState.EMPTY:
            return ""
    if not choices or None in choices.values():
        return ""
    head = f"{result.token.style}{_KIND}{int(result.token.kind)}"
    return _BETWEEN.join((head, *(f"{official}{_IS}{level}" for official, level in choices.items())))


def plain_page(text: str) -> PlainPage:
    """Inverse of `plain_text` for a page that has one.

    Raises:
        ValueError: it is no such text.
    """
    head, *words = text.split(_BETWEEN)
    style, _, kind = head.rpartition(_KIND)
    choices = []
    for word in words:
        official, sign, level = word.partition(_IS)
        if not sign:
            raise ValueError(f"no choice: {word!r}")
        choices.append((official, level))
    return PlainPage(style, int(kind), tuple(choices))
