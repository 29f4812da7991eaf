"""`tally`."""

from __future__ import annotations

from pathlib import Path

import click

from kiemphieu.commands.base import (
    ANY_PATH,
    EXIT_DONE,
    EXIT_NOT_RECONCILED,
    EXIT_REVIEW,
    LocalCommand,
    Session,
    common_options,
    session_of,
)
from kiemphieu.commands.tables import result_lines, result_table, review_table
from kiemphieu.counting import CountReport, draw_tally, result_to_json
from kiemphieu.folder import open_folder
from kiemphieu.typed_counts import named_rules, typed_result
from records.count import TallyResult
from records.errors import UsageError


@click.command("tally", cls=LocalCommand)
@click.argument("vote", type=ANY_PATH, metavar="VOTE", required=False)
@click.option("--counts", type=ANY_PATH, default=None)
@click.option("--rules", default=None)
@click.option("--base", type=int, default=None)
@common_options
@click.pass_context
def tally_command(
    context: click.Context,
    vote: Path | None,
    counts: Path | None,
    rules: str | None,
    base: int | None,
    as_json: bool,
) -> int:
    session = session_of(context, as_json)
    if counts is not None:
        if vote is not None:
            raise UsageError("tally_vote_and_counts")
        if rules is None:
            raise UsageError("counts_need_rules")
        result = typed_result(counts, rules, base)
        _tell_typed(session, result, rules)
    else:
        if vote is None:
            raise UsageError("tally_needs_vote")
        if rules is not None or base is not None:
            raise UsageError("tally_vote_and_counts")
        report = draw_tally(open_folder(vote))
        result = report.result
        _tell_count(session, report)
    if as_json:
        session.document(result_to_json(result))
    return exit_code(result)


def _tell_count(session: Session, report: CountReport) -> None:
    names = {official.id: official.name for official in report.vote.officials}
    title = session.text("tally_title", body=report.vote.body)
    session.show(result_table(session, report.result, report.rules, names, title))
    if report.review:
        session.show(review_table(session, report.review))
    for line in result_lines(session, report.result):
        session.line(line)


def _tell_typed(session: Session, result: TallyResult, rules: str) -> None:
    session.show(result_table(session, result, named_rules(rules), {}, session.text("tally_title_typed")))
    for line in result_lines(session, result):
        session.line(line)


def exit_code(result: TallyResult) -> int:
    """6 before 5: counts that do not reconcile need more than a look at single ballots."""
    if not result.reconciled:
        return EXIT_NOT_RECONCILED
    return EXIT_REVIEW if result.ballots.review else EXIT_DONE
