"""`new` and `check`."""

from __future__ import annotations

from pathlib import Path

import click

from ballot_layout.vote_file import check_vote
from kiemphieu.commands.base import (
    EXIT_DONE,
    EXIT_INPUT,
    VOTE,
    LocalCommand,
    Session,
    common_options,
    session_of,
)
from kiemphieu.folder import (
    VoteFolder,
    create_folder,
    known_rules,
    load_vote,
    open_folder,
    own_rules,
    vote_rules,
    vote_text,
)
from kiemphieu.form_check import form_problems
from kiemphieu.messages import Language, translate, translate_problem
from records.codec import to_plain
from records.errors import InputError, Problem
from records.people import Appointment
from tally.appointment import MEETINGS
from tally.eligibility import list_findings


@click.command("new", cls=LocalCommand)
@VOTE
@common_options
@click.pass_context
def new_command(context: click.Context, vote: Path, as_json: bool) -> int:
    session = session_of(context, as_json)
    folder = create_folder(vote)
    session.say("new_done", path=folder.vote_file, folder=folder.root)
    if as_json:
        session.document({"folder": str(folder.root), "vote_file": str(folder.vote_file)})
    return EXIT_DONE


@click.command("check", cls=LocalCommand)
@VOTE
@common_options
@click.pass_context
def check_command(context: click.Context, vote: Path, as_json: bool) -> int:
    session = session_of(context, as_json)
    folder = open_folder(vote)
    problems = _problems(folder)
    if as_json and problems:
        session.document({"ok": False, "problems": [_problem_json(p, session.lang) for p in problems]})
    if problems:
        click.echo(session.text("vote_file_problems", count=len(problems)), err=True)
        for problem in problems:
            click.echo(f"  {translate_problem(problem, session.lang)}", err=True)
        return EXIT_INPUT
    loaded = load_vote(folder)
    session.say("check_ok", path=folder.vote_file, officials=len(loaded.officials), rules=loaded.rules)
    if loaded.appointment is not None:
        _tell_appointment(session, loaded.appointment, len(loaded.officials))
    if as_json:
        about = {} if loaded.appointment is None else {"appointment": to_plain(loaded.appointment)}
        session.document({"ok": True, "problems": [], **about})
    return EXIT_DONE


def _tell_appointment(session: Session, appointment: Appointment, candidates: int) -> None:
    kind, meeting = appointment.kind.value, appointment.meeting
    session.say(f"appointment_kind_{kind}", posts=appointment.posts, candidates=candidates)
    session.say(f"appointment_meeting_{meeting}", citation=MEETINGS.citation, clause=MEETINGS.text)


def _problems(folder: VoteFolder) -> tuple[Problem, ...]:
    """Everything wrong with vote.toml; what only setting the form shows comes when the rest is right."""
    try:
        text = vote_text(folder)
    except InputError as error:
        if not isinstance(error.__cause__, UnicodeDecodeError):
            raise
        before = error.__cause__.object[: error.__cause__.start]
        details = tuple((name, str(value)) for name, value in error.details.items())
        return (Problem("vote.toml", before.count(b"\n") + 1, error.message_id, details),)
    problems = check_vote(text, known_rules(own_rules(folder, text)), list_findings)
    if problems:
        return problems
    loaded = load_vote(folder)
    vote_rules(loaded)
    return form_problems(folder, loaded, text)


def _problem_json(problem: Problem, lang: Language) -> dict[str, object]:
    message = translate(problem.message_id, lang, place=problem.place, **dict(problem.details))
    return {"place": problem.place, "line": problem.line, "id": problem.message_id, "message": message}
