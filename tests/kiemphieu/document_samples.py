"""Facts for documents, counted from made-up rulings: any number of people, every kind of fault."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from random import Random

from kiemphieu.counting import combined_result
from kiemphieu.documents.facts import Facts, GroupFacts
from records.decision import Decision, LineDecision, RecordedDecision
from records.reading import BoxState, ReviewReason
from records.rules import RuleSet
from records.ruling import BallotFault, BallotRuling, LineFault, LineRuling, Verdict
from records.vote import Attendance, BallotStyle, Committee, Official, Papers, Vote
from tally.count import count_votes
from tally.reasons import find_reasons
from tally.rules import apply_overrides, load_rule_set

HEAD = "3f" * 32
LONG_NAME = "Công Tằng Tôn Nữ Nguyễn Phúc Thị Hoàng Mỹ Phương Quỳnh Uyên Trang Đài"
LONG_POSITION = (
    "Phó Trưởng Ban Chỉ đạo thực hiện chương trình mục tiêu quốc gia phát triển kinh tế – xã hội vùng "
    "đồng bào dân tộc thiểu số và miền núi, kiêm Phó Chủ nhiệm Ủy ban"
)


def sample_vote(people: int, rules: str = "qd96", groups: int = 1, **changes: object) -> Vote:
    styles = (BallotStyle(),)
    if groups > 1:
        styles = tuple(BallotStyle(f"g{n}", f"Khối số {n}", "xanh") for n in range(1, groups + 1))
    officials = tuple(
        Official(f"o{n}", f"Nguyễn Văn Số {n}", f"Trưởng phòng {n}", styles[n % groups].id)
        for n in range(1, people + 1)
    )
    fields: dict[str, object] = {
        "id": "bdt-2023",
        "body": "Ban Dân tộc tỉnh Khánh Hòa",
        "parent_body": "UBND tỉnh Khánh Hòa",
        "title": "Phiếu tín nhiệm",
        "subject": "Đối với chức danh, chức vụ lãnh đạo, quản lý",
        "place": "Khánh Hòa",
        "date": datetime.date(2023, 2, 5),
        "rules": rules,
        "officials": officials,
        "styles": styles,
        "attendance": Attendance(60, 52, 60),
        "committee": Committee("Lê Thị Hạnh", "Phạm Văn Ba", ("Đỗ Thị Tư", "Võ Văn Năm"), ("Hồ Thị Sáu",)),
        "papers": Papers("05/BB-BKP", "12/BC-BDT", "Ban Tổ chức Tỉnh ủy", "Trần Văn Bảy", "TRƯỞNG BAN"),
    }
    return Vote(**{**fields, **changes})  # type: ignore[arg-type]


def sample_rulings(
    officials: Sequence[str], rules: RuleSet, style: str = "", seed: int = 1, ballots: int = 46
) -> list[BallotRuling]:
    """Random votes, beside them one ballot of every ballot fault and a line of every line fault."""
    rng = Random(seed)
    levels = [level.id for level in rules.levels]

    def line(official: str, choice: str | None, *faults: LineFault) -> LineRuling:
        states = tuple((level, BoxState.CROSS if level == choice else BoxState.EMPTY) for level in levels)
        return LineRuling(official, states, choice, faults)

    rulings = []
    for number in range(ballots):
        # The first person is rated low by most, the second by few more than half.
        weights = [[1, 1, 9], [3, 4, 8]]
        lines = tuple(
            line(one, rng.choices(levels, (weights[i] if i < len(weights) else [6, 3, 1])[-len(levels) :])[0])
            for i, one in enumerate(officials)
        )
        rulings.append(BallotRuling(f"{style}S{number:03}", style, Verdict.VALID, lines))
    for number, fault in enumerate(LineFault):
        spoiled = rulings[number]
        lines = (*spoiled.lines[:-1], line(officials[-1], None, fault))
        rulings[number] = BallotRuling(spoiled.serial, style, Verdict.VALID, lines)
    for fault in (BallotFault.STRUCK_NAME, BallotFault.ADDED_WRITING, BallotFault.NO_SEAL):
        lines = tuple(line(one, levels[0]) for one in officials)
        rulings.append(BallotRuling(f"{style}{fault.value}", style, Verdict.INVALID, lines, (fault,)))
    return rulings


def sample_facts(
    people: int,
    rules: str = "qd96",
    groups: int = 1,
    overrides: tuple[tuple[str, str], ...] = (("base", "returned"), ("line_fault", "line")),
    ballots: int = 46,
    unread: int = 0,
    **changes: object,
) -> Facts:
    vote = sample_vote(people, rules, groups, rule_overrides=overrides, **changes)
    rule_set = apply_overrides(load_rule_set(rules), overrides)
    counted = []
    for number, style in enumerate(vote.styles):
        officials = [one.id for one in vote.officials_of(style.id)]
        rulings = sample_rulings(officials, rule_set, style.id, number, ballots)
        result = count_votes(
            rulings,
            officials,
            rule_set,
            issued=len(rulings) + unread + 2,
            foreign=1,
            attendance=vote.attendance,
            vote_id=vote.id,
            unread=unread,
        )
        reasons = find_reasons(rulings, officials, rule_set, foreign=1, unread=unread)
        counted.append(GroupFacts(style.title, result, reasons, exchanged=1, unused=3))
    combined = combined_result([one.result for one in counted])
    return Facts(vote, rule_set, combined, tuple(counted), _decided(rule_set.levels[0].id), HEAD)


def _decided(level: str) -> tuple[RecordedDecision, ...]:
    decision = Decision(
        target="K7Q2ABCDEFGH",
        by=("LTH", "PVB"),
        reason="Dấu X rõ, nét hơi ra ngoài ô",
        before=f"review o1=-+?{ReviewReason.UNCLEAR_MARK.value} o2=high",
        after="valid o1=high o2=high",
        line=LineDecision("o1", level),
    )
    return (RecordedDecision(7, "2023-02-05", decision),)
