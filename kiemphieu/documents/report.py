"""Báo cáo kết quả: the report of the result to the superior body."""

from __future__ import annotations

from collections.abc import Iterator

from kiemphieu.documents.blocks import Block, Document, Paragraph, Signature, Style
from kiemphieu.documents.facts import Facts, GroupFacts, Words
from kiemphieu.documents.parts import (
    DOTS,
    SHORT_DOTS,
    base_text,
    footer,
    letterhead,
    open_notice,
    outcome_text,
    people_table,
)


def make_report(facts: Facts, words: Words) -> Document:
    """The report."""
    papers = facts.vote.papers
    return Document(
        title=words("doc_report_title", act=words.act(facts.rules)),
        letterhead=letterhead(facts, words, committee=False),
        blocks=tuple(_blocks(facts, words)),
        signatures=((Signature(papers.signer_title or words("doc_role_leader"), papers.signer or DOTS),),),
        recipients_title=words("doc_recipients"),
        recipients=(words("doc_as_above"), words("doc_archive")),
        footer=footer(facts),
        draft="" if facts.result.final else words("doc_draft"),
    )


def _blocks(facts: Facts, words: Words) -> Iterator[Block]:
    vote = facts.vote
    yield Paragraph(words("doc_report_title", act=words.act(facts.rules)), Style.TITLE)
    yield Paragraph(
        vote.subject or words("doc_minutes_subject", act=words.act(facts.rules).capitalize()), Style.SUBTITLE
    )
    yield Paragraph(words("doc_to", superior=vote.papers.superior or vote.parent_body or DOTS), Style.CENTRED)
    yield from open_notice(facts, words)
    yield Paragraph(
        words(
            "doc_report_basis",
            rules=facts.rules.title,
            body=vote.body,
            day=words.day(vote.date),
            act=words.act(facts.rules),
        )
    )
    yield Paragraph(f"1. {words('doc_report_facts_heading')}", Style.HEADING)
    attendance = vote.attendance
    if attendance is not None:
        absent = attendance.summoned - attendance.present
        yield Paragraph(
            words("doc_attendance", summoned=attendance.summoned, present=attendance.present, absent=absent)
        )
    for group in facts.groups:
        yield Paragraph(_ballots_text(facts, group, words))
    yield Paragraph(f"2. {words('doc_people_heading')}", Style.HEADING)
    for group in facts.groups:
        if len(facts.groups) > 1:
            yield Paragraph(group.title, Style.CENTRED)
        yield people_table(facts, group, words)
    yield from base_text(facts, words)
    yield Paragraph(f"3. {words('doc_outcome_heading')}", Style.HEADING)
    yield from outcome_text(facts, words)
    yield Paragraph(words("doc_report_closing"))


def _ballots_text(facts: Facts, group: GroupFacts, words: Words) -> str:
    ballots, typed = group.result.ballots, facts.typed
    text = words(
        "doc_report_ballots",
        issued=SHORT_DOTS if typed else ballots.issued,
        returned=ballots.returned,
        valid=SHORT_DOTS if typed else ballots.valid,
        invalid=SHORT_DOTS if typed else ballots.invalid,
    )
    return f"{group.title}: {text}" if len(facts.groups) > 1 else text
