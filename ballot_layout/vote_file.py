"""vote.toml, as a person wrote it, becomes a `Vote`, or every mistake in it at once."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ballot_layout.toml_lines import toml_lines
from ballot_layout.vote_papers import read_committee, read_overrides, read_papers
from ballot_layout.vote_people import (
    BACKGROUND_KEYS,
    check_people,
    listed_people,
    no_list_rules,
    read_appointment,
    read_background,
)
from ballot_layout.vote_template import vote_template
from ballot_layout.vote_values import MAX_OFFICIALS, Findings, Table
from records.errors import Problem, VoteFileError
from records.people import ListRules
from records.rules import RuleSet
from records.vote import (
    DEFAULT_STYLE_ID,
    Attendance,
    BallotStyle,
    Official,
    PaperSize,
    PrintSettings,
    Sides,
    Vote,
)

__all__ = ["check_vote", "parse_vote", "vote_template"]

VOTE_FORMAT = 1
TOP_KEYS = (
    "format",
    "vote",
    "attendance",
    "rules",
    "group",
    "official",
    "appointment",
    "committee",
    "document",
    "print",
    "store",
    "decisions",
    "scan",
)
VOTE_KEYS = ("id", "body", "parent_body", "title", "subject", "place", "date", "rules")
ATTENDANCE_KEYS = ("summoned", "present", "delegates")
OFFICIAL_KEYS = ("id", "name", "position", "group", *BACKGROUND_KEYS)
GROUP_KEYS = ("id", "title", "colour")
PRINT_KEYS = ("paper", "duplex", "seal_image", "font")
DECISION_KEYS = ("two_person",)
STORE_KEYS = ("url",)
SCAN_KEYS = ("profile",)

_ERROR_LINE = re.compile(r" ?\(at (?:line (\d+), column \d+|end of document)\)$")


@dataclass(frozen=True, slots=True)
class _Head:
    """`[vote]`; stand-ins where something is wrong."""

    fields: Mapping[str, Any]
    rules: str


def parse_vote(text: str, rule_sets: Mapping[str, RuleSet], list_rules: ListRules = no_list_rules) -> Vote:
    """The vote that `text` (a whole vote.toml) describes.

    Args:
        text: as decoded from UTF-8; a byte order mark at the start is passed over.
        rule_sets: the rule sets there are, by name.
        list_rules: who may be listed.

    Raises:
        VoteFileError: with every mistake found.
    """
    vote, problems = _read(text, rule_sets, list_rules)
    if vote is None or problems:
        raise VoteFileError(problems)
    return vote


def check_vote(
    text: str, rule_sets: Mapping[str, RuleSet], list_rules: ListRules = no_list_rules
) -> tuple[Problem, ...]:
    """Every mistake in `text`, in the order of its lines; empty where it can be used."""
    return _read(text, rule_sets, list_rules)[1]


def _read(
    text: str, rule_sets: Mapping[str, RuleSet], list_rules: ListRules
) -> tuple[Vote | None, tuple[Problem, ...]]:
    text = text.removeprefix("\ufeff")
    try:
        data = tomllib.loads(text)
    except RecursionError:
        return None, (Problem("", None, "vote_toml_syntax", (("reason", "nested too deeply"),)),)
    except ValueError as error:
        return None, (_syntax_problem(str(error), text),)
    findings = Findings(toml_lines(text))
    vote = _vote(Table((), data, findings), rule_sets, list_rules)
    problems = sorted(findings.problems, key=lambda problem: (problem.line or 0, problem.place))
    return vote, tuple(problems)


def _syntax_problem(reason: str, text: str) -> Problem:
    """What `tomllib` says, with the line it only mentions in its message."""
    where = _ERROR_LINE.search(reason)
    last = text.count("\n") + 1
    line = None if where is None else int(where[1] or last)
    said = _ERROR_LINE.sub("", reason)
    message_id = "vote_bad_date" if said.startswith("Invalid date") else "vote_toml_syntax"
    return Problem("", line, message_id, (("reason", said),))


def _vote(top: Table, rule_sets: Mapping[str, RuleSet], list_rules: ListRules) -> Vote | None:
    """The vote; None where a mistake leaves nothing to build it from."""
    top.check_keys(TOP_KEYS)
    _check_format(top)
    head = _head(top, rule_sets)
    overrides = read_overrides(top.table("rules"))
    attendance = _attendance(top.table("attendance"))
    styles = _styles(top.tables("group"))
    people = top.tables("official")
    officials = _officials(top, people, styles)
    backgrounds = tuple(read_background(table) for table in people)
    appointment = read_appointment(top.table("appointment"))
    printing = _printing(top.table("print"))
    store_url = _store_url(top.table("store"))
    two_person = _two_person(top.table("decisions"))
    profile = _scanner_profile(top.table("scan"))
    committee = read_committee(top.table("committee"))
    papers = read_papers(top.table("document"))
    if head is not None:
        rules = rule_sets.get(head.rules)
        listed = listed_people(head.fields["date"], rules, officials, backgrounds, appointment)
        check_people(top, listed, list_rules)
    if head is None or top.findings.problems:
        return None
    return Vote(
        **head.fields,
        rules=head.rules,
        officials=officials,
        styles=styles or (BallotStyle(),),
        rule_overrides=overrides,
        attendance=attendance,
        printing=printing,
        store_url=store_url,
        two_person=two_person,
        scanner_profile=profile,
        committee=committee,
        papers=papers,
        backgrounds=backgrounds,
        appointment=appointment,
    )


def _check_format(top: Table) -> None:
    found = top.count("format")
    if found is not None and found != VOTE_FORMAT:
        top.findings.add(("format",), "vote_format", found=str(found), expected=str(VOTE_FORMAT))


def _head(top: Table, rule_sets: Mapping[str, RuleSet]) -> _Head | None:
    table = top.table("vote")
    if table is None:
        if "vote" not in top.data:
            top.findings.add(("vote",), "vote_missing_table", table="[vote]")
        return None
    table.check_keys(VOTE_KEYS)
    fields = {
        "id": table.identifier("id"),
        "body": table.text("body"),
        "parent_body": table.text("parent_body", default=""),
        "title": table.text("title"),
        "subject": table.text("subject", default=""),
        "place": table.text("place"),
        "date": table.date("date"),
    }
    rules = table.choice("rules", tuple(rule_sets), "vote_unknown_rules")
    return _Head(fields, rules)


def _attendance(table: Table | None) -> Attendance | None:
    if table is None:
        return None
    table.check_keys(ATTENDANCE_KEYS)
    summoned, present = table.count("summoned"), table.count("present")
    delegates = table.count("delegates", optional=True)
    if summoned is None or present is None:
        return None
    if present > summoned:
        place = (*table.path, "present")
        table.findings.add(
            place, "vote_more_present_than_summoned", present=str(present), summoned=str(summoned)
        )
    return Attendance(summoned, present, delegates)


def _styles(tables: Sequence[Table]) -> tuple[BallotStyle, ...]:
    first: dict[str, Table] = {}
    styles = []
    for table in tables:
        table.check_keys(GROUP_KEYS)
        style = BallotStyle(table.identifier("id"), table.text("title"), table.text("colour", default=""))
        _check_repeated(table, "id", style.id, first, "vote_duplicate_group")
        styles.append(style)
    return tuple(styles)


def _officials(top: Table, tables: Sequence[Table], styles: Sequence[BallotStyle]) -> tuple[Official, ...]:
    if top.data.get("official", []) == []:
        top.findings.add(("official",), "vote_no_officials")
    ids: dict[str, Table] = {}
    people: dict[str, Table] = {}
    officials = []
    for table in tables:
        table.check_keys(OFFICIAL_KEYS)
        style = _style_of(table, styles)
        official = Official(table.identifier("id"), table.text("name"), table.text("position"), style)
        _check_repeated(table, "id", official.id, ids, "vote_duplicate_official")
        if official.name and official.position:
            person = f"{official.name}\n{official.position}".casefold()
            _check_repeated(table, "name", person, people, "vote_same_person_twice")
        officials.append(official)
    _check_groups(top.findings, officials, styles)
    return tuple(officials)


def _style_of(table: Table, styles: Sequence[BallotStyle]) -> str:
    """The official's group; required exactly where the vote has groups."""
    known = tuple(style.id for style in styles)
    if "group" not in table.data:
        if styles:
            table.findings.add(table.path, "vote_official_without_group", known=", ".join(known))
        return DEFAULT_STYLE_ID
    return table.choice("group", known, "vote_unknown_group" if styles else "vote_group_undeclared")


def _check_repeated(table: Table, key: str, value: str, first: dict[str, Table], message_id: str) -> None:
    """Notes `value` where an earlier table has it; an empty one has been noted already."""
    if not value:
        return
    earlier = first.setdefault(value, table)
    if earlier is not table:
        line = table.findings.line((*earlier.path, key))
        found = str(table.data.get(key, ""))
        table.findings.add((*table.path, key), message_id, found=found, first_line=line)


def _check_groups(findings: Findings, officials: Sequence[Official], styles: Sequence[BallotStyle]) -> None:
    counts = Counter(official.style for official in officials)
    for index, style in enumerate(styles):
        if style.id and not counts[style.id]:
            findings.add(("group", index), "vote_group_without_officials", group=style.id)
    for style_id, count in counts.items():
        if count > MAX_OFFICIALS:
            findings.add(
                ("official",),
                "vote_too_many_officials",
                group=style_id or "-",
                count=str(count),
                most=str(MAX_OFFICIALS),
            )


def _printing(table: Table | None) -> PrintSettings:
    if table is None:
        return PrintSettings()
    table.check_keys(PRINT_KEYS)
    sizes = tuple(size.value for size in PaperSize)
    paper = table.choice("paper", sizes, "vote_unknown_paper", default=PaperSize.A4.value)
    sides = Sides.DUPLEX if table.flag("duplex", default=False) else Sides.SINGLE
    seal, font = table.text("seal_image", default=""), table.text("font", default="")
    return PrintSettings(PaperSize(paper) if paper in sizes else PaperSize.A4, sides, seal, font)


def _store_url(table: Table | None) -> str:
    if table is None:
        return ""
    table.check_keys(STORE_KEYS)
    return table.text("url", default="")


def _two_person(table: Table | None) -> bool:
    if table is None:
        return True
    table.check_keys(DECISION_KEYS)
    return table.flag("two_person", default=True)


def _scanner_profile(table: Table | None) -> str:
    if table is None:
        return ""
    table.check_keys(SCAN_KEYS)
    return table.text("profile", default="")
