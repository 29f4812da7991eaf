"""Lists for an appointment under the guidance of Bình Thuận (2009): the candidates, and who may be added.

The wording is that of a report on the guidance (Báo điện tử Đảng Cộng sản Việt Nam, 22/11/2009).
"""

from __future__ import annotations

from collections.abc import Iterator

from records.people import Appointment, AppointmentKind, ListFinding, PeopleList
from records.rules import Clause, Wording

APPOINTMENT_RULES = "bt2009"
RATING_MEETING = 1

_CITATION = "Hướng dẫn lấy phiếu tín nhiệm của tỉnh Bình Thuận (2009), theo báo chí"
MORE_CANDIDATES = Clause(
    _CITATION, "Danh sách đưa ra lấy phiếu tín nhiệm phải nhiều hơn số lượng cán bộ cần bổ nhiệm"
)
ONE_CANDIDATE = Clause(
    _CITATION,
    "Bổ nhiệm lại: lấy phiếu đối với chính người được đề nghị bổ nhiệm lại",
    Wording.SUMMARY,
)
ADDED = Clause(
    _CITATION,
    "có thể giới thiệu thêm ngoài danh sách, những người được giới thiệu nhất thiết phải trong quy hoạch",
)
MEETINGS = Clause(
    _CITATION,
    "tập thể lãnh đạo họp (lần 2) xem xét kết quả giới thiệu cán bộ, cho ý kiến về nhân sự, tập thể lãnh đạo "
    "họp (lần 3) thảo luận và biểu quyết bằng phiếu kín nhân sự đề nghị bổ nhiệm hoặc bổ nhiệm lại",
)


def check_appointment(people: PeopleList) -> Iterator[ListFinding]:
    """What is wrong with the list of an appointment vote (rules.md, boundary case 21)."""
    if people.appointment is None:
        yield _finding(("appointment",), "appointment_missing", rules=APPOINTMENT_RULES)
    elif people.names:
        yield from _check_candidates(people.appointment, len(people.names))
    for index, (name, person) in enumerate(zip(people.names, people.backgrounds, strict=True)):
        if person.added_at_meeting and not person.in_succession_plan:
            path = ("official", index, "added_at_meeting")
            yield _finding(path, "appointment_added_unplanned", ADDED, name=name)


def check_no_appointment(people: PeopleList) -> Iterator[ListFinding]:
    """What of an appointment stands in a vote of another kind."""
    if people.appointment is not None:
        yield _finding(("appointment",), "appointment_not_here", rules=APPOINTMENT_RULES, found=people.rules)
    for index, (name, person) in enumerate(zip(people.names, people.backgrounds, strict=True)):
        keys = {"added_at_meeting": person.added_at_meeting, "in_succession_plan": person.in_succession_plan}
        for key in (key for key, said in keys.items() if said):
            path = ("official", index, key)
            yield _finding(
                path,
                "appointment_key_not_here",
                key=key,
                name=name,
                rules=APPOINTMENT_RULES,
                found=people.rules,
            )


def _check_candidates(appointment: Appointment, candidates: int) -> Iterator[ListFinding]:
    numbers = {"posts": str(appointment.posts), "candidates": str(candidates)}
    if appointment.kind is AppointmentKind.REAPPOINTMENT:
        if appointment.posts != 1:
            yield _finding(("appointment", "posts"), "appointment_one_post", ONE_CANDIDATE, **numbers)
        if candidates != 1:
            yield _finding(("appointment", "kind"), "appointment_one_candidate", ONE_CANDIDATE, **numbers)
    # The list that is rated must be longer than the posts; whom the leadership then proposes need not be.
    elif appointment.meeting == RATING_MEETING and candidates <= appointment.posts:
        yield _finding(
            ("appointment", "posts"),
            "appointment_too_few",
            MORE_CANDIDATES,
            **numbers,
            least=str(appointment.posts + 1),
        )


def _finding(
    path: tuple[str | int, ...], message_id: str, clause: Clause | None = None, **details: str
) -> ListFinding:
    if clause is not None:
        details |= {"citation": clause.citation, "clause": clause.text}
    return ListFinding(path, message_id, tuple(details.items()))
