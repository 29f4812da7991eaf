"""The duties of a vote as a calendar file (RFC 5545) that any calendar program takes in."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Sequence

from icalendar import Calendar, Event

from kiemphieu.messages import Language, translate
from records.vote import Vote
from tally.duties import Duty, DutyId, is_weekend

PRODUCT = "-//kiemphieu//kiemphieu calendar//VI"


def write_calendar(vote: Vote, duties: Sequence[Duty], lang: Language, now: datetime.datetime) -> bytes:
    """A calendar with one all-day event per duty.

    A duty keeps its identifier, so that a calendar taken in again after the vote was moved replaces the
    old days.

    Args:
        vote: whose duties they are.
        duties: in any order.
        lang: of the texts.
        now: with a time zone; calendar programs keep the newer of two states of an event.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"{vote.title} – {vote.body}")
    for duty in duties:
        calendar.add_component(_event(vote, duty, lang, now))
    return bytes(calendar.to_ical())


def _event(vote: Vote, duty: Duty, lang: Language, now: datetime.datetime) -> Event:
    event = Event()
    event.add("uid", event_uid(vote, duty))
    event.add("dtstamp", now.astimezone(datetime.UTC))
    event.add("dtstart", duty.date)
    event.add("summary", f"{translate(f'duty_{duty.id.value}', lang)} – {vote.body}")
    event.add("description", "\n".join(_description(duty, lang)))
    event.add("transp", "TRANSPARENT")
    if duty.id is DutyId.VOTE:
        event.add("location", vote.place)
    return event


def event_uid(vote: Vote, duty: Duty) -> str:
    """The same for the same duty of the same vote, whatever its date."""
    # Ids of votes are unique within one committee only.
    body = hashlib.sha256(vote.body.encode()).hexdigest()[:12]
    return f"{duty.id.value}.{vote.id}.{body}@kiemphieu"


def _description(duty: Duty, lang: Language) -> list[str]:
    lines = [translate("duty_clause", lang, citation=duty.clause.citation, clause=duty.clause.text)]
    if is_weekend(duty.date):
        lines.append(translate("duty_weekend", lang))
    return lines
