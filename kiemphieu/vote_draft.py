"""A vote as it is being set up in a form: its values as typed, and how vote.toml says them."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

from kiemphieu.official_list import tidy
from records.people import Background
from records.rules import COPIES_SETTING
from records.vote import DEFAULT_STYLE_ID, BallotStyle, Papers, Sides, Vote
from tally.rules import rule_sets

_NO_PAPERS = Papers()


@dataclass(frozen=True, slots=True)
class DraftOfficial:
    id: str
    name: str = ""
    position: str = ""


@dataclass(frozen=True, slots=True)
class KeptSettings:
    """What vote.toml may say beyond the form, written back as it was."""

    overrides: tuple[tuple[str, str], ...] = ()
    papers: Papers = _NO_PAPERS
    font: str = ""
    scanner_profile: str = ""
    store_url: str = ""


_NONE_KEPT = KeptSettings()


@dataclass(frozen=True, slots=True)
class VoteDraft:
    """What the form asks for; dates and numbers as they were typed.

    Attributes:
        date: day, month, year ("05/12/2026"), or as vote.toml has it.
        delegates: for rule sets that count on the number of delegates.
        appointment: "new" or "reappointment" where the vote is about an appointment; posts are how many.
        seal_image: a PNG in the vote folder.
    """

    id: str
    body: str = ""
    parent_body: str = ""
    title: str = ""
    subject: str = ""
    place: str = ""
    date: str = ""
    rules: str = ""
    summoned: str = ""
    present: str = ""
    delegates: str = ""
    appointment: str = ""
    posts: str = ""
    paper: str = "A4"
    duplex: bool = False
    seal_image: str = ""
    two_person: bool = True
    head: str = ""
    secretary: str = ""
    members: tuple[str, ...] = ()
    witnesses: tuple[str, ...] = ()
    officials: tuple[DraftOfficial, ...] = ()
    kept: KeptSettings = _NONE_KEPT


def is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 6


_DAY_FIRST = re.compile(r"(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4})")


def read_date(text: str) -> datetime.date | None:
    """A date as written in Vietnam (5/12/2026) or in vote.toml (2026-12-05); None for anything else."""
    day_first = _DAY_FIRST.fullmatch(text.strip())
    try:
        if day_first is not None:
            day, month, year = (int(part) for part in day_first.groups())
            return datetime.date(year, month, day)
        return datetime.date.fromisoformat(text.strip())
    except ValueError:
        return None


def shown_date(date: datetime.date) -> str:
    return f"{date.day:02}/{date.month:02}/{date.year:04}"


def draft_of_vote(vote: Vote, whole: bool = True) -> VoteDraft | None:
    """The form filled with a vote.

    Args:
        vote: as vote.toml has it.
        whole: None comes back where the vote has what no field of the form holds; False fills in what fits.
    """
    known = vote.attendance
    about = vote.appointment
    draft = VoteDraft(
        id=vote.id,
        body=vote.body,
        parent_body=vote.parent_body,
        title=vote.title,
        subject=vote.subject,
        place=vote.place,
        date=shown_date(vote.date),
        rules=vote.rules,
        summoned="" if known is None else str(known.summoned),
        present="" if known is None else str(known.present),
        delegates="" if known is None or known.delegates is None else str(known.delegates),
        appointment="" if about is None else about.kind.value,
        posts="" if about is None else str(about.posts),
        paper=vote.printing.paper.value,
        duplex=vote.printing.sides is Sides.DUPLEX,
        seal_image=vote.printing.seal_image,
        two_person=vote.two_person,
        head=vote.committee.head,
        secretary=vote.committee.secretary,
        members=vote.committee.members,
        witnesses=vote.committee.witnesses,
        officials=tuple(DraftOfficial(one.id, one.name, one.position) for one in vote.officials),
        kept=KeptSettings(
            vote.rule_overrides, vote.papers, vote.printing.font, vote.scanner_profile, vote.store_url
        ),
    )
    return draft if not whole or _says_all(vote) else None


def _says_all(vote: Vote) -> bool:
    """Whether the vote has one group, a packaged rule set, and nobody with a background."""
    plain = (
        vote.styles == (BallotStyle(),),
        all(one.style == DEFAULT_STYLE_ID for one in vote.officials),
        all(one == Background() for one in vote.backgrounds),
        vote.appointment is None or vote.appointment.meeting == 1,
        vote.rules in rule_sets(),
    )
    return all(plain)


def next_official_id(officials: Sequence[DraftOfficial]) -> str:
    """An id that no official of the list has."""
    taken = {one.id for one in officials}
    number = len(officials) + 1
    while f"o{number}" in taken:
        number += 1
    return f"o{number}"


def tidy_lines(text: str) -> tuple[str, ...]:
    """One value a line; empty lines are dropped."""
    return tuple(line for each in text.splitlines() if (line := tidy(each)))


_HEAD = """\
# Tệp mô tả một cuộc lấy phiếu tín nhiệm, do kiemphieu desk ghi theo mẫu đã điền.
# Sửa tay tệp này thì lưu mã UTF-8, rồi chạy:  kiemphieu check <thư mục này>
format = 1
"""


def draft_toml(draft: VoteDraft) -> str:
    """vote.toml for a draft; what cannot be written, such as a date that is none, is left out."""
    blocks = (
        _vote_lines(draft),
        _attendance_lines(draft),
        _override_lines(draft.kept),
        *(_official_lines(official) for official in draft.officials),
        _appointment_lines(draft),
        _committee_lines(draft),
        _paper_lines(draft.kept.papers),
        _print_lines(draft),
        (
            "[decisions]",
            "# Phiếu cần xem xét do hai thành viên cùng quyết định; false: một người là đủ.",
            f"two_person = {_flag(draft.two_person)}",
        ),
        _line_of("scan", "profile", draft.kept.scanner_profile),
        _line_of("store", "url", draft.kept.store_url),
    )
    return "\n".join([_HEAD, *("\n".join(lines) + "\n" for block in blocks if (lines := tuple(block)))])


def _vote_lines(draft: VoteDraft) -> Iterator[str]:
    yield "[vote]"
    yield "# Mã của cuộc lấy phiếu; không dùng lại cho cuộc lấy phiếu khác."
    yield f"id = {quoted(draft.id)}"
    yield "# Cơ quan tổ chức và cơ quan cấp trên, tên phiếu và dòng trích yếu, như in trên phiếu."
    for key in ("body", "parent_body", "title", "subject", "place"):
        yield f"{key} = {quoted(getattr(draft, key))}"
    date = read_date(draft.date)
    if date is not None:
        yield f"date = {date.isoformat()}"
    yield "# Bộ quy tắc kiểm phiếu."
    yield f"rules = {quoted(draft.rules)}"


def _attendance_lines(draft: VoteDraft) -> Iterator[str]:
    """Nothing until both head counts are known: vote.toml takes them together."""
    if is_count(draft.summoned) and is_count(draft.present):
        yield "[attendance]"
        yield "# Số người được triệu tập, số người có mặt."
        yield f"summoned = {int(draft.summoned)}"
        yield f"present = {int(draft.present)}"
        if is_count(draft.delegates):
            yield f"delegates = {int(draft.delegates)}"


def _official_lines(official: DraftOfficial) -> tuple[str, ...]:
    name, position = quoted(official.name), quoted(official.position)
    return "[[official]]", f"id = {quoted(official.id)}", f"name = {name}", f"position = {position}"


def _appointment_lines(draft: VoteDraft) -> Iterator[str]:
    if draft.appointment:
        yield "[appointment]"
        yield f"kind = {quoted(draft.appointment)}"
        if is_count(draft.posts):
            yield f"posts = {int(draft.posts)}"


def _committee_lines(draft: VoteDraft) -> Iterator[str]:
    if draft.head or draft.secretary or draft.members or draft.witnesses:
        yield "[committee]"
        yield "# Người ký biên bản."
        yield f"head = {quoted(draft.head)}"
        yield f"secretary = {quoted(draft.secretary)}"
        yield f"members = {_list(draft.members)}"
        yield f"witnesses = {_list(draft.witnesses)}"


def _print_lines(draft: VoteDraft) -> Iterator[str]:
    yield "[print]"
    yield "# Khổ giấy, in hai mặt, tệp ảnh con dấu (để trống thì chừa chỗ đóng dấu tay)."
    yield f"paper = {quoted(draft.paper)}"
    yield f"duplex = {_flag(draft.duplex)}"
    yield f"seal_image = {quoted(draft.seal_image)}"
    yield f"font = {quoted(draft.kept.font)}"


def _override_lines(kept: KeptSettings) -> Iterator[str]:
    if kept.overrides:
        yield "[rules]"
        for name, value in kept.overrides:
            yield f"{name} = {value if name == COPIES_SETTING else quoted(value)}"


def _paper_lines(papers: Papers) -> Iterator[str]:
    if papers != _NO_PAPERS:
        yield "[document]"
        for field in fields(papers):
            yield f"{field.name} = {quoted(getattr(papers, field.name))}"


def _line_of(table: str, key: str, value: str) -> Iterator[str]:
    """A table of one key; nothing where it is empty."""
    if value:
        yield f"[{table}]"
        yield f"{key} = {quoted(value)}"


def quoted(text: str) -> str:
    """A TOML basic string (TOML 1.0.0, String): quotes, backslashes and control characters escaped."""
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    code = ord(character)
    return f"\\u{code:04X}" if code < 0x20 or code == 0x7F else character


def _list(texts: Sequence[str]) -> str:
    return f"[{', '.join(quoted(text) for text in texts)}]"


def _flag(value: bool) -> str:
    return "true" if value else "false"
