"""Count: the committee resolves what the rule set leaves open, where the result turns on it."""

from __future__ import annotations

from http import HTTPStatus

from starlette.responses import Response

from kiemphieu.desk.acts import Act
from kiemphieu.desk.live_count import live_count
from kiemphieu.desk.roles import COUNTERS
from kiemphieu.desk.screens import Screen
from kiemphieu.desk.signers import signer
from kiemphieu.documents.facts import Words
from kiemphieu.resolving import CHOICES, open_settings, resolve_rules
from records.errors import InputError, KiemphieuError

SCREEN = Screen("count_rules")

_RULES = "/votes/{vote}/count/rules"


@SCREEN.get(_RULES, roles=COUNTERS)
def ask(act: Act) -> Response:
    return _page(act)


def _page(act: Act, error: str = "") -> Response:
    report = live_count(act.folder).report
    asked = open_settings(report.result)
    if not asked and not error:
        return act.go(act.vote_url("count"))
    words = Words(act.lang)
    return act.page(
        "count_rules.html",
        HTTPStatus.BAD_REQUEST if error else HTTPStatus.OK,
        error=error,
        questions=[
            (name, [(one, words.setting(name, one)) for one in CHOICES[name]], act.form.text(name))
            for name in asked
        ],
        labels=[] if report.rules.grades is None else report.rules.grades.labels,
    )


@SCREEN.post(_RULES)
def resolve(act: Act) -> Response:
    try:
        asked = open_settings(live_count(act.folder).report.result)
        chosen = {name: act.form.text(name) for name in asked}
        if not asked or not all(chosen.values()):
            raise InputError("resolving_no_choice")
        second = act.second()
        resolve_rules(act.folder, chosen, (signer(act.member), signer(second)))
    except KiemphieuError as error:
        return _page(act, act.say(error))
    act.journal("rule_resolved", second=second.id, **chosen)
    return act.go(act.vote_url("count"))
