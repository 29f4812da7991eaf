"""`readings`."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import click

from kiemphieu.ballots import entry_to_json, find_ballots
from kiemphieu.commands.base import ANY_PATH, EXIT_DONE, LocalCommand, Session, common_options, session_of
from kiemphieu.folder import VoteFolder, load_vote, open_folder, vote_rules
from kiemphieu.vote_store import open_vote_store
from records.errors import UsageError


@click.command("readings", cls=LocalCommand)
@click.argument("vote", type=ANY_PATH, metavar="VOTE")
@click.option("--explain", metavar="SERIAL", default=None)
@click.option("-o", "--output", "picture", type=ANY_PATH, default=None)
@common_options
@click.pass_context
def readings_command(
    context: click.Context, vote: Path, explain: str | None, picture: Path | None, as_json: bool
) -> int:
    folder = open_folder(vote)
    if explain is not None:
        return _explain(session_of(context, as_json), folder, explain, picture)
    if picture is not None:
        raise UsageError("explain_only_output")
    # JSON Lines with and without --json: that is what the contract promises of this command.
    return _list(folder)


def _list(folder: VoteFolder) -> int:
    loaded = load_vote(folder)
    with closing(open_vote_store(folder, loaded)) as store:
        for entry in find_ballots(store, vote_rules(loaded)):
            click.echo(json.dumps(entry_to_json(entry), ensure_ascii=False))
    return EXIT_DONE


def _explain(session: Session, folder: VoteFolder, wanted: str, output: Path | None) -> int:
    # Pixels and type are loaded only where something is drawn.
    from kiemphieu.explain import explain_ballot  # noqa: PLC0415
    from kiemphieu.explained import report_to_json, warnings_of  # noqa: PLC0415

    report = explain_ballot(folder, wanted, output, session.lang)
    for message_id, details in warnings_of(report, session.lang):
        session.warn(message_id, **details)
    for page in report.pages:
        session.say("explain_done", path=page.picture)
        if page.findings:
            session.say("explain_crops", path=page.crops)
    if session.as_json:
        session.document(report_to_json(report))
    return EXIT_DONE
