"""How opinions become decisions."""

from __future__ import annotations

import pytest
from printed_votes import SampleVote
from review_samples import MEMBERS, beside_box, doubtful_vote, page_of, record, serials_of, with_writing
from test_review_items import queue_of

from kiemphieu.deciding import DecisionOrder, decide, standing_decisions, undo
from kiemphieu.folder import VoteFolder, load_vote, vote_rules
from kiemphieu.opinions import Opinion, Withdrawn
from kiemphieu.review_items import BALLOT, ReviewItem
from kiemphieu.review_passes import Choice, Passes, Standing, choice_from_text, codes_for, orders
from kiemphieu.sealing import seal_vote
from records.decision import BallotDecision, LineDecision
from records.errors import InputError, UsageError
from records.reading import ReviewReason
from records.ruling import BallotFault, LineFault
from tally.rules import apply_overrides

LOW, HIGH = Choice("level:low"), Choice("level:high")


@pytest.fixture
def passes(vote: SampleVote) -> Passes:
    doubtful_vote(vote.folder)
    return passes_of(vote.folder)


def passes_of(folder: VoteFolder) -> Passes:
    known = load_vote(folder)
    return Passes(folder, known, vote_rules(known), MEMBERS)


def item(passes: Passes, number: int = 0) -> ReviewItem:
    return queue_of(passes.folder).items[number]


def seen(passes: Passes, member: str, number: int = 0) -> Standing:
    found = item(passes, number)
    return passes.seen(found, passes.opinions.of(found.id), member).standing


def only_one_person(folder: VoteFolder) -> None:
    with folder.vote_file.open("a", encoding="utf-8") as file:
        file.write("[decisions]\ntwo_person = false\n")


def test_two_who_agree_make_the_decision(passes: Passes) -> None:
    assert passes.give(item(passes), "m1", LOW, "", "giống nhau").standing is Standing.OPEN
    assert standing_decisions(passes.folder) == ()
    given = passes.give(item(passes), "m2", LOW, "nét mờ", "giống nhau")
    assert given.standing is Standing.SETTLED
    (recorded,) = standing_decisions(passes.folder)
    assert recorded.decision.by == (MEMBERS["m1"], MEMBERS["m2"])
    assert recorded.decision.reason == "giống nhau: nét mờ"
    assert recorded.decision.line == LineDecision("o2", "low")
    assert not item(passes).open
    assert {one.recorded for one in passes.opinions.of(item(passes).id)} == {(recorded.number,)}


def test_nobody_sees_what_the_other_chose(passes: Passes) -> None:
    found = item(passes)
    passes.give(found, "m1", LOW, "", "x")
    other = passes.seen(found, passes.opinions.of(found.id), "m2")
    assert other.own is None
    assert other.to_do
    assert other.standing is Standing.OPEN
    assert "low" not in repr(other.own)


def test_one_pass_each(passes: Passes) -> None:
    passes.give(item(passes), "m1", LOW, "", "x")
    with pytest.raises(InputError, match="review_not_open"):
        passes.give(item(passes), "m1", LOW, "", "x")
    assert standing_decisions(passes.folder) == ()


def test_two_who_differ_decide_together(passes: Passes) -> None:
    passes.give(item(passes), "m1", LOW, "", "x")
    assert passes.give(item(passes), "m2", HIGH, "", "x").standing is Standing.DISAGREED
    with pytest.raises(InputError, match="review_not_open"):
        passes.give(item(passes), "m3", HIGH, "", "x")
    with pytest.raises(UsageError, match="decision_reason"):
        passes.decide_together(item(passes), HIGH, ("m1", "m2"), " ")
    with pytest.raises(UsageError, match="decision_people"):
        passes.decide_together(item(passes), HIGH, ("m1",), "xem lại")
    passes.decide_together(item(passes), HIGH, ("m1", "m2"), "xem lại bản giấy")
    (recorded,) = standing_decisions(passes.folder)
    assert recorded.decision.line == LineDecision("o2", "high")
    assert recorded.decision.reason == "xem lại bản giấy"
    assert seen(passes, "m3") is Standing.SETTLED


def test_what_is_not_disputed_is_not_decided_together(passes: Passes) -> None:
    with pytest.raises(InputError, match="review_not_open"):
        passes.decide_together(item(passes), HIGH, ("m1", "m2"), "xem")
    passes.give(item(passes), "m1", LOW, "", "x")
    with pytest.raises(InputError, match="review_not_open"):
        passes.decide_together(item(passes), HIGH, ("m1", "m2"), "xem")


def test_an_item_is_handed_on_and_not_skipped(passes: Passes) -> None:
    assert passes.give(item(passes), "m1", Choice("escalate"), "", "x").standing is Standing.ESCALATED
    assert seen(passes, "m2") is Standing.ESCALATED
    with pytest.raises(InputError, match="review_choice_unknown"):
        passes.decide_together(item(passes), Choice("escalate"), ("m1", "m2"), "xem")
    passes.decide_together(item(passes), LOW, ("m2", "m3"), "xem lại")
    assert seen(passes, "m1") is Standing.SETTLED


def test_an_opinion_is_taken_back_while_it_is_alone(passes: Passes) -> None:
    found = item(passes)
    passes.give(found, "m1", LOW, "", "x")
    with pytest.raises(InputError, match="review_not_yours_alone"):
        passes.take_back(found, "m2")
    passes.take_back(found, "m1")
    assert passes.opinions.of(found.id) == ()
    assert passes.opinions.withdrawn() == (Withdrawn(found.id, "m1", "level:low", 1),)
    passes.give(found, "m1", LOW, "", "x")
    passes.give(found, "m2", HIGH, "", "x")
    with pytest.raises(InputError, match="review_not_yours_alone"):
        passes.take_back(found, "m1")


def test_under_a_sealed_record_no_opinion_is_given_or_taken_back(passes: Passes) -> None:
    """Opinions lie beside the record: it cannot refuse them itself."""
    passes.give(item(passes), "m1", LOW, "", "giống nhau")
    kept = passes.opinions.of(item(passes).id)
    seal_vote(passes.folder, force=True)
    with pytest.raises(InputError, match="record_sealed"):
        passes.give(item(passes), "m2", LOW, "", "giống nhau")
    with pytest.raises(InputError, match="record_sealed"):
        passes.take_back(item(passes), "m1")
    assert passes.opinions.of(item(passes).id) == kept


def test_a_decision_taken_back_opens_the_item_for_both(passes: Passes) -> None:
    passes.give(item(passes), "m1", LOW, "", "x")
    passes.give(item(passes), "m2", LOW, "", "x")
    with pytest.raises(UsageError, match="decision_people"):
        passes.undo(item(passes), ("A",), "bấm nhầm")
    passes.undo(item(passes), ("A", "B"), "bấm nhầm")
    assert standing_decisions(passes.folder) == ()
    assert item(passes).open
    assert passes.opinions.of(item(passes).id) == ()
    assert len(passes.opinions.withdrawn()) == 2
    with pytest.raises(InputError, match="review_no_decision"):
        passes.undo(item(passes), ("A", "B"), "bấm nhầm")


def test_a_crash_between_opinion_and_decision_is_caught_up_with(passes: Passes) -> None:
    found = item(passes)
    passes.give(found, "m1", LOW, "", "x")
    passes.opinions.put(Opinion(found.id, "m2", str(LOW)))
    assert passes.settle(found, "x").standing is Standing.SETTLED
    assert len(standing_decisions(passes.folder)) == 1


def test_a_decision_undone_elsewhere_is_not_made_again_by_old_opinions(passes: Passes) -> None:
    found = item(passes)
    passes.give(found, "m1", LOW, "", "x")
    passes.give(found, "m2", LOW, "", "x")
    undo(passes.folder, standing_decisions(passes.folder)[0].number, ("A", "B"), "nhầm")
    assert passes.settle(item(passes), "x").standing is Standing.OPEN
    assert standing_decisions(passes.folder) == ()
    assert passes.seen(item(passes), passes.opinions.of(found.id), "m1").to_do
    passes.give(item(passes), "m1", HIGH, "", "x")
    passes.give(item(passes), "m2", HIGH, "", "x")
    assert standing_decisions(passes.folder)[0].decision.line == LineDecision("o2", "high")


def test_one_opinion_decides_where_one_person_is_enough(vote: SampleVote) -> None:
    doubtful_vote(vote.folder)
    only_one_person(vote.folder)
    passes = passes_of(vote.folder)
    assert passes.give(item(passes), "m1", LOW, "", "đã xem").standing is Standing.SETTLED
    assert standing_decisions(vote.folder)[0].decision.by == (MEMBERS["m1"],)


def test_a_decision_from_the_command_line_settles_the_item(passes: Passes) -> None:
    found = item(passes)
    passes.give(found, "m1", LOW, "", "x")
    decide(passes.folder, DecisionOrder(found.serial, LineDecision("o2", "high"), ("A", "B"), "rõ"))
    assert seen(passes, "m2") is Standing.SETTLED
    with pytest.raises(InputError, match="review_not_open"):
        passes.give(item(passes), "m2", LOW, "", "x")


def test_ink_beside_a_box_is_a_mark_of_its_line(vote: SampleVote) -> None:
    serial = serials_of(vote.folder)[0]
    ink = beside_box(vote.folder, "o2")
    record(vote.folder, with_writing(page_of(vote.folder, serial), ink, ReviewReason.MARK_OUTSIDE_BOX))
    passes = passes_of(vote.folder)
    choice = Choice("no_fault", (("o2", "level:low"),))
    passes.give(item(passes), "m1", choice, "", "x")
    passes.give(item(passes), "m2", choice, "", "x")
    assert not item(passes).open
    decided = [one.decision for one in standing_decisions(vote.folder)]
    assert [one.line for one in decided] == [LineDecision("o2", "low"), None]
    passes.undo(item(passes), ("A", "B"), "nhầm")
    assert standing_decisions(vote.folder) == ()


def test_what_a_choice_records_follows_the_rules(passes: Passes) -> None:
    line, ballot = item(passes, 1), item(passes, 2)
    whole = passes.rules
    single = apply_overrides(whole, (("ballot_fault", "line"),))
    struck = Choice("struck_name")
    assert orders(line, struck, whole) == (BallotDecision((BallotFault.STRUCK_NAME,)),)
    assert orders(line, struck, single) == (LineDecision("o1", None, (LineFault.STRUCK_NAME,)),)
    assert orders(line, Choice("no_mark"), whole) == (LineDecision("o1", None, (LineFault.NO_MARK,)),)
    assert orders(line, Choice("added_writing"), whole) == (BallotDecision((BallotFault.ADDED_WRITING,)),)
    assert orders(ballot, Choice("no_fault"), whole) == (BallotDecision(),)
    assert "struck_name" not in codes_for(ballot, single)
    assert "no_fault" not in codes_for(line, whole)


@pytest.mark.parametrize(
    "choice",
    [Choice("best"), Choice("no_fault"), Choice("level:"), Choice("level:low", (("o1", "no_mark"),))],
)
def test_a_choice_that_does_not_fit_is_kept_nowhere(passes: Passes, choice: Choice) -> None:
    with pytest.raises(InputError, match="review_choice_unknown"):
        passes.give(item(passes), "m1", choice, "", "x")
    assert passes.opinions.all() == {}


def test_lines_are_only_those_beside_the_ink(passes: Passes) -> None:
    assert item(passes, 2).what == BALLOT
    with pytest.raises(InputError, match="review_choice_unknown"):
        passes.give(item(passes, 2), "m1", Choice("no_fault", (("o1", "level:low"),)), "", "x")


@pytest.mark.parametrize("choice", [LOW, Choice("no_fault", (("o1", "level:low"), ("o2", "no_mark")))])
def test_a_choice_is_kept_as_text(choice: Choice) -> None:
    assert choice_from_text(str(choice)) == choice
