"""Pieces that minutes and report have in common."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kiemphieu.documents.blocks import (
    Align,
    Block,
    Column,
    Letterhead,
    Paragraph,
    Signature,
    Style,
    TableBlock,
)
from kiemphieu.documents.facts import Facts, GroupFacts, Words, find_threshold
from records.count import OfficialResult
from records.rules import COPIES_SETTING, Publication
from records.vote import Official

DOTS = "……………………………………"
SHORT_DOTS = "………"


def letterhead(facts: Facts, words: Words, *, committee: bool, copy: str = "") -> Letterhead:
    """The head of a document of the counting committee, or of the body itself."""
    vote = facts.vote
    secret = facts.rules.documents.publication is Publication.CONFIDENTIAL
    number = vote.papers.number if committee else vote.papers.report_number
    default = f"{SHORT_DOTS}/{words('doc_minutes_sign' if committee else 'doc_report_sign')}"
    return Letterhead(
        parent=vote.body if committee else vote.parent_body,
        body=words("doc_committee") if committee else vote.body,
        number=words("doc_number", number=number or default),
        marks=(words("doc_secret"),) if secret else (),
        copy=copy,
        motto=(words("doc_motto_1"), words("doc_motto_2")),
        place_and_date=words("doc_place_date", place=vote.place, day=words.day(vote.date)),
    )


def open_notice(facts: Facts, words: Words) -> Iterator[Block]:
    """What keeps the result from being final; nothing for a final one."""
    result = facts.result
    if not result.final:
        yield Paragraph(words("doc_not_final"), Style.WARNING)
        for point in result.open_points:
            yield Paragraph(f"– {words(f'open_{point.value}')}", Style.WARNING)
    for point in result.warnings:
        yield Paragraph(words("doc_warning", text=words(f"open_{point.value}")), Style.NOTE)


def people_table(facts: Facts, group: GroupFacts, words: Words) -> TableBlock:
    """Counts and percentages of every person of a kind of ballot."""
    levels = facts.rules.levels
    columns = [
        Column(words("doc_column_number"), 0.06, Align.CENTRE),
        Column(words("doc_column_person"), 0.34),
        *(Column(words.level(one.id, one.label), 0.33 / len(levels), Align.CENTRE) for one in levels),
        Column(words("doc_column_invalid"), 0.1, Align.CENTRE),
        Column(words("doc_column_outcome"), 0.17, Align.CENTRE),
    ]
    rows = tuple(
        _person_row(number, facts.official(one.count.official), one, facts, words)
        for number, one in enumerate(group.result.officials, start=1)
    )
    return TableBlock(tuple(columns), rows)


def _person_row(
    number: int, official: Official, result: OfficialResult, facts: Facts, words: Words
) -> tuple[str, ...]:
    percent = dict(result.percent)
    cells = [
        f"{count}\n{words.percent(percent[level])}" if level in percent else str(count)
        for level, count in result.count.levels
    ]
    person = f"{official.name}\n{official.position}"
    outcome = words.outcome(result, facts.rules)
    return (str(number), person, *cells, str(result.count.invalid), outcome)


def base_text(facts: Facts, words: Words) -> Iterator[Block]:
    """What percentages are of, with its clause."""
    for group in facts.groups:
        bases = {one.base for one in group.result.officials}
        if bases == {0}:
            yield Paragraph(words("doc_no_base"), Style.NOTE)
            continue
        text = words(
            "doc_base",
            base=" · ".join(str(base) for base in sorted(bases)),
            what=words(f"base_{facts.rules.base.value}"),
        )
        decided = "base" in facts.rules.decided
        ground = words("doc_base_decided") if decided else words.clause(facts.rules.base_clause)
        yield Paragraph(f"{_group_prefix(facts, group)}{text} {ground}", Style.NOTE)


def _group_prefix(facts: Facts, group: GroupFacts) -> str:
    return f"{group.title}: " if len(facts.groups) > 1 else ""


def outcome_text(facts: Facts, words: Words) -> Iterator[Block]:
    """Everyone who reached a threshold, with its clause and what follows."""
    if facts.rules.grades is not None:
        yield from _grades(facts, words)
        return
    review = facts.result.ballots.review
    if review:
        yield Paragraph(words("doc_outcomes_in_review", count=review), Style.WARNING)
    reached = [(o, r, t) for o, r in facts.results() if (t := find_threshold(r, facts.rules)) is not None]
    if not reached and not review:
        decided = all(one.outcome is not None for one in facts.result.officials)
        yield Paragraph(words("doc_nobody_reached" if decided else "doc_outcomes_open"))
    for official, result, threshold in reached:
        count = dict(result.count.levels)[threshold.level]
        label = next(level.label for level in facts.rules.levels if level.id == threshold.level)
        yield Paragraph(
            words(
                "doc_reached",
                name=official.name,
                position=official.position,
                count=count,
                base=result.base,
                percent=words.percent(dict(result.percent)[threshold.level]),
                level=words.level(threshold.level, label),
                share=words.share(threshold),
            ),
            Style.ITEM,
        )
        if threshold.outcome.value in facts.rules.decided:
            # The regulation says nothing of a threshold that the committee has set itself.
            yield Paragraph(words("doc_set_by_committee"), Style.NOTE)
            continue
        yield Paragraph(words("doc_ground", clause=words.clause(threshold.clause)), Style.NOTE)
        if threshold.consequence:
            yield Paragraph(words("doc_consequence", text=threshold.consequence), Style.NOTE)


def _grades(facts: Facts, words: Words) -> Iterator[Block]:
    grades = facts.rules.grades
    if grades is None:
        return
    if not grades.cutoffs:
        yield Paragraph(words("open_cutoffs_unknown"), Style.WARNING)
        return
    for official, result in facts.results():
        yield Paragraph(
            words("doc_grade", name=official.name, grade=words.outcome(result, facts.rules)), Style.ITEM
        )
    cutoffs = ", ".join(str(share) for share in grades.cutoffs)
    yield Paragraph(words("doc_cutoffs", cutoffs=cutoffs, clause=words.clause(grades.clause)), Style.NOTE)


def committee_signatures(facts: Facts, words: Words) -> tuple[tuple[Signature, ...], ...]:
    """Head and secretary, members, witnesses: two beside each other, with dots for who is not named."""
    committee = facts.vote.committee
    members = committee.members or (DOTS, DOTS)
    witnesses = committee.witnesses or (DOTS,)
    signing = [
        Signature(words("doc_role_secretary"), committee.secretary or DOTS),
        Signature(words("doc_role_head"), committee.head or DOTS),
        *(Signature(words("doc_role_member"), name) for name in members),
        *(Signature(words("doc_role_witness"), name) for name in witnesses),
    ]
    return tuple(tuple(signing[i : i + 2]) for i in range(0, len(signing), 2))


def recipients(facts: Facts) -> tuple[str, ...]:
    """Who gets the document; numbers of copies only where they are the rule set's own."""
    lines = facts.rules.documents.recipients
    if COPIES_SETTING not in facts.rules.decided:
        return lines
    return tuple(_COPIES_OF_ONE.sub("", line) for line in lines)


_COPIES_OF_ONE = re.compile(r"\s*\(\d+ bản\)")


def footer(facts: Facts) -> str:
    """What ties every page to its vote and record."""
    head = f" · {facts.head[:16]}" if facts.head else ""
    return f"{facts.vote.id} · {facts.rules.id}{head}"
