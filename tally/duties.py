"""What is due on which day around a vote: calendar days before the vote's date, which itself is not counted.

The days are those of plans under Party regulation 96-QĐ/TW (2023). No text at hand counts days after the
vote: plans name a date for the report, which the committee enters.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from enum import StrEnum

from records.errors import InputError
from records.rules import Clause
from tally.eligibility import OTHER_VOTES

OWN_RULES = "qd96"
"""The rule set of those plans; under any other their days are applied by analogy ("vận dụng")."""

_BAC_GIANG = "Kế hoạch 96-KH/TU của Ban Thường vụ Tỉnh ủy Bắc Giang (2023)"
_KHANH_HOA = "Kế hoạch lấy phiếu tín nhiệm của Ban Dân tộc tỉnh Khánh Hòa (2023)"


class DutyId(StrEnum):
    OWN_REPORT = "own_report"
    """Those who are rated hand in their report."""
    DOSSIER = "dossier"
    """Reports and files go to the voters."""
    QUESTION = "question"
    """Voters ask in writing."""
    EXPLANATION = "explanation"
    """Those who are rated answer, and add what was asked for."""
    VOTE = "vote"
    RESULT_REPORT = "result_report"


@dataclass(frozen=True, slots=True)
class Duty:
    """Something that is due on `date` at the latest."""

    date: datetime.date
    id: DutyId
    clause: Clause


_BEFORE: tuple[tuple[DutyId, int, Clause], ...] = (
    (
        DutyId.OWN_REPORT,
        20,
        Clause(
            _BAC_GIANG,
            "gửi đến cơ quan hoặc bộ phận tham mưu về tổ chức, cán bộ trước ngày lấy phiếu tín nhiệm 20 ngày",
        ),
    ),
    (
        DutyId.DOSSIER,
        15,
        Clause(
            f"{_KHANH_HOA}, Bước 1",
            "Tập hợp báo cáo, hồ sơ của người được lấy phiếu tín nhiệm theo quy định và báo cáo giải trình, "
            "cung cấp thông tin về nội dung liên quan (nếu có), gửi cho người ghi phiếu trước 15 ngày",
        ),
    ),
    (
        DutyId.QUESTION,
        10,
        Clause(
            _BAC_GIANG,
            "Khi có vấn đề cần làm rõ thì người ghi phiếu đặt yêu cầu bằng văn bản đối với người được lấy "
            "phiếu chậm nhất là 10 ngày trước ngày lấy phiếu tín nhiệm",
        ),
    ),
    (
        DutyId.EXPLANATION,
        3,
        Clause(
            _BAC_GIANG,
            "Chậm nhất 3 ngày trước ngày lấy phiếu tín nhiệm, người được lấy phiếu tín nhiệm phải báo cáo, "
            "giải trình, cung cấp thông tin bổ sung liên quan đến lấy phiếu tín nhiệm theo yêu cầu của cấp "
            "có thẩm quyền hoặc người ghi phiếu tín nhiệm (nếu có)",
        ),
    ),
)
_ANNOUNCED = Clause(
    f"{_KHANH_HOA}, Bước 3",
    "Ban kiểm phiếu tiến hành kiểm phiếu và thông báo kết quả kiểm phiếu với hội nghị",
)
_REPORTED = Clause(
    f"{_KHANH_HOA}, mục IV.1",
    "báo cáo (kèm Biên bản kiểm phiếu) gửi Ban tổ chức Tỉnh ủy kết quả tín nhiệm lãnh đạo Ban",
)
REPORT_DATE = Clause(
    f"{_KHANH_HOA}, mục II.3",
    "Gửi báo cáo kết quả lấy phiếu tín nhiệm về Ban Tổ chức Tỉnh ủy chậm nhất ngày 15/8/2023",
)
"""A plan's own date: an example of what to enter, and no number of days."""


def vote_duties(date: datetime.date, rules: str, report_by: datetime.date | None = None) -> tuple[Duty, ...]:
    """The duties for a vote on `date`, by date.

    Args:
        date: the day of the vote.
        rules: the id of the vote's rule set; a vote that is no rating has no days before it.
        report_by: the day the superior body has set for the report; None where none is known.

    Raises:
        InputError: a duty would lie before the first year, or the report before the vote.
    """
    if report_by is not None and report_by < date:
        raise InputError(
            "calendar_report_before_vote", report_by=report_by.isoformat(), date=date.isoformat()
        )
    before = () if rules in OTHER_VOTES else _BEFORE
    duties = [Duty(_days_before(date, days), duty, clause) for duty, days, clause in before]
    duties.append(Duty(date, DutyId.VOTE, _ANNOUNCED))
    if report_by is not None:
        duties.append(Duty(report_by, DutyId.RESULT_REPORT, _REPORTED))
    return tuple(_by_analogy(duty, rules) for duty in duties)


def is_weekend(date: datetime.date) -> bool:
    """Whether `date` is a Saturday or a Sunday."""
    return date.isoweekday() >= 6


def _days_before(date: datetime.date, days: int) -> datetime.date:
    try:
        return date - datetime.timedelta(days=days)
    except OverflowError as error:
        raise InputError("calendar_date_too_early", date=date.isoformat()) from error


def _by_analogy(duty: Duty, rules: str) -> Duty:
    if rules == OWN_RULES:
        return duty
    return replace(duty, clause=replace(duty.clause, citation=f"Vận dụng {duty.clause.citation}"))
