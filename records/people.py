"""What vote.toml says of the people listed beyond what is printed: it decides who may be listed at all."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum


class Venue(StrEnum):
    """A place where a person is rated, in the order in which places are taken."""

    PARTY_COMMITTEE = "cap_uy"
    PEOPLES_COUNCIL = "hdnd"
    WORKPLACE = "workplace"


class AppointmentKind(StrEnum):
    NEW = "new"
    REAPPOINTMENT = "reappointment"


@dataclass(frozen=True, slots=True)
class Background:
    """What bears on whether a person may be listed.

    Attributes:
        appointed: the day of appointment or election; None where the file does not say.
        retirement_announced: leave before retirement has been announced.
        venues: where the person is rated, this vote included; empty where the file does not say.
        added_at_meeting: put on the list at the meeting itself (appointments only).
        in_succession_plan: stands in the plan of succession (appointments only).
    """

    appointed: datetime.date | None = None
    retirement_announced: bool = False
    venues: tuple[Venue, ...] = ()
    added_at_meeting: bool = False
    in_succession_plan: bool = False


@dataclass(frozen=True, slots=True)
class Appointment:
    """`[appointment]`: what the list is for.

    Attributes:
        posts: how many people are to be appointed.
        meeting: 1 is the conference where the list is rated; 2 and 3 are further meetings of the
            leadership, of which the third votes by secret ballot.
    """

    kind: AppointmentKind
    posts: int
    meeting: int


@dataclass(frozen=True, slots=True)
class PeopleList:
    """The list of a vote as rules on it need it.

    Attributes:
        rules: the id of the rule set.
        names, backgrounds: one each per official, in the order of the file.
    """

    date: datetime.date
    rules: str
    names: tuple[str, ...]
    backgrounds: tuple[Background, ...]
    appointment: Appointment | None = None


@dataclass(frozen=True, slots=True)
class ListFinding:
    """Something about the list that a rule does not allow.

    Attributes:
        path: the value in vote.toml, such as `("official", 2, "venues")`, counted from 0.
        message_id, details: as in `records.errors.Problem`.
    """

    path: tuple[str | int, ...]
    message_id: str
    details: tuple[tuple[str, str], ...]


ListRules = Callable[[PeopleList], Iterable[ListFinding]]
"""Finds everything that is wrong with a list; empty for one that may be put to the vote."""
