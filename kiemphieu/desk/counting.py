"""Count: live totals, what still keeps them from being final, and a view for a projector."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.responses import Response

from kiemphieu.closing import read_closing
from kiemphieu.desk import count_chart
from kiemphieu.desk.acts import Act
from kiemphieu.desk.count_chart import draw_chart
from kiemphieu.desk.live_count import ShownCount, shown_count
from kiemphieu.desk.rendering import render
from kiemphieu.desk.roles import COUNTERS, Role
from kiemphieu.desk.screens import Screen
from kiemphieu.desk.streams import Push, pushes, stream_answer
from kiemphieu.documents.facts import Facts, GroupFacts, Words, facts_of_count, find_threshold
from kiemphieu.sheet_problems import what_waits
from records.count import OfficialResult, OpenPoint
from records.errors import KiemphieuError
from records.vote import Official

SCREEN = Screen("counting")

PUSH_S = 1.0
LONGEST_SILENCE_S = 5.0

_MENDED_AT = {
    OpenPoint.IN_REVIEW: "review",
    OpenPoint.NOT_RECONCILED: "print/account",
    OpenPoint.NOTHING_RETURNED: "scan",
    OpenPoint.LINE_FAULT_DECIDES: "count/rules",
    OpenPoint.BASE_DECIDES: "count/rules",
    OpenPoint.CUTOFFS_UNKNOWN: "count/rules",
}
"""The screen where a point is dealt with; head counts are set up."""
_LINKS = {"print/account": "desk_count_to_account", "count/rules": "desk_count_to_rules"}

_projected: set[str] = set()
_switching = threading.Lock()


@dataclass(frozen=True, slots=True)
class Person:
    """One official on the screen.

    Attributes:
        outcome: in words.
        clause: what it rests on; empty where no threshold is reached.
        consequence: what follows, in the regulation's words.
    """

    official: Official
    result: OfficialResult
    chart: count_chart.Chart
    outcome: str
    clause: str
    consequence: str
    reached: bool


@dataclass(frozen=True, slots=True)
class Task:
    """What is left to do, and the address of the screen where it is done."""

    text: str
    href: str
    link: str


@SCREEN.get("/votes/{vote}/count")
def show_count(act: Act) -> Response:
    return act.page("count.html", **figures(act), is_head=act.member.role is Role.HEAD)


@SCREEN.get("/votes/{vote}/count/projector")
def show_projector(act: Act) -> Response:
    """Big figures for the room, while the head of the committee lets them be seen."""
    if not is_projected(act):
        return act.go(act.vote_url("count"))
    return act.page("count_projector.html", **figures(act))


@SCREEN.post("/votes/{vote}/count/projector", roles=frozenset({Role.HEAD}))
def switch_projector(act: Act) -> Response:
    wanted = act.form.text("show") == "yes"
    with _switching:
        (_projected.add if wanted else _projected.discard)(str(act.folder.root))
    act.journal("projector_shown" if wanted else "projector_hidden")
    return act.go(act.vote_url("count"))


def is_projected(act: Act) -> bool:
    with _switching:
        return str(act.folder.root) in _projected


def figures(act: Act) -> dict[str, Any]:
    """Everything that the screen, the projector and the stream show of the count.

    Raises:
        VoteFileError: vote.toml has mistakes.
        StoreError: the record cannot be read.
    """
    shown = shown_count(act.folder)
    state = read_closing(act.folder)
    facts = facts_of_count(shown.report, (), "")
    words = Words(act.lang)
    groups = [(group, _people(facts, group, words)) for group in facts.groups]
    return {
        "key": shown.key,
        "step": shown.step,
        "facts": facts,
        "result": facts.result,
        "groups": groups,
        "levels": [(one.id, words.level(one.id, one.label)) for one in facts.rules.levels],
        "percent": words.percent,
        "base_words": words(f"base_{facts.rules.base.value}"),
        "base_clause": _base_clause(facts, words),
        "state": state,
        "todo": () if state.closed is not None else _todo(act, facts, shown),
        "warnings": tuple(_point(act, point) for point in facts.result.warnings),
        "chart": count_chart,
        "may_change": act.member.role in COUNTERS,
        "projected": is_projected(act),
    }


def _people(facts: Facts, group: GroupFacts, words: Words) -> tuple[Person, ...]:
    return tuple(_person(facts, result, words) for result in group.result.officials)


def _person(facts: Facts, result: OfficialResult, words: Words) -> Person:
    threshold = find_threshold(result, facts.rules)
    grades = facts.rules.grades
    clause = threshold.clause if threshold is not None else grades.clause if grades is not None else None
    return Person(
        official=facts.official(result.count.official),
        result=result,
        chart=draw_chart(result, facts.rules, words),
        outcome=words.outcome(result, facts.rules),
        clause="" if clause is None else words.clause(clause),
        consequence="" if threshold is None else threshold.consequence,
        reached=threshold is not None,
    )


def _base_clause(facts: Facts, words: Words) -> str:
    decided = "base" in facts.rules.decided
    return words("doc_base_decided") if decided else words.clause(facts.rules.base_clause)


def _todo(act: Act, facts: Facts, shown: ShownCount) -> tuple[Task, ...]:
    """Open points with the way to mend each; sheets that could not be read have a screen of their own."""
    found: list[Task] = []
    for point in facts.result.open_points:
        if point is OpenPoint.IN_REVIEW:
            found += _waiting(act, shown)
        else:
            found.append(_point(act, point))
    return tuple(found)


def _waiting(act: Act, shown: ShownCount) -> list[Task]:
    waiting = what_waits(shown.report)
    tasks = []
    if waiting.problems:
        text = act.t("desk_count_open_unread", number=waiting.problems)
        tasks.append(Task(text, act.vote_url("problems"), act.t("desk_task_problems")))
    if waiting.review:
        text = act.t("desk_count_open_in_review", number=waiting.review)
        tasks.append(Task(text, act.vote_url("review"), act.t("desk_task_review")))
    return tasks


def _point(act: Act, point: OpenPoint) -> Task:
    place = _MENDED_AT.get(point, "setup")
    link = act.t(_LINKS.get(place, f"desk_task_{place}"))
    return Task(act.t(f"desk_count_open_{point.value}"), act.vote_url(place), link)


@SCREEN.get("/votes/{vote}/count/stream", watch=True)
def stream(act: Act) -> Response:
    """The figures, pushed when they change: the state as it is first, so that none is missed."""
    return stream_answer(_pushes(act))


def _pushes(act: Act) -> AsyncIterator[str]:
    view = "projector" if act.query.get("view") == "projector" else "figures"
    return pushes(act, partial(_message, act, view), PUSH_S, LONGEST_SILENCE_S)


def _message(act: Act, view: str, told: str) -> Push:
    """What the page now shows, and the words that change with it; nothing is drawn that was told already."""
    try:
        if view == "projector" and not is_projected(act):
            return Push("hidden", json.dumps({"hidden": True}), goes_on=False)
        key = shown_count(act.folder).key
        if key == told:
            return Push(key, "")
        values: dict[str, Any] = {"act": act, "t": act.t, "lang": act.lang.value} | figures(act)
    except KiemphieuError as error:
        return Push(act.say(error), json.dumps({"error": act.say(error)}, ensure_ascii=False))
    html = render(f"count_{'big' if view == 'projector' else 'figures'}.html", values)
    ballots = values["result"].ballots
    spoken = act.t("desk_count_spoken", returned=ballots.returned, review=ballots.review)
    shown = {"key": values["key"], "html": html, "spoken": spoken}
    return Push(values["key"], json.dumps(shown, ensure_ascii=False))
