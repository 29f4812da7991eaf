"""What the program alone found invalid: looked through before the close, decided where it is wrong."""

from __future__ import annotations

from contextlib import closing
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import urlencode

from starlette.responses import Response

from kiemphieu.counting import CountReport, count_folder
from kiemphieu.deciding import DecisionOrder, decide
from kiemphieu.desk.acts import Act
from kiemphieu.desk.problems import people
from kiemphieu.desk.review_room import room_of
from kiemphieu.desk.review_words import Words
from kiemphieu.desk.reviewing import picture_of, sent_choice
from kiemphieu.desk.roles import COUNTERS
from kiemphieu.desk.screens import Screen
from kiemphieu.desk.settled_words import why_closed
from kiemphieu.folder import load_vote, vote_rules
from kiemphieu.found_invalid import FoundInvalid, find_invalid
from kiemphieu.review_items import ReviewItem
from kiemphieu.review_passes import ESCALATE, NO_FAULT, Choice, check_choice, orders
from kiemphieu.vote_store import open_vote_store
from records.errors import InputError, KiemphieuError
from records.rules import RuleSet
from records.ruling import BallotFault, LineFault
from records.vote import Vote

SCREEN = Screen("review_invalid")

CARDS_A_PAGE = 24
_LIST = "/votes/{vote}/review/invalid"
_ONE = _LIST + "/{serial}/{what}"
_MOST_REASON = 500
_ORDER = tuple(dict.fromkeys(fault.value for fault in (*BallotFault, *LineFault)))


@SCREEN.get(_LIST)
def show_invalid(act: Act) -> Response:
    """All of them by fault, with pictures."""
    report = count_folder(act.folder)
    asked = act.query.get("fault", "")
    found = [one for one in _by_fault(report) if asked in {"", *_words_of(one)}]
    first = min(act.asked_number("from"), max(0, len(found) - 1)) // CARDS_A_PAGE * CARDS_A_PAGE
    counts = [(name, sum(name in _words_of(one) for one in report.unseen_invalid)) for name in _ORDER]
    return act.page(
        "review_invalid.html",
        found=found[first : first + CARDS_A_PAGE],
        first=first,
        total=len(found),
        step=CARDS_A_PAGE,
        fault=asked,
        faults=[(name, count) for name, count in counts if count],
        everything=len(report.unseen_invalid),
        here=act.vote_url("review", "invalid"),
        further=urlencode({"fault": asked} if asked else {}),
        words=Words(act, report.vote, report.rules),
        done=act.query.get("done", ""),
    )


def _words_of(one: FoundInvalid) -> list[str]:
    return [fault.value for fault in one.faults]


def _by_fault(report: CountReport) -> list[FoundInvalid]:
    return sorted(report.unseen_invalid, key=lambda one: _ORDER.index(one.faults[0].value))


class _Asked(NamedTuple):
    """The one that the address names."""

    vote: Vote
    rules: RuleSet
    found: FoundInvalid
    item: ReviewItem


def _asked(act: Act) -> _Asked:
    """Raises where there is none (any more).

    Raises:
        InputError: so it is.
    """
    vote = load_vote(act.folder)
    rules = vote_rules(vote)
    with closing(open_vote_store(act.folder, vote)) as store:
        found = find_invalid(store, rules, act.folder, act.path["serial"], act.path["what"])
    if found is None or not found[1].places:
        raise InputError("desk_invalid_gone")
    return _Asked(vote, rules, *found)


@SCREEN.get(_ONE)
def show_one(act: Act) -> Response:
    """One of them, large, with what may be decided."""
    return _page(act, _asked(act), "")


def _page(act: Act, asked: _Asked, error: str, status: int = HTTPStatus.OK) -> Response:
    item, words = asked.item, Words(act, asked.vote, asked.rules)
    number = min(max(act.asked_number("place"), 0), len(item.places) - 1)
    return act.page(
        "review_invalid_item.html",
        status,
        error=error,
        found=asked.found,
        item=item,
        words=words,
        place=item.places[number],
        place_number=number,
        stage=words.stage(item, item.places[number]),
        whole=item.places[number].view is None or act.query.get("view") == "page",
        options=[option for option in words.options(item) if option.code != ESCALATE],
        here=act.vote_url("review", "invalid", item.serial, item.what),
        two=asked.vote.two_person,
        closed=why_closed(act),
        may_decide=act.member.role in COUNTERS,
        chosen=act.form.text("choice"),
        reason=act.form.text("reason"),
    )


@SCREEN.post(_ONE)
def decide_one(act: Act) -> Response:
    """What the committee sees on the paper, whatever the program found."""
    room = room_of(act)
    with room.lock:
        asked = _asked(act)
        try:
            choice = _choice(act, asked)
            by, reason = people(act), act.form.text("reason")[:_MOST_REASON]
            for ruled in orders(asked.item, choice, asked.rules):
                decide(act.folder, DecisionOrder(asked.item.serial, ruled, by, reason))
        except KiemphieuError as error:
            return _page(act, asked, act.say(error), HTTPStatus.BAD_REQUEST)
        room.forget()
    act.journal("invalid_decided")
    return act.go(act.vote_url("review", "invalid") + "?done=yes")


def _choice(act: Act, asked: _Asked) -> Choice:
    """What was chosen; with a ballot that is not invalid, also what its lines with a struck name are."""
    choice = sent_choice(act, asked.item)
    check_choice(asked.item, choice, asked.rules)
    if choice.code == ESCALATE:
        raise InputError("review_choice_unknown")
    said = dict(choice.lines)
    for line in asked.item.beside if choice.code == NO_FAULT else ():
        if line.official not in said:
            name = Words(act, asked.vote, asked.rules).name(line.official)
            raise InputError("desk_invalid_line", name=name)
    return choice


@SCREEN.get(_ONE + "/picture/{place}/{size}")
def show_picture(act: Act) -> Response:
    """A picture of one of them; nothing but what the record has for it can be asked for."""
    return picture_of(act, _asked(act).item)
