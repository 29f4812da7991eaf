"""Votes for the exports: two groups, every kind of ballot, and what the committee decided about some."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from kiemphieu.deciding import DecisionOrder, decide
from kiemphieu.folder import VoteFolder, create_folder, load_vote
from kiemphieu.printing import PrintOrder, print_ballots
from kiemphieu.store import PageRecord
from kiemphieu.vote_store import open_vote_store
from records.decision import BallotDecision, LineDecision, SheetDecision, SheetStanding
from records.geometry import Rect
from records.reading import (
    BoxReading,
    BoxState,
    Certainty,
    MarkScores,
    PageReading,
    RegistrationQuality,
    RejectionReason,
    ReviewReason,
    SealFinding,
    SealState,
    SheetRejection,
    SheetResult,
    StrikeFinding,
    WritingFinding,
)
from records.ruling import BallotFault, LineFault
from records.token import Token, TokenKind

VOTE_TOML = """\
format = 1
[vote]
id = "xuat-2023"
body = "HĐND tỉnh Khánh Hòa"
parent_body = "Quốc hội"
title = "Phiếu tín nhiệm"
subject = "Đối với người giữ chức vụ do HĐND bầu"
place = "Khánh Hòa"
date = 2023-12-05
rules = "qd96"
[rules]
{rules}
[attendance]
summoned = {voters}
present = {voters}
delegates = {voters}
[[group]]
id = "tinh"
title = "Khối tỉnh"
[[group]]
id = "so"
title = "Khối sở"
[[official]]
id = "o1"
name = "Nguyễn Văn An"
position = "Chủ tịch HĐND tỉnh"
group = "tinh"
[[official]]
id = "p1"
name = "Trần Thị Bình"
position = "Trưởng Ban Kinh tế – Ngân sách HĐND tỉnh"
group = "so"
[[official]]
id = "o2"
name = "=HYPERLINK(1)"
position = "@Phó"
group = "tinh"
[[official]]
id = "p2"
name = "-Lê, \\"Cường\\""
position = "+Giám đốc"
group = "so"
[[official]]
id = "o3"
name = "Phạm Thu Dung"
position = "Ủy viên"
group = "tinh"
"""
DECIDED = 'line_fault = "line"\nbase = "returned"'
OFFICIALS = {"tinh": ("o1", "o2", "o3"), "so": ("p1", "p2"), "": ("o1", "p1", "o2", "p2", "o3")}
BALLOTS = {"tinh": 30, "so": 12}
LEVELS = ("high", "medium", "low")
STATES = {
    ".": BoxState.EMPTY,
    ",": BoxState.EMPTY,
    "X": BoxState.CROSS,
    "o": BoxState.OTHER,
    "c": BoxState.CORRECTED,
    "?": BoxState.UNCLEAR,
}
QUALITY = RegistrationQuality(0.05, 0.1, 40, 300.0, 300.0, 0.0, 0, 4)
PLACE = Rect(20.0, 90.0, 40.0, 3.0)
CERTAIN, DOUBTFUL = Certainty.CERTAIN, Certainty.DOUBTFUL
WHO = ("NVA", "TTB")


def copied(folder: VoteFolder, place: Path) -> VoteFolder:
    """A vote that was printed once, to be changed by one test."""
    shutil.copytree(folder.root, place / "vote")
    return VoteFolder(place / "vote")


def make_printed(root: Path) -> VoteFolder:
    """Both groups printed, nothing scanned."""
    folder = create_folder(root)
    set_rules(folder, DECIDED)
    for style, count in BALLOTS.items():
        print_ballots(folder, PrintOrder(count, style, seed=7))
    return folder


def make_plain(root: Path) -> VoteFolder:
    """The same people on one sheet, ten ballots printed."""
    folder = create_folder(root)
    set_rules(folder, DECIDED)
    text = re.sub(r"\[\[group\]\]\n.*\n.*\n|group = .*\n", "", folder.vote_file.read_text(encoding="utf-8"))
    folder.vote_file.write_text(text, encoding="utf-8")
    print_ballots(folder, PrintOrder(10, seed=8))
    return folder


def set_rules(folder: VoteFolder, rules: str) -> None:
    text = VOTE_TOML.format(rules=rules, voters=sum(BALLOTS.values()))
    folder.vote_file.write_text(text, encoding="utf-8")


@dataclass
class Urn:
    """Puts sheets into the record, each of a ballot that was issued and not used before."""

    folder: VoteFolder
    serials: dict[str, list[str]] = field(default_factory=dict)
    sheets: int = 0

    def __post_init__(self) -> None:
        store = open_vote_store(self.folder, load_vote(self.folder))
        for ballot in store.issued().values():
            self.serials.setdefault(ballot.style, []).append(ballot.serial)
        store.close()

    def cast(self, style: str, *lines: str, serial: str = "", **more: object) -> str:
        """A ballot with one text of box letters per official (`,` a speck); the serial it has."""
        chosen = serial or self.serials[style].pop()
        self.put(reading(chosen, style, lines, **more))
        return chosen

    def put(self, result: SheetResult) -> str:
        """Any sheet; the SHA-256 it goes under."""
        self.sheets += 1
        sha256 = f"{self.sheets * 0x9E3779B97F4A7C15 % (1 << 64):016x}" * 4
        store = open_vote_store(self.folder, load_vote(self.folder))
        store.record_pages([PageRecord(sha256, ".jpg", f"scan-{self.sheets}.jpg", 0, result, "0" * 64)])
        store.close()
        return sha256

    def decide(
        self, target: str, ruled: LineDecision | BallotDecision | SheetDecision, reason: str = ""
    ) -> None:
        decide(self.folder, DecisionOrder(target, ruled, WHO, reason or "Dấu X rõ"))


def token(serial: str, style: str, page: int = 1, pages: int = 1) -> Token:
    return Token(TokenKind.BALLOT, "xuat-2023", style, page, pages, b"12345678", serial)


def reading(
    serial: str,
    style: str,
    lines: Sequence[str],
    strikes: Sequence[tuple[str, Certainty]] = (),
    writings: Sequence[Certainty] = (),
    seal: SealState = SealState.PRESENT,
    review: tuple[ReviewReason, ...] = (),
    pages: int = 1,
) -> PageReading:
    boxes = tuple(
        BoxReading(official, level, STATES[letter], _scores(letter))
        for official, line in zip(OFFICIALS[style], lines, strict=False)
        for level, letter in zip(LEVELS, line, strict=True)
    )
    return PageReading(
        token(serial, style, 1, pages),
        QUALITY,
        boxes,
        strikes=tuple(StrikeFinding(official, sure, PLACE, 0.9, 40.0) for official, sure in strikes),
        writings=tuple(WritingFinding(sure, PLACE, 2.0) for sure in writings),
        seal=SealFinding(seal, 0.3),
        review=review,
    )


def _scores(letter: str) -> MarkScores:
    return MarkScores() if letter == "." else MarkScores(ink_mm2=6.5, cross_fit=0.9, cross_share=0.97)


def cast_everything(urn: Urn) -> None:
    """A ballot of every kind, and decisions on some of those that wait for a person."""
    for _ in range(5):
        urn.cast("tinh", "X..", "..X", ".X.")
        urn.cast("so", ".X.", "X..")
    _cast_faulty(urn)
    _cast_doubtful(urn)
    _cast_strange_sheets(urn)
    _cast_and_decide(urn)


def _cast_faulty(urn: Urn) -> None:
    urn.cast("tinh", "...", "X..", "..X")
    urn.cast("tinh", "XX.", "..X", "..X")
    urn.cast("tinh", "X..", "..X", "..X", strikes=[("o2", CERTAIN)])
    urn.cast("so", "X..", "..X", writings=[CERTAIN])
    urn.cast("so", "...", "...")
    urn.cast("tinh", "o..", "..X", "..X")
    urn.cast("tinh", "Xo.", "..X", "..X")
    urn.cast("tinh", "..X", "..X", "..X", seal=SealState.ABSENT)
    urn.cast("tinh", ",.X", "..X", "..X")


def _cast_doubtful(urn: Urn) -> None:
    urn.cast("tinh", "?..", "..X", "..X")
    urn.cast("tinh", "c.X", "..X", "..X")
    urn.cast("so", "X..", "..X", strikes=[("p1", DOUBTFUL)])
    urn.cast("so", "X..", "..X", writings=[DOUBTFUL])
    urn.cast("tinh", "X..", "..X", "..X", review=(ReviewReason.WEAK_REGISTRATION,))
    urn.cast("tinh", "X..", pages=2)
    twice = urn.cast("tinh", "X..", "X..", "X..")
    urn.cast("tinh", "..X", "..X", "..X", serial=twice)


def _cast_strange_sheets(urn: Urn) -> None:
    urn.put(SheetRejection(RejectionReason.NO_CODE))
    urn.put(SheetRejection(RejectionReason.BAD_SIGNATURE))
    urn.put(SheetRejection(RejectionReason.BLANK_PAGE))
    urn.put(SheetRejection(RejectionReason.NOT_REGISTERED, (), token(urn.serials["tinh"].pop(), "tinh")))
    urn.cast("so", "X..", "..X", serial="Z" * 12)


def _cast_and_decide(urn: Urn) -> None:
    chosen = urn.cast("tinh", "?..", "..X", "..X")
    urn.decide(chosen, LineDecision("o1", "high"), f"Phiếu {chosen[:4]} {chosen[4:8]} {chosen[8:]}: dấu X rõ")
    urn.decide(urn.cast("tinh", "c..", "..X", "..X"), LineDecision("o1", None, (LineFault.NO_MARK,)))
    half = urn.cast("tinh", "?..", "?..", "..X")
    urn.decide(half, LineDecision("o1", "low"))
    urn.decide(urn.cast("so", "X..", "..X", writings=[DOUBTFUL]), BallotDecision())
    spoiled = urn.cast("so", "X..", "..X", writings=[DOUBTFUL])
    urn.decide(spoiled, BallotDecision((BallotFault.ADDED_WRITING,)))
    forged = urn.cast("tinh", "X..", "..X", "..X", review=(ReviewReason.WEAK_REGISTRATION,))
    urn.decide(forged, BallotDecision((BallotFault.NOT_ISSUED,)))
    torn, serial = urn.put(SheetRejection(RejectionReason.NO_CODE)), urn.serials["tinh"].pop()
    urn.decide(torn, SheetDecision(SheetStanding.BALLOT, serial))
    for official, level in zip(OFFICIALS["tinh"], ("high", None, "low"), strict=True):
        faults = () if level else (LineFault.SEVERAL_MARKS,)
        urn.decide(serial, LineDecision(official, level, faults))
    urn.decide(serial, BallotDecision())
    for standing in (SheetStanding.FOREIGN, SheetStanding.NO_BALLOT):
        sheet = urn.put(SheetRejection(RejectionReason.FOREIGN_CODE))
        urn.decide(sheet, SheetDecision(standing))


def cast_plainly(urn: Urn) -> None:
    """Plain ballots and an invalid line each: a result that is final."""
    for style, count in BALLOTS.items():
        urn.cast(style, *["..."] * len(OFFICIALS[style]))
        for number in range(count - 2):
            lines = ["..X" if number % 5 else "X.."] + [".X."] * (len(OFFICIALS[style]) - 1)
            urn.cast(style, *lines)


def cast_at_random(urn: Urn, random: Random) -> None:
    for style, count in BALLOTS.items():
        for _ in range(random.randrange(count)):
            urn.cast(style, *_random_lines(random, len(OFFICIALS[style])), **_random_findings(random, style))


def _random_lines(random: Random, count: int) -> Iterator[str]:
    for _ in range(count):
        line = random.choice(["X..", ".X.", "..X"])
        yield line if random.random() < 0.8 else "".join(random.choices(".Xo?c", (8, 3, 1, 1, 1), k=3))


def _random_findings(random: Random, style: str) -> dict[str, object]:
    rare = random.randrange(20)
    if rare == 0:
        return {"strikes": [(random.choice(OFFICIALS[style]), random.choice([CERTAIN, DOUBTFUL]))]}
    if rare == 1:
        return {"writings": [random.choice([CERTAIN, DOUBTFUL])]}
    return {"seal": random.choice(list(SealState))} if rare == 2 else {}
