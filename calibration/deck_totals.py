"""How often each box of a test deck is marked: totals that tell every column and every line from every other.

Where two columns or two lines are swapped between the paper and the result, their totals change places; only
different totals show it. With `Spread.ALL` no two boxes of the form have the same total; with `Spread.LINES`
no two of one line and no two of one column have, which shows the same swaps with far fewer sheets.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from random import Random

Row = tuple[int, ...]


class Spread(StrEnum):
    ALL = "all"
    LINES = "lines"


def distinct_totals(columns: int, counted: Sequence[int], least: int, spread: Spread) -> tuple[Row, ...]:
    """Totals for each line, a number for each column.

    Args:
        columns: at least 2.
        counted: for each line, on how many ballots besides the plain ones it has a vote.
        least: no total is smaller.
        spread: which totals differ.

    Returns:
        A row for each line; less its `counted`, every row adds up to the same number: that of the plain
        ballots, each of which has one mark in every line.
    """
    if columns < 2 or not counted:
        raise ValueError(f"no totals for {columns} columns and {len(counted)} lines")
    lines = len(counted)
    ranked = sorted(range(lines), key=lambda line: (-counted[line], line))
    for shift in (lines,) if spread is Spread.ALL else range(lines + 1):
        heads = sorted(_heads(columns, lines, least, shift), key=sum)
        rows = _closed(heads, [counted[line] for line in ranked], least, spread)
        if rows is not None:
            found = dict(zip(ranked, rows, strict=True))
            return tuple(found[line] for line in range(lines))
    raise ValueError(f"no totals for {columns} columns and {lines} lines")


def plain_ballots(rows: Sequence[Row], random: Random) -> tuple[tuple[int, ...], ...]:
    """For every plain ballot the column marked in each line, so that the marks add up to `rows`.

    Raises:
        ValueError: the rows do not add up to the same number.
    """
    drawn = []
    for row in rows:
        line = [column for column, total in enumerate(row) for _ in range(total)]
        random.shuffle(line)
        drawn.append(line)
    return tuple(zip(*drawn, strict=True))


def _heads(columns: int, lines: int, least: int, shift: int) -> list[Row]:
    """All columns but the last: numbers without repeats down each, whose sums have no repeats either.

    The first two pair the numbers so that their sums follow one another as closely as can be; further ones
    come in pairs that rise and fall, whose sums are all the same.
    """
    blocks = [[number] for number in range(lines)] if columns % 2 == 0 else _close_pairs(lines, shift)
    for pair in range((columns - 1 - len(blocks[0])) // 2):
        base = shift * (len(blocks[0]) + 2 * pair)
        for line in range(lines):
            blocks[line] += [base + line, base + shift + lines - 1 - line]
    return [tuple(least + value for value in block) for block in blocks]


def _close_pairs(lines: int, shift: int) -> list[list[int]]:
    """(i, σ(i)) with sums from about lines/2 to 3·lines/2, each once."""
    half = (lines - 1) // 2 if lines % 2 else lines // 2 - 1
    return [
        [line, shift + (half - line // 2 if line % 2 == 0 else lines - 1 - (line - 1) // 2)]
        for line in range(lines)
    ]


def _closed(heads: list[Row], counted: list[int], least: int, spread: Spread) -> list[Row] | None:
    """`heads` with the last column, for the fewest ballots that do; None where none do.

    The sums of `heads` rise and `counted` falls, so that the last column falls: it has no repeats.
    """
    start = max(sum(head) - more for head, more in zip(heads, counted, strict=True)) + least
    largest = max(max(head) for head in heads)
    for ballots in range(start, start + largest + 2):
        rows = [(*head, ballots + more - sum(head)) for head, more in zip(heads, counted, strict=True)]
        if _differ(rows, spread):
            return rows
    return None


def _differ(rows: Sequence[Row], spread: Spread) -> bool:
    if spread is Spread.ALL:
        return len({total for row in rows for total in row}) == len(rows) * len(rows[0])
    columns = zip(*rows, strict=True)
    return all(len(set(row)) == len(row) for row in rows) and all(
        len(set(column)) == len(rows) for column in columns
    )
