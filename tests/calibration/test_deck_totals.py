"""Totals that no swap of columns or lines leaves as they are."""

from __future__ import annotations

from itertools import combinations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.deck_totals import Spread, distinct_totals, plain_ballots

counts = st.lists(st.integers(0, 9), min_size=1, max_size=60)


@given(st.integers(2, 6), counts, st.integers(1, 8))
def test_no_two_boxes_have_the_same_total(columns: int, counted: list[int], least: int) -> None:
    rows = distinct_totals(columns, counted, least, Spread.ALL)
    totals = [total for row in rows for total in row]
    assert len(set(totals)) == len(totals) == columns * len(counted)
    assert min(totals) >= least
    plain = {sum(row) - more for row, more in zip(rows, counted, strict=True)}
    assert len(plain) == 1


@given(st.integers(2, 6), counts, st.integers(1, 8))
def test_fewer_sheets_show_every_swap_of_two_lines_or_columns(
    columns: int, counted: list[int], least: int
) -> None:
    rows = distinct_totals(columns, counted, least, Spread.LINES)
    assert len({sum(row) - more for row, more in zip(rows, counted, strict=True)}) == 1
    assert min(total for row in rows for total in row) >= least
    for first, second in combinations(range(columns), 2):
        assert all(row[first] != row[second] for row in rows)
    for one, other in combinations(rows, 2):
        assert all(a != b for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize(("lines", "ballots"), [(1, 6), (12, 55), (60, 271)])
def test_three_columns_take_hardly_more_ballots_than_they_must(lines: int, ballots: int) -> None:
    """3·n different totals from 1 up add up to at least 3n(3n + 1)/2, a ballot for each n of it."""
    rows = distinct_totals(3, [0] * lines, 1, Spread.ALL)
    least = -(-3 * (3 * lines + 1) // 2)
    assert ballots - 1 <= sum(rows[0]) <= ballots + 2
    assert sum(rows[0]) - least <= 2


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=9), st.integers())
def test_marks_of_the_plain_ballots_add_up(rows: list[tuple[int, int]], seed: int) -> None:
    most = max(sum(row) for row in rows)
    filled = [(first, most - first) for first, _ in rows]
    ballots = plain_ballots(filled, Random(seed))
    assert len(ballots) == most
    for line, row in enumerate(filled):
        marked = [ballot[line] for ballot in ballots]
        assert tuple(marked.count(column) for column in range(2)) == row


def test_rows_of_different_sums_are_no_ballots() -> None:
    with pytest.raises(ValueError, match="zip"):
        plain_ballots([(1, 2), (1, 1)], Random(1))


@pytest.mark.parametrize(("columns", "counted"), [(1, [0]), (3, [])])
def test_what_cannot_be_is_refused(columns: int, counted: list[int]) -> None:
    with pytest.raises(ValueError, match="no totals"):
        distinct_totals(columns, counted, 1, Spread.ALL)
