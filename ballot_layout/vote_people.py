"""What vote.toml says of the people listed beyond their line on the ballot, and `[appointment]`."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from ballot_layout.vote_values import Table, shown
from records.people import Appointment, AppointmentKind, Background, ListRules, PeopleList, Venue
from records.rules import RuleSet
from records.vote import Official

BACKGROUND_KEYS = ("appointed", "retirement_announced", "venues", "added_at_meeting", "in_succession_plan")
APPOINTMENT_KEYS = ("kind", "posts", "meeting")
MEETINGS = 1, 2, 3


def no_list_rules(people: PeopleList) -> tuple[()]:  # noqa: ARG001
    """Lets every list pass."""
    return ()


def read_background(table: Table) -> Background:
    """The optional keys of one `[[official]]`."""
    return Background(
        appointed=table.date("appointed") if "appointed" in table.data else None,
        retirement_announced=table.flag("retirement_announced", default=False),
        venues=_venues(table),
        added_at_meeting=table.flag("added_at_meeting", default=False),
        in_succession_plan=table.flag("in_succession_plan", default=False),
    )


def _venues(table: Table) -> tuple[Venue, ...]:
    """`venues`; a word that is none is noted and left out."""
    known = tuple(venue.value for venue in Venue)
    venues = []
    for word in table.texts("venues"):
        if word in known:
            venues.append(Venue(word))
        elif word:
            table.findings.add(
                (*table.path, "venues"), "people_unknown_venue", found=shown(word), known=", ".join(known)
            )
    return tuple(venues)


def read_appointment(table: Table | None) -> Appointment | None:
    """`[appointment]`; None where it is absent or has a mistake, which is noted."""
    if table is None:
        return None
    table.check_keys(APPOINTMENT_KEYS)
    kinds = tuple(kind.value for kind in AppointmentKind)
    kind = table.choice("kind", kinds, "vote_unknown_value")
    one_post = kind == AppointmentKind.REAPPOINTMENT
    posts = table.count("posts", optional=one_post)
    if posts is None and one_post and "posts" not in table.data:
        posts = 1
    meeting = table.count("meeting", optional=True) if "meeting" in table.data else MEETINGS[0]
    if posts == 0:
        table.findings.add((*table.path, "posts"), "appointment_no_posts")
    if meeting is not None and meeting not in MEETINGS:
        table.findings.add((*table.path, "meeting"), "appointment_meeting", found=shown(meeting))
    if kind not in kinds or not posts or meeting not in MEETINGS:
        return None
    return Appointment(AppointmentKind(kind), posts, meeting)


def listed_people(
    date: datetime.date | None,
    rules: RuleSet | None,
    officials: Sequence[Official],
    backgrounds: Sequence[Background],
    appointment: Appointment | None,
) -> PeopleList | None:
    """The list as rules on it need it; None where the file does not say by what and for when to judge it."""
    if date is None or rules is None:
        return None
    names = tuple(official.name for official in officials)
    return PeopleList(date, rules.id, names, tuple(backgrounds), appointment)


def check_people(top: Table, people: PeopleList | None, list_rules: ListRules) -> None:
    """Notes what `list_rules` find, beside whatever else is wrong with the file."""
    if people is None or ("appointment" in top.data and people.appointment is None):
        return
    for finding in list_rules(people):
        top.findings.add(finding.path, finding.message_id, **dict(finding.details))
