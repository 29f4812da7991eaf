"""Readings and rulings survive their way through JSON; other shapes are refused."""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass
from enum import Enum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.codec import CodecError, from_plain, to_plain
from records.geometry import Rect
from records.reading import (
    BallotReading,
    BoxReading,
    BoxState,
    Certainty,
    MarkScores,
    PageReading,
    RegistrationQuality,
    ReviewReason,
    SealFinding,
    SealState,
    StrikeFinding,
    StrikeScores,
    WritingFinding,
    WritingScores,
)
from records.rules import RuleSet
from records.ruling import BallotFault, BallotRuling, LineFault, LineRuling, Verdict
from records.token import Token, TokenKind
from records.vote import Attendance, Vote

numbers = st.floats(-1e6, 1e6, allow_nan=False)
counts = st.integers(0, 1000)
words = st.text(max_size=6)
rects = st.builds(Rect, numbers, numbers, numbers, numbers)


def some(items):
    return st.lists(items, max_size=2).map(tuple)


reasons = some(st.sampled_from(ReviewReason))
tokens = st.builds(
    Token, st.sampled_from(TokenKind), words, words, counts, counts, st.binary(max_size=8), words
)
registrations = st.builds(
    RegistrationQuality, numbers, numbers, counts, numbers, numbers, numbers, counts, counts
)
boxes = st.builds(
    BoxReading,
    words,
    words,
    st.sampled_from(BoxState),
    st.builds(MarkScores, *([numbers] * 10)),
    st.none() | rects,
)
sure = st.sampled_from(Certainty)
strike_scores = st.builds(StrikeScores, *([numbers] * 6), counts, numbers)
writing_scores = st.builds(WritingScores, *([numbers] * 11))
pages = st.builds(
    PageReading,
    tokens,
    registrations,
    some(boxes),
    some(st.builds(StrikeFinding, words, sure, rects, numbers, numbers, strike_scores)),
    some(st.builds(WritingFinding, sure, rects, numbers, st.sampled_from(ReviewReason), writing_scores)),
    st.none() | st.builds(SealFinding, st.sampled_from(SealState), numbers, st.none() | rects),
    reasons,
)
readings = st.builds(BallotReading, words, words, some(pages), some(counts), reasons)
lines = st.builds(
    LineRuling,
    words,
    some(st.tuples(words, st.sampled_from(BoxState))),
    st.none() | words,
    some(st.sampled_from(LineFault)),
    reasons,
)
rulings = st.builds(
    BallotRuling,
    words,
    words,
    st.sampled_from(Verdict),
    some(lines),
    some(st.sampled_from(BallotFault)),
    reasons,
)


@given(readings)
def test_readings_survive_json(reading):
    assert from_plain(BallotReading, json.loads(json.dumps(to_plain(reading)))) == reading


@given(rulings)
def test_rulings_survive_json(ruling):
    assert from_plain(BallotRuling, json.loads(json.dumps(to_plain(ruling)))) == ruling


def test_dates_and_nested_options_survive_json():
    vote = Vote(
        id="v",
        body="b",
        parent_body="",
        title="t",
        subject="s",
        place="p",
        date=datetime.date(2023, 7, 20),
        rules="qd96",
        officials=(),
        rule_overrides=(("seal", "require"),),
        attendance=Attendance(24, 23),
    )
    plain = json.loads(json.dumps(to_plain(vote)))
    assert plain["date"] == "2023-07-20"
    assert from_plain(Vote, plain) == vote


BOX = {"official": "o1", "level": "high", "state": "cross", "scores": {}, "evidence": None}


def test_what_has_a_default_may_be_absent_and_whole_numbers_are_lengths():
    assert from_plain(BoxReading, {**BOX, "scores": {"ink_mm2": 3}}).scores == MarkScores(ink_mm2=3.0)


@pytest.mark.parametrize(
    "change",
    [
        {"level": 3},
        {"level": None},
        {"state": "crossed"},
        {"scores": []},
        {"scores": {"ink_mm2": "3"}},
        {"scores": {"ink_mm2": True}},
        {"evidence": {"x_mm": 1.0}},
        {"evidence": 3},
        {"colour": "blue"},
    ],
)
def test_another_shape_is_refused(change):
    assert from_plain(BoxReading, BOX).state is BoxState.CROSS
    with pytest.raises(CodecError):
        from_plain(BoxReading, {**BOX, **change})


@pytest.mark.parametrize(
    ("cls", "data"),
    [
        (BoxReading, []),
        (BoxReading, {"official": "o1"}),
        (LineRuling, {"official": "o1", "boxes": "x", "choice": None}),
        (LineRuling, {"official": "o1", "boxes": [["high"]], "choice": None}),
        (LineRuling, {"official": "o1", "boxes": [["high", "cross", "x"]], "choice": None}),
        (Token, {**to_plain(Token(TokenKind.TEST, "v", "", 1, 1, b"", "")), "layout_prefix": "xyz"}),
    ],
)
def test_data_of_another_class_are_refused(cls, data):
    with pytest.raises(CodecError):
        from_plain(cls, data)


@pytest.mark.parametrize("number", [10**400, -(10**400)], ids=["large", "small"])
def test_a_whole_number_that_no_float_holds_is_refused(number):
    with pytest.raises(CodecError, match="too large"):
        from_plain(MarkScores, {"ink_mm2": number})
    with pytest.raises(CodecError, match="too large"):
        from_plain(BoxReading, {**BOX, "scores": {"ink_mm2": number}})


def test_a_value_nested_too_deep_to_be_shown_is_refused():
    value: list[object] = []
    for _ in range(5000):
        value = [value]
    with pytest.raises(CodecError):
        from_plain(BoxReading, {**BOX, "level": value})


class Colour(Enum):
    RED = "red"


@dataclass(frozen=True)
class Either:
    value: Rect | Token


def test_what_no_record_holds_is_refused():
    with pytest.raises(CodecError, match="cannot encode a set"):
        to_plain({1})
    with pytest.raises(CodecError, match="union"):
        from_plain(Either, {"value": {}})
    assert to_plain((Colour.RED, b"\x01", None)) == ["red", "01", None]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)


@given(
    st.sampled_from((BallotReading, BallotRuling, Vote, RuleSet, Token, MarkScores)),
    st.sampled_from(("serial", "lines", "pages", "date", "officials", "kind", "layout_prefix", "ink_mm2")),
    json_values,
)
def test_no_json_raises_anything_but_codec_error(cls, field, value):
    for data in (value, {field: value}):
        try:
            assert isinstance(from_plain(cls, data), cls)
        except CodecError:
            continue
