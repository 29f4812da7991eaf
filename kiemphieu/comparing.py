"""Two votes on the same people, each counted by itself, beside each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kiemphieu.counting import CountReport, count_folder
from kiemphieu.documents.facts import Words, find_threshold
from kiemphieu.folder import VoteFolder
from records.codec import to_plain
from records.rules import Publication
from tally.two_venues import Standing, TwoVenues, VenueResult, pair_venues


def compare_folders(first: VoteFolder, second: VoteFolder) -> TwoVenues:
    """The results of two votes side by side; nothing is recorded in either.

    Raises:
        InputError: as `tally.two_venues.pair_venues`.
        VoteFileError: a vote.toml has mistakes.
        StoreError: a record cannot be read.
    """
    return pair_venues(_venue(count_folder(first)), _venue(count_folder(second)))


def _venue(report: CountReport) -> VenueResult:
    return VenueResult(report.vote, report.rules, report.result)


def is_confidential(two: TwoVenues) -> bool:
    """Whether the page bears the mark MẬT: one confidential result makes it so."""
    return any(
        venue.rules.documents.publication is Publication.CONFIDENTIAL for venue in (two.first, two.second)
    )


def rules_note(two: TwoVenues, words: Words) -> str:
    """What to know of two rule sets that are not the same; empty where they are."""
    first, second = two.first.rules, two.second.rules
    if first == second:
        return ""
    if first.id == second.id:
        return words("compare_settings_differ", rules=first.id)
    return words("compare_rules_differ", first=first.title, second=second.title)


def outcome_lines(two: TwoVenues, words: Words) -> Iterator[str]:
    """The outcomes of those rated at both venues, each venue by itself, with the clause and what follows."""
    firsts = tuple(person.first for person in two.people)
    seconds = tuple(person.second for person in two.people)
    for number, venue, standings in ((1, two.first, firsts), (2, two.second, seconds)):
        reached: dict[str, list[Standing]] = {}
        for one in standings:
            reached.setdefault(words.outcome(one.result, venue.rules), []).append(one)
        for outcome, people in reached.items():
            names = ", ".join(one.official.name for one in people)
            ground = _ground(people[0], venue, words)
            said = f"{outcome}{ground and ' '}{ground}"
            yield words("compare_outcome", number=number, names=names, outcome=said)


def _ground(standing: Standing, venue: VenueResult, words: Words) -> str:
    """The clause that an outcome rests on, and what follows; empty where no threshold was reached."""
    threshold = find_threshold(standing.result, venue.rules)
    if threshold is None:
        grades = venue.rules.grades
        return "" if standing.result.grade is None or grades is None else words.clause(grades.clause)
    clause = words.clause(threshold.clause)
    if not threshold.consequence or threshold.consequence in threshold.clause.text:
        return clause
    return f"{clause} {words('compare_consequence', consequence=threshold.consequence)}"


def to_json(two: TwoVenues) -> dict[str, Any]:
    """The document of `kiemphieu compare --json`; lists of two are in the order the votes were given."""
    return {
        "venues": [_venue_json(two.first), _venue_json(two.second)],
        "rules_differ": two.first.rules != two.second.rules,
        "people": [
            {
                "name": person.first.official.name,
                "positions_differ": person.positions_differ,
                "results": [
                    _standing_json(person.first, two.first),
                    _standing_json(person.second, two.second),
                ],
            }
            for person in two.people
        ],
        "one_venue_only": [
            [_named_json(one, two.first) for one in two.first_only],
            [_named_json(one, two.second) for one in two.second_only],
        ],
        "unclear": list(two.unclear),
    }


def _venue_json(venue: VenueResult) -> dict[str, Any]:
    return {
        "vote": venue.vote.id,
        "body": venue.vote.body,
        "date": venue.vote.date.isoformat(),
        "rules": venue.rules.id,
        "base": venue.rules.base.value,
        "reconciled": venue.result.reconciled,
        "final": venue.result.final,
        "open_points": [point.value for point in venue.result.open_points],
    }


def _named_json(standing: Standing, venue: VenueResult) -> dict[str, Any]:
    return {"name": standing.official.name, **_standing_json(standing, venue)}


def _standing_json(standing: Standing, venue: VenueResult) -> dict[str, Any]:
    result = standing.result
    threshold = find_threshold(result, venue.rules)
    return {
        "id": standing.official.id,
        "position": standing.official.position,
        "counts": {**dict(result.count.levels), "invalid": result.count.invalid},
        "base": result.base,
        "percent": dict(result.percent),
        "outcome": result.outcome.value if result.outcome else None,
        "grade": result.grade,
        "clause": None if threshold is None else to_plain(threshold.clause),
        "consequence": "" if threshold is None else threshold.consequence,
    }
