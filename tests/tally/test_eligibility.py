from __future__ import annotations

import datetime

import pytest

from records.people import Appointment, AppointmentKind, Background, ListFinding, PeopleList, Venue
from tally.appointment import APPOINTMENT_RULES
from tally.eligibility import list_findings
from tally.rules import rule_sets

DAY = datetime.date(2023, 7, 20)
PARTY, COUNCIL, WORK = Venue


def listed(*people: Background, rules: str = "qd96", **fields: object) -> PeopleList:
    names = tuple(f"Người {number}" for number in range(1, len(people) + 1))
    return PeopleList(DAY, rules, names, people, **fields)  # type: ignore[arg-type]


def found(people: PeopleList) -> list[tuple[tuple[str | int, ...], str]]:
    return [(finding.path, finding.message_id) for finding in list_findings(people)]


def only(people: PeopleList) -> ListFinding:
    (finding,) = list_findings(people)
    return finding


def test_people_of_whom_nothing_is_said_may_be_listed() -> None:
    assert found(listed(Background(), Background())) == []


@pytest.mark.parametrize(
    ("appointed", "message_id"),
    [
        ("2022-12-31", None),
        ("2023-01-01", "people_appointed_this_year"),
        ("2023-07-20", "people_appointed_this_year"),
        ("2023-12-31", "people_appointed_this_year"),
        ("2024-01-01", "people_appointed_later"),
        ("1999-07-20", None),
    ],
)
def test_the_calendar_year_of_the_vote_excludes(appointed: str, message_id: str | None) -> None:
    person = Background(appointed=datetime.date.fromisoformat(appointed))
    expected = [] if message_id is None else [(("official", 1, "appointed"), message_id)]
    assert found(listed(Background(), person)) == expected


def test_the_exclusion_quotes_its_clause() -> None:
    people = listed(Background(retirement_announced=True))
    finding = only(people)
    assert (finding.path, finding.message_id) == (
        ("official", 0, "retirement_announced"),
        "people_retiring",
    )
    assert dict(finding.details)["clause"] == (
        "đã có thông báo nghỉ công tác chờ nghỉ hưu hoặc được bổ nhiệm, bầu cử trong năm lấy phiếu"
    )


def test_both_grounds_are_told() -> None:
    person = Background(appointed=DAY, retirement_announced=True)
    assert [message_id for _, message_id in found(listed(person))] == [
        "people_retiring",
        "people_appointed_this_year",
    ]


@pytest.mark.parametrize(
    ("venues", "message_id"),
    [
        ((), None),
        ((WORK,), None),
        ((PARTY, COUNCIL), None),
        ((PARTY, WORK), None),
        ((COUNCIL, WORK), None),
        ((COUNCIL, PARTY), "people_venue_order"),
        ((WORK, COUNCIL), "people_venue_order"),
        ((COUNCIL, COUNCIL), "people_venue_twice"),
        ((PARTY, COUNCIL, WORK), "people_third_venue"),  # rules.md, boundary case 22
        ((WORK, COUNCIL, PARTY), "people_third_venue"),
        ((PARTY, COUNCIL, PARTY), "people_venue_twice"),
    ],
)
def test_a_person_is_rated_in_two_places_at_most(venues: tuple[Venue, ...], message_id: str | None) -> None:
    expected = [] if message_id is None else [(("official", 0, "venues"), message_id)]
    assert found(listed(Background(venues=venues))) == expected


def test_the_right_order_is_named() -> None:
    assert dict(only(listed(Background(venues=(WORK, PARTY)))).details)["ordered"] == "cap_uy, workplace"


@pytest.mark.parametrize("rules", sorted(rule_sets()))
def test_the_clauses_of_a_rating_bind_ratings_only(rules: str) -> None:
    person = Background(appointed=DAY, retirement_announced=True, venues=(PARTY, COUNCIL, WORK))
    appointment = Appointment(AppointmentKind.REAPPOINTMENT, 1, 1) if rules == APPOINTMENT_RULES else None
    findings = found(listed(person, rules=rules, appointment=appointment))
    assert len(findings) == (0 if rules in {"bt2009", "bo_phieu"} else 3)


def appointment_list(kind: str, posts: int, candidates: int, meeting: int = 1) -> PeopleList:
    appointment = Appointment(AppointmentKind(kind), posts, meeting)
    return listed(*[Background()] * candidates, rules=APPOINTMENT_RULES, appointment=appointment)


@pytest.mark.parametrize(
    ("kind", "posts", "candidates", "message_ids"),
    [
        ("new", 2, 1, ["appointment_too_few"]),
        ("new", 2, 2, ["appointment_too_few"]),  # rules.md, boundary case 21
        ("new", 2, 3, []),
        ("new", 1, 1, ["appointment_too_few"]),
        ("new", 1, 2, []),
        ("reappointment", 1, 1, []),
        ("reappointment", 1, 2, ["appointment_one_candidate"]),
        ("reappointment", 2, 1, ["appointment_one_post"]),
        ("reappointment", 2, 2, ["appointment_one_post", "appointment_one_candidate"]),
    ],
)
def test_candidates_and_posts(kind: str, posts: int, candidates: int, message_ids: list[str]) -> None:
    findings = found(appointment_list(kind, posts, candidates))
    assert [message_id for _, message_id in findings] == message_ids


@pytest.mark.parametrize("meeting", [2, 3])
def test_whom_the_leadership_proposes_may_be_as_many_as_the_posts(meeting: int) -> None:
    assert found(appointment_list("new", 2, 2, meeting)) == []


def test_how_many_candidates_are_missing_is_said() -> None:
    finding = only(appointment_list("new", 2, 2))
    assert finding.path == ("appointment", "posts")
    details = dict(finding.details)
    assert (details["posts"], details["candidates"], details["least"]) == ("2", "2", "3")
    assert "nhiều hơn số lượng cán bộ cần bổ nhiệm" in details["clause"]


def test_an_appointment_vote_needs_its_table() -> None:
    assert found(listed(Background(), rules=APPOINTMENT_RULES)) == [(("appointment",), "appointment_missing")]


def test_no_list_is_no_finding_of_its_own() -> None:
    appointment = Appointment(AppointmentKind.NEW, 1, 1)
    assert found(listed(rules=APPOINTMENT_RULES, appointment=appointment)) == []


def test_who_is_added_at_the_meeting_stands_in_the_plan() -> None:
    people = listed(
        Background(),
        Background(added_at_meeting=True),
        Background(added_at_meeting=True, in_succession_plan=True),
        rules=APPOINTMENT_RULES,
        appointment=Appointment(AppointmentKind.NEW, 2, 1),
    )
    finding = only(people)
    assert (finding.path, finding.message_id) == (
        ("official", 1, "added_at_meeting"),
        "appointment_added_unplanned",
    )
    assert dict(finding.details)["name"] == "Người 2"


def test_nothing_of_an_appointment_stands_in_another_vote() -> None:
    people = listed(
        Background(added_at_meeting=True, in_succession_plan=True),
        appointment=Appointment(AppointmentKind.NEW, 1, 1),
    )
    assert found(people) == [
        (("appointment",), "appointment_not_here"),
        (("official", 0, "added_at_meeting"), "appointment_key_not_here"),
        (("official", 0, "in_succession_plan"), "appointment_key_not_here"),
    ]
