from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.errors import InputError
from tally.duties import DutyId, is_weekend, vote_duties
from tally.rules import rule_sets


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def dates(vote: str, rules: str = "qd96", report_by: str | None = None) -> dict[str, str]:
    duties = vote_duties(day(vote), rules, None if report_by is None else day(report_by))
    return {duty.id.value: duty.date.isoformat() for duty in duties}


@pytest.mark.parametrize(
    ("vote", "own_report", "dossier", "question", "explanation"),
    [
        ("2023-07-20", "2023-06-30", "2023-07-05", "2023-07-10", "2023-07-17"),
        # a leap year, a common one, and one that a rule of "every fourth" gets wrong
        ("2024-03-10", "2024-02-19", "2024-02-24", "2024-02-29", "2024-03-07"),
        ("2023-03-10", "2023-02-18", "2023-02-23", "2023-02-28", "2023-03-07"),
        ("2100-03-10", "2100-02-18", "2100-02-23", "2100-02-28", "2100-03-07"),
        ("2024-03-03", "2024-02-12", "2024-02-17", "2024-02-22", "2024-02-29"),
        # the end of a year
        ("2024-01-01", "2023-12-12", "2023-12-17", "2023-12-22", "2023-12-29"),
        ("2025-01-15", "2024-12-26", "2024-12-31", "2025-01-05", "2025-01-12"),
    ],
)
def test_days_before_the_vote(
    vote: str, own_report: str, dossier: str, question: str, explanation: str
) -> None:
    assert dates(vote) == {
        "own_report": own_report,
        "dossier": dossier,
        "question": question,
        "explanation": explanation,
        "vote": vote,
    }


@given(st.dates(min_value=datetime.date(1, 1, 21)))
def test_every_duty_lies_its_days_before_and_in_order(date: datetime.date) -> None:
    duties = vote_duties(date, "qd96")
    assert [(date - duty.date).days for duty in duties] == [20, 15, 10, 3, 0]
    assert [duty.date for duty in duties] == sorted(duty.date for duty in duties)


def test_the_report_has_the_day_that_was_set() -> None:
    assert dates("2023-07-20", report_by="2023-08-15")["result_report"] == "2023-08-15"
    assert dates("2023-07-20", report_by="2023-07-20")["result_report"] == "2023-07-20"
    assert "result_report" not in dates("2023-07-20")
    with pytest.raises(InputError) as caught:
        dates("2023-07-20", report_by="2023-07-19")
    assert caught.value.message_id == "calendar_report_before_vote"


@pytest.mark.parametrize("rules", sorted(rule_sets()))
def test_days_before_the_vote_are_those_of_ratings(rules: str) -> None:
    duties = vote_duties(day("2023-07-20"), rules)
    expected = list(DutyId)[:5] if rules not in {"bo_phieu", "bt2009"} else [DutyId.VOTE]
    assert [duty.id for duty in duties] == expected
    by_analogy = {duty.clause.citation.startswith("Vận dụng ") for duty in duties}
    assert by_analogy == {rules != "qd96"}


def test_every_duty_has_its_ground() -> None:
    duties = vote_duties(day("2023-07-20"), "qd96", day("2023-08-15"))
    assert [duty.id for duty in duties] == list(DutyId)
    text = {duty.id: duty.clause.text for duty in duties}
    assert "20 ngày" in text[DutyId.OWN_REPORT]
    assert "trước 15 ngày" in text[DutyId.DOSSIER]
    assert "chậm nhất là 10 ngày" in text[DutyId.QUESTION]
    assert "Chậm nhất 3 ngày" in text[DutyId.EXPLANATION]
    assert all(duty.clause.citation for duty in duties)


def test_the_first_days_of_the_calendar_are_refused() -> None:
    assert dates("0001-01-21")["own_report"] == "0001-01-01"
    with pytest.raises(InputError) as caught:
        dates("0001-01-20")
    assert caught.value.message_id == "calendar_date_too_early"


@pytest.mark.parametrize(
    ("date", "weekend"),
    [("2023-07-21", False), ("2023-07-22", True), ("2023-07-23", True), ("2023-07-24", False)],
)
def test_weekends(date: str, weekend: bool) -> None:
    assert is_weekend(day(date)) is weekend
