"""Audit: packages that are brought, the journal, the record checked again, reports; nothing is changed."""

from __future__ import annotations

import hashlib
import re
from contextlib import closing
from pathlib import Path

from starlette.responses import Response

from kiemphieu.desk import audit_rescans, audit_scanners
from kiemphieu.desk.acts import Act
from kiemphieu.desk.audit_files import find_reports, report_pdf
from kiemphieu.desk.audit_journal import view_journal
from kiemphieu.desk.audit_subjects import (
    KeptVerify,
    Subject,
    import_package,
    keep_verify,
    kept_verify,
    packages,
    subject_of,
)
from kiemphieu.desk.jobs import Job
from kiemphieu.desk.roles import CHECKERS
from kiemphieu.desk.screens import Screen
from kiemphieu.desk.streams import progress_answer
from kiemphieu.documents.facts import Words
from kiemphieu.messages import has_text
from kiemphieu.package import verify_unpacked
from kiemphieu.verify_report import Fault, VerifyReport
from kiemphieu.verifying import verify_folder
from records.errors import InputError, KiemphieuError

SCREEN = Screen("auditing")
_HEAD = re.compile(r"[0-9a-f]{64}")
_PLACES = ("/votes/{vote}/audit", "/audit/packages/{package}")
_FAULTS_SHOWN = 200


@SCREEN.get("/audit")
def show_packages(act: Act) -> Response:
    return _packages_page(act, "")


def _packages_page(act: Act, error: str, status: int = 200) -> Response:
    rows = [(subject, kept_verify(subject)) for subject in packages(act.desk)]
    return act.page(
        "audit_packages.html",
        status,
        rows=rows,
        votes=act.desk.votes(),
        may_check=act.member.role in CHECKERS,
        path=act.form.text("path"),
        error=error,
    )


@SCREEN.post("/audit/import", roles=CHECKERS)
def bring_package(act: Act) -> Response:
    """A package is unpacked and its check begun."""
    sent, typed = act.form.files("package"), act.form.text("path")
    try:
        if not sent and not typed:
            raise InputError("desk_audit_nothing_sent")
        path = sent[0].path if sent else _typed_path(typed)
        name = sent[0].name if sent else path.name
        subject = import_package(act.desk, path, name, _file_sha256(path))
        _start_verify(act, subject, "")
    except KiemphieuError as error:
        return _packages_page(act, act.say(error), 400)
    return act.go(f"{subject.url}/verify")


def _typed_path(text: str) -> Path:
    path = Path(text)
    if "\0" in text or not path.is_absolute() or not path.is_file():
        raise InputError("desk_audit_no_file")
    return path


def _file_sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError("file_unreadable", path=str(path), reason=error.strerror) from error


def show_overview(act: Act) -> Response:
    subject = subject_of(act)
    head, problem = "", ""
    try:
        with closing(subject.open()) as store:
            last = store.last_entry()
            head = "" if last is None else last.hash
    except KiemphieuError as error:
        problem = act.say(error)
    return _page(act, subject, "audit.html", head=head, problem=problem, kept=kept_verify(subject))


def show_journal(act: Act) -> Response:
    subject = subject_of(act)
    kind, page = act.query.get("kind", ""), act.asked_number("page", 1)
    with closing(subject.open()) as store:
        view = view_journal(store, subject.folder, kind, page, Words(act.lang))
    return _page(act, subject, "audit_journal.html", view=view, kind=kind)


def show_verify(act: Act) -> Response:
    return _verify_page(act, subject_of(act), "")


def _verify_page(act: Act, subject: Subject, error: str, status: int = 200) -> Response:
    kept, job = kept_verify(subject), _verify_job(act, subject)
    return _page(
        act,
        subject,
        "audit_verify.html",
        status,
        job=job,
        failed=act.say(job.error) if job is not None and job.error is not None else "",
        kept=kept,
        lines=() if kept is None else _lines(act, kept.report),
        more=0 if kept is None else max(0, len(kept.report.faults) - _FAULTS_SHOWN),
        asked=act.form.text("head"),
        error=error,
    )


def verify_progress(act: Act) -> Response:
    """How far the check is; asked for by the page."""
    return progress_answer(_verify_job(act, subject_of(act)))


def start_verify(act: Act) -> Response:
    subject, head = subject_of(act), "".join(act.form.text("head").split()).lower()
    try:
        if head and not _HEAD.fullmatch(head):
            raise InputError("desk_audit_bad_head")
        _start_verify(act, subject, head)
    except KiemphieuError as error:
        return _verify_page(act, subject, act.say(error), 400)
    return act.go(f"{subject.url}/verify")


def stop_verify(act: Act) -> Response:
    subject = subject_of(act)
    job = _verify_job(act, subject)
    if job is not None:
        job.ask_stop()
    return act.go(f"{subject.url}/verify")


def _verify_job(act: Act, subject: Subject) -> Job | None:
    return act.desk.jobs.of(subject.folder, "verify")


def _start_verify(act: Act, subject: Subject, head: str) -> None:
    unpacked, member = subject.unpacked(), act.member
    if unpacked is None:
        subject.open().close()  # says now what would stop it later

    def work(job: Job) -> VerifyReport:
        if unpacked is None:
            report = verify_folder(subject.folder, head, job.progress)
        else:
            report = verify_unpacked(unpacked, head, job.progress)
        keep_verify(subject, KeptVerify(report, head, member.name, member.role.value))
        return report

    act.desk.jobs.start(subject.folder, "verify", work)


def _lines(act: Act, report: VerifyReport) -> tuple[str, ...]:
    """What does not match, in words."""
    return tuple(
        act.t(
            f"verify_{fault.mismatch.value}",
            name=fault.name,
            detail=f" ({_detail(act, fault)})" if fault.detail else "",
        )
        for fault in report.faults[:_FAULTS_SHOWN]
    )


def _detail(act: Act, fault: Fault) -> str:
    """What is wrong with it, in words where there are such."""
    known = f"desk_audit_fault_{fault.detail}"
    return act.t(known) if has_text(known) else fault.detail


def show_reports(act: Act) -> Response:
    subject = subject_of(act)
    return _page(act, subject, "audit_reports.html", reports=find_reports(subject.folder))


def show_report(act: Act) -> Response:
    subject = subject_of(act)
    data = report_pdf(find_reports(subject.folder), act.path["report"], Words(act.lang))
    return Response(data, media_type="application/pdf", headers={"content-disposition": "inline"})


def _page(act: Act, subject: Subject, template: str, status: int = 200, **context: object) -> Response:
    about = {"subject": subject, "may_check": act.member.role in CHECKERS}
    return act.page(template, status, **(about | context))


for _place in _PLACES:
    SCREEN.get(_place)(show_overview)
    SCREEN.get(f"{_place}/journal")(show_journal)
    SCREEN.get(f"{_place}/verify")(show_verify)
    SCREEN.get(f"{_place}/verify/progress", watch=True)(verify_progress)
    SCREEN.post(f"{_place}/verify", roles=CHECKERS)(start_verify)
    SCREEN.post(f"{_place}/verify/stop", roles=CHECKERS)(stop_verify)
    SCREEN.get(f"{_place}/reports")(show_reports)
    SCREEN.get(f"{_place}/reports/{{report}}")(show_report)
    audit_rescans.add_routes(SCREEN, _place)
audit_scanners.add_routes(SCREEN)
