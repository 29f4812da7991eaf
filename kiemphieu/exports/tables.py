"""The result as CSV: a table for people, and the counts as `kiemphieu tally --counts` takes them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from kiemphieu.counting import CountReport, GroupCount
from kiemphieu.documents.facts import Words as DocumentWords
from kiemphieu.exports.words import Words
from records.count import OfficialResult
from records.rules import RuleSet
from records.vote import Official

_BYTE_ORDER_MARK = "\ufeff"
"""By it Excel knows that a CSV file is UTF-8."""

_STARTS_FORMULA = tuple("=+-@\t\r＝＋－＠")
"""What a spreadsheet takes for the beginning of a formula, also in full width."""


def results_csv(report: CountReport, words: Words) -> bytes:
    """One row per official, UTF-8 with a byte order mark, separated by commas.

    Whether the result is final stands in the last column of every row, so that no row can be taken out
    of its context.
    """
    titles = {style.id: style.title or style.id for style in report.vote.styles}
    officials = {official.id: official for official in report.vote.officials}
    standing = words.standing(report.result)
    rows: list[Sequence[str]] = [_header(report, words)]
    for result in report.result.officials:
        official = officials[result.count.official]
        rows.append(_row(official, titles[official.style], result, report.rules, words, standing))
    return (_BYTE_ORDER_MARK + _csv([as_text(cell) for cell in row] for row in rows)).encode()


def _header(report: CountReport, words: Words) -> list[str]:
    names = [words.text(f"export_column_{name}") for name in ("id", "name", "position", "group")]
    for level in report.rules.levels:
        names += [level.label, words.text("export_column_percent", level=level.label)]
    return names + [
        words.text(f"export_column_{name}") for name in ("invalid", "base", "outcome", "standing")
    ]


def _row(
    official: Official, group: str, result: OfficialResult, rules: RuleSet, words: Words, standing: str
) -> list[str]:
    percent = dict(result.percent)
    cells = [official.id, official.name, official.position, group]
    for level, count in result.count.levels:
        cells += [str(count), words.number(percent.get(level, ""))]
    outcome = DocumentWords(words.lang).outcome(result, rules)
    return [*cells, str(result.count.invalid), str(result.base), outcome, standing]


def counts_csv(group: GroupCount) -> bytes:
    """One group's counts, to the letter of what `kiemphieu tally --counts` takes."""
    results = group.result.officials
    header = ["official", *(level for level, _ in results[0].count.levels), "invalid"]
    rows: list[Sequence[str]] = [header]
    for result in results:
        count = result.count
        rows.append([count.official, *(str(number) for _, number in count.levels), str(count.invalid)])
    return _csv(rows).encode()


def _csv(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def as_text(cell: str) -> str:
    """`cell` so that a spreadsheet never runs it: an apostrophe before what would begin a formula.

    A name is what a person typed. The apostrophe is what spreadsheets themselves use to say "this is text".
    """
    return f"'{cell}" if cell.lstrip(" ").startswith(_STARTS_FORMULA) else cell
