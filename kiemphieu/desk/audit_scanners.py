"""Audit: a scanner measured from scans of the calibration target."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from starlette.responses import Response

from kiemphieu.calibrating import measure_scanner, target_pdf
from kiemphieu.desk.acts import Act, Upload
from kiemphieu.desk.audit_files import FoundReport, find_profiles, report_pdf
from kiemphieu.desk.audit_subjects import make_place, scanners_place
from kiemphieu.desk.audit_uploads import checked_kind
from kiemphieu.desk.roles import CHECKERS
from kiemphieu.desk.screens import Screen
from kiemphieu.disk import disk_errors
from kiemphieu.documents.facts import Words
from records.errors import InputError, KiemphieuError
from records.vote import PaperSize


def add_routes(screen: Screen) -> None:
    """The pages about scanners, which belong to no vote."""
    screen.get("/audit/scanners")(show_scanners)
    screen.post("/audit/scanners", roles=CHECKERS)(measure)
    screen.get("/audit/scanners/target/{paper}")(show_target)
    screen.get("/audit/scanners/{report}")(show_profile)


def show_scanners(act: Act) -> Response:
    return _page(act, "")


def _page(act: Act, error: str, status: int = 200) -> Response:
    return act.page(
        "audit_scanners.html",
        status,
        reports=_measured(act),
        papers=[paper.value for paper in PaperSize],
        may_check=act.member.role in CHECKERS,
        name=act.form.text("name"),
        error=error,
    )


def _measured(act: Act) -> tuple[FoundReport, ...]:
    return find_profiles(sorted(scanners_place(act.desk).glob("scanner-*.json")))


def measure(act: Act) -> Response:
    """Measures at once: a target is two or three pages."""
    try:
        sent = act.form.files("scans")
        if not sent:
            raise InputError("desk_audit_nothing_sent")
        place = make_place(scanners_place(act.desk))
        with tempfile.TemporaryDirectory(dir=place, prefix=".") as taken:
            paths = [_taken(number, upload, Path(taken)) for number, upload in enumerate(sent, start=1)]
            measure_scanner(paths, act.form.text("name"), place, Words(act.lang))
    except KiemphieuError as error:
        return _page(act, act.say(error), 400)
    return act.go("/audit/scanners")


def _taken(number: int, upload: Upload, place: Path) -> Path:
    path = place / f"{number}.{checked_kind(upload).value}"
    with disk_errors(place):
        shutil.copyfile(upload.path, path)
    return path


def show_profile(act: Act) -> Response:
    return _pdf(report_pdf(_measured(act), act.path["report"], Words(act.lang)))


def show_target(act: Act) -> Response:
    """The target to print, on a paper that the printer has."""
    wanted = next((paper for paper in PaperSize if paper.value == act.path["paper"]), None)
    if wanted is None:
        raise InputError("desk_not_found")
    return _pdf(target_pdf(wanted, Words(act.lang)))


def _pdf(data: bytes) -> Response:
    return Response(data, media_type="application/pdf", headers={"content-disposition": "inline"})
