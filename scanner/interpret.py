"""Stage 8: the facts of one ballot over all its pages."""

from __future__ import annotations

from collections.abc import Sequence

from records.reading import BallotReading, PageReading


def interpret_ballot(pages: Sequence[PageReading]) -> BallotReading:
    """Joins the pages of one ballot by their printed codes, whatever order they were scanned in.

    Args:
        pages: one reading per scanned page, all with the same serial; the first reading of a page
            number stays.

    Returns:
        The ballot with its pages in print order and the numbers of those not scanned.

    Raises:
        ValueError: no pages, or pages of different ballots.
    """
    if not pages:
        raise ValueError("a ballot of no pages")
    first = pages[0].token
    if any((page.token.serial, page.token.style) != (first.serial, first.style) for page in pages):
        raise ValueError("pages of different ballots")
    by_number: dict[int, PageReading] = {}
    for page in pages:
        by_number.setdefault(page.token.page, page)
    missing = tuple(number for number in range(1, first.pages + 1) if number not in by_number)
    return BallotReading(
        serial=first.serial,
        style=first.style,
        pages=tuple(by_number[number] for number in sorted(by_number)),
        missing_pages=missing,
    )
