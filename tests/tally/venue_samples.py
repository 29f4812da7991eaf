"""Votes on the same people with counts as given, for tests of two venues."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

from records.count import TallyResult
from records.people import Background
from records.rules import RuleSet
from records.vote import Attendance, Official, Vote
from tally.rules import load_rule_set
from tally.two_venues import VenueResult
from tally.typed_counts import tally_typed_counts

Counts = Sequence[int]
"""One official's counts by level, then the invalid lines."""


def venue(
    name: str,
    people: Mapping[str, tuple[str, str, Counts]],
    rules: RuleSet | str = "qd96",
    backgrounds: tuple[Background, ...] = (),
    attendance: bool = True,
) -> VenueResult:
    """A vote at `name`; `people` maps ids to name, position and counts (all of one total)."""
    rule_set = load_rule_set(rules) if isinstance(rules, str) else rules
    officials = tuple(Official(one, name, position) for one, (name, position, _) in people.items())
    total = max(sum(counts) for _, _, counts in people.values())
    vote = Vote(
        id=name.lower().replace(" ", "-"),
        body=f"Cơ quan {name}",
        parent_body="",
        title="Phiếu tín nhiệm",
        subject="",
        place="Khánh Hòa",
        date=datetime.date(2023, 7, 20),
        rules=rule_set.id,
        officials=officials,
        attendance=Attendance(total, total, total) if attendance else None,
        backgrounds=backgrounds,
    )
    heads = ",".join(["official", *(level.id for level in rule_set.levels), "invalid"])
    rows = [",".join([one, *map(str, counts)]) for one, (_, _, counts) in people.items()]
    text = "\n".join([heads, *rows, ""])
    result = tally_typed_counts(text, rule_set, total, attendance=vote.attendance, vote_id=vote.id)
    assert isinstance(result, TallyResult), result
    return VenueResult(vote, rule_set, result)
