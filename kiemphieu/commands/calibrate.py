"""`calibrate`: print a target, measure a scanner with it, check how ballots were printed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.table import Table

from calibration.print_check import PrintMeasures, ScannerResolution
from kiemphieu.calibrating import (
    MeasureReport,
    PrintReport,
    check_prints,
    measure_scanner,
    read_profile,
    write_target,
)
from kiemphieu.commands.base import (
    ANY_PATH,
    EXIT_DONE,
    VOTE,
    LocalCommand,
    LocalGroup,
    Session,
    common_options,
    language_of,
    localise,
    session_of,
)
from kiemphieu.documents.calibration_pdf import fault_text
from kiemphieu.documents.calibration_plots import number_text
from kiemphieu.documents.facts import Words
from kiemphieu.folder import open_folder
from kiemphieu.messages import Language
from records.errors import UsageError
from records.scanner_profile import Fitness
from records.vote import PaperSize

SCANS = click.argument("scans", type=ANY_PATH, nargs=-1, required=True, metavar="SCAN…")
_LEAST_DPI, _MOST_DPI = 50.0, 2400.0


class CalibrateGroup(LocalGroup):
    """Its commands speak the session's language, too."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        command = super().get_command(ctx, cmd_name)
        if command is not None:
            localise(command, language_of(ctx))
        return command


@click.group("calibrate", cls=CalibrateGroup)
@click.option("--lang", type=click.Choice([lang.value for lang in Language]), expose_value=False)
def calibrate_command() -> None:
    """Replaced by the text of the session's language."""


@calibrate_command.command("target", cls=LocalCommand)
@click.option("-o", "--output", type=ANY_PATH, default=None, metavar="FILE")
@click.option("--paper", type=click.Choice([size.value for size in PaperSize]), default=PaperSize.A4.value)
@common_options
@click.pass_context
def target_command(context: click.Context, output: Path | None, paper: str, as_json: bool) -> int:
    session = session_of(context, as_json)
    path = output or Path(f"calibration-target-{paper}.pdf")
    write_target(PaperSize(paper), path, Words(session.lang))
    session.say("calibrate_target_done", path=path)
    session.say("calibrate_target_next", path=path)
    if as_json:
        session.document({"pdf": str(path), "paper": paper})
    return EXIT_DONE


@calibrate_command.command("measure", cls=LocalCommand)
@SCANS
@click.option("--name", required=True, metavar="SCANNER")
@click.option("-o", "--output", type=ANY_PATH, default=Path(), metavar="DIR")
@common_options
@click.pass_context
def measure_command(
    context: click.Context, scans: tuple[Path, ...], name: str, output: Path, as_json: bool
) -> int:
    session = session_of(context, as_json)
    with session.progress("progress_calibrate") as show:
        report = measure_scanner(scans, name, output, Words(session.lang), show)
    _tell_profile(session, report)
    return EXIT_DONE


@calibrate_command.command("printing", cls=LocalCommand)
@VOTE
@SCANS
@click.option("--profile", type=ANY_PATH, default=None, metavar="FILE")
@click.option("--dpi", type=click.FloatRange(_LEAST_DPI, _MOST_DPI), default=None)
@common_options
@click.pass_context
def printing_command(
    context: click.Context,
    vote: Path,
    scans: tuple[Path, ...],
    profile: Path | None,
    dpi: float | None,
    as_json: bool,
) -> int:
    session = session_of(context, as_json)
    if (profile is None) is (dpi is None):
        raise UsageError("calibrate_printing_how")
    if profile is not None:
        geometry = read_profile(profile).geometry
        resolution = ScannerResolution(geometry.dpi_x, geometry.dpi_y)
    else:
        resolution = ScannerResolution(float(dpi or 0), float(dpi or 0))
    report = check_prints(open_folder(vote), scans, resolution, Words(session.lang))
    _tell_prints(session, report)
    return EXIT_DONE


def _tell_profile(session: Session, report: MeasureReport) -> None:
    profile, words = report.profile, Words(session.lang)
    geometry = profile.geometry
    session.say(
        "calibrate_measured",
        scanner=profile.scanner,
        dpi_x=number_text(geometry.dpi_x, 1, words),
        dpi_y=number_text(geometry.dpi_y, 1, words),
        scans=profile.scans,
    )
    session.say(f"calibrate_fitness_{profile.fitness.value}")
    for found in profile.faults:
        session.line(f"  – {fault_text(found, words)}")
        session.line(f"    {words(f'calibrate_remedy_{found.fault.value}')}")
    for streak in profile.streaks:
        session.line(
            "  – "
            + words(
                f"calibrate_streak_{streak.axis.value}",
                position=number_text(streak.position_mm, 1, words),
                width=number_text(streak.width_px, 1, words),
                depth=f"{100 * streak.depth:.0f}",
            )
        )
    session.say("calibrate_written", profile=report.profile_path, report=report.report_path)
    if profile.fitness is not Fitness.UNFIT:
        session.say("calibrate_use", profile=report.profile_path.name)
    if session.as_json:
        session.document(_profile_to_json(report))


def _profile_to_json(report: MeasureReport) -> dict[str, Any]:
    profile, geometry = report.profile, report.profile.geometry
    return {
        "scanner": profile.scanner,
        "sha256": report.sha256,
        "fitness": profile.fitness.value,
        "faults": [
            {"fault": one.fault.value, "grade": one.grade.value, "value": one.value, "limit": one.limit}
            for one in profile.faults
        ],
        "dpi": [geometry.dpi_x, geometry.dpi_y],
        "skew_deg": geometry.skew_deg,
        "distortion_mm": geometry.distortion_max_mm,
        "streaks": [
            {
                "axis": one.axis.value,
                "position_mm": one.position_mm,
                "width_px": one.width_px,
                "depth": one.depth,
            }
            for one in profile.streaks
        ],
        "profile": str(report.profile_path),
        "report": str(report.report_path),
    }


def _tell_prints(session: Session, report: PrintReport) -> None:
    words = Words(session.lang)
    columns = ("scan", "page", "scale", "offset", "clipped")
    table = Table(*(session.text(f"calibrate_column_{column}") for column in columns))
    for page in report.pages:
        scale = " × ".join(f"{number_text(100 * one, 1, words)} %" for one in (page.scale_x, page.scale_y))
        offset = (
            "–"
            if page.offset_mm is None
            else " · ".join(f"{number_text(one, 1, words)} mm" for one in page.offset_mm)
        )
        clipped = ", ".join(session.text(f"calibrate_side_{side.value}") for side in page.clipped) or "–"
        table.add_row(page.scan, str(page.page), scale, offset, clipped)
    session.show(table)
    session.say(f"calibrate_print_{report.fitness.value}")
    for fault in report.faults:
        session.line(f"  – {session.text(f'calibrate_print_fault_{fault.value}')}")
    if session.as_json:
        session.document(
            {
                "fitness": report.fitness.value,
                "faults": [fault.value for fault in report.faults],
                "pages": [_page_to_json(page) for page in report.pages],
            }
        )


def _page_to_json(page: PrintMeasures) -> dict[str, Any]:
    return {
        "scan": page.scan,
        "page": page.page,
        "scale": [page.scale_x, page.scale_y],
        "offset_mm": None if page.offset_mm is None else list(page.offset_mm),
        "clipped": [side.value for side in page.clipped],
    }
