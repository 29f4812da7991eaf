"""The result as a workbook whose formulas count the ballots anew.

The second sheet has one row per counted ballot, sorted by what stands on it, without serials; the first
counts its rows. So whoever has the file can check every number in it, and change a ballot to see what
follows. Every formula carries the tally's own number, for viewers that compute nothing.
"""

from __future__ import annotations

import datetime
import io
from typing import Any

import xlsxwriter

from kiemphieu.exports.ballot_sheet import make_table, write_table
from kiemphieu.exports.counted import CountedVote
from kiemphieu.exports.result_sheet import HEADER_ROW, ResultSheet, write_results
from kiemphieu.exports.words import Words
from kiemphieu.messages import Language
from kiemphieu.version import program_version

_PERCENT = {Language.VIETNAMESE: "[$-42A]0.00%", Language.ENGLISH: "0.00%"}
"""Number formats; 42A is Vietnamese, by which the decimal comma is shown whatever the machine's language is,
where the program honours it (LibreOffice does; Excel takes the system's)."""

_GREY, _RED = "#E7E6E6", "#C00000"
_FONT = {"font_name": "Times New Roman", "font_size": 11}
_FORMATS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 14},
    "plain": {},
    "warning": {"bold": True, "font_color": _RED},
    "header": {
        "bold": True,
        "bg_color": _GREY,
        "border": 1,
        "text_wrap": True,
        "align": "center",
        "valign": "vcenter",
    },
    "cell": {"border": 1, "text_wrap": True, "valign": "top"},
    "quoted": {"border": 1, "text_wrap": True, "valign": "top", "quote_prefix": True},
    "count": {"border": 1, "valign": "top"},
    "ordinal": {"border": 1, "align": "center", "valign": "top"},
    "percent": {"border": 1, "valign": "top"},
    "flag": {"border": 1, "align": "center", "valign": "top"},
    "outcome": {"border": 1, "text_wrap": True, "valign": "top", "bold": True},
    "total": {"border": 1, "bold": True, "bg_color": _GREY},
    "total_text": {"border": 1, "bold": True, "bg_color": _GREY},
}


def workbook_bytes(counted: CountedVote, words: Words) -> bytes:
    """The workbook.

    Raises:
        InputError: there are more ballots than a sheet has rows.
    """
    table = make_table(counted, words)
    data = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(data, options) as book:
        book.set_properties(_properties(counted, words))
        numbers = {"percent": _PERCENT[words.lang], "flag": f'"{words.text("export_reached")}";;"–"'}
        formats = {
            name: book.add_format({**_FONT, **look, "num_format": numbers.get(name, "General")})
            for name, look in _FORMATS.items()
        }
        results = book.add_worksheet(words.text("export_sheet_results"))
        write_results(results, ResultSheet(counted, table, words), formats)
        results.repeat_rows(HEADER_ROW)
        ballots = book.add_worksheet(table.name)
        write_table(ballots, table, formats)
        ballots.repeat_rows(0)
        for sheet in (results, ballots):
            sheet.set_landscape()
            sheet.set_paper(9)  # A4
        results.fit_to_pages(1, 0)
        # Too wide to be squeezed onto one page: its columns run over several, each with the first ones.
        ballots.set_print_scale(70)
        ballots.repeat_columns(0, int(table.groups))
    return data.getvalue()


def _properties(counted: CountedVote, words: Words) -> dict[str, Any]:
    """The file's properties; its date is the day of the vote, as in the other exports."""
    vote = counted.vote
    return {
        "title": vote.title,
        "company": vote.body,
        "author": f"kiemphieu {program_version()}",
        "comments": words.standing(counted.report.result),
        "created": datetime.datetime.combine(vote.date, datetime.time(), datetime.UTC),
    }
