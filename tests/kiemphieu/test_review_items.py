"""The queue of a review."""

from __future__ import annotations

from printed_votes import SampleVote
from review_samples import (
    beside_box,
    doubtful_vote,
    layout_of,
    page_of,
    record,
    serials_of,
    with_box,
    with_strike,
    with_writing,
)

from kiemphieu.deciding import DecisionOrder, decide
from kiemphieu.folder import VoteFolder, load_vote, vote_rules
from kiemphieu.review_items import BALLOT, ItemKind, Queue, QueueReader, nearest_line
from kiemphieu.vote_store import open_vote_store
from records.decision import BallotDecision, LineDecision
from records.geometry import Rect
from records.reading import BoxState, ReviewReason
from records.ruling import BallotFault

WHO = ("Trưởng ban", "NVA")


def queue_of(folder: VoteFolder) -> Queue:
    vote = load_vote(folder)
    store = open_vote_store(folder, vote)
    try:
        return QueueReader(store, vote_rules(vote)).read(store)
    finally:
        store.close()


def test_items_stand_by_serial_each_with_where_to_look(vote: SampleVote) -> None:
    serials = doubtful_vote(vote.folder)
    items = queue_of(vote.folder).items
    assert [(item.serial, item.what, item.kind) for item in items] == [
        (serials[0], "line-o2", ItemKind.MARKS),
        (serials[1], "line-o1", ItemKind.STRIKES),
        (serials[2], BALLOT, ItemKind.WRITING),
    ]
    assert all(item.open for item in items)
    mark, strike, writing = (item.places[0] for item in items)
    layout = layout_of(vote.folder).pages[0]
    assert mark.view is not None
    assert strike.view is not None
    for box in layout.boxes:
        if box.official == "o2":
            assert mark.view.contains(*box.rect.centre_mm)  # the neighbouring boxes are seen as well
    name = next(name.rect for name in layout.names if name.official == "o1")
    assert strike.view.contains(*name.centre_mm)
    assert strike.strip is not None
    assert mark.strip is None
    assert writing.evidence == (Rect(20, 250, 30, 8),)


def test_filters_and_scores(vote: SampleVote) -> None:
    serials = serials_of(vote.folder)
    record(
        vote.folder,
        with_box(page_of(vote.folder, serials[0]), "o1", "high", BoxState.UNCLEAR, fit=0.3),
        with_box(page_of(vote.folder, serials[1]), "o1", "high", BoxState.OTHER, fit=0.8),
    )
    queue = queue_of(vote.folder)
    assert len(queue.of_kind(ItemKind.MARKS)) == len(queue.of_kind(None)) == 2
    assert queue.of_kind(ItemKind.STRIKES) == ()
    assert [item.score for item in queue.items] == [0.3, 0.8]


def test_a_struck_name_beside_a_doubtful_mark_is_one_item_with_both(vote: SampleVote) -> None:
    serial = serials_of(vote.folder)[0]
    page = with_strike(page_of(vote.folder, serial), vote.folder, "o1")
    record(vote.folder, with_box(page, "o1", "high", BoxState.CORRECTED))
    (item,) = queue_of(vote.folder).items
    assert item.kind is ItemKind.MARKS
    assert item.reasons == (ReviewReason.CORRECTED_MARK, ReviewReason.DOUBTFUL_STRIKE)
    assert item.places[0].strip is not None
    assert len(item.places[0].evidence) == 2


def test_ink_beside_a_box_names_the_line_it_may_belong_to(vote: SampleVote) -> None:
    serial = serials_of(vote.folder)[0]
    ink = beside_box(vote.folder, "o2")
    record(vote.folder, with_writing(page_of(vote.folder, serial), ink, ReviewReason.MARK_OUTSIDE_BOX))
    (item,) = queue_of(vote.folder).items
    assert item.what == BALLOT
    assert [line.official for line in item.beside] == ["o2"]
    assert nearest_line(layout_of(vote.folder).pages[0], Rect(20, 280, 3, 3)) is None


def test_a_second_sheet_shows_both_sheets(vote: SampleVote) -> None:
    serial = serials_of(vote.folder)[0]
    record(vote.folder, page_of(vote.folder, serial), page_of(vote.folder, serial, "low", tag="again"))
    (item,) = queue_of(vote.folder).items
    assert item.reasons == (ReviewReason.DUPLICATE_SERIAL,)
    assert [place.view for place in item.places] == [None, None]
    assert len({place.sha256 for place in item.places}) == item.sheets == 2


def test_a_decided_item_stays_in_the_queue_and_is_not_open(vote: SampleVote) -> None:
    serials = doubtful_vote(vote.folder)
    before = queue_of(vote.folder)
    report = decide(vote.folder, DecisionOrder(serials[0], LineDecision("o2", "low"), WHO, "rõ"))
    after = queue_of(vote.folder)
    assert [item.open for item in after.items] == [False, True, True]
    assert after.items[0].ruled is not None
    assert after.items[0].ruled.choice == "low"
    assert before.having(report.entry) == after


def test_an_invalid_ballot_closes_its_lines_too(vote: SampleVote) -> None:
    serial = serials_of(vote.folder)[0]
    page = with_box(page_of(vote.folder, serial), "o1", "high", BoxState.UNCLEAR)
    record(vote.folder, with_writing(page, Rect(20, 250, 30, 8)))
    assert [item.what for item in queue_of(vote.folder).items] == ["line-o1", BALLOT]
    fault = BallotDecision((BallotFault.ADDED_WRITING,))
    decide(vote.folder, DecisionOrder(serial, fault, WHO, "ghi thêm"))
    assert [item.open for item in queue_of(vote.folder).items] == [False, False]


def test_a_record_without_doubts_has_an_empty_queue(vote: SampleVote) -> None:
    record(vote.folder, *(page_of(vote.folder, serial) for serial in serials_of(vote.folder)))
    assert queue_of(vote.folder) == Queue((), 0)
