from __future__ import annotations

import datetime
import re

import pytest

from ballot_layout.vote_file import check_vote, parse_vote, vote_template
from records.people import Appointment, AppointmentKind, Background, Venue
from tally.eligibility import list_findings
from tally.rules import rule_sets

RULES = rule_sets()
HEAD = """\
format = 1
[vote]
id = "bdt-2023"
body = "Ban Dân tộc"
title = "Phiếu tín nhiệm"
place = "Khánh Hòa"
date = 2023-07-20
rules = "qd96"
"""
PERSON = '[[official]]\nid = "{0}"\nname = "Người {0}"\nposition = "Phó Trưởng ban"\n'
ONE = HEAD + PERSON.format("o1")
APPOINTING = HEAD.replace("qd96", "bt2009")


def found(text: str) -> list[tuple[str, int | None, str]]:
    problems = check_vote(text, RULES, list_findings)
    return [(problem.place, problem.line, problem.message_id) for problem in problems]


def test_what_is_said_of_a_person() -> None:
    text = ONE + 'appointed = 2021-03-15\nretirement_announced = false\nvenues = ["cap_uy", "workplace"]\n'
    vote = parse_vote(text + PERSON.format("o2"), RULES, list_findings)
    said = Background(datetime.date(2021, 3, 15), venues=(Venue.PARTY_COMMITTEE, Venue.WORKPLACE))
    assert vote.backgrounds == (said, Background())
    assert vote.appointment is None


@pytest.mark.parametrize(
    ("line", "place", "message_id"),
    [
        ("appointed = 2023-05-01", "official[1].appointed", "people_appointed_this_year"),
        ('appointed = "2023-05-01"', "official[1].appointed", "vote_expected_date"),
        ("appointed = 2021-05-01T00:00:00", "official[1].appointed", "vote_expected_date"),
        ("retirement_announced = true", "official[1].retirement_announced", "people_retiring"),
        ('retirement_announced = "có"', "official[1].retirement_announced", "vote_expected_boolean"),
        ('venues = ["cap_uy", "hdnd", "workplace"]', "official[1].venues", "people_third_venue"),
        ('venues = ["hdnd", "cap_uy"]', "official[1].venues", "people_venue_order"),
        ('venues = ["hdnd", "hdnd"]', "official[1].venues", "people_venue_twice"),
        ('venues = ["ubnd"]', "official[1].venues", "people_unknown_venue"),
        ('venues = "hdnd"', "official[1].venues", "vote_expected_texts"),
        ("venues = [1]", "official[1].venues[1]", "vote_expected_text"),
        ("added_at_meeting = true", "official[1].added_at_meeting", "appointment_key_not_here"),
        ('venue = ["hdnd"]', "official[1].venue", "vote_unknown_key_near"),
    ],
)
def test_mistakes_about_a_person(line: str, place: str, message_id: str) -> None:
    assert found(f"{ONE}{line}\n") == [(place, 13, message_id)]


def test_mistakes_of_every_kind_are_told_at_once() -> None:
    text = ONE.replace('place = "Khánh Hòa"\n', "") + "retirement_announced = true\n"
    text += PERSON.format("o1") + 'venues = ["cap_uy", "hdnd", "workplace"]\nappointed = 2023-01-01\n'
    assert {message_id for _, _, message_id in found(text)} == {
        "vote_missing_key",
        "people_retiring",
        "vote_duplicate_official",
        "vote_same_person_twice",
        "people_third_venue",
        "people_appointed_this_year",
    }


def test_without_a_date_or_a_rule_set_nobody_is_judged() -> None:
    text = ONE + "appointed = 2023-05-01\n"
    assert found(text.replace("date = 2023-07-20\n", "")) == [("vote.date", 2, "vote_missing_key")]
    assert [message_id for _, _, message_id in found(text.replace("qd96", "qd95"))] == ["vote_unknown_rules"]


def appointing(candidates: int, table: str) -> str:
    people = "".join(PERSON.format(f"o{number}") for number in range(1, candidates + 1))
    return f"{APPOINTING}[appointment]\n{table}\n{people}"


def test_an_appointment() -> None:
    vote = parse_vote(appointing(3, 'kind = "new"\nposts = 2\nmeeting = 1'), RULES, list_findings)
    assert vote.appointment == Appointment(AppointmentKind.NEW, 2, 1)
    vote = parse_vote(appointing(1, 'kind = "reappointment"\nmeeting = 3'), RULES, list_findings)
    assert vote.appointment == Appointment(AppointmentKind.REAPPOINTMENT, 1, 3)


@pytest.mark.parametrize(
    ("candidates", "table", "expected"),
    [
        (2, 'kind = "new"\nposts = 2', ("appointment.posts", 11, "appointment_too_few")),
        (2, 'kind = "reappointment"', ("appointment.kind", 10, "appointment_one_candidate")),
        (1, 'kind = "old"\nposts = 1', ("appointment.kind", 10, "vote_unknown_value")),
        (1, 'kind = "new"', ("appointment.posts", 9, "vote_missing_key")),
        (1, 'kind = "new"\nposts = 0', ("appointment.posts", 11, "appointment_no_posts")),
        (1, 'kind = "new"\nposts = -1', ("appointment.posts", 11, "vote_negative_number")),
        (1, 'kind = "new"\nposts = "1"', ("appointment.posts", 11, "vote_expected_integer")),
        (2, 'kind = "new"\nposts = 1\nmeeting = 4', ("appointment.meeting", 12, "appointment_meeting")),
        (2, 'kind = "new"\nposts = 1\nmeeting = -4', ("appointment.meeting", 12, "vote_negative_number")),
        (2, 'kind = "new"\nposts = 1\nroom = 4', ("appointment.room", 12, "vote_unknown_key")),
    ],
)
def test_mistakes_about_an_appointment(candidates: int, table: str, expected: tuple[str, int, str]) -> None:
    assert found(appointing(candidates, table)) == [expected]


def test_the_table_stands_where_the_rules_are_those_of_an_appointment_and_only_there() -> None:
    assert found(APPOINTING + PERSON.format("o1")) == [("appointment", None, "appointment_missing")]
    other = appointing(2, 'kind = "new"\nposts = 1').replace("bt2009", "qd96")
    assert found(other) == [("appointment", 9, "appointment_not_here")]


def test_the_template_offers_the_keys_of_a_person() -> None:
    text = re.sub(
        r"^# (appointed|retirement_announced|venues) = ", r"\1 = ", vote_template("x"), flags=re.MULTILINE
    )
    vote = parse_vote(text, RULES, list_findings)
    assert vote.backgrounds[1].appointed == datetime.date(2021, 3, 15)
    assert vote.backgrounds[1].venues == (Venue.PARTY_COMMITTEE, Venue.PEOPLES_COUNCIL)


def test_the_template_offers_an_appointment() -> None:
    text = vote_template("x").replace('rules = "qd96"', 'rules = "bt2009"')
    text = re.sub(r"^# (\[appointment\]|(?:kind|posts|meeting) = )", r"\1", text, flags=re.MULTILINE)
    assert parse_vote(text, RULES, list_findings).appointment == Appointment(AppointmentKind.NEW, 1, 1)
