from __future__ import annotations

import dataclasses

import pytest
from venue_samples import venue

from records.count import Outcome
from records.errors import InputError
from records.people import Background, Venue
from tally.two_venues import RatedTwice, TwoVenues, pair_venues

PARTY, COUNCIL, WORK = Venue
EVEN = (10, 5, 5, 0)


def paired(two: TwoVenues) -> list[tuple[str, str]]:
    return [(person.first.official.id, person.second.official.id) for person in two.people]


def test_each_venue_keeps_its_outcome_and_nothing_is_merged() -> None:
    """rules.md, boundary case 23."""
    party = venue("cap uy", {"o1": ("Nguyễn Văn A", "Bí thư", (5, 10, 31, 0))})
    council = venue("hdnd", {"o1": ("Nguyễn Văn A", "Bí thư", (30, 10, 6, 0))})
    two = pair_venues(party, council)
    (person,) = two.people
    assert person.first.result.outcome is Outcome.TWO_THIRDS_LOW
    assert person.second.result.outcome is Outcome.NONE
    assert {field.name for field in dataclasses.fields(RatedTwice)} == {"first", "second"}
    assert (two.first.result, two.second.result) == (party.result, council.result)


def test_people_meet_by_name_whatever_their_ids_order_and_case() -> None:
    first = venue("a", {"o1": ("Nguyễn Văn A", "Bí thư", EVEN), "o2": ("Trần Thị B", "Phó", EVEN)})
    second = venue("b", {"x": ("TRẦN  THỊ B", "Phó", EVEN), "o2": ("Nguyễn Văn A", "Chủ tịch", EVEN)})
    two = pair_venues(first, second)
    assert paired(two) == [("o1", "o2"), ("o2", "x")]
    assert [person.positions_differ for person in two.people] == [True, False]
    assert (two.first_only, two.second_only, two.unclear) == ((), (), ())


def test_who_stands_at_one_venue_only() -> None:
    first = venue("a", {"o1": ("Nguyễn Văn A", "Bí thư", EVEN), "o2": ("Trần Thị B", "Phó", EVEN)})
    second = venue("b", {"o1": ("Lê Văn C", "Phó", EVEN), "o2": ("Trần Thị B", "Phó", EVEN)})
    two = pair_venues(first, second)
    assert paired(two) == [("o2", "o2")]
    assert [one.official.name for one in two.first_only] == ["Nguyễn Văn A"]
    assert [one.official.name for one in two.second_only] == ["Lê Văn C"]
    assert two.unclear == ()


NAMESAKES = {
    "positions tell": ({"o1": "Bí thư", "o2": "Phó"}, {"o1": "Phó", "o2": "Bí thư"}, [(1, 2), (2, 1)], 0),
    "ids tell": ({"o1": "Bí thư", "o2": "Phó"}, {"o1": "Chủ tịch", "o2": "Ủy viên"}, [(1, 1), (2, 2)], 0),
    "position, then id": ({"o1": "A", "o2": "B"}, {"o2": "C", "o1": "A"}, [(1, 1), (2, 2)], 0),
    "a position goes before an id": ({"o1": "A", "o2": "B"}, {"o1": "B"}, [(2, 1)], 0),
    "two at one venue": ({"o1": "A", "o2": "B"}, {"o2": "C"}, [(2, 2)], 0),
    "nothing tells": ({"o1": "A", "o2": "B"}, {"o3": "C", "o4": "D"}, [], 1),
    "one of two is clear": ({"o1": "A", "o2": "B"}, {"o3": "A", "o4": "D"}, [(1, 3)], 1),
}


@pytest.mark.parametrize("case", NAMESAKES.values(), ids=NAMESAKES)
def test_people_of_one_name(
    case: tuple[dict[str, str], dict[str, str], list[tuple[int, int]], int],
) -> None:
    ours, theirs, expected, unclear = case
    first = venue("a", {one: ("Nguyễn Văn A", position, EVEN) for one, position in ours.items()})
    second = venue("b", {one: ("Nguyễn Văn A", position, EVEN) for one, position in theirs.items()})
    two = pair_venues(first, second)
    assert paired(two) == [(f"o{one}", f"o{other}") for one, other in expected]
    assert two.unclear == ("Nguyễn Văn A",) * unclear
    assert len(two.first_only) == len(ours) - len(expected)
    assert len(two.second_only) == len(theirs) - len(expected)
    turned = pair_venues(second, first)
    assert sorted(paired(turned)) == sorted((other, one) for one, other in paired(two))


def test_the_same_vote_is_no_second_venue() -> None:
    first = venue("a", {"o1": ("Nguyễn Văn A", "Bí thư", EVEN)})
    with pytest.raises(InputError) as caught:
        pair_venues(first, first)
    assert caught.value.message_id == "compare_same_vote"


@pytest.mark.parametrize(
    ("ours", "theirs", "refused"),
    [
        ((), (), False),
        ((PARTY, COUNCIL), (PARTY, COUNCIL), False),
        ((PARTY,), (COUNCIL,), False),
        ((PARTY, COUNCIL), (COUNCIL, WORK), True),
        ((PARTY, COUNCIL), (WORK,), True),
    ],
)
def test_a_third_place_is_refused_across_two_files_too(
    ours: tuple[Venue, ...], theirs: tuple[Venue, ...], refused: bool
) -> None:
    people = {"o1": ("Nguyễn Văn A", "Bí thư", EVEN)}
    first = venue("a", people, backgrounds=(Background(venues=ours),))
    second = venue("b", people, backgrounds=(Background(venues=theirs),))
    if not refused:
        assert len(pair_venues(first, second).people) == 1
        return
    with pytest.raises(InputError) as caught:
        pair_venues(first, second)
    assert caught.value.message_id == "compare_third_venue"
    assert caught.value.details["found"] == "cap_uy, hdnd, workplace"
