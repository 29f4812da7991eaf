"""What the program alone found invalid."""

from __future__ import annotations

from contextlib import closing

from printed_votes import SampleVote
from review_samples import (
    invalid_vote,
    layout_of,
    page_of,
    record,
    serials_of,
    with_box,
    with_line,
    with_strike,
    with_writing,
)

from kiemphieu.counting import count_folder
from kiemphieu.deciding import DecisionOrder, decide, undo
from kiemphieu.folder import VoteFolder, load_vote, vote_rules
from kiemphieu.found_invalid import FoundInvalid, find_invalid
from kiemphieu.review_items import BALLOT, ReviewItem
from kiemphieu.vote_store import open_vote_store
from records.decision import BallotDecision, LineDecision
from records.geometry import Rect
from records.reading import BoxState, Certainty
from records.ruling import BallotFault, LineFault

WHO = ("Trưởng ban", "NVA")


def found_in(folder: VoteFolder) -> tuple[FoundInvalid, ...]:
    return count_folder(folder).unseen_invalid


def one_of(folder: VoteFolder, serial: str, what: str) -> tuple[FoundInvalid, ReviewItem] | None:
    vote = load_vote(folder)
    with closing(open_vote_store(folder, vote)) as store:
        return find_invalid(store, vote_rules(vote), folder, serial, what)


def item_of(folder: VoteFolder, serial: str, what: str) -> ReviewItem:
    found = one_of(folder, serial, what)
    assert found is not None
    return found[1]


def test_whole_ballots_and_lines_of_valid_ones_stand_by_serial(vote: SampleVote) -> None:
    serials = invalid_vote(vote.folder)
    assert found_in(vote.folder) == (
        FoundInvalid(serials[0], None, (BallotFault.STRUCK_NAME,)),
        FoundInvalid(serials[1], None, (BallotFault.ADDED_WRITING,)),
        FoundInvalid(serials[2], "o1", (LineFault.SEVERAL_MARKS,)),
        FoundInvalid(serials[2], "o2", (LineFault.NO_MARK,)),
    )
    report = count_folder(vote.folder)
    assert report.result.ballots.invalid == 2
    assert [official.count.invalid for official in report.result.officials][:2] == [3, 3]


def test_the_picture_shows_the_fault(vote: SampleVote) -> None:
    serials = invalid_vote(vote.folder)
    layout = layout_of(vote.folder).pages[0]
    name = next(name.rect for name in layout.names if name.official == "o1")
    (place,) = item_of(vote.folder, serials[0], BALLOT).places
    assert place.view is not None
    assert place.view.contains(name.x_mm + 1, name.centre_mm[1])
    assert len(place.evidence) == 1
    (place,) = item_of(vote.folder, serials[1], BALLOT).places
    assert place.evidence == (Rect(20, 250, 30, 8),)
    for official, marks in (("o1", 2), ("o2", 0)):
        item = item_of(vote.folder, serials[2], f"line-{official}")
        (place,) = item.places
        assert place.view is not None
        boxes = [box.rect for box in layout.boxes if box.official == official]
        assert all(place.view.contains(*box.centre_mm) for box in boxes)
        assert len(place.evidence) == marks
        assert not item.open


def test_what_people_decided_is_no_longer_the_programs_alone(vote: SampleVote) -> None:
    serials = invalid_vote(vote.folder)
    decide(vote.folder, DecisionOrder(serials[0], LineDecision("o1", "high"), WHO, "vết gấp"))
    assert FoundInvalid(serials[0], None, (BallotFault.STRUCK_NAME,)) in found_in(vote.folder)
    decide(vote.folder, DecisionOrder(serials[0], BallotDecision(), WHO, "vết gấp"))
    agreed = DecisionOrder(serials[1], BallotDecision((BallotFault.ADDED_WRITING,)), WHO, "đúng")
    decide(vote.folder, agreed)
    report = decide(vote.folder, DecisionOrder(serials[2], LineDecision("o1", "low"), WHO, "đã tẩy"))
    assert found_in(vote.folder) == (FoundInvalid(serials[2], "o2", (LineFault.NO_MARK,)),)
    assert one_of(vote.folder, serials[2], "line-o1") is None
    undo(vote.folder, report.recorded.number, WHO, "nhầm")
    assert one_of(vote.folder, serials[2], "line-o1") is not None


def test_a_ballot_that_waits_for_a_person_shows_none_of_its_lines(vote: SampleVote) -> None:
    serial = serials_of(vote.folder)[0]
    page = with_line(page_of(vote.folder, serial), "o1", "high", "low")
    record(vote.folder, with_box(page, "o2", "high", BoxState.UNCLEAR))
    assert found_in(vote.folder) == ()
    decide(vote.folder, DecisionOrder(serial, LineDecision("o2", "high"), WHO, "rõ"))
    assert found_in(vote.folder) == (FoundInvalid(serial, "o1", (LineFault.SEVERAL_MARKS,)),)


def test_an_unwelcome_line_that_spoils_its_ballot_is_told_as_that_line(vote: SampleVote) -> None:
    with vote.folder.vote_file.open("a", encoding="utf-8") as file:
        file.write('[rules]\nline_fault = "ballot"\n')
    serial = serials_of(vote.folder)[0]
    record(vote.folder, with_line(page_of(vote.folder, serial), "o2"))
    assert count_folder(vote.folder).result.ballots.invalid == 1
    assert found_in(vote.folder) == (FoundInvalid(serial, "o2", (LineFault.NO_MARK,)),)


def test_two_faults_of_one_ballot_are_two_places_to_look_at(vote: SampleVote) -> None:
    serial = serials_of(vote.folder)[0]
    page = with_strike(page_of(vote.folder, serial), vote.folder, "o2", Certainty.CERTAIN)
    record(vote.folder, with_writing(page, Rect(20, 250, 30, 8), certainty=Certainty.CERTAIN))
    found = one_of(vote.folder, serial, BALLOT)
    assert found is not None
    assert found[0].faults == (BallotFault.STRUCK_NAME, BallotFault.ADDED_WRITING)
    assert len(found[1].places) == 2


def test_a_struck_name_stays_its_lines_fault_until_that_is_decided_too(vote: SampleVote) -> None:
    serials = invalid_vote(vote.folder)
    assert [line.official for line in item_of(vote.folder, serials[0], BALLOT).beside] == ["o1"]
    decide(vote.folder, DecisionOrder(serials[0], BallotDecision(), WHO, "vết gấp"))
    assert found_in(vote.folder)[0] == FoundInvalid(serials[0], "o1", (LineFault.STRUCK_NAME,))


def test_no_such_ballot_or_line(vote: SampleVote) -> None:
    serials = invalid_vote(vote.folder)
    assert one_of(vote.folder, "0" * 12, BALLOT) is None
    assert one_of(vote.folder, serials[3], BALLOT) is None
    assert one_of(vote.folder, serials[2], "line-o9") is None
    assert one_of(vote.folder, serials[2], BALLOT) is None
