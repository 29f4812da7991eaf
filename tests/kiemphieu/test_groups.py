"""Votes with several kinds of ballot, and with other levels than three: from the print to the minutes."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pypdfium2
import pytest
from command_line import data, run
from printed_votes import SampleVote, make_vote_of

from kiemphieu.counting import count_folder
from records.reading import BoxState

HEAD = """\
format = 1
[vote]
id = "{vote}"
body = "HĐND tỉnh Khánh Hòa"
title = "Phiếu lấy phiếu tín nhiệm"
place = "Khánh Hòa"
date = 2023-12-05
rules = "{rules}"
[attendance]
summoned = 8
present = 7
"""
GROUPS = """\
[[group]]
id = "hdnd"
title = "Các chức danh của Hội đồng nhân dân"
colour = "xanh"
[[group]]
id = "ubnd"
title = "Các chức danh của Ủy ban nhân dân"
colour = "vàng"
"""


def person(number: int, group: str = "") -> str:
    line = f'group = "{group}"\n' if group else ""
    return (
        f'[[official]]\nid = "o{number}"\nname = "Nguyễn Văn {number}"\nposition = "Chức vụ {number}"\n{line}'
    )


TWO_GROUPS = (
    HEAD.format(vote="hdnd-2023", rules="nq96")
    + GROUPS
    + "".join(person(n, "hdnd" if n < 3 else "ubnd") for n in range(1, 6))
)


@pytest.fixture(scope="module")
def two_groups(tmp_path_factory: pytest.TempPathFactory) -> SampleVote:
    path = tmp_path_factory.mktemp("groups") / "vote"
    vote = make_vote_of(path, TWO_GROUPS, {"hdnd": 5, "ubnd": 6})
    assert run("scan", vote.root, vote.scan_folder, "--workers", "1").exit_code in {0, 5}
    return vote


def marked(vote: SampleVote, serials: set[str]) -> Counter[tuple[str, str]]:
    """How often each box was crossed on the ballots named."""
    return Counter(
        (box.official, box.level)
        for serial in serials
        for box in vote.truth[serial].boxes
        if box.state is BoxState.CROSS
    )


def settled(vote: SampleVote) -> set[str]:
    lines = run("readings", vote.root).stdout.splitlines()
    readings = [json.loads(line) for line in lines]
    return {one["serial"] for one in readings if one["verdict"] == "valid"}


def test_each_group_has_a_layout_and_a_batch_of_its_own(two_groups: SampleVote) -> None:
    names = {path.name for path in two_groups.folder.root.glob("layout*.json")}
    assert names == {"layout-hdnd.json", "layout-ubnd.json"}
    assert len(list(two_groups.folder.ballots.glob("*.pdf"))) == 2


def test_groups_are_read_counted_and_reconciled_apart(two_groups: SampleVote) -> None:
    report = count_folder(two_groups.folder)
    counts = {group.style.id: group.result.ballots for group in report.groups}
    assert {style: (one.issued, one.returned) for style, one in counts.items()} == {
        "hdnd": (5, 5),
        "ubnd": (6, 6),
    }
    result = data("tally", two_groups.root)
    assert result["ballots"]["issued"] == 11
    assert [one["id"] for one in result["officials"]] == ["o1", "o2", "o3", "o4", "o5"]
    assert [one["base"] for one in result["officials"]] == [5, 5, 6, 6, 6]
    true = marked(two_groups, settled(two_groups))
    for official in result["officials"]:
        found = {level: official["counts"][level] for level in ("high", "medium", "low")}
        assert found == {level: true[official["id"], level] for level in found}


def test_readings_name_their_group(two_groups: SampleVote) -> None:
    lines = run("readings", two_groups.root).stdout.splitlines()
    assert Counter(json.loads(line)["group"] for line in lines) == {"hdnd": 5, "ubnd": 6}


def test_one_groups_missing_ballots_are_not_made_up_by_the_others(tmp_path: Path) -> None:
    vote = make_vote_of(tmp_path / "vote", TWO_GROUPS, {"hdnd": 2, "ubnd": 3})
    run("scan", vote.root, vote.scan_folder, "--workers", "1")
    who = ("--by", "LTH", "--by", "PVB", "--reason", "đếm lại")
    assert run("account", vote.root, "--not-returned", "0", "--group", "hdnd", *who).exit_code == 0
    assert run("account", vote.root, "--not-returned", "1", "--group", "ubnd", *who).exit_code == 0
    report = count_folder(vote.folder)
    assert [group.result.reconciled for group in report.groups] == [True, False]
    assert run("tally", vote.root).exit_code == 6


def test_the_minutes_show_each_group(two_groups: SampleVote) -> None:
    data("report", two_groups.root, "--lang", "vi")
    pdf = pypdfium2.PdfDocument(two_groups.folder.reports / "bien-ban-kiem-phieu.pdf")
    text = "".join(page.get_textpage().get_text_bounded() for page in pdf)
    assert "Các chức danh của Hội đồng nhân dân" in " ".join(text.split())
    assert "Các chức danh của Ủy ban nhân dân" in " ".join(text.split())


@pytest.mark.parametrize(
    ("rules", "levels"), [("bo_phieu", ("confidence", "no_confidence")), ("bt2009", ("agree", "disagree"))]
)
def test_ballots_of_two_levels_are_read_to_the_result(
    tmp_path: Path, rules: str, levels: tuple[str, str]
) -> None:
    toml = HEAD.format(vote="v", rules=rules) + person(1) + person(2) + person(3)
    if rules == "bt2009":
        toml += '[appointment]\nkind = "new"\nposts = 2\nmeeting = 1\n[rules]\ngrade_cutoffs = "2/3, 1/2"\n'
    vote = make_vote_of(tmp_path / "vote", toml, {"": 5})
    assert run("scan", vote.root, vote.scan_folder, "--workers", "1").exit_code in {0, 5}
    result = data("tally", vote.root)
    assert result["ballots"]["returned"] == 5
    true = marked(vote, settled(vote))
    for official in result["officials"]:
        assert tuple(official["counts"]) == (*levels, "invalid")
        assert {one: official["counts"][one] for one in levels} == {
            one: true[official["id"], one] for one in levels
        }
    assert result["ballots"]["valid"] >= 3


def test_counts_of_several_kinds_typed_in_one_file(tmp_path: Path) -> None:
    run("new", tmp_path / "vote")
    (tmp_path / "vote" / "vote.toml").write_text(TWO_GROUPS, encoding="utf-8")
    counts = tmp_path / "counts.csv"
    counts.write_text(
        "official,high,medium,low,invalid\no5,5,1,0,0\no1,4,1,0,0\no2,0,0,5,0\no3,6,0,0,0\no4,2,2,2,0\n",
        "utf-8",
    )
    done = data("report", tmp_path / "vote", "--counts", counts, "--lang", "vi")
    assert done["final"] is True
    pdf = pypdfium2.PdfDocument(tmp_path / "vote" / "reports" / "bien-ban-kiem-phieu.pdf")
    text = " ".join("".join(page.get_textpage().get_text_bounded() for page in pdf).split())
    assert "Các chức danh của Hội đồng nhân dân: Tỷ lệ phần trăm tính trên 5 phiếu thu về" in text
    assert "Các chức danh của Ủy ban nhân dân: Tỷ lệ phần trăm tính trên 6 phiếu thu về" in text
    assert "kiểm và nhập bằng tay" in text
