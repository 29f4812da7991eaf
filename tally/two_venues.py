"""The same people in two votes: who meets whom. Nothing is added up and no outcome is merged.

Two places are weighed by the authority that decides ("xem xét tổng thể kết quả phiếu tín nhiệm ở từng
nơi"); no text gives a formula.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from records.count import OfficialResult, TallyResult
from records.errors import InputError
from records.people import Background, Venue
from records.rules import Clause, RuleSet
from records.vote import Official, Vote
from tally.eligibility import MOST_VENUES, TWO_VENUES

WEIGHED_TOGETHER = Clause(
    "Kế hoạch 134-KH/TU của Ban Thường vụ Tỉnh ủy Thanh Hóa (2023), thực hiện Quy định 96-QĐ/TW",
    "Đối với người được lấy phiếu tín nhiệm ở 2 nơi thì việc đánh giá tín nhiệm đối với cán bộ sẽ do cấp có "
    "thẩm quyền quyết định trên cơ sở xem xét tổng thể kết quả phiếu tín nhiệm ở từng nơi",
)


@dataclass(frozen=True, slots=True)
class VenueResult:
    """One vote with its result."""

    vote: Vote
    rules: RuleSet
    result: TallyResult


@dataclass(frozen=True, slots=True)
class Standing:
    """One person at one venue."""

    official: Official
    result: OfficialResult
    background: Background


@dataclass(frozen=True, slots=True)
class RatedTwice:
    """One person at both venues."""

    first: Standing
    second: Standing

    @property
    def positions_differ(self) -> bool:
        return _folded(self.first.official.position) != _folded(self.second.official.position)


@dataclass(frozen=True, slots=True)
class TwoVenues:
    """Two results side by side.

    Attributes:
        people: rated at both, in the order of the first vote.
        first_only, second_only: rated at one.
        unclear: names that stand at both venues more than once, so that it is not certain who is who;
            their people are among `first_only` and `second_only`.
    """

    first: VenueResult
    second: VenueResult
    people: tuple[RatedTwice, ...]
    first_only: tuple[Standing, ...]
    second_only: tuple[Standing, ...]
    unclear: tuple[str, ...]


def pair_venues(first: VenueResult, second: VenueResult) -> TwoVenues:
    """Finds the people of `first` in `second`, by name.

    Several people of one name are told apart by position, else by the id they have in both votes; whoever
    is left is not guessed.

    Raises:
        InputError: both are the same vote, or a person's places in both votes come to more than two.
    """
    if (first.vote.id, first.vote.body) == (second.vote.id, second.vote.body):
        raise InputError("compare_same_vote", vote=first.vote.id)
    ours, theirs = _standings(first), _standings(second)
    found = {one.official.id: other for one in ours if (other := _find(one, ours, theirs)) is not None}
    met = {other.official.id for other in found.values()}
    people = tuple(RatedTwice(one, found[one.official.id]) for one in ours if one.official.id in found)
    for person in people:
        _check_places(person)
    first_only = tuple(one for one in ours if one.official.id not in found)
    second_only = tuple(one for one in theirs if one.official.id not in met)
    left = {_name(one) for one in second_only}
    unclear = tuple(dict.fromkeys(one.official.name for one in first_only if _name(one) in left))
    return TwoVenues(first, second, people, first_only, second_only, unclear)


def _standings(venue: VenueResult) -> tuple[Standing, ...]:
    """Everyone on the list of a vote, with the result, in the order of vote.toml."""
    results = {one.count.official: one for one in venue.result.officials}
    officials = venue.vote.officials
    backgrounds = venue.vote.backgrounds or (Background(),) * len(officials)
    return tuple(
        Standing(official, results[official.id], background)
        for official, background in zip(officials, backgrounds, strict=True)
    )


def _find(one: Standing, ours: Sequence[Standing], theirs: Sequence[Standing]) -> Standing | None:
    """The person `one` at the other venue; None where there is none, or no certainty."""
    same = [other for other in theirs if _name(other) == _name(one)]
    namesakes = [other for other in ours if _name(other) == _name(one)]
    if len(same) == len(namesakes) == 1:
        return same[0]
    by_position = {_folded(other.official.position): other for other in same}
    if _folded(one.official.position) in by_position:
        return by_position[_folded(one.official.position)]
    # An id decides only between people whose positions meet nobody's: o1, o2, … are everyone's ids.
    taken = {_folded(other.official.position) for other in namesakes}
    by_id = {o.official.id: o for o in same if _folded(o.official.position) not in taken}
    return by_id.get(one.official.id)


def _check_places(person: RatedTwice) -> None:
    named = {*person.first.background.venues, *person.second.background.venues}
    if len(named) > MOST_VENUES:
        raise InputError(
            "compare_third_venue",
            name=person.first.official.name,
            found=", ".join(venue for venue in Venue if venue in named),
            citation=TWO_VENUES.citation,
            clause=TWO_VENUES.text,
        )


def _name(standing: Standing) -> str:
    return _folded(standing.official.name)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
