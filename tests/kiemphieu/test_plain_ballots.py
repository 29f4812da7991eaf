"""The shortcut for plain ballots gives what the long way gives."""

from __future__ import annotations

import tempfile
from collections import Counter
from contextlib import closing
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from printed_votes import SampleVote
from record_samples import blank_form

from kiemphieu.ballots import BallotEntry, find_ballots, find_counted
from kiemphieu.decisions import Decisions
from kiemphieu.folder import load_vote, vote_rules
from kiemphieu.plain_ballots import PlainRuler
from kiemphieu.store import IssuedBallot, PageRecord, open_store
from kiemphieu.store.plain import plain_page, plain_text
from kiemphieu.vote_store import open_vote_store
from records.decision import Decision, SheetDecision, SheetStanding
from records.errors import StoreError
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
    StrikeFinding,
    WritingFinding,
)
from records.rules import SETTINGS
from records.ruling import BallotRuling, Verdict
from records.token import Token, TokenKind
from scanner.interpret import interpret_ballot
from tally.rules import apply_overrides, load_rule_set
from tally.validity import Issued, rule_ballot

RULES = load_rule_set("qd96")
LEVELS = tuple(level.id for level in RULES.levels)
QUALITY = RegistrationQuality(0.05, 0.1, 40, 300.0, 300.0, 0.0, 0, 4)
PLACE = Rect(0.0, 0.0, 1.0, 1.0)
CHOICES = ("line_fault", "ballot_fault", "other_mark", "seal", "foreign_in_returned")
ALL_RULES = [
    apply_overrides(RULES, tuple(zip(CHOICES, (word.value for word in words), strict=True)))
    for words in product(*(SETTINGS[name] for name in CHOICES))
]

states = st.sampled_from([BoxState.EMPTY, BoxState.EMPTY, BoxState.CROSS, BoxState.OTHER, BoxState.UNCLEAR])


@st.composite
def readings(draw: st.DrawFn) -> PageReading:
    """Mostly plain pages, and pages that are so but for one thing."""
    boxes = []
    for number in range(draw(st.integers(1, 4))):
        crossed = draw(st.sampled_from(LEVELS))
        plain = draw(st.integers(0, 5)) > 0
        for level in LEVELS:
            state = BoxState.CROSS if level == crossed else BoxState.EMPTY
            boxes.append(BoxReading(f"o{number}", level, state if plain else draw(states), MarkScores()))
    kind = draw(st.sampled_from([TokenKind.BALLOT, TokenKind.BALLOT, TokenKind.TEST]))
    pages = draw(st.sampled_from([1, 1, 1, 2]))
    token = Token(kind, "v", draw(st.sampled_from(["", "ubnd"])), 1, pages, b"12345678", "A" * 12)
    strike, writing = StrikeFinding("o0", Certainty.CERTAIN, PLACE, 0.5, 4.0), WritingFinding
    rare = draw(st.integers(0, 9))
    return PageReading(
        token,
        QUALITY,
        tuple(boxes),
        strikes=(strike,) if rare == 1 else (),
        writings=(writing(Certainty.DOUBTFUL, PLACE, 2.0),) if rare == 2 else (),
        seal=draw(st.sampled_from([None, *(SealFinding(state, 0.2) for state in SealState)])),
        review=(ReviewReason.WEAK_REGISTRATION,) if rare == 3 else (),
    )


@given(readings())
def test_a_plain_ballot_is_ruled_as_its_reading_is_under_every_setting(reading: PageReading) -> None:
    text = plain_text(reading)
    if not text:
        return
    page = plain_page(text)
    assert (page.style, page.kind) == (reading.token.style, int(reading.token.kind))
    for rules in ALL_RULES:
        ruled = rule_ballot(interpret_ballot([reading]), rules, Issued.ISSUED)
        assert PlainRuler(rules).rule("A" * 12, page) == ruled


def test_what_is_plain_is_told_from_what_is_not() -> None:
    boxes = tuple(
        BoxReading("o1", level, BoxState.CROSS if level == "low" else BoxState.EMPTY, MarkScores())
        for level in LEVELS
    )
    token = Token(TokenKind.BALLOT, "v", "", 1, 1, b"12345678", "A" * 12)
    plain = PageReading(token, QUALITY, boxes, seal=SealFinding(SealState.PRESENT, 0.2))
    assert plain_text(plain) == f"/{int(TokenKind.BALLOT)} o1=low"
    for other in (
        replace(plain, seal=SealFinding(SealState.UNCLEAR, 0.2)),
        replace(plain, seal=SealFinding(SealState.ABSENT, 0.0)),
        replace(plain, token=replace(token, pages=2)),
        replace(plain, review=(ReviewReason.WEAK_REGISTRATION,)),
        replace(plain, boxes=(replace(boxes[0], state=BoxState.CROSS), *boxes[1:])),
        replace(plain, boxes=(*boxes[:2], replace(boxes[2], state=BoxState.UNCLEAR))),
        replace(plain, boxes=(*boxes[:2], replace(boxes[2], state=BoxState.EMPTY))),
        SheetRejection(RejectionReason.NO_CODE),
    ):
        assert plain_text(other) == "", other


def test_a_damaged_text_is_no_plain_page() -> None:
    with pytest.raises(ValueError, match="no choice"):
        plain_page("/1 o1=low o2")


def _as_ruling(found: BallotEntry | BallotRuling) -> BallotRuling | BallotEntry:
    return found.ruling or found if isinstance(found, BallotEntry) else found


@given(st.lists(readings(), max_size=6), st.data())
def test_a_count_sees_what_readings_lists(found: list[PageReading], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as place:
        store = open_store(Path(place) / "kiemphieu.db")
        serials = [f"{number:012}" for number in range(4)]
        store.record_batch(blank_form(), [IssuedBallot(s, "", TokenKind.BALLOT) for s in serials[:3]])
        pages = []
        for number, reading in enumerate(found):
            serial = data.draw(st.sampled_from(serials))
            result = replace(reading, token=replace(reading.token, serial=serial))
            pages.append(PageRecord(f"{number:064x}", ".jpg", None, 0, result, "0" * 64))
        pages.append(PageRecord("f" * 64, ".jpg", None, 0, SheetRejection(RejectionReason.NO_CODE), "0" * 64))
        store.record_pages(pages)
        listed = Counter(map(_as_ruling, find_ballots(store, RULES)))
        assert Counter(map(_as_ruling, find_counted(store, RULES))) == listed
        store.close()
        assert sum(listed.values()) >= 1
        assert all(ruling.verdict in tuple(Verdict) for ruling in listed)


def test_a_decision_about_a_page_that_is_gone_ends_the_count_with_words(vote: SampleVote) -> None:
    """Left out, its ballot would be missing from the count without a word."""
    rules, gone = vote_rules(load_vote(vote.folder)), "0" * 64
    identified = SheetDecision(SheetStanding.BALLOT, min(vote.scans))
    decisions = Decisions().having(Decision(gone, ("NVA", "TTB"), "đọc số", "", "", sheet=identified))
    with (
        closing(open_vote_store(vote.folder, load_vote(vote.folder))) as store,
        pytest.raises(StoreError, match="store_damaged"),
    ):
        list(find_counted(store, rules, decisions))
