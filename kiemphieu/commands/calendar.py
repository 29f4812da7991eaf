"""`calendar`."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from kiemphieu.commands.base import (
    ANY_PATH,
    EXIT_DONE,
    VOTE,
    LocalCommand,
    Session,
    common_options,
    session_of,
)
from kiemphieu.disk import write_atomic
from kiemphieu.duty_calendar import write_calendar
from kiemphieu.folder import load_vote, open_folder, vote_rules
from kiemphieu.messages import Language
from records.errors import UsageError
from records.vote import Vote
from tally.duties import REPORT_DATE, Duty, DutyId, is_weekend, vote_duties


@click.command("calendar", cls=LocalCommand)
@VOTE
@click.option("--report-by", default=None, metavar="YYYY-MM-DD")
@click.option("--ics", type=ANY_PATH, default=None, metavar="FILE")
@common_options
@click.pass_context
def calendar_command(
    context: click.Context, vote: Path, report_by: str | None, ics: Path | None, as_json: bool
) -> int:
    session = session_of(context, as_json)
    loaded = load_vote(open_folder(vote))
    due = None if report_by is None else _date(report_by)
    duties = vote_duties(loaded.date, vote_rules(loaded).id, due)
    now = _now()
    session.show(_table(session, loaded, duties, now.date()))
    for line in _notes(session, duties):
        session.line(line)
    if ics is not None:
        write_atomic(ics, write_calendar(loaded, duties, session.lang, now))
        session.say("calendar_written", path=ics)
    if as_json:
        session.document(_json(session, loaded, duties, now.date(), ics))
    return EXIT_DONE


def _now() -> datetime.datetime:
    return datetime.datetime.now().astimezone()


def _date(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise UsageError("calendar_bad_date", found=text) from error


def _table(session: Session, vote: Vote, duties: Sequence[Duty], today: datetime.date) -> Table:
    table = Table(title=session.text("calendar_title", body=vote.body))
    for message_id in ("column_due", "column_weekday", "column_duty", "column_days_left", "column_note"):
        right = message_id == "column_days_left"
        table.add_column(session.text(message_id), justify="right" if right else "left", overflow="fold")
    for duty in duties:
        table.add_row(
            _day(session, duty.date),
            _weekday(session, duty.date),
            session.text(f"duty_{duty.id.value}"),
            _days_left(session, (duty.date - today).days),
            session.text("duty_weekend") if is_weekend(duty.date) else "",
        )
    return table


def _day(session: Session, date: datetime.date) -> str:
    if session.lang is Language.VIETNAMESE:
        return f"{date.day:02}/{date.month:02}/{date.year:04}"
    return date.isoformat()


def _weekday(session: Session, date: datetime.date) -> str:
    return session.text(f"weekday_{date.isoweekday()}")


def _days_left(session: Session, days: int) -> str:
    if days == 0:
        return session.text("days_today")
    return session.text("days_left", days=days) if days > 0 else session.text("days_past", days=-days)


def _notes(session: Session, duties: Sequence[Duty]) -> list[str]:
    """The ground of every duty, and what the calendar cannot know."""
    notes = [session.text("calendar_counted"), session.text("calendar_grounds")]
    for duty in duties:
        ground = session.text("duty_clause", citation=duty.clause.citation, clause=duty.clause.text)
        notes.append(f"  – {session.text(f'duty_{duty.id.value}')}: {ground}")
    if duties[0].id is DutyId.VOTE:
        notes.append(session.text("calendar_nothing_before"))
    if duties[-1].id is DutyId.VOTE:
        notes.append(
            session.text("calendar_no_report", citation=REPORT_DATE.citation, clause=REPORT_DATE.text)
        )
    return notes


def _json(
    session: Session, vote: Vote, duties: Sequence[Duty], today: datetime.date, ics: Path | None
) -> dict[str, Any]:
    return {
        "vote": vote.id,
        "date": vote.date.isoformat(),
        "today": today.isoformat(),
        "duties": [
            {
                "id": duty.id.value,
                "date": duty.date.isoformat(),
                "weekday": duty.date.isoweekday(),
                "weekend": is_weekend(duty.date),
                "days_left": (duty.date - today).days,
                "text": session.text(f"duty_{duty.id.value}"),
                "citation": duty.clause.citation,
                "clause": duty.clause.text,
            }
            for duty in duties
        ],
        "ics": None if ics is None else str(ics),
    }
