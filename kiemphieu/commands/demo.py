"""`demo`."""

from __future__ import annotations

from pathlib import Path

import click
from rich.table import Table

from kiemphieu.commands.base import (
    ANY_PATH,
    EXIT_DONE,
    EXIT_INTERNAL,
    LocalCommand,
    Session,
    common_options,
    session_of,
)
from kiemphieu.commands.tables import result_lines, review_table
from kiemphieu.counting import result_to_json
from kiemphieu.demo import DemoReport, run_demo
from kiemphieu.documents.facts import Words
from kiemphieu.folder import open_folder
from kiemphieu.reporting import write_reports


@click.command("demo", cls=LocalCommand)
@click.argument("folder", type=ANY_PATH, metavar="[DIR]", required=False)
@click.option("--ballots", type=click.IntRange(2, 500), default=40)
@click.option("--workers", type=click.IntRange(1, 256), default=None)
@common_options
@click.pass_context
def demo_command(
    context: click.Context, folder: Path | None, ballots: int, workers: int | None, as_json: bool
) -> int:
    session = session_of(context, as_json)
    with session.progress("progress_mark") as marking, session.progress("progress_scan") as reading:
        report = run_demo(folder, ballots, workers, marking, reading)
    documents = write_reports(open_folder(report.folder), session.lang).paths
    if as_json:
        session.document({**_report_json(report), "documents": [str(path) for path in documents]})
    else:
        _tell(session, report)
        session.say("demo_documents", minutes=documents[0], folder=documents[0].parent)
    return EXIT_DONE if not report.differences else EXIT_INTERNAL


def _tell(session: Session, report: DemoReport) -> None:
    count = report.count
    session.show(_comparison(session, report))
    if count.review:
        session.show(review_table(session, count.review))
    for line in result_lines(session, count.result):
        session.line(line)
    if report.differences:
        session.say("demo_differs", differences=len(report.differences))
        for difference in report.differences:
            session.line(
                f"  {difference.serial} {difference.official}: {difference.counted} / {difference.true}"
            )
    else:
        session.say("demo_equal", ballots=report.compared, lines=report.lines)
    session.say("demo_look", pdf=report.pdf, scans=report.scans, truth=report.truth)


def _comparison(session: Session, report: DemoReport) -> Table:
    table = Table(title=session.text("demo_title"))
    table.add_column(session.text("column_name"), overflow="fold")
    for level in report.count.rules.levels:
        table.add_column(level.label, justify="right")
    table.add_column(session.text("column_invalid"), justify="right")
    table.add_column(session.text("column_outcome"))
    names = {official.id: official.name for official in report.count.vote.officials}
    for official in report.count.result.officials:
        counted = {**dict(official.count.levels), "invalid": official.count.invalid}
        true = report.true_counts[official.count.official]
        cells = [f"{number} / {true.get(key, 0)}" for key, number in counted.items()]
        table.add_row(
            names[official.count.official], *cells, Words(session.lang).outcome(official, report.count.rules)
        )
    return table


def _report_json(report: DemoReport) -> dict[str, object]:
    return {
        "folder": str(report.folder),
        "pdf": str(report.pdf),
        "scans": str(report.scans),
        "truth": str(report.truth),
        "tally": result_to_json(report.count.result),
        "true": {official: dict(counts) for official, counts in report.true_counts.items()},
        "review": [entry.serial for entry in report.count.review],
        "compared": report.compared,
        "differences": [
            {"serial": d.serial, "official": d.official, "counted": d.counted, "true": d.true}
            for d in report.differences
        ],
    }
