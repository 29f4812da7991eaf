from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from command_line import data, run
from printed_votes import SampleVote
from venue_samples import venue

from kiemphieu import comparing
from kiemphieu.accounting import Account
from kiemphieu.compare_page import comparison_page
from kiemphieu.comparing import to_json
from kiemphieu.counting import CountReport
from kiemphieu.folder import VoteFolder, create_folder
from kiemphieu.messages import Language
from records.count import OpenPoint
from records.people import Background, Venue
from records.rules import Base
from tally.rules import apply_overrides, load_rule_set
from tally.two_venues import VenueResult, pair_venues

PARTY = venue(
    "cap uy",
    {
        "o1": ("Nguyễn Văn A", "Bí thư", (5, 9, 31, 1)),
        "o2": ("Trần Thị B", "Phó Bí thư", (40, 5, 1, 0)),
        "o3": ("Lê Văn C", "Ủy viên", (20, 20, 6, 0)),
    },
)
COUNCIL = venue(
    "hdnd",
    {
        "x1": ("Nguyễn Văn A", "Chủ tịch", (30, 10, 5, 0)),
        "x2": ("Trần Thị B", "Phó Bí thư", (10, 10, 24, 1)),
        "x4": ("Đỗ <Thị> D", "Trưởng ban", (45, 0, 0, 0)),
    },
    rules="nq96",
)


@pytest.fixture
def compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Two folders whose counts are those of the samples."""
    return as_folders(tmp_path, monkeypatch, PARTY, COUNCIL)


def as_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: VenueResult, second: VenueResult
) -> tuple[Path, Path]:
    folders = create_folder(tmp_path / "a").root, create_folder(tmp_path / "b").root
    known = dict(zip(folders, (first, second), strict=True))

    def count(folder: VoteFolder) -> CountReport:
        one = known[folder.root]
        return CountReport(one.vote, one.rules, one.result, (), (), (), (), 0, Account())

    monkeypatch.setattr(comparing, "count_folder", count)
    return folders


def test_both_results_stand_side_by_side_and_no_outcome_is_common(compared: tuple[Path, Path]) -> None:
    """rules.md, boundary case 23."""
    document = data("compare", *compared)
    person = document["people"][0]
    assert person["name"] == "Nguyễn Văn A"
    first, second = person["results"]
    assert (first["outcome"], second["outcome"]) == ("two_thirds_low", "none")
    assert first["counts"] == {"high": 5, "medium": 9, "low": 31, "invalid": 1}
    assert (first["base"], second["base"]) == (46, 45)
    assert (first["percent"]["low"], second["percent"]["low"]) == ("67.39", "11.11")
    assert "2/3" in first["clause"]["text"]
    assert second["clause"] is None
    assert set(person) == {"name", "positions_differ", "results"}
    # Nowhere in the document stands a sum: 36 low ratings, 91 ballots.
    assert not {36, 91} & set(numbers(document))


def numbers(value: object) -> list[int]:
    if isinstance(value, dict):
        return [number for item in value.values() for number in numbers(item)]
    if isinstance(value, list):
        return [number for item in value for number in numbers(item)]
    return [value] if isinstance(value, int) else []


def test_what_else_a_program_is_told(compared: tuple[Path, Path]) -> None:
    document = data("compare", *compared)
    assert [venue["rules"] for venue in document["venues"]] == ["qd96", "nq96"]
    assert [venue["vote"] for venue in document["venues"]] == ["cap-uy", "hdnd"]
    assert document["rules_differ"] is True
    assert [person["positions_differ"] for person in document["people"]] == [True, False]
    assert [[one["name"] for one in side] for side in document["one_venue_only"]] == [
        ["Lê Văn C"],
        ["Đỗ <Thị> D"],
    ]
    assert document["people"][1]["results"][1]["outcome"] == "over_half_low"


def test_a_person_reads_both_columns_and_why(
    compared: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "130")
    done = run("compare", *compared)
    assert done.exit_code == 0, done.stderr
    for text in (
        "Low (Tín nhiệm thấp): 31 (67.39%)",
        "Low (Tín nhiệm thấp): 5 (11.11%)",
        "Base: 46",
        "Base: 45",
        "Venue 1, Nguyễn Văn A: 2/3 or more",
        "Venue 2, Nguyễn Văn A: below the thresholds",
        "positions differ",
        "different rule sets",
        "At venue 1 only: Lê Văn C",
        "At venue 2 only: Đỗ <Thị> D",
        "xem xét tổng thể kết quả phiếu tín nhiệm ở từng nơi",
        "The result is final.",
    ):
        assert text in done.stdout, text
    assert "miễn nhiệm chức vụ đang đảm nhiệm" in done.stdout


class Text(HTMLParser):
    """The words of a page, the cells of its first table, and what it would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.cells: list[list[str]] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.fetched += [str(value) for name, value in attrs if name in {"src", "href", "srcset"}]
        if tag == "tr":
            self.cells.append([])
        if tag in {"td", "th"}:
            self.cells[-1].append("")

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self.cells and self.cells[-1]:
            self.cells[-1][-1] += data.strip()

    def handle_endtag(self, tag: str) -> None:
        if tag == "tr":
            self.cells.append([])


def read(page: str) -> Text:
    text = Text()
    text.feed(page)
    return text


def test_the_page_says_the_same_and_needs_no_other_file(compared: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "hai-noi.html"
    document = data("compare", *compared, "--lang", "vi", "-o", out)
    assert document["page"] == str(out)
    page = out.read_text(encoding="utf-8")
    text = read(page)
    assert text.fetched == []
    assert "url(" not in page
    rows = {cells[1]: cells for cells in text.cells if len(cells) == 16}
    cells = rows["Trần Thị B"]
    assert cells[2:9] == ["Phó Bí thư", "4086,96%", "510,87%", "12,17%", "0", "46", "dưới các ngưỡng"]
    assert cells[9:] == [
        "Phó Bí thư",
        "1022,22%",
        "1022,22%",
        "2453,33%",
        "1",
        "45",
        "quá nửa “Tín nhiệm thấp”",
    ]
    assert "MẬT" in text.words
    assert "Đỗ <Thị> D" in text.words


def test_the_page_of_public_results_bears_no_mark() -> None:
    public = replace(PARTY, rules=load_rule_set("nq96"))
    page = comparison_page(pair_venues(public, COUNCIL), Language.VIETNAMESE)
    assert "MẬT" not in page
    assert "hai bộ quy tắc khác nhau" not in page


def test_the_same_rules_with_other_settings_are_told() -> None:
    rules = apply_overrides(load_rule_set("qd96"), (("base", "valid"),))
    assert rules.base is Base.VALID
    people = {"o1": ("Nguyễn Văn A", "Bí thư", (1, 1, 1, 0))}
    two = pair_venues(venue("a", people), venue("b", people, rules))
    assert to_json(two)["rules_differ"] is True
    assert "different settings" in comparison_page(two, Language.ENGLISH)


def test_votes_on_other_levels_stand_beside_each_other() -> None:
    first = venue("a", {"o1": ("Nguyễn Văn A", "Bí thư", (10, 5, 5, 0))})
    second = venue("b", {"o1": ("Nguyễn Văn A", "Bí thư", (6, 14, 0))}, rules="bo_phieu")
    two = pair_venues(first, second)
    (person,) = to_json(two)["people"]
    assert [set(result["counts"]) for result in person["results"]] == [
        {"high", "medium", "low", "invalid"},
        {"confidence", "no_confidence", "invalid"},
    ]
    assert "Không tín nhiệm" in comparison_page(two, Language.VIETNAMESE)


@pytest.mark.parametrize(
    ("open_point", "reconciled", "code"),
    [(OpenPoint.NOT_RECONCILED, False, 6), (OpenPoint.LINE_FAULT_DECIDES, True, 0)],
)
def test_a_result_that_is_not_final_says_so(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    open_point: OpenPoint,
    reconciled: bool,
    code: int,
) -> None:
    result = replace(COUNCIL.result, open_points=(open_point,), reconciled=reconciled)
    folders = as_folders(tmp_path, monkeypatch, PARTY, replace(COUNCIL, result=result))
    done = run("compare", *folders, "-o", tmp_path / "p.html")
    assert done.exit_code == code
    assert done.stdout.count("The result is not final:") == 1
    assert done.stdout.count("The result is final.") == 1
    page = (tmp_path / "p.html").read_text(encoding="utf-8")
    assert page.count("The result is not final:") == 1
    assert page.count("<small>not final</small>") == 1
    assert "(not final)" in done.stdout
    document = json.loads(run("compare", *folders, "--json").stdout)
    assert [one["final"] for one in document["venues"]] == [True, False]
    assert document["venues"][1]["open_points"] == [open_point.value]


def test_ballots_in_review_are_told_by_the_exit_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ballots = replace(COUNCIL.result.ballots, review=1)
    result = replace(COUNCIL.result, ballots=ballots, open_points=(OpenPoint.IN_REVIEW,))
    folders = as_folders(tmp_path, monkeypatch, PARTY, replace(COUNCIL, result=result))
    assert run("compare", *folders).exit_code == 5


def test_people_who_cannot_be_told_apart_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = venue("a", {"o1": ("Lê A", "Phó", (1, 0, 0, 0)), "o2": ("Lê A", "Trưởng", (1, 0, 0, 0))})
    second = venue("b", {"o3": ("Lê A", "Ủy viên", (1, 0, 0, 0)), "o4": ("Lê A", "Thư ký", (1, 0, 0, 0))})
    folders = as_folders(tmp_path, monkeypatch, first, second)
    done = run("compare", *folders, "-o", tmp_path / "p.html")
    assert done.exit_code == 0
    assert "no certainty who is who; they are not matched: Lê A" in done.stdout
    assert "Nobody is rated at both venues" in done.stdout
    assert "not matched: Lê A" in (tmp_path / "p.html").read_text(encoding="utf-8")


def test_a_third_place_in_two_files_together_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = {"o1": ("Lê A", "Phó", (1, 0, 0, 0))}
    places = tuple(Venue)
    first = venue("a", people, backgrounds=(Background(venues=places[:2]),))
    second = venue("b", people, backgrounds=(Background(venues=places[1:]),))
    done = run("compare", *as_folders(tmp_path, monkeypatch, first, second))
    assert done.exit_code == 3
    assert "tối đa ở 02 nơi" in done.stderr


def test_exactly_two_votes(compared: tuple[Path, Path], tmp_path: Path) -> None:
    """rules.md, boundary case 22: there is no third venue."""
    first, second = compared
    assert run("compare", first).exit_code == 2
    done = run("compare", first, second, tmp_path)
    assert done.exit_code == 2
    assert "3 were given" in done.stderr
    assert run("compare", first, second, "-o", tmp_path / "x.pdf").exit_code == 2
    assert run("compare", first, first).exit_code == 3


def test_votes_that_were_scanned(vote: SampleVote, other_vote: SampleVote, tmp_path: Path) -> None:
    assert run("scan", vote.root, vote.scan_folder, "--workers", "1").exit_code == 0
    before = run("tally", vote.root, "--json").stdout
    document = data("compare", vote.root, other_vote.root, "-o", tmp_path / "p.html")
    assert [one["final"] for one in document["venues"]] == [True, False]
    counted = json.loads(before)["officials"]
    assert [person["results"][0]["counts"] for person in document["people"]] == [
        official["counts"] for official in counted
    ]
    assert document["people"][0]["results"][1]["outcome"] is None
    assert run("tally", vote.root, "--json").stdout == before
