"""`scan`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click
from rich.table import Table

from kiemphieu.commands.base import (
    ANY_PATH,
    EXIT_DONE,
    EXIT_INPUT,
    EXIT_REVIEW,
    VOTE,
    LocalCommand,
    Session,
    common_options,
    session_of,
)
from kiemphieu.counting import count_folder
from kiemphieu.folder import open_folder
from kiemphieu.intake import FileProblem
from kiemphieu.reading_crew import ClusterPlace
from kiemphieu.scan_health import Alert
from kiemphieu.scanning import ScanReport, default_workers, scan_paths
from records.count import BallotCounts
from records.errors import UsageError
from records.reading import RejectionReason


@click.command("scan", cls=LocalCommand)
@VOTE
@click.argument("paths", type=ANY_PATH, nargs=-1, required=True, metavar="PATH…")
@click.option("--workers", type=click.IntRange(1, 256), default=None)
@click.option("--cluster", default=None, metavar="URL")
@click.option("--cluster-paths", is_flag=True)
@common_options
@click.pass_context
def scan_command(
    context: click.Context,
    vote: Path,
    paths: tuple[Path, ...],
    workers: int | None,
    cluster: str | None,
    cluster_paths: bool,
    as_json: bool,
) -> int:
    session = session_of(context, as_json)
    if cluster is not None and workers is not None:
        raise UsageError("cluster_and_workers")
    if cluster is None and cluster_paths:
        raise UsageError("cluster_paths_alone")
    readers = workers or default_workers() if cluster is None else ClusterPlace(cluster, cluster_paths)
    folder = open_folder(vote)
    with session.progress("progress_scan") as show:
        report = scan_paths(folder, paths, readers, show, lambda a: tell_alert(session, a))
    ballots = count_folder(folder).result.ballots
    if as_json:
        session.document(report_json(session, report, ballots))
    else:
        _tell(session, report, ballots)
        if ballots.review:
            session.warn("review_waiting", count=ballots.review, folder=vote)
    if not report.pages and not report.problems:
        session.warn("scan_nothing_found")
    tests = sum(page.reason == RejectionReason.TEST_BALLOT for page in report.rejected)
    if tests:
        session.warn("scan_test_ballots", count=tests)
    if report.problems:
        return EXIT_INPUT
    return EXIT_REVIEW if ballots.review else EXIT_DONE


def _tell(session: Session, report: ScanReport, ballots: BallotCounts) -> None:
    table = Table(title=session.text("scan_title"), show_header=False)
    for message_id, number in (
        ("scan_pages", report.pages),
        ("scan_recorded", report.recorded),
        ("scan_known", report.known),
        ("scan_rejected", len(report.rejected)),
        ("scan_surplus", len(report.surplus)),
        ("scan_problems", len(report.problems)),
        ("scan_skipped", len(report.skipped)),
        ("scan_returned", ballots.returned),
        ("scan_review", ballots.review),
        ("scan_foreign", ballots.foreign),
    ):
        table.add_row(session.text(message_id), str(number))
    session.show(table)
    if (scanner := report.scanner) is not None:
        session.say(
            "scan_scanner",
            dpi_x=f"{scanner.dpi_x:.0f}",
            dpi_y=f"{scanner.dpi_y:.0f}",
            skew=session.number(scanner.skew_deg, 1),
            white=f"{scanner.white:.0f}",
            black=f"{scanner.black:.0f}",
            edge=session.number(scanner.edge_mm, 2),
        )
    for rejected in report.rejected:
        reason = session.text(f"reason_{rejected.reason}")
        session.say("scan_rejected_page", source=rejected.source, page=rejected.index + 1, reason=reason)
    for sheet in report.surplus:
        session.say("scan_surplus_page", source=sheet.source, page=sheet.index + 1, serial=sheet.serial)
    for problem in report.problems:
        click.echo(
            session.text("scan_problem_file", source=problem.source, text=problem_text(session, problem)),
            err=True,
        )
    for skipped in report.skipped:
        session.say("scan_skipped_file", source=skipped.source)


def tell_alert(session: Session, alert: Alert) -> None:
    """Tells at once, on stderr, what to mend at the scanner."""
    session.warn(f"alert_{alert.ailment.value}", value=session.number(alert.value, 1))


def problem_text(session: Session, problem: FileProblem) -> str:
    """What is wrong with a file and what to do."""
    return session.text(problem.message_id, **dict(problem.details))


def report_json(session: Session, report: ScanReport, ballots: BallotCounts) -> dict[str, object]:
    """What a run did, for programs."""
    return {
        "pages": report.pages,
        "recorded": report.recorded,
        "known": report.known,
        "rejected": [
            {"source": page.source, "index": page.index, "reason": page.reason} for page in report.rejected
        ],
        "rejections": dict(sorted(Counter(page.reason for page in report.rejected).items())),
        "surplus": [
            {"source": page.source, "index": page.index, "serial": page.serial} for page in report.surplus
        ],
        "problems": [
            {"source": problem.source, "id": problem.message_id, "message": problem_text(session, problem)}
            for problem in report.problems
        ],
        "skipped": [skipped.source for skipped in report.skipped],
        "alerts": [{"id": a.ailment.value, "value": round(a.value, 2)} for a in report.alerts],
        "ballots": {
            "returned": ballots.returned,
            "review": ballots.review,
            "foreign": ballots.foreign,
        },
    }
