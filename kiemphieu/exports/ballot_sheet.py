"""The workbook's sheet of ballots: one row per counted ballot, one column per official."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from xlsxwriter.utility import quote_sheetname, xl_col_to_name

from kiemphieu.exports.counted import CountedBallot, CountedVote, choices_of, styles_in_order
from kiemphieu.exports.words import Words
from records.errors import InputError
from records.rules import RuleSet
from records.ruling import Verdict

_MOST_ROWS = 1_048_576
"""Of a sheet, by the file format."""
_LONGEST_WORD = 100
"""A text within a formula may have 255 characters."""
_WILDCARDS = frozenset("*?~")


@dataclass(frozen=True, slots=True)
class BallotTable:
    """What the sheet holds, and where.

    Attributes:
        name: of the sheet.
        header: of its columns.
        rows: below the header, sorted by what stands in them: their order tells nothing else.
        groups: whether the first column is the group.
        columns: official id to column number.
        verdicts: verdict to the word for it.
        levels: level id to the word for it.
        invalid: the word for a line without a vote.
    """

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    groups: bool
    columns: Mapping[str, int]
    verdicts: Mapping[Verdict, str]
    levels: Mapping[str, str]
    invalid: str

    def count_lines(self, official: str, word: str) -> str:
        """The formula that counts the rows with `word` in an official's column."""
        return f"=COUNTIF({self._range(self.columns[official])},{_criterion(word)})"

    def count_verdict(self, style: str, verdict: Verdict) -> str:
        """The formula that counts a group's ballots with a verdict."""
        ruled = f"{self._range(int(self.groups))},{_criterion(self.verdicts[verdict])}"
        if not self.groups:
            return f"=COUNTIF({ruled})"
        return f"=COUNTIFS({self._range(0)},{_criterion(_plain_word(style))},{ruled})"

    def _range(self, column: int) -> str:
        letters = xl_col_to_name(column)
        last = max(len(self.rows), 1) + 1
        return f"{quote_sheetname(self.name)}!${letters}$2:${letters}${last}"


def _criterion(word: str) -> str:
    """Equality with a whole cell; a bare word could be read as a comparison of its own."""
    quoted = word.replace('"', '""')
    return f'"={quoted}"'


def make_table(counted: CountedVote, words: Words) -> BallotTable:
    """The sheet's content.

    Raises:
        InputError: there are more ballots than a sheet has rows.
    """
    if len(counted.ballots) >= _MOST_ROWS:
        raise InputError("export_too_many_rows", count=len(counted.ballots), most=_MOST_ROWS - 1)
    groups = len(counted.vote.styles) > 1
    first = 1 + int(groups)
    ids = [official for _, listed in styles_in_order(counted.vote) for official in listed]
    names = {official.id: official.name for official in counted.vote.officials}
    verdicts = {verdict: words.text(f"export_ballot_{verdict.value}") for verdict in Verdict}
    invalid = words.text("export_line_invalid")
    levels = level_words(counted.rules, (invalid, *verdicts.values()))
    table = BallotTable(
        name=words.text("export_sheet_ballots"),
        header=(
            *([words.text("export_column_group")] if groups else []),
            words.text("export_column_ballot"),
            *(names[official] for official in ids),
        ),
        rows=(),
        groups=groups,
        columns={official: column for column, official in enumerate(ids, start=first)},
        verdicts=verdicts,
        levels=levels,
        invalid=invalid,
    )
    listed = {style.id: officials for style, officials in styles_in_order(counted.vote)}
    rows = sorted(_row(ballot, listed[ballot.style], table) for ballot in counted.ballots)
    return replace(table, rows=tuple(rows))


def level_words(rules: RuleSet, taken: Sequence[str]) -> dict[str, str]:
    """What stands for each level: its label; its id where a formula could not tell every label from others.

    Spreadsheets compare without regard to case, and read `*`, `?`, `~` and a leading sign as commands.
    """
    labels = {level.label.casefold() for level in rules.levels}
    distinct = len(labels) == len(rules.levels) and labels.isdisjoint(word.casefold() for word in taken)
    plain = all(_WILDCARDS.isdisjoint(label) and len(label) <= _LONGEST_WORD for label in labels)
    words = {level.id: level.label for level in rules.levels}
    if distinct and plain and all(label[:1].isalpha() for label in labels):
        return words
    return {level: _plain_word(level) for level in words}


def _plain_word(identifier: str) -> str:
    """An id as a text that no spreadsheet takes for a number."""
    return identifier if identifier[:1].isalpha() else f"id {identifier}"


def _row(ballot: CountedBallot, listed: Sequence[str], table: BallotTable) -> tuple[str, ...]:
    """A line of a ballot in review has the same word as the ballot: nothing counts it."""
    cells = [""] * len(table.header)
    if table.groups:
        cells[0] = _plain_word(ballot.style)
    cells[int(table.groups)] = table.verdicts[ballot.verdict]
    for official, choice in choices_of(ballot, listed).items():
        word = table.invalid if choice is None else table.levels[choice]
        in_review = ballot.verdict is Verdict.REVIEW
        cells[table.columns[official]] = table.verdicts[Verdict.REVIEW] if in_review else word
    return tuple(cells)


def write_table(sheet: Any, table: BallotTable, formats: Mapping[str, Any]) -> None:
    """Puts the table on an empty sheet."""
    sheet.freeze_panes(1, 1 + int(table.groups))
    sheet.set_row(0, 45)
    sheet.set_column(0, int(table.groups), 14)
    sheet.set_column(1 + int(table.groups), len(table.header) - 1, 18)
    for column, title in enumerate(table.header):
        sheet.write_string(0, column, title, formats["header"])
    for number, row in enumerate(table.rows, start=1):
        for column, cell in enumerate(row):
            if cell:
                sheet.write_string(number, column, cell, formats["cell"])
    sheet.autofilter(0, 0, max(len(table.rows), 1), len(table.header) - 1)
