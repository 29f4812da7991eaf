"""Who may be listed for a confidence rating, and in how many places one person is rated."""

from __future__ import annotations

from collections.abc import Iterator

from records.people import Background, ListFinding, PeopleList, Venue
from records.rules import Clause
from tally.appointment import APPOINTMENT_RULES, check_appointment, check_no_appointment

MOST_VENUES = 2
OTHER_VOTES = frozenset({APPOINTMENT_RULES, "bo_phieu"})
"""Rule sets of votes that are no rating in mid-term: the clauses below are not theirs."""

EXCLUDED = Clause(
    "Kế hoạch 96-KH/TU của Ban Thường vụ Tỉnh ủy Bắc Giang (2023), thực hiện Quy định 96-QĐ/TW",
    "đã có thông báo nghỉ công tác chờ nghỉ hưu hoặc được bổ nhiệm, bầu cử trong năm lấy phiếu",
)
TWO_VENUES = Clause(
    "Kế hoạch 134-KH/TU của Ban Thường vụ Tỉnh ủy Thanh Hóa (2023), thực hiện Quy định 96-QĐ/TW",
    "tối đa ở 02 nơi, theo thứ tự là: Trong cấp ủy cấp cao nhất (cán bộ là ủy viên ban thường vụ cấp ủy), "
    "HĐND (cán bộ thuộc diện theo quy định của Quốc hội), hoặc nơi cán bộ đang công tác",
)


def list_findings(people: PeopleList) -> tuple[ListFinding, ...]:
    """Everything that keeps the list from being put to the vote, by official in the order of the file.

    An appointment vote has rules of its own (`tally.appointment`); the exclusions and the limit of two
    places are those of a confidence rating.
    """
    if people.rules == APPOINTMENT_RULES:
        return tuple(check_appointment(people))
    findings = list(check_no_appointment(people))
    if people.rules not in OTHER_VOTES:
        for index, background in enumerate(people.backgrounds):
            findings += _check_excluded(people, index, background)
            findings += _check_venues(people, index, background)
    return tuple(findings)


def _check_excluded(people: PeopleList, index: int, person: Background) -> Iterator[ListFinding]:
    details = {"name": people.names[index], "citation": EXCLUDED.citation, "clause": EXCLUDED.text}
    if person.retirement_announced:
        yield _finding(index, "retirement_announced", "people_retiring", details)
    if person.appointed is None:
        return
    dates = {"date": person.appointed.isoformat(), "year": str(people.date.year)}
    if person.appointed.year == people.date.year:
        yield _finding(index, "appointed", "people_appointed_this_year", details | dates)
    elif person.appointed.year > people.date.year:
        yield _finding(index, "appointed", "people_appointed_later", dates | {"name": people.names[index]})


def _check_venues(people: PeopleList, index: int, person: Background) -> Iterator[ListFinding]:
    """A third place, a place named twice, and places out of order (rules.md, boundary case 22)."""
    venues = person.venues
    details = {
        "name": people.names[index],
        "found": ", ".join(venues),
        "citation": TWO_VENUES.citation,
        "clause": TWO_VENUES.text,
    }
    named = tuple(venue for venue in Venue if venue in venues)
    if len(named) > MOST_VENUES:
        most = {"count": str(len(named)), "most": str(MOST_VENUES)}
        yield _finding(index, "venues", "people_third_venue", details | most)
    elif len(venues) > len(named):
        yield _finding(index, "venues", "people_venue_twice", details | {"ordered": ", ".join(named)})
    elif venues != named:
        yield _finding(index, "venues", "people_venue_order", details | {"ordered": ", ".join(named)})


def _finding(index: int, key: str, message_id: str, details: dict[str, str]) -> ListFinding:
    return ListFinding(("official", index, key), message_id, tuple(details.items()))
