"""`rescan`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kiemphieu.commands.base import (
    ANY_PATH,
    EXIT_DONE,
    EXIT_INPUT,
    EXIT_REVIEW,
    VOTE,
    LocalCommand,
    common_options,
    session_of,
)
from kiemphieu.folder import open_folder
from kiemphieu.rescanning import RescanReport, rescan
from kiemphieu.scanning import default_workers


@click.command("rescan", cls=LocalCommand)
@VOTE
@click.argument("paths", type=ANY_PATH, nargs=-1, required=True, metavar="PATH…")
@click.option("--name", default="1", metavar="NAME")
@click.option("--workers", type=click.IntRange(1, 256), default=None)
@common_options
@click.pass_context
def rescan_command(
    context: click.Context,
    vote: Path,
    paths: tuple[Path, ...],
    name: str,
    workers: int | None,
    as_json: bool,
) -> int:
    session = session_of(context, as_json)
    with session.progress("progress_scan") as show:
        report = rescan(open_folder(vote), paths, name, workers or default_workers(), session.lang, show)
    found = report.comparison
    session.say(
        "rescan_summary",
        same=found.same,
        differing=len(found.differing),
        missing=len(found.missing),
        surplus=len(found.surplus),
    )
    for what, count in report.others:
        session.say("rescan_other", what=session.text(f"reason_{what}"), count=count)
    session.say("rescan_written", path=report.report)
    if as_json:
        session.document(_to_json(report))
    if report.scan.problems:
        return EXIT_INPUT
    open_points = found.differing or found.missing or found.surplus or report.others
    return EXIT_REVIEW if open_points else EXIT_DONE


def _to_json(report: RescanReport) -> dict[str, Any]:
    found = report.comparison
    return {
        "name": report.name,
        "report": str(report.report),
        "pages": report.scan.pages,
        "same": found.same,
        "differing": [
            {
                "serial": page.recorded.serial,
                "page": page.recorded.page,
                "differences": [
                    {"place": d.place, "recorded": d.recorded, "now": d.now} for d in page.differences
                ],
            }
            for page in found.differing
        ],
        "missing": [{"serial": page.serial, "page": page.page} for page in found.missing],
        "surplus": [{"serial": page.serial, "page": page.page} for page in found.surplus],
        "others": dict(report.others),
        "drift": {
            one.score: {"boxes": one.boxes, "mean": round(one.mean, 5), "largest": round(one.largest, 5)}
            for one in found.drift
        },
    }
