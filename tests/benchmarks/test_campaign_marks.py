"""Whose marks a campaign draws, and that a sheet alone is the sheet in its batch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.votes import PrintedVote, print_vote
from sample_scans.campaign import Mix, Recordings, draw_intent, recordings_of, simulate_sheet
from sample_scans.mark_shapes import MarkKind
from sample_scans.strata import Stratum
from sample_scans.stroke_library import RecordedMark, StrokeLibrary
from sample_scans.strokes import frozen
from sample_scans.voter import Intent

SEED = 1
X = (frozen([(0, 0), (1000, 1000)]), frozen([(1000, 0), (0, 1000)]))
HOOK = (frozen([(0, 500), (300, 1000), (1000, 0)]),)
WORD = (frozen([(0, 0), (400, 300), (1000, 0)]),)


def mark(label: str, writer: str, strokes: tuple[np.ndarray, ...], text: str = "") -> RecordedMark:
    return RecordedMark(label, "two_straight", True, writer, text, strokes)


LIBRARY = StrokeLibrary(
    (
        mark("cross", "anna", X),
        mark("tick", "anna", HOOK),
        mark("cross", "binh", X),
        mark("word", "chi", WORD, "so"),
        mark("tick", "dung", HOOK),
    )
)
OFTEN = Mix(other_mark_line=0.9, no_mark_line=0.0, several_marks_line=0.0, writing_ballot=1.0)


@pytest.fixture(scope="module")
def vote() -> PrintedVote:
    return print_vote(3, 4, seed=SEED)


def drawn(vote: PrintedVote, recorded: tuple[RecordedMark, ...], count: int = 40) -> list[Intent]:
    sheet = vote.sheet(0)
    return [
        draw_intent(sheet, OFTEN, SEED, np.random.default_rng(number), recorded) for number in range(count)
    ]


def test_only_who_left_a_cross_votes_and_every_word_is_handwriting():
    recordings = recordings_of(LIBRARY, 0.5)
    assert [marks[0].writer for marks in recordings.writers] == ["anna", "binh"]
    assert [word.text for words in recordings.words for word in words] == ["so"]
    assert recordings.share == 0.5
    assert recordings_of(None) == Recordings()


def test_a_recorded_voter_draws_only_its_own_marks(vote):
    recorded = (*recordings_of(LIBRARY).writers[0], *recordings_of(LIBRARY).words[0])
    intents = drawn(vote, recorded)
    drawn_as = {
        kind: [m.strokes for intent in intents for m in intent.marks if m.kind is kind]
        for kind in (MarkKind.CROSS_REAL, MarkKind.TICK, MarkKind.CIRCLE)
    }
    assert all(drawn_as.values())
    assert all(strokes is X for strokes in drawn_as[MarkKind.CROSS_REAL])
    assert all(strokes is HOOK for strokes in drawn_as[MarkKind.TICK])
    # Without a recording of its kind the simulator draws the mark.
    assert all(strokes == () for strokes in drawn_as[MarkKind.CIRCLE])
    writings = [w for intent in intents for w in intent.writings]
    assert writings
    assert all(w.text == "so" and w.strokes is WORD for w in writings)


def test_a_simulated_voter_draws_none(vote):
    intents = drawn(vote, ())
    assert {m.strokes for intent in intents for m in intent.marks} == {()}
    assert {w.strokes for intent in intents for w in intent.writings} == {()}


def test_writing_has_the_heights_asked_for(vote):
    sheet = vote.sheet(0)
    mix = replace(OFTEN, writing_height_mm=(3.5, 10.0))
    heights = [
        w.area.height_mm
        for number in range(40)
        for w in draw_intent(sheet, mix, SEED, np.random.default_rng(number)).writings
    ]
    assert min(heights) >= 3.5
    assert max(heights) <= 10.0
    assert max(heights) - min(heights) > 3


def test_the_share_of_recorded_voters_is_kept(vote):
    recordings = recordings_of(LIBRARY, 0.6)
    batch = vote.reprinted(tuple(f"{number:012d}" for number in range(30)))
    writers = [
        simulate_sheet(batch.sheet(index), Mix(), Stratum.CLEAN, SEED, recordings).truth.writer
        for index in range(30)
    ]
    recorded = sum(not writer.isdigit() for writer in writers)
    assert 10 <= recorded <= 26


def test_a_sheet_alone_is_the_sheet_in_its_batch(vote):
    sheets = list(vote.sheets())
    assert [sheet.serial for sheet in sheets] == list(vote.serials)
    alone = vote.reprinted(vote.serials[2:3]).sheet(0)
    assert alone.serial == sheets[2].serial
    assert np.array_equal(alone.paper, sheets[2].paper)
    assert not np.array_equal(alone.paper, sheets[1].paper)
