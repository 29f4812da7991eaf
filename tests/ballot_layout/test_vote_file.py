from __future__ import annotations

import datetime
import re
import tomllib
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ballot_layout.toml_lines import line_at, toml_lines
from ballot_layout.vote_file import check_vote, parse_vote, vote_template
from records.errors import Problem, VoteFileError
from records.vote import Attendance, BallotStyle, Official, PaperSize, PrintSettings, Sides
from tally.rules import rule_sets

RULES = rule_sets()
GOOD = """\
format = 1
[vote]
id = "bdt-2023"
body = "Ban Dân tộc"
title = "Phiếu tín nhiệm"
place = "Khánh Hòa"
date = 2023-07-20
rules = "qd96"
[[official]]
id = "o1"
name = "Nguyễn Văn A"
position = "Trưởng ban"
"""
GROUPS = """\
[[official]]
id = "o2"
name = "Lê B"
position = "Chủ tịch"
group = "hdnd"
[[group]]
id = "hdnd"
title = "Khối Hội đồng"
colour = "vàng"
"""


def found(text: str) -> list[tuple[str, int | None, str]]:
    return [(p.place, p.line, p.message_id) for p in check_vote(text, RULES)]


def test_the_least_vote() -> None:
    vote = parse_vote(GOOD, RULES)
    assert vote.officials == (Official("o1", "Nguyễn Văn A", "Trưởng ban"),)
    assert (vote.parent_body, vote.subject, vote.attendance) == ("", "", None)
    assert (vote.date, vote.rules, vote.styles) == (datetime.date(2023, 7, 20), "qd96", (BallotStyle(),))
    assert vote.printing == PrintSettings()


def test_everything_a_vote_may_say() -> None:
    text = GOOD.replace('position = "Trưởng ban"\n', 'position = "Trưởng ban"\ngroup = "hdnd"\n') + GROUPS
    text += (
        '[attendance]\nsummoned = 24\npresent = 23\ndelegates = 30\n[rules]\nline_fault = "ballot"\n'
        'seal = "require"\n'
        '[print]\npaper = "A5"\nduplex = true\nseal_image = "dau.png"\nfont = "f.ttf"\n'
        '[store]\nurl = "postgresql://x/y"\n'
    )
    vote = parse_vote("\ufeff" + text.replace("\n", "\r\n"), RULES)
    assert vote.attendance == Attendance(24, 23, 30)
    assert vote.styles == (BallotStyle("hdnd", "Khối Hội đồng", "vàng"),)
    assert [official.style for official in vote.officials] == ["hdnd", "hdnd"]
    assert dict(vote.rule_overrides) == {"line_fault": "ballot", "seal": "require"}
    assert vote.printing == PrintSettings(PaperSize.A5, Sides.DUPLEX, "dau.png", "f.ttf")
    assert vote.store_url == "postgresql://x/y"


def test_the_template_reads_without_problems_also_with_its_options_taken() -> None:
    assert parse_vote(vote_template("hop-2025"), RULES).id == "hop-2025"
    options, groups = vote_template("x").split("# Nhiều loại phiếu")
    offered = re.compile(r"# (?=\[(?:attendance|rules|store|committee|document)\]|[a-z_]+ = )")
    groups = groups[groups.index("# [store]") :]
    taken = "\n".join(offered.sub("", line, count=1) for line in (options + groups).splitlines())
    vote = parse_vote(taken, RULES)
    assert vote.attendance == Attendance(24, 23, 24)
    assert len(vote.rule_overrides) == 9
    assert (vote.committee.head, vote.papers.signer_title) == ("Lê Thị Hạnh", "TRƯỞNG BAN")
    assert vote.store_url


def replaced(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


DECOMPOSED = unicodedata.normalize("NFD", "Nguyễn Văn A")
PERSON = '[[official]]\nid = "{}"\nname = "{}"\nposition = "{}"\n'
MISTAKES = {
    "syntax": (replaced('"Khánh Hòa"', '"Khánh Hòa'), "", 6, "vote_toml_syntax"),
    "syntax at end": (GOOD + "[print", "", 13, "vote_toml_syntax"),
    "no such date": (replaced("2023-07-20", "2023-02-30"), "", 7, "vote_bad_date"),
    "date as text": (replaced("2023-07-20", '"2023-07-20"'), "vote.date", 7, "vote_expected_date"),
    "date with time": (replaced("2023-07-20", "2023-07-20T08:00:00"), "vote.date", 7, "vote_expected_date"),
    "unknown key near": (GOOD + 'positon = "x"\n', "official[1].positon", 13, "vote_unknown_key_near"),
    "unknown key": (GOOD + "zzzz = 1\n", "official[1].zzzz", 13, "vote_unknown_key"),
    "unknown table": (GOOD + "[prnt]\n", "prnt", 13, "vote_unknown_key_near"),
    "missing field": (replaced('name = "Nguyễn Văn A"\n', ""), "official[1].name", 9, "vote_missing_key"),
    "missing format": (replaced("format = 1\n", ""), "format", None, "vote_missing_key"),
    "missing vote": (
        'format = 1\n[[official]]\nid="a"\nname="b"\nposition="c"',
        "vote",
        None,
        "vote_missing_table",
    ),
    "vote is a number": (
        "format = 1\nvote = 3\n" + PERSON.format("a", "b", "c"),
        "vote",
        2,
        "vote_expected_table",
    ),
    "official is a table": (
        GOOD.replace("[[official]]", "[official]"),
        "official",
        9,
        "vote_expected_tables",
    ),
    "official holds a word": (
        'official = ["a"]\n' + GOOD[: GOOD.index("[[")],
        "official[1]",
        1,
        "vote_expected_tables",
    ),
    "wrong type": (replaced('"Khánh Hòa"', "3"), "vote.place", 6, "vote_expected_text"),
    "flag for text": (replaced("format = 1", "format = true"), "format", 1, "vote_expected_integer"),
    "duplex as text": (GOOD + '[print]\nduplex = "no"\n', "print.duplex", 14, "vote_expected_boolean"),
    "empty text": (replaced('"Ban Dân tộc"', '"  "'), "vote.body", 4, "vote_empty_text"),
    "format": (replaced("format = 1", "format = 2"), "format", 1, "vote_format"),
    "id characters": (replaced("bdt-2023", "BDT_2023"), "vote.id", 3, "vote_id_characters"),
    "id too long": (replaced("bdt-2023", "x" * 33), "vote.id", 3, "vote_id_too_long"),
    "empty id": (replaced("bdt-2023", ""), "vote.id", 3, "vote_empty_text"),
    "duplicate id": (
        GOOD + PERSON.format("o1", "Lê B", "Phó"),
        "official[2].id",
        14,
        "vote_duplicate_official",
    ),
    "same person": (
        GOOD + PERSON.format("o2", "Nguyễn  Văn a", "TRƯỞNG BAN"),
        "official[2].name",
        15,
        "vote_same_person_twice",
    ),
    "unknown rules": (replaced('"qd96"', '"qd69"'), "vote.rules", 8, "vote_unknown_rules"),
    "unknown setting": (GOOD + '[rules]\nxyz = "a"\n', "rules.xyz", 14, "vote_unknown_setting"),
    "setting misspelt": (
        GOOD + '[rules]\nlinefault = "line"\n',
        "rules.linefault",
        14,
        "vote_unknown_setting_near",
    ),
    "unknown value": (GOOD + '[rules]\nseal = "maybe"\n', "rules.seal", 14, "vote_unknown_value"),
    "present": (
        GOOD + "[attendance]\nsummoned = 3\npresent = 4\n",
        "attendance.present",
        15,
        "vote_more_present_than_summoned",
    ),
    "negative": (
        GOOD + "[attendance]\nsummoned = -3\npresent = 0\n",
        "attendance.summoned",
        14,
        "vote_negative_number",
    ),
    "not NFC": (replaced("Nguyễn Văn A", DECOMPOSED), "official[1].name", 11, "vote_not_nfc"),
    "control character": (replaced("Ban Dân", "Ban\\tDân"), "vote.body", 4, "vote_control_characters"),
    "zero width": (replaced("Ban Dân", "Ban\u200b Dân"), "vote.body", 4, "vote_control_characters"),
    "line break": (
        replaced('"Ban Dân tộc"', '"""Ban\nDân tộc"""'),
        "vote.body",
        4,
        "vote_control_characters",
    ),
    "too long": (replaced("Trưởng ban", "Trưởng " * 60), "official[1].position", 12, "vote_text_too_long"),
    "no officials": (GOOD[: GOOD.index("[[")], "official", None, "vote_no_officials"),
    "too many": (
        GOOD + "".join(PERSON.format(f"p{n}", f"Lê {n}", "Ủy viên") for n in range(60)),
        "official",
        9,
        "vote_too_many_officials",
    ),
    "unknown group": (GOOD + 'group = "ubnd"\n' + GROUPS, "official[1].group", 13, "vote_unknown_group"),
    "no group": (GOOD + GROUPS, "official[1]", 9, "vote_official_without_group"),
    "undeclared group": (GOOD + 'group = "x"\n', "official[1].group", 13, "vote_group_undeclared"),
    "empty group": (
        GOOD + 'group = "hdnd"\n' + GROUPS + '[[group]]\nid = "ubnd"\ntitle = "Khối"\n',
        "group[2]",
        23,
        "vote_group_without_officials",
    ),
    "duplicate group": (
        GOOD + 'group = "hdnd"\n' + GROUPS + '[[group]]\nid = "hdnd"\ntitle = "Khối"\n',
        "group[2].id",
        24,
        "vote_duplicate_group",
    ),
    "paper": (GOOD + '[print]\npaper = "A3"\n', "print.paper", 14, "vote_unknown_paper"),
}


@pytest.mark.parametrize(("text", "place", "line", "message_id"), MISTAKES.values(), ids=list(MISTAKES))
def test_each_mistake_is_found_once_with_its_line(
    text: str, place: str, line: int | None, message_id: str
) -> None:
    assert found(text) == [(place, line, message_id)]
    with pytest.raises(VoteFileError) as caught:
        parse_vote(text, RULES)
    assert caught.value.problems == check_vote(text, RULES)


def details(text: str) -> dict[str, str]:
    [problem] = check_vote(text, RULES)
    return dict(problem.details)


def test_details_help_to_mend() -> None:
    assert details(MISTAKES["unknown key near"][0])["near"] == "position"
    assert details(MISTAKES["not NFC"][0])["text"] == "Nguyễn Văn A"
    assert details(MISTAKES["duplicate id"][0])["first_line"] == "10"
    assert details(MISTAKES["unknown rules"][0])["known"] == ", ".join(RULES)
    assert details(MISTAKES["zero width"][0])["characters"] == "U+200B"


def test_all_mistakes_are_found_together_in_the_order_of_lines() -> None:
    text = (
        GOOD.replace("format = 1", "format = 9")
        .replace("bdt-2023", "BDT")
        .replace('title = "Phiếu tín nhiệm"\n', "")
        .replace("Nguyễn Văn A", DECOMPOSED)
        + "[attendance]\nsummoned = 1\npresent = 2\n[print]\npaper = 'B5'\n"
    )
    assert found(text) == [
        ("format", 1, "vote_format"),
        ("vote.title", 2, "vote_missing_key"),
        ("vote.id", 3, "vote_id_characters"),
        ("official[1].name", 10, "vote_not_nfc"),
        ("attendance.present", 14, "vote_more_present_than_summoned"),
        ("print.paper", 16, "vote_unknown_paper"),
    ]


def test_lines_of_unusual_toml() -> None:
    text = (
        "# first\n\n"
        'a.b = """\n[no.table]\nx = 1 \\""" # not here\n"""\n'
        "'c d' = [ # list\n  1, # ]\n  \"]\",\n]\n"
        "[[t]]\nk = {x = 1, y = '''\n'''}\n[t.sub]\nm = 1\n[[t]]\n[t.sub]\n\"q\" = ''''a'''''\nend = 1"
    )
    data = tomllib.loads(text)
    lines = toml_lines(text)
    assert lines[("a", "b")] == 3
    assert lines[("c d",)] == 7
    assert (lines[("t",)], lines[("t", 0)], lines[("t", 0, "k")]) == (11, 11, 12)
    assert (lines[("t", 0, "sub", "m")], lines[("t", 1)], lines[("t", 1, "sub", "end")]) == (15, 16, 19)
    assert line_at(lines, ("t", 0, "k", "y")) == 12
    assert line_at(lines, ("zz",)) is None
    assert set(data) == {path[0] for path in lines}


VALUES = st.recursive(
    st.booleans()
    | st.integers(-5, 5)
    | st.floats(allow_nan=False)
    | st.dates()
    | st.text("aĐ\u0301\"'\\\n\t #[]{}=", max_size=12),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)
KEYS = st.sampled_from(
    ["format", "id", "name", "body", "date", "rules", "group", "present", "a b", "é", "x.y"]
)
TABLES = st.sampled_from(["vote", "official", "group", "print", "rules", "attendance", "store", "other"])


def written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
        return f'"{escaped}"'
    if isinstance(value, list):
        return "[" + ",\n ".join(written(item) for item in value) + "]"
    return repr(value) if not isinstance(value, datetime.date) else value.isoformat()


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(TABLES, st.booleans(), st.dictionaries(KEYS, VALUES, max_size=4)), max_size=5))
def test_any_toml_gives_problems_and_never_raises(tables: list[tuple[str, bool, dict[str, object]]]) -> None:
    text = ""
    for name, many, values in tables:
        text += f"[[{name}]]\n" if many else f"[{name}]\n"
        text += "".join(f"{written(key)} = {written(value)}\n" for key, value in values.items())
    problems = check_vote(text, RULES)
    count = text.count("\n") + 1
    assert problems
    assert all(isinstance(p, Problem) and (p.line is None or 1 <= p.line <= count) for p in problems)


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=60) | st.text("=[]\"'.#\n{}a1 ", max_size=60), st.integers(0, len(GOOD)))
def test_any_text_in_the_middle_never_raises(text: str, place: int) -> None:
    for problem in check_vote(GOOD[:place] + text + GOOD[place:], RULES):
        assert problem.message_id.startswith("vote_")


def test_deep_nesting_and_huge_numbers_are_syntax_problems() -> None:
    assert found("a = " + "[" * 20000)[0][2] == "vote_toml_syntax"
    assert found("a = " + "9" * 5000)[0][2] == "vote_toml_syntax"
