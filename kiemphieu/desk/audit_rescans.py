"""Audit: archived ballots scanned again beside the record, both pictures of every difference side by side."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from starlette.responses import Response

from audit.compare import ComparedPage, Comparison, Difference
from kiemphieu.desk.acts import Act, Upload
from kiemphieu.desk.audit_subjects import Subject, make_place, subject_of
from kiemphieu.desk.audit_uploads import checked_kind
from kiemphieu.desk.jobs import Job, JobState
from kiemphieu.desk.roles import CHECKERS
from kiemphieu.desk.screens import Screen
from kiemphieu.desk.streams import progress_answer
from kiemphieu.disk import disk_errors
from kiemphieu.documents.facts import Words
from kiemphieu.folder import VoteFolder, free_name, vote_rules
from kiemphieu.rescan_report import RescanPictures, crop_jpeg
from kiemphieu.rescanning import RESCANS, AuditVote, compare_rescan, is_rescan_name, rescan
from kiemphieu.scanning import ScanReport
from records.canonical import sha256_hex
from records.errors import InputError, KiemphieuError
from records.token import grouped_serial

_JOB = "rescan"
_SHOWN = 100
"""Differences on one page; the rest is in the report file."""
_DRIFT = ("darkness", "ink_mm2", "stroke_mm", "cross_fit", "excess", "cross_share")


@dataclass(frozen=True, slots=True)
class ShownDifference:
    """One difference to be shown; `number` finds its pictures."""

    number: int
    serial: str
    page: int
    place: str
    recorded: str
    now: str


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """A re-scan set beside its record."""

    comparison: Comparison
    others: tuple[tuple[str, int], ...]
    pictures: RescanPictures

    def differences(self) -> list[tuple[ComparedPage, Difference]]:
        return [(page, one) for page in self.comparison.differing for one in page.differences]


def add_routes(screen: Screen, place: str) -> None:
    """The pages of re-scans below the pages of a record under audit."""
    screen.get(f"{place}/rescans")(show_rescans)
    screen.post(f"{place}/rescans", roles=CHECKERS)(start_rescan)
    screen.get(f"{place}/rescans/{{rescan}}")(show_rescan)
    screen.get(f"{place}/rescans/{{rescan}}/progress", watch=True)(rescan_progress)
    screen.get(f"{place}/rescans/{{rescan}}/{{number}}/{{side}}")(show_crop)


def show_rescans(act: Act) -> Response:
    return _rescans_page(act, subject_of(act), "")


def _rescans_page(act: Act, subject: Subject, error: str, status: int = 200) -> Response:
    return act.page(
        "audit_rescans.html",
        status,
        subject=subject,
        names=tuple(_records(subject)),
        job=_job(act, subject),
        may_check=act.member.role in CHECKERS,
        name=act.form.text("name"),
        path=act.form.text("path"),
        error=error,
    )


def _records(subject: Subject) -> dict[str, VoteFolder]:
    """Every audit record of the subject by name: made at the desk, or by the command in the vote folder."""
    found: dict[str, VoteFolder] = {}
    for place in (subject.folder.root / RESCANS, subject.rescans):
        for path in sorted(place.glob("*")):
            if is_rescan_name(path.name) and (path / "kiemphieu.db").is_file():
                found[path.name] = VoteFolder(path)
    return found


def start_rescan(act: Act) -> Response:
    """Sheets that were scanned again are read in the background."""
    subject, sent = subject_of(act), act.form.files("scans")
    name, typed = act.form.text("name") or _free(subject), act.form.text("path")
    try:
        _check(subject, name, sent, typed)
        taken = _take(subject, sent) if sent else None
        try:
            _start(act, subject, name, taken or Path(typed), taken)
        except BaseException:
            if taken is not None:
                shutil.rmtree(taken, ignore_errors=True)
            raise
    except KiemphieuError as error:
        return _rescans_page(act, subject, act.say(error), 400)
    return act.go(f"{subject.url}/rescans/{name}")


def _free(subject: Subject) -> str:
    there, number = _records(subject), 1
    while str(number) in there:
        number += 1
    return str(number)


def _check(subject: Subject, name: str, sent: Sequence[Upload], typed: str) -> None:
    if not is_rescan_name(name):
        raise InputError("rescan_name", name=name)
    if (subject.folder.root / RESCANS / name).exists():
        raise InputError("desk_audit_rescan_there", name=name)
    if not sent and not typed:
        raise InputError("desk_audit_nothing_sent")
    if not sent and ("\0" in typed or not Path(typed).is_absolute() or not Path(typed).exists()):
        raise InputError("desk_audit_no_file")
    subject.open().close()


def _take(subject: Subject, sent: Sequence[Upload]) -> Path:
    """Moves uploads to where the work finds them, each named by its content: no name tells an order.

    Raises:
        InputError: a file is none that scans come in.
    """
    place = make_place(free_name(subject.place / "incoming"))
    try:
        with disk_errors(place):
            for upload in sent:
                kind = checked_kind(upload)
                digest = sha256_hex(upload.path.read_bytes())
                upload.path.replace(place / f"{digest}.{kind.value}")
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    return place


def _start(act: Act, subject: Subject, name: str, path: Path, taken: Path | None) -> None:
    vote, lang = subject.vote(), act.lang

    def work(job: Job) -> ScanReport:
        try:
            made = AuditVote(vote, make_place(subject.rescans))
            return rescan(subject.folder, [path], name, 1, lang, job.progress, made).scan
        finally:
            if taken is not None:
                shutil.rmtree(taken, ignore_errors=True)

    act.desk.jobs.start(subject.folder, _JOB, work, {"name": name})


def _job(act: Act, subject: Subject) -> Job | None:
    return act.desk.jobs.of(subject.folder, _JOB)


def rescan_progress(act: Act) -> Response:
    """How far it is; asked for by the page."""
    return progress_answer(_job(act, subject_of(act)))


def show_rescan(act: Act) -> Response:
    subject, name = subject_of(act), act.path["rescan"]
    job = _job(act, subject)
    mine = job if job is not None and job.notes.get("name") == name else None
    whole = mine is None or mine.state is JobState.DONE
    compared = _compared(subject, name) if whole else None
    words = Words(act.lang)
    found = [] if compared is None else compared.differences()
    return act.page(
        "audit_rescan.html",
        subject=subject,
        name=name,
        job=mine,
        failed=act.say(mine.error) if mine is not None and mine.error is not None else "",
        problems=_problems(mine, words),
        compared=compared,
        rows=_rows(subject, found[:_SHOWN], words),
        more=max(0, len(found) - _SHOWN),
        drift=[one for one in compared.comparison.drift if one.score in _DRIFT and one.boxes]
        if compared is not None
        else [],
        grouped=grouped_serial,
    )


def _problems(job: Job | None, words: Words) -> tuple[str, ...]:
    """Files of the scan just made that could not be opened."""
    report = job.result if job is not None else None
    if not isinstance(report, ScanReport):
        return ()
    return tuple(words(one.message_id, **dict(one.details)) for one in report.problems)


def _rows(
    subject: Subject, found: Sequence[tuple[ComparedPage, Difference]], words: Words
) -> list[ShownDifference]:
    if not found:
        return []
    vote = subject.vote()
    names = {official.id: official.name for official in vote.officials}
    places = {
        f"{official.id}-{level.id}": words(
            "desk_audit_place_box", level=words.level(level.id, level.label), name=official.name
        )
        for official in vote.officials
        for level in vote_rules(vote).levels
    }
    rows = []
    for number, (page, one) in enumerate(found):
        place = places.get(one.place) or words.any_of(f"desk_audit_place_{one.place}", otherwise=one.place)
        recorded, now = (_state(text, one.place, names, words) for text in (one.recorded, one.now))
        serial = grouped_serial(page.recorded.serial)
        shown = ShownDifference(number, serial, page.recorded.page, place, recorded, now)
        rows.append(shown)
    return rows


def _state(text: str, place: str, names: Mapping[str, str], words: Words) -> str:
    return ", ".join(_part(one, place, names, words) for one in text.split(", "))


def _part(text: str, place: str, names: Mapping[str, str], words: Words) -> str:
    first, _, second = text.partition(" ")
    if place == "strikes" and second:
        return (
            f"{names.get(first, first)} ({words.any_of(f'explain_state_strike_{second}', otherwise=second)})"
        )
    if place == "writing" and second:
        return words.any_of(f"explain_state_writing_{first}", otherwise=first)
    if place == "seal":
        return words.any_of(f"explain_state_seal_{text}", otherwise=text)
    if (place, text) == ("reading", "read"):
        return words("desk_audit_read_well")
    return words.any_of(f"explain_state_box_{text}", f"reason_{text}", otherwise=text)


def _compared(subject: Subject, name: str) -> Compared:
    """The re-scan of that name beside the record.

    Raises:
        InputError: there is none.
    """
    again = _records(subject).get(name)
    if again is None:
        raise InputError("desk_audit_no_rescan")
    with closing(subject.open()) as store:
        state = store.state()
    return _compare(subject, again, state, again.database.stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _compare(subject: Subject, again: VoteFolder, _state: str, _changed: int) -> Compared:
    """Kept while neither record has changed: every picture of the page asks for it."""
    return Compared(*compare_rescan(subject.folder, again, subject.vote()))


def show_crop(act: Act) -> Response:
    """One side of one difference: the page around the place that differs."""
    number, side = act.path["number"], act.path["side"]
    if side not in ("recorded.jpg", "now.jpg") or not (number.isascii() and number.isdigit()):
        raise InputError("desk_not_found")
    compared = _compared(subject_of(act), act.path["rescan"])
    found = compared.differences()
    if len(number) > 6 or int(number) >= len(found):
        raise InputError("desk_not_found")
    page, difference = found[int(number)]
    pictures = compared.pictures
    if side == "recorded.jpg":
        laid = pictures.laid(pictures.recorded, page.recorded)
    else:
        laid = pictures.laid(pictures.now, page.now)
    data = b"" if laid is None else crop_jpeg(laid, page, difference)
    return Response(data, media_type="image/jpeg") if data else Response(status_code=404)
