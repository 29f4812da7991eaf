"""Counts that a committee typed in by hand, for bodies without a scanner (contract.md, last section).

Mistakes are values, each with its line, so that all of them can be mended in one go. Nothing is
completed or corrected here: counts that do not add up give no result at all.

What single ballots held is not known from counts. So whether the reading of faulty lines decides
(`line_fault_decides`) is never told of a typed result, and whether the base does from bounds only.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from records.count import BallotCounts, CountSource, OfficialCount, OfficialResult, OpenPoint, TallyResult
from records.errors import Problem
from records.rules import Base, RuleSet
from records.vote import Attendance
from tally.count import official_result
from tally.open_points import (
    HEAD_COUNT_BASES,
    find_base,
    find_open_points,
    in_order,
    returned_exceeds_present,
)
from tally.thresholds import classify_quorum

# Nine digits hold any electorate, and int() refuses numbers of thousands of digits with an error.
_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,9}")
_BYTE_ORDER_MARK = "\ufeff"
_NO_BALLOTS = BallotCounts(issued=0, valid=0, invalid=0, review=0, foreign=0)


@dataclass(frozen=True, slots=True)
class TypedRow:
    """One official's counts. `line` is 1-based in the text."""

    line: int
    count: OfficialCount

    @property
    def votes(self) -> int:
        return sum(number for _, number in self.count.levels)

    @property
    def total(self) -> int:
        return self.votes + self.count.invalid


@dataclass(frozen=True, slots=True)
class TypedCounts:
    """What could be read, and every mistake in the rest.

    Attributes:
        rows: those without a mistake of their own.
        named: line and official of every row that names one, also of rows with a mistake.
    """

    rows: tuple[TypedRow, ...]
    named: tuple[tuple[int, str], ...]
    problems: tuple[Problem, ...]


def tally_typed_counts(
    text: str,
    rules: RuleSet,
    base: int | None = None,
    *,
    officials: Sequence[str] | None = None,
    leave_out: Collection[str] = (),
    attendance: Attendance | None = None,
    vote_id: str = "",
) -> TallyResult | tuple[Problem, ...]:
    """The result of counts typed by hand, or all their mistakes.

    Args:
        text: CSV with the header `official,<level>,…,invalid`; a byte order mark is passed over.
        rules: gives the levels, the thresholds and what the base is of.
        base: the number that percentages and thresholds are of. May be left out where the base is the
            ballots returned: that number is what every row adds up to.
        officials: who must be in the counts, once each, and in whose order they are given; None takes
            whoever is, as they stand.
        leave_out: officials whose rows are passed over: they stand on another kind of ballot.
        attendance: None if not known; the result is then not final.
        vote_id: repeated in the result.
    """
    parsed = _of_one_sheet(parse_typed_counts(text, rules), officials, leave_out)
    announced = find_base(_NO_BALLOTS, attendance, rules.base) if rules.base in HEAD_COUNT_BASES else None
    if base is None:
        base = announced
    problems = (
        *parsed.problems,
        *_check_officials(parsed.named, officials),
        *_check_base(rules, base, announced),
        *_check_totals(parsed.rows, rules, base),
    )
    if problems:
        return problems
    returned = parsed.rows[0].total
    counted_base = returned if base is None else base
    valid = counted_base if rules.base is Base.VALID else returned
    ballots = BallotCounts(issued=returned, valid=valid, invalid=returned - valid, review=0, foreign=0)
    officials_found = tuple(official_result(row.count, counted_base, rules) for row in parsed.rows)
    quorum = classify_quorum(attendance, rules.quorum)
    open_points = find_open_points(quorum, ballots, counted_base, rules)
    if _base_may_decide(parsed.rows, officials_found, rules):
        open_points.add(OpenPoint.BASE_DECIDES)
    present = attendance.present if attendance else None
    exceeds = returned_exceeds_present(ballots, present)
    return TallyResult(
        vote=vote_id,
        rules=rules.id,
        summoned=attendance.summoned if attendance else None,
        present=present,
        quorum=quorum,
        ballots=ballots,
        reconciled=True,
        officials=officials_found,
        open_points=in_order(open_points),
        warnings=(OpenPoint.RETURNED_EXCEEDS_PRESENT,) if exceeds else (),
        source=CountSource.TYPED,
    )


def _of_one_sheet(
    parsed: TypedCounts, officials: Sequence[str] | None, leave_out: Collection[str]
) -> TypedCounts:
    """Only the rows of one kind of ballot, in the order in which it lists its people."""
    rows = [row for row in parsed.rows if row.count.official not in leave_out]
    if officials is not None:
        places = {official: place for place, official in enumerate(officials)}
        rows.sort(key=lambda row: places.get(row.count.official, len(places)))
    named = tuple(one for one in parsed.named if one[1] not in leave_out)
    return TypedCounts(tuple(rows), named, parsed.problems)


def _base_may_decide(rows: Sequence[TypedRow], results: Sequence[OfficialResult], rules: RuleSet) -> bool:
    """Whether the ballots valid, of which typed counts tell only bounds, would as base change an outcome.

    At least as many ballots are valid as any official has votes, at most all that were returned; every
    outcome between agrees where those at both ends do.
    """
    if "base" in rules.decided or rules.base not in {Base.RETURNED, Base.VALID}:
        return False
    returned = rows[0].total
    least_valid = max(row.votes for row in rows) or returned
    return any(
        (result.outcome, result.grade) != (other.outcome, other.grade)
        for base in (least_valid, returned)
        for row, result in zip(rows, results, strict=True)
        for other in (official_result(row.count, base, rules),)
    )


def parse_typed_counts(text: str, rules: RuleSet) -> TypedCounts:
    """Reads the CSV text; each row is checked by itself only."""
    header = ("official", *(level.id for level in rules.levels), "invalid")
    lines, problems = _read_lines(text)
    first_line, first = lines[0] if lines else (1, [])
    if [cell.strip() for cell in first] != list(header):
        details = {"found": ",".join(first), "expected": ",".join(header)}
        problem = _problem("header", first_line, "typed_header", **details)
        return TypedCounts((), (), (problem, *problems))
    rows: list[TypedRow] = []
    named: list[tuple[int, str]] = []
    for line, cells in lines[1:]:
        official = unicodedata.normalize("NFC", cells[0].strip())
        found = _parse_row(official, cells, header, line)
        if isinstance(found, TypedRow):
            rows.append(found)
        else:
            problems += found
        if official:
            named.append((line, official))
    if not rows and not problems:
        problems.append(_problem("row", None, "typed_no_rows"))
    return TypedCounts(tuple(rows), tuple(named), tuple(problems))


def _read_lines(text: str) -> tuple[list[tuple[int, list[str]]], list[Problem]]:
    """Line number and cells of every line that holds anything, up to the first that is no CSV."""
    reader = csv.reader(io.StringIO(text.removeprefix(_BYTE_ORDER_MARK), newline=""), strict=True)
    lines: list[tuple[int, list[str]]] = []
    try:
        # Item by item, so that the lines before one that is no CSV are kept and checked.
        lines.extend((reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells))
    except csv.Error as error:
        return lines, [_problem("row", reader.line_num, "typed_csv", reason=str(error))]
    return lines, []


def _parse_row(
    official: str, cells: list[str], header: tuple[str, ...], line: int
) -> TypedRow | tuple[Problem, ...]:
    if len(cells) != len(header):
        details = {"found": str(len(cells)), "expected": str(len(header))}
        return (_problem("row", line, "typed_row_width", **details),)
    problems = [] if official else [_problem("official", line, "typed_no_official")]
    numbers: list[int] = []
    for column, cell in zip(header[1:], cells[1:], strict=True):
        number = _parse_number(cell.strip(), f"{official}.{column}", line)
        if isinstance(number, int):
            numbers.append(number)
        else:
            problems.append(number)
    if problems:
        return tuple(problems)
    levels = tuple(zip(header[1:-1], numbers[:-1], strict=True))
    return TypedRow(line, OfficialCount(official, levels, numbers[-1]))


def _parse_number(text: str, place: str, line: int) -> int | Problem:
    if not _WHOLE_NUMBER.fullmatch(text):
        return _problem(place, line, "typed_not_a_number", found=text)
    if int(text) < 0:
        return _problem(place, line, "typed_negative", found=text)
    return int(text)


def _check_officials(named: Sequence[tuple[int, str]], officials: Sequence[str] | None) -> Iterable[Problem]:
    first_lines: dict[str, int] = {}
    for line, official in named:
        if official in first_lines:
            first = str(first_lines[official])
            yield _problem(official, line, "typed_official_twice", official=official, first=first)
        elif officials is not None and official not in officials:
            yield _problem(official, line, "typed_official_unknown", official=official)
        first_lines.setdefault(official, line)
    for official in officials or ():
        if official not in first_lines:
            yield _problem(official, None, "typed_official_missing", official=official)


def _check_base(rules: RuleSet, base: int | None, announced: int | None) -> Iterable[Problem]:
    if announced is not None and base != announced:
        yield _problem("base", None, "typed_base_differs", found=str(base), expected=str(announced))
    if base is None and rules.base is not Base.RETURNED:
        yield _problem("base", None, "typed_base_needed", base=rules.base.value)
    if base is not None and base <= 0:
        yield _problem("base", None, "typed_base_zero", found=str(base))


def _check_totals(rows: Sequence[TypedRow], rules: RuleSet, base: int | None) -> Iterable[Problem]:
    """Every official stands on every ballot, so all rows add up to the ballots returned."""
    if not rows or (base is not None and base <= 0):
        return
    totals = Counter(row.total for row in rows)
    # Without a base the commonest total stands for the ballots returned: the odd row is the mistake.
    returned = base if base is not None and rules.base is Base.RETURNED else totals.most_common(1)[0][0]
    for row in rows:
        if row.total != returned:
            yield _row_problem("typed_total", row, row.total, returned)
        elif base is not None:
            yield from _check_against_base(row, rules, base)
    if base is None and returned == 0:
        yield _problem("base", None, "typed_base_zero", found="0")


def _check_against_base(row: TypedRow, rules: RuleSet, base: int) -> Iterable[Problem]:
    if rules.base is not Base.VALID:
        if row.total > base:
            yield _row_problem("typed_total_above_base", row, row.total, base)
        return
    # Votes stand on valid ballots only; invalid lines may stand on valid and on invalid ballots.
    if row.votes > base:
        yield _row_problem("typed_votes_above_base", row, row.votes, base)
    if row.total < base:
        yield _row_problem("typed_total_below_base", row, row.total, base)


def _row_problem(message_id: str, row: TypedRow, found: int, expected: int) -> Problem:
    details = {"official": row.count.official, "found": str(found), "expected": str(expected)}
    return _problem(row.count.official, row.line, message_id, **details)


def _problem(place: str, line: int | None, message_id: str, **details: str) -> Problem:
    return Problem(place, line, message_id, tuple(details.items()))
