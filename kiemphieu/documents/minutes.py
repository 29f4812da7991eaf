"""Biên bản kiểm phiếu: the counting minutes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from kiemphieu.documents.blocks import (
    Align,
    Block,
    Code,
    Column,
    Document,
    Paragraph,
    Style,
    TableBlock,
)
from kiemphieu.documents.codes import LONGEST_CODE_TEXT
from kiemphieu.documents.facts import Facts, GroupFacts, Words
from kiemphieu.documents.parts import (
    DOTS,
    SHORT_DOTS,
    base_text,
    committee_signatures,
    footer,
    letterhead,
    open_notice,
    outcome_text,
    people_table,
    recipients,
)
from kiemphieu.messages import has_text
from records.canonical import sha256_hex
from records.decision import Decision, RecordedDecision
from records.rules import COPIES_SETTING, PUBLICATION_SETTING, Publication
from records.ruling import BallotFault, LineFault


def make_minutes(facts: Facts, words: Words, copy: int | None = None) -> Document:
    """The minutes.

    Args:
        facts: what they say.
        words: their language.
        copy: 1, 2, …: which of the copies; None leaves room to write the number.
    """
    copies = facts.rules.documents.copies
    number = words("doc_copy", number=copy if copy is not None else SHORT_DOTS, copies=copies)
    return Document(
        title=words("doc_minutes_title"),
        letterhead=letterhead(facts, words, committee=True, copy=number),
        blocks=tuple(_blocks(facts, words)),
        signatures=committee_signatures(facts, words),
        recipients_title=words("doc_recipients"),
        recipients=recipients(facts),
        footer=footer(facts),
        draft="" if facts.result.final else words("doc_draft"),
    )


def _blocks(facts: Facts, words: Words) -> Iterator[Block]:
    vote = facts.vote
    yield Paragraph(words("doc_minutes_title"), Style.TITLE)
    yield Paragraph(_subject(facts, words), Style.SUBTITLE)
    yield from open_notice(facts, words)
    if facts.version > 1:
        reason = facts.reopened[-1].rstrip(". ")
        yield Paragraph(words("doc_version", version=facts.version, reason=reason), Style.NOTE)
    yield Paragraph(words("doc_basis", rules=facts.rules.title))
    yield Paragraph(
        words(
            "doc_today",
            day=words.day(vote.date),
            place=vote.place,
            body=vote.body,
            act=words.act(facts.rules),
            meeting=words.meeting(facts.rules),
        )
    )
    if facts.typed:
        yield Paragraph(words("doc_typed"))
    number = 0
    for section in _SECTIONS:
        blocks = list(section(facts, words))
        if blocks:
            number += 1
            head = blocks[0]
            if isinstance(head, Paragraph):
                blocks[0] = Paragraph(f"{number}. {head.text}", head.style)
            yield from blocks


def _subject(facts: Facts, words: Words) -> str:
    return facts.vote.subject or words("doc_minutes_subject", act=words.act(facts.rules).capitalize())


def _attendance(facts: Facts, words: Words) -> Iterator[Block]:
    yield Paragraph(words("doc_attendance_heading"), Style.HEADING)
    attendance = facts.vote.attendance
    if attendance is None:
        yield Paragraph(words("doc_attendance", summoned=SHORT_DOTS, present=SHORT_DOTS, absent=SHORT_DOTS))
        return
    absent = attendance.summoned - attendance.present
    yield Paragraph(
        words("doc_attendance", summoned=attendance.summoned, present=attendance.present, absent=absent)
    )
    if attendance.delegates is not None:
        yield Paragraph(words("doc_delegates", delegates=attendance.delegates))
    quorum = facts.rules.quorum
    share = f"{quorum.numerator}/{quorum.denominator}"
    ground = words("doc_set_by_committee") if "quorum" in facts.rules.decided else words.clause(quorum.clause)
    yield Paragraph(words(f"doc_quorum_{facts.result.quorum.value}", share=share, clause=ground))


def _committee(facts: Facts, words: Words) -> Iterator[Block]:
    committee = facts.vote.committee
    yield Paragraph(words("doc_committee_heading"), Style.HEADING)
    roles = (
        ("doc_is_head", (committee.head or DOTS,)),
        ("doc_is_secretary", (committee.secretary or DOTS,)),
        ("doc_is_member", committee.members or (DOTS,)),
        ("doc_is_witness", committee.witnesses or (DOTS,)),
    )
    for message_id, names in roles:
        for name in names:
            yield Paragraph(words(message_id, name=name), Style.ITEM)


def _ballots(facts: Facts, words: Words) -> Iterator[Block]:
    yield Paragraph(words("doc_ballots_heading"), Style.HEADING)
    several = len(facts.groups) > 1
    titles = [group.title for group in facts.groups] if several else [words("doc_column_ballots")]
    width = 0.5 / len(titles)
    columns = (
        Column("", 0.5),
        *(Column(title, width, Align.CENTRE) for title in titles),
    )
    numbers = [_ballot_numbers(facts, group) for group in facts.groups]
    rows = tuple((words(message_id), *(one[message_id] for one in numbers)) for message_id in numbers[0])
    yield TableBlock(columns, rows)
    if not facts.typed:
        yield from _reconciliation(facts, words)


def _reconciliation(facts: Facts, words: Words) -> Iterator[Block]:
    """Whether the numbers fit; not returned is only checked where the committee has counted it."""
    if not facts.result.reconciled:
        yield Paragraph(words("doc_not_reconciled"), Style.WARNING)
        for group in facts.groups:
            if group.not_returned is not None:
                text = words("doc_stated", count=group.not_returned, found=group.result.ballots.unreturned)
                yield Paragraph(f"{group.title}: {text}" if group.title else text, Style.WARNING)
        return
    stated = all(group.not_returned is not None for group in facts.groups)
    yield Paragraph(words("doc_reconciled" if stated else "doc_not_exceeded"), Style.NOTE)


def _ballot_numbers(facts: Facts, group: GroupFacts) -> dict[str, str]:
    """Message id and number; what counts typed by hand do not tell is left to be written in."""
    ballots = group.result.ballots
    if facts.typed:
        known = {"doc_returned": str(ballots.returned)}
        ids = ("doc_issued", "doc_returned", "doc_unreturned", "doc_valid", "doc_invalid")
        return {one: known.get(one, SHORT_DOTS) for one in ids}
    return {
        "doc_issued": str(ballots.issued),
        "doc_exchanged": str(group.exchanged),
        "doc_unused": str(group.unused),
        "doc_returned": str(ballots.returned),
        "doc_unreturned": str(ballots.unreturned),
        "doc_valid": str(ballots.valid),
        "doc_invalid": str(ballots.invalid),
        "doc_review": str(ballots.review),
        "doc_foreign": str(ballots.foreign),
    }


def _invalid(facts: Facts, words: Words) -> Iterator[Block]:
    if facts.typed:
        return
    yield Paragraph(words("doc_invalid_heading"), Style.HEADING)
    counts = [_reason_counts(group) for group in facts.groups]
    found = [reason for reason in _REASONS if any(one[reason] for one in counts)]
    if not found:
        yield Paragraph(words("doc_no_invalid"))
        return
    several = len(facts.groups) > 1
    titles = [group.title for group in facts.groups] if several else [words("doc_column_count")]
    columns = (
        Column(words("doc_column_reason"), 0.28),
        *(Column(title, 0.24 / len(titles), Align.CENTRE) for title in titles),
        Column(words("doc_column_ground"), 0.48),
    )
    rows = tuple(
        (
            words(f"doc_reason_{scope}", fault=words(f"fault_{code}")),
            *(str(one[scope, code]) for one in counts),
            facts.rules.fault_clause(code).text,
        )
        for scope, code in found
    )
    yield TableBlock(columns, rows)
    citations = dict.fromkeys(facts.rules.fault_clause(code).citation for _, code in found)
    yield Paragraph(words("doc_reasons_ground", citations="; ".join(citations)), Style.NOTE)
    yield Paragraph(words("doc_reasons_note"), Style.NOTE)


_REASONS = (
    *(("ballot", fault.value) for fault in BallotFault),
    *(("ballot", fault.value) for fault in LineFault if fault.value not in set(BallotFault)),
    *(("line", fault.value) for fault in LineFault),
)
"""Whole ballots first, then single lines."""


def _reason_counts(group: GroupFacts) -> Counter[tuple[str, str]]:
    """Invalid ballots and lines by scope and fault."""
    counts: Counter[tuple[str, str]] = Counter()
    if group.reasons is None:
        return counts
    for code, count in (*group.reasons.ballots, *group.reasons.by_lines):
        counts["ballot", code.value] += count
    counts["ballot", BallotFault.NOT_ISSUED.value] += group.reasons.foreign
    for line in group.reasons.lines:
        for fault, count in line.faults:
            counts["line", fault.value] += count
    return counts


def _people(facts: Facts, words: Words) -> Iterator[Block]:
    yield Paragraph(words("doc_people_heading"), Style.HEADING)
    for group in facts.groups:
        if len(facts.groups) > 1:
            yield Paragraph(group.title, Style.CENTRED)
        yield people_table(facts, group, words)
    yield from base_text(facts, words)


def _outcomes(facts: Facts, words: Words) -> Iterator[Block]:
    yield Paragraph(words("doc_outcome_heading"), Style.HEADING)
    yield from outcome_text(facts, words)


def _decisions(facts: Facts, words: Words) -> Iterator[Block]:
    if facts.typed:
        return
    yield Paragraph(words("doc_decisions_heading"), Style.HEADING)
    for name in facts.rules.decided:
        yield Paragraph(words.setting(name, dict(facts.vote.rule_overrides)[name]), Style.ITEM)
    review = facts.result.ballots.review
    if review:
        yield Paragraph(words("doc_decisions_open", count=review), Style.WARNING)
    elif not facts.decisions:
        yield Paragraph(words("doc_no_decisions"))
    if not facts.decisions:
        return
    columns = (
        Column(words("doc_column_decision"), 0.14, Align.CENTRE),
        Column(words("doc_column_about"), 0.28),
        Column(words("doc_column_after"), 0.26),
        Column(words("doc_column_why"), 0.32),
    )
    yield TableBlock(columns, tuple(_decision_rows(facts, words)))


def _decision_rows(facts: Facts, words: Words) -> Iterator[tuple[str, ...]]:
    """By number; where every line of a ballot was decided they are one row: side by side they tell a vote."""
    stated = sorted(facts.decisions, key=lambda one: one.number)
    lines: dict[str, list[RecordedDecision]] = {}
    for recorded in stated:
        if recorded.decision.line is not None:
            lines.setdefault(recorded.decision.target, []).append(recorded)
    listed = {len(facts.vote.officials_of(style.id)) for style in facts.vote.styles}
    for recorded in stated:
        mine = lines.get(recorded.decision.target, [])
        count = _officials_in(mine)
        if recorded not in mine or count == 1 or count not in listed:
            yield _decision_row(facts, recorded, words)
        elif recorded is mine[0]:
            after = words("doc_decided_by_hand", count=count)
            why = f"{recorded.decision.reason} ({', '.join(recorded.decision.by)})"
            yield (_numbers(mine), words("doc_about_ballot"), after, why)


def _numbers(decisions: list[RecordedDecision]) -> str:
    first, last = decisions[0].number, decisions[-1].number
    if last - first + 1 == len(decisions):
        return f"{first}–{last}"
    return ", ".join(str(one.number) for one in decisions)


def _officials_in(lines: list[RecordedDecision]) -> int:
    return len({one.decision.line.official for one in lines if one.decision.line is not None})


def _decision_row(facts: Facts, recorded: RecordedDecision, words: Words) -> tuple[str, ...]:
    """Without the serial: on minutes that travel, whoever noted one could prove a vote with it."""
    decision = recorded.decision
    about, after = words("doc_about_ballot"), ""
    if decision.line is not None:
        line = decision.line
        about = facts.official(line.official).name
        labels = {level.id: words.level(level.id, level.label) for level in facts.rules.levels}
        faults = ", ".join(words(f"fault_{fault.value}") for fault in line.faults)
        after = labels[line.choice] if line.choice else words("doc_decided_invalid", faults=faults)
    elif decision.ballot is not None:
        faults = ", ".join(words(f"fault_{fault.value}") for fault in decision.ballot.faults)
        after = words("doc_decided_invalid", faults=faults) if faults else words("doc_decided_no_fault")
    elif decision.sheet is not None:
        about = words("doc_about_sheet")
        after = words(f"doc_sheet_{decision.sheet.standing.value}")
    reasons = [words(f"reason_{one}") for one in _doubts(decision)]
    about = f"{about}: {', '.join(reasons)}" if reasons else about
    return (str(recorded.number), about, after, f"{decision.reason} ({', '.join(decision.by)})")


def _doubts(decision: Decision) -> list[str]:
    """Why a person had to look, out of the short form of the ruling before (`deciding.in_short`)."""
    doubts: list[str] = []
    for word in decision.before.split():
        official, is_line, rest = word.partition("=")
        mine = decision.line is not None and is_line and official == decision.line.official
        whole = decision.line is None and not is_line
        if mine or whole:
            doubts += [part[1:] for part in (rest if is_line else word).split("+") if part.startswith("?")]
    return [one for one in doubts if has_text(f"reason_{one}")]


def _record(facts: Facts, words: Words) -> Iterator[Block]:
    if not facts.head:
        return
    yield Paragraph(words("doc_record_heading"), Style.HEADING)
    yield Code(summary_text(facts), words("doc_head", head=facts.head))


def _closing(facts: Facts, words: Words) -> Iterator[Block]:
    documents, decided = facts.rules.documents, facts.rules.decided
    yield Paragraph(words("doc_closing_heading"), Style.HEADING)
    secret = documents.publication is Publication.CONFIDENTIAL
    message_id = "doc_closing_secret" if secret else "doc_closing"
    yield Paragraph(words(message_id, copies=f"{documents.copies:02d}"))
    if COPIES_SETTING not in decided and PUBLICATION_SETTING not in decided:
        yield Paragraph(words.clause(documents.clause), Style.NOTE)


def summary_text(facts: Facts) -> str:
    """The result in plain ASCII, for the QR code.

    Format: `KPTN1 <vote> <rule set> final|draft`; per kind of ballot a line `= issued/returned/valid/
    invalid/review` and a line per person with id and counts in column order, `invalid` last; then the
    journal's hash. What is longer than a code holds is given by its SHA-256 instead.
    """
    lines = [f"KPTN1 {facts.vote.id} {facts.rules.id} {'final' if facts.result.final else 'draft'}"]
    for group in facts.groups:
        b = group.result.ballots
        lines.append(f"= {b.issued}/{b.returned}/{b.valid}/{b.invalid}/{b.review}")
        for one in group.result.officials:
            numbers = " ".join(str(n) for _, n in one.count.levels)
            lines.append(f"{one.count.official} {numbers} {one.count.invalid}")
    text = "\n".join([*lines, facts.head])
    if len(text) <= LONGEST_CODE_TEXT:
        return text
    return "\n".join([lines[0], f"sha256 {sha256_hex(text.encode())}", facts.head])


_SECTIONS = (
    _attendance,
    _committee,
    _ballots,
    _invalid,
    _people,
    _outcomes,
    _decisions,
    _record,
    _closing,
)
