"""The workbook's sheet of results: formulas over the sheet of ballots, each with the value it comes to."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from kiemphieu.documents.facts import Words as DocumentWords
from kiemphieu.exports.ballot_sheet import BallotTable
from kiemphieu.exports.counted import CountedVote
from kiemphieu.exports.words import Words
from records.count import OfficialResult, Outcome
from records.rules import Base, Comparison, Grades, Threshold
from records.ruling import Verdict
from records.vote import Attendance, Official

HEADER_ROW = 5
_SIGNS = {Comparison.MORE_THAN: (">", ">"), Comparison.AT_LEAST: (">=", "≥")}
_HEAD_COUNTS = (Base.SUMMONED, Base.PRESENT, Base.DELEGATES)

_HEADER_HEIGHT, _LINE_HEIGHT = 60.0, 15.5
_CHARACTERS = 1.1
"""Letters of the font in a unit of a column's width, with room for words that break early."""

Value = int | float | str


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: a value, or a formula with the value it comes to; `style` names a format."""

    value: Value
    style: str = "cell"
    formula: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table of officials."""

    title: str
    width: float
    sum: bool = False


@dataclass(frozen=True, slots=True)
class ResultSheet:
    """What is needed to write the sheet."""

    counted: CountedVote
    table: BallotTable
    words: Words

    def columns(self) -> tuple[Column, ...]:
        text = self.words.text
        levels: list[Column] = []
        for level in self.counted.rules.levels:
            levels.append(Column(level.label, 11, sum=True))
            levels.append(Column(text("export_column_percent", level=level.label), 11))
        grade = [Column(text("export_column_grade"), 16)] if self.grades() is not None else []
        return (
            Column(text("export_column_number"), 5),
            Column(text("export_column_id"), 9),
            Column(text("export_column_name"), 26),
            Column(text("export_column_position"), 28),
            *([Column(text("export_column_group"), 12)] if self.table.groups else []),
            *levels,
            Column(text("export_column_invalid"), 12, sum=True),
            Column(text("export_column_sum"), 11, sum=True),
            Column(text("export_column_base"), 11),
            *(Column(self._threshold_title(threshold), 15) for threshold in self.counted.rules.thresholds),
            Column(text("export_column_outcome"), 18),
            *grade,
        )

    def grades(self) -> Grades | None:
        """Those of the rule set, if the committee has entered their cut-offs."""
        grades = self.counted.rules.grades
        return grades if grades is not None and grades.cutoffs else None

    def _threshold_title(self, threshold: Threshold) -> str:
        label = next(level.label for level in self.counted.rules.levels if level.id == threshold.level)
        sign = _SIGNS[threshold.comparison][1]
        base = self.words.text("export_column_base").lower()
        share = f"{threshold.numerator} × {base}" if threshold.numerator > 1 else base
        return f"{threshold.denominator} × {label} {sign} {share}"

    @property
    def _first_level(self) -> int:
        return 4 + int(self.table.groups)

    def count_column(self, level: str) -> int:
        ids = [each.id for each in self.counted.rules.levels]
        return self._first_level + 2 * ids.index(level)

    @property
    def invalid_column(self) -> int:
        return self._first_level + 2 * len(self.counted.rules.levels)

    @property
    def base_column(self) -> int:
        return self.invalid_column + 2

    @property
    def total_row(self) -> int:
        return HEADER_ROW + 1 + len(self.counted.report.result.officials)

    @property
    def ballots_row(self) -> int:
        """Where the table of ballots begins, with its header."""
        return self.total_row + 2

    # The table of officials

    def official_cells(self, row: int, official: Official, result: OfficialResult) -> Iterator[Cell]:
        """One official's row."""
        yield Cell(row - HEADER_ROW, "ordinal")
        yield Cell(official.id)
        yield Cell(official.name)
        yield Cell(official.position)
        if self.table.groups:
            yield Cell(official.style)
        base = xl_rowcol_to_cell(row, self.base_column, col_abs=True)
        percent = dict(result.percent)
        for level, number in result.count.levels:
            yield Cell(number, "count", self.table.count_lines(official.id, self.table.levels[level]))
            yield _percent_cell(xl_rowcol_to_cell(row, self.count_column(level)), base, percent.get(level))
        invalid = result.count.invalid
        yield Cell(invalid, "count", self.table.count_lines(official.id, self.table.invalid))
        yield self._sum_cell(row, result)
        yield Cell(result.base, "count", self._base_formula(official.style))
        yield from self._outcome_cells(row, base, result)

    def _sum_cell(self, row: int, result: OfficialResult) -> Cell:
        columns = [self.count_column(level) for level, _ in result.count.levels] + [self.invalid_column]
        total = sum(number for _, number in result.count.levels) + result.count.invalid
        return Cell(total, "count", "=" + "+".join(xl_rowcol_to_cell(row, column) for column in columns))

    def _outcome_cells(self, row: int, base: str, result: OfficialResult) -> Iterator[Cell]:
        counts = dict(result.count.levels)
        reached: list[tuple[str, Outcome]] = []
        for number, threshold in enumerate(self.counted.rules.thresholds, start=1):
            level = xl_rowcol_to_cell(row, self.count_column(threshold.level), col_abs=True)
            sign = _SIGNS[threshold.comparison][0]
            test = f"{threshold.denominator}*{level}{sign}{threshold.numerator}*{base}"
            reaches = int(_reaches(threshold, counts, result.base))
            yield Cell(reaches, "flag", f"=IF(AND({base}>0,{test}),1,0)")
            reached.append((xl_rowcol_to_cell(row, self.base_column + number), threshold.outcome))
        word = self.outcome_word(result.outcome)
        formula = _text(self.outcome_word(Outcome.NONE))
        for cell, outcome in reversed(reached):
            formula = f"IF({cell}=1,{_text(self.outcome_word(outcome))},{formula})"
        yield Cell(word, "outcome", f"=IF({base}=0,{_text(self.outcome_word(None))},{formula})")
        grades = self.grades()
        if grades is not None:
            level = xl_rowcol_to_cell(row, self.count_column(grades.level), col_abs=True)
            yield Cell(result.grade or "", "outcome", _grade_formula(grades, level, base))

    def outcome_word(self, outcome: Outcome | None) -> str:
        return DocumentWords(self.words.lang).outcome_name(outcome, self.counted.rules)

    def total_cells(self) -> Iterator[Cell | None]:
        """The row of sums below the officials; None where a column has none."""
        first, last = HEADER_ROW + 1, self.total_row - 1
        results = self.counted.report.result.officials
        sums = [
            sum(dict(each.count.levels)[level.id] for each in results) for level in self.counted.rules.levels
        ]
        sums.append(sum(each.count.invalid for each in results))
        sums.append(sum(sums))
        left = iter(sums)
        for number, column in enumerate(self.columns()):
            if column.sum:
                top, bottom = xl_rowcol_to_cell(first, number), xl_rowcol_to_cell(last, number)
                yield Cell(next(left), "total", f"=SUM({top}:{bottom})")
            else:
                yield Cell(self.words.text("export_total"), "total_text") if number == 2 else None

    # The table of ballots

    def ballot_titles(self) -> list[str]:
        names = ("group", "issued", "returned", "valid", "invalid_ballots", "review", "foreign")
        return [self.words.text(f"export_column_{name}") for name in names]

    def ballot_cells(self) -> Iterator[list[Cell]]:
        """A row per group; with several groups, their sum."""
        groups = self.counted.report.groups
        first = self.ballots_row + 1
        for row, group in enumerate(groups, start=first):
            ballots, style = group.result.ballots, group.style
            parts = [
                Cell(number, "count", self.table.count_verdict(style.id, verdict))
                for verdict, number in zip(
                    Verdict, (ballots.valid, ballots.invalid, ballots.review), strict=True
                )
            ]
            left, right = xl_rowcol_to_cell(row, 5), xl_rowcol_to_cell(row, 7)
            returned = Cell(ballots.returned, "count", f"=SUM({left}:{right})")
            title = f"{style.id}: {style.title}" if style.title else style.id
            name = Cell(title or self.words.text("export_all_ballots"))
            yield [name, Cell(ballots.issued, "count"), returned, *parts, Cell(ballots.foreign, "count")]
        if len(groups) > 1:
            yield list(self._ballot_sums(first, first + len(groups) - 1))

    def _ballot_sums(self, first: int, last: int) -> Iterator[Cell]:
        ballots = self.counted.report.result.ballots
        numbers = (ballots.issued, ballots.returned, ballots.valid, ballots.invalid, ballots.review)
        yield Cell(self.words.text("export_total"), "total_text")
        for column, number in enumerate((*numbers, ballots.foreign), start=3):
            top, bottom = xl_rowcol_to_cell(first, column), xl_rowcol_to_cell(last, column)
            yield Cell(number, "total", f"=SUM({top}:{bottom})")

    def _base_formula(self, style: str) -> str:
        base = self.counted.rules.base
        if base in _HEAD_COUNTS:
            row = self.head_count_row + _HEAD_COUNTS.index(base)
            return f"=N({xl_rowcol_to_cell(row, 3, row_abs=True, col_abs=True)})"
        styles = [group.style.id for group in self.counted.report.groups]
        row = self.ballots_row + 1 + styles.index(style)
        column = 4 if base is Base.RETURNED else 5
        return f"={xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)}"

    @property
    def head_count_row(self) -> int:
        groups = len(self.counted.report.groups)
        return self.ballots_row + 2 + groups + int(groups > 1)

    def head_counts(self) -> Iterator[tuple[Cell, Cell]]:
        """Those summoned and present, and the delegates; what was not entered is empty."""
        attendance = self.counted.vote.attendance
        for base in _HEAD_COUNTS:
            number = _head_count(attendance, base)
            yield (
                Cell(self.words.text(f"export_{base.value}")),
                Cell("" if number is None else number, "count"),
            )


def _head_count(attendance: Attendance | None, base: Base) -> int | None:
    if attendance is None:
        return None
    counts = {Base.SUMMONED: attendance.summoned, Base.PRESENT: attendance.present}
    return counts.get(base, attendance.delegates)


def _percent_cell(count: str, base: str, percent: str | None) -> Cell:
    """Rounded half up on whole ten-thousandths: the quotient of a true half is exact."""
    formula = f'=IF({base}=0,"",ROUND(10000*{count}/{base},0)/10000)'
    value: Value = "" if percent is None else float(Fraction(percent) / 100)
    return Cell(value, "percent", formula)


def _reaches(threshold: Threshold, counts: Mapping[str, int], base: int) -> bool:
    left, right = counts[threshold.level] * threshold.denominator, threshold.numerator * base
    more = left > right or (left == right and threshold.comparison is Comparison.AT_LEAST)
    return base > 0 and more


def _grade_formula(grades: Grades, level: str, base: str) -> str:
    formula = _text(grades.labels[-1])
    for label, share in reversed(tuple(zip(grades.labels, grades.cutoffs, strict=False))):
        formula = f"IF({share.denominator}*{level}>={share.numerator}*{base},{_text(label)},{formula})"
    return f'=IF({base}=0,"",{formula})'


def _text(word: str) -> str:
    quoted = word.replace('"', '""')
    return f'"{quoted}"'


def write_results(sheet: Any, content: ResultSheet, formats: Mapping[str, Any]) -> None:
    """Puts the results on an empty sheet."""
    counted, words, columns = content.counted, content.words, content.columns()
    for row, (text, style) in enumerate(_head_lines(content)):
        sheet.write_string(row, 0, text, formats[style])
    for number, column in enumerate(columns):
        sheet.set_column(number, number, column.width)
        sheet.write_string(HEADER_ROW, number, column.title, formats["header"])
    sheet.set_row(HEADER_ROW, _HEADER_HEIGHT)
    sheet.freeze_panes(HEADER_ROW + 1, 3)
    officials = {official.id: official for official in counted.vote.officials}
    for row, result in enumerate(counted.report.result.officials, start=HEADER_ROW + 1):
        line = tuple(content.official_cells(row, officials[result.count.official], result))
        sheet.set_row(row, _height(columns, line))
        _write_row(sheet, row, 0, line, formats)
    _write_row(sheet, content.total_row, 0, tuple(content.total_cells()), formats)
    for number, title in enumerate(content.ballot_titles(), start=2):
        sheet.write_string(content.ballots_row, number, title, formats["header"])
    sheet.set_row(content.ballots_row, _HEADER_HEIGHT)
    for row, cells in enumerate(content.ballot_cells(), start=content.ballots_row + 1):
        _write_row(sheet, row, 2, cells, formats)
    for row, pair in enumerate(content.head_counts(), start=content.head_count_row):
        _write_row(sheet, row, 2, pair, formats)
    note_row = content.head_count_row + len(_HEAD_COUNTS) + 1
    sheet.write_string(
        note_row, 0, words.text("export_sheet_note", ballots=content.table.name), formats["plain"]
    )


def _height(columns: Sequence[Column], cells: Sequence[Cell]) -> float:
    """Of a row in which long names are set on several lines; not every program works it out by itself."""
    lines = [
        math.ceil(len(cell.value) / (column.width * _CHARACTERS))
        for column, cell in zip(columns, cells, strict=True)
        if isinstance(cell.value, str)
    ]
    return _LINE_HEIGHT * max(1, *lines)


def _head_lines(content: ResultSheet) -> Iterator[tuple[str, str]]:
    vote, words = content.counted.vote, content.words
    base = words.text(f"export_base_{content.counted.rules.base.value}")
    yield vote.body, "title"
    yield f"{vote.title}. {vote.subject}" if vote.subject else vote.title, "plain"
    yield words.text("export_day", day=f"{vote.date:%d/%m/%Y}"), "plain"
    yield words.text("export_rules", rules=content.counted.rules.title, base=base), "plain"
    result = content.counted.report.result
    yield words.standing(result), "plain" if result.final else "warning"


def _write_row(
    sheet: Any, row: int, first: int, cells: Sequence[Cell | None], formats: Mapping[str, Any]
) -> None:
    for column, cell in enumerate(cells, start=first):
        if cell is None:
            continue
        style = formats[cell.style]
        if cell.formula:
            sheet.write_formula(row, column, cell.formula, style, cell.value)
        elif isinstance(cell.value, str):
            # Never `write`: it takes a name that begins with "=" for a formula.
            sheet.write_string(row, column, cell.value, formats["quoted"] if _is_sign(cell.value) else style)
        else:
            sheet.write_number(row, column, cell.value, style)


def _is_sign(text: str) -> bool:
    return text.startswith(("=", "+", "-", "@"))
