"""The report of a test deck, to be signed: verdict, the tally cell by cell, and what differs."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import replace

from kiemphieu.counting import CountReport, GroupCount
from kiemphieu.deck_comparing import Cell, DeckComparison, DeckDifference
from kiemphieu.deck_expected import INVALID, ExpectedDeck
from kiemphieu.documents.blocks import Align, Block, Column, Document, Paragraph, Style, TableBlock
from kiemphieu.documents.facts import Facts, Words, facts_of_count
from kiemphieu.documents.parts import committee_signatures, letterhead
from kiemphieu.documents.pdf import write_pdf
from kiemphieu.messages import Language, has_text
from records.ruling import Verdict
from records.token import grouped_serial

MOST_DIFFERENCES = 60
"""So many are listed; more of them say nothing new, and the run's JSON has all."""


def deck_report(
    count: CountReport, deck: ExpectedDeck, run: str, comparison: DeckComparison, lang: Language
) -> bytes:
    """The report as PDF, dated today."""
    facts, words = facts_of_count(count, (), ""), Words(lang)
    head = letterhead(facts, words, committee=True)
    day = words.day(datetime.date.today())  # noqa: DTZ011  the day at the venue
    document = Document(
        title=words("testdeck_report_title"),
        letterhead=replace(
            head,
            number="",
            marks=(words("testdeck_report_mark"),),
            place_and_date=words("doc_place_date", place=count.vote.place, day=day),
        ),
        blocks=tuple(_blocks(facts, count, deck, run, comparison, words)),
        signatures=committee_signatures(facts, words),
        recipients_title="",
        recipients=(),
        footer=words("testdeck_report_footer", vote=deck.vote, deck=deck.name, run=run),
    )
    return write_pdf([document], words)


def difference_text(difference: DeckDifference, facts: Facts, words: Words) -> str:
    """One difference in words."""
    names = {official.id: official.name for official in facts.vote.officials}
    levels = {level.id: words.level(level.id, level.label) for level in facts.rules.levels}
    known = difference.case is not None or difference.fault.value == "other_deck"
    serial = grouped_serial(difference.serial) if known else difference.serial
    return words(
        f"testdeck_fault_{difference.fault.value}",
        serial=serial,
        case=words(f"testdeck_case_{difference.case.value}") if difference.case else "",
        name=names.get(difference.official, difference.official),
        level=levels.get(difference.level, difference.level),
        expected=_state(difference.expected, words),
        read=_state(difference.read, words),
    )


def _state(text: str, words: Words) -> str:
    """Words of the record in the reader's language, where there are such."""
    return ", ".join(_word(part, words) for part in text.split(", ")) if text else ""


def _word(code: str, words: Words) -> str:
    place, found, word = code.rpartition(": ")
    known = (
        f"explain_state_box_{word}",
        f"explain_fault_{word}",
        f"reason_{word}",
        f"explain_verdict_{word}",
    )
    text = next((words(message_id) for message_id in known if has_text(message_id)), word)
    return f"{place}{found}{text}"


def _blocks(
    facts: Facts,
    count: CountReport,
    deck: ExpectedDeck,
    run: str,
    comparison: DeckComparison,
    words: Words,
) -> Iterator[Block]:
    yield Paragraph(words("testdeck_report_title"), Style.TITLE)
    yield Paragraph(facts.vote.subject or facts.vote.title, Style.SUBTITLE)
    yield Paragraph(
        words(
            "testdeck_report_about",
            deck=deck.name,
            run=run,
            ballots=comparison.ballots,
            pages=sum(len(deck.of_group(group.style)) * group.pages for group in deck.groups),
            rules=facts.rules.title,
        )
    )
    if comparison.equal:
        yield Paragraph(words("testdeck_equal", ballots=comparison.ballots), Style.CENTRED)
    else:
        yield Paragraph(words("testdeck_differs", count=len(comparison.differences)), Style.WARNING)
    for group in count.groups:
        cells = tuple(cell for cell in comparison.cells if cell.style == group.style.id)
        yield Paragraph(group.style.title or words("testdeck_report_tally"), Style.HEADING)
        yield Paragraph(_ballots_text(cells, words), Style.BODY)
        yield _table(facts, group, cells, words)
    yield from _lists(facts, comparison, words)
    yield Paragraph(words("testdeck_report_closing_heading"), Style.HEADING)
    yield Paragraph(words("testdeck_report_closing"))


def _lists(facts: Facts, comparison: DeckComparison, words: Words) -> Iterator[Block]:
    if comparison.differences:
        yield Paragraph(words("testdeck_report_differences"), Style.HEADING)
    for difference in comparison.differences[:MOST_DIFFERENCES]:
        yield Paragraph(difference_text(difference, facts, words), Style.ITEM)
    more = len(comparison.differences) - MOST_DIFFERENCES
    if more > 0:
        yield Paragraph(words("testdeck_report_more", count=more), Style.NOTE)
    if comparison.cautious:
        yield Paragraph(words("testdeck_report_cautious"), Style.HEADING)
    for ballot in comparison.cautious:
        text = words(
            "testdeck_cautious",
            serial=grouped_serial(ballot.serial),
            case=words(f"testdeck_case_{ballot.case.value}"),
            reasons=", ".join(words(f"reason_{reason.value}") for reason in ballot.reasons),
        )
        yield Paragraph(text, Style.ITEM)


def _ballots_text(cells: tuple[Cell, ...], words: Words) -> str:
    found = {cell.column: shown(cell) for cell in cells if not cell.official}
    return words("testdeck_report_ballots", **{verdict.value: found[verdict.value] for verdict in Verdict})


def _table(facts: Facts, group: GroupCount, cells: tuple[Cell, ...], words: Words) -> TableBlock:
    levels = facts.rules.levels
    share = 0.58 / (len(levels) + 1)
    columns = (
        Column(words("doc_column_number"), 0.07, Align.CENTRE),
        Column(words("column_name"), 0.35),
        *(Column(words.level(level.id, level.label), share, Align.CENTRE) for level in levels),
        Column(words("doc_column_invalid"), share, Align.CENTRE),
    )
    found = {(cell.official, cell.column): shown(cell) for cell in cells}
    rows = [
        (
            str(number),
            facts.official(one.count.official).name,
            *(found[one.count.official, column] for column in (*(level.id for level in levels), INVALID)),
        )
        for number, one in enumerate(group.result.officials, start=1)
    ]
    return TableBlock(columns, tuple(rows))


def shown(cell: Cell) -> str:
    """Both numbers of a cell; the sign between them tells at a glance where they differ."""
    return f"{cell.expected} {'=' if cell.expected == cell.read else '≠'} {cell.read}"
