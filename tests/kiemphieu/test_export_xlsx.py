"""The workbook: its formulas, computed by LibreOffice, give the tally number by number."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from export_votes import (
    BALLOTS,
    DECIDED,
    OFFICIALS,
    Urn,
    cast_everything,
    cast_plainly,
    copied,
    make_plain,
    make_printed,
    set_rules,
)
from spreadsheet import StoredCell, computed_rows, stored_cells, without_values

from kiemphieu.documents.facts import Words as DocumentWords
from kiemphieu.exports.ballot_sheet import level_words, make_table
from kiemphieu.exports.cdf import cdf_bytes
from kiemphieu.exports.cdf_reading import read_cdf
from kiemphieu.exports.counted import CountedVote, gather_count
from kiemphieu.exports.result_sheet import HEADER_ROW
from kiemphieu.exports.words import Words
from kiemphieu.exports.workbook import workbook_bytes
from kiemphieu.folder import VoteFolder
from kiemphieu.messages import Language
from records.count import OfficialResult, Outcome, TallyResult
from records.errors import InputError
from records.rules import Base, Grades
from records.vote import Level
from tally.rules import load_rule_set
from tally.thresholds import classify_grade

ENGLISH, VIETNAMESE = Words(Language.ENGLISH), Words(Language.VIETNAMESE)
RULES = [
    DECIDED,
    'line_fault = "ballot"\nother_mark = "accept"',
    'base = "valid"\nother_mark = "reject"\nseal = "ignore"',
    'foreign_in_returned = "returned"\nbase = "delegates"\ntwo_thirds_low = "> 2/3"',
]
FIRST = HEADER_ROW + 1
NUMBERS = 5
"""Columns of the table of officials before its numbers, where there are groups."""


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> VoteFolder:
    return make_printed(tmp_path_factory.mktemp("printed") / "vote")


@pytest.fixture(scope="module")
def everything(printed: VoteFolder, tmp_path_factory: pytest.TempPathFactory) -> VoteFolder:
    folder = copied(printed, tmp_path_factory.mktemp("everything"))
    cast_everything(Urn(folder))
    return folder


@pytest.fixture(scope="module")
def final(printed: VoteFolder, tmp_path_factory: pytest.TempPathFactory) -> VoteFolder:
    folder = copied(printed, tmp_path_factory.mktemp("final"))
    cast_plainly(Urn(folder))
    return folder


def ruled(folder: VoteFolder, place: Path, rules: str) -> CountedVote:
    copy = copied(folder, place)
    set_rules(copy, rules)
    return gather_count(copy)


def expected_numbers(result: OfficialResult, counted: CountedVote) -> list[str]:
    """The cells of an official's row after the names, as a spreadsheet computes them."""
    count, percent = result.count, dict(result.percent)
    cells = []
    for level, votes in count.levels:
        cells += [str(votes), f"{percent[level]}%" if percent else ""]
    total = sum(votes for _, votes in count.levels) + count.invalid
    cells += [str(count.invalid), str(total), str(result.base)]
    for threshold in counted.rules.thresholds:
        left = dict(count.levels)[threshold.level] * threshold.denominator
        right = threshold.numerator * result.base
        reached = left > right or (left == right and threshold.comparison.value == "at_least")
        cells.append(str(int(reached and result.base > 0)))
    return [*cells, DocumentWords(ENGLISH.lang).outcome_name(result.outcome, counted.rules)]


def first_number(counted: CountedVote) -> int:
    return NUMBERS if len(counted.vote.styles) > 1 else NUMBERS - 1


def check_numbers(rows: list[list[str]], counted: CountedVote) -> None:
    result = counted.report.result
    for row, official in zip(rows[FIRST:], result.officials, strict=False):
        assert row[1] == official.count.official
        expected = expected_numbers(official, counted)
        first = first_number(counted)
        found = row[first : first + len(expected)]
        assert list(map(number, found)) == list(map(number, expected))
    check_ballots(rows, result, counted)


def check_ballots(rows: list[list[str]], result: TallyResult, counted: CountedVote) -> None:
    first = FIRST + len(result.officials) + 3
    listed = [group.result.ballots for group in counted.report.groups]
    if len(listed) > 1:
        listed.append(result.ballots)
    for row, ballots in zip(rows[first:], listed, strict=False):
        fates = (
            ballots.issued,
            ballots.returned,
            ballots.valid,
            ballots.invalid,
            ballots.review,
            ballots.foreign,
        )
        assert row[3:9] == [str(number) for number in fates]
    sums = [
        sum(dict(each.count.levels)[level.id] for each in result.officials) for level in counted.rules.levels
    ]
    totals = rows[FIRST + len(result.officials)]
    assert [totals[first_number(counted) + 2 * place] for place in range(3)] == [
        str(number) for number in sums
    ]


@pytest.mark.parametrize("rules", RULES, ids=lambda text: text.replace("\n", " "))
def test_formulas_give_the_tally(everything: VoteFolder, tmp_path: Path, rules: str) -> None:
    counted = ruled(everything, tmp_path, rules)
    data = workbook_bytes(counted, ENGLISH)
    rows = computed_rows(without_values(data), tmp_path)
    check_numbers(rows, counted)
    check_stored(data, rows)


def test_formulas_give_the_tally_where_a_threshold_is_reached(final: VoteFolder, tmp_path: Path) -> None:
    counted = gather_count(final)
    outcomes = {official.outcome for official in counted.report.result.officials}
    assert {Outcome.NONE, Outcome.TWO_THIRDS_LOW} <= outcomes
    check_numbers(computed_rows(without_values(workbook_bytes(counted, ENGLISH)), tmp_path), counted)


def test_formulas_of_a_vote_with_one_kind_of_ballot(tmp_path: Path) -> None:
    folder = make_plain(tmp_path / "vote")
    urn = Urn(folder)
    for number in range(8):
        urn.cast(
            "",
            "..X",
            "X.." if number else "...",
            ".X.",
            "..X" if number % 2 else "XX.",
            "?.." if number > 6 else "X..",
        )
    counted = gather_count(folder)
    assert [style.id for style in counted.vote.styles] == [""]
    assert read_cdf(cdf_bytes(counted, ENGLISH)).officials == tuple(
        official.count for official in counted.report.result.officials
    )
    data = workbook_bytes(counted, ENGLISH)
    rows = computed_rows(without_values(data), tmp_path)
    check_numbers(rows, counted)
    check_stored(data, rows)


def test_grades_are_formulas_too(final: VoteFolder, tmp_path: Path) -> None:
    counted = graded(gather_count(final))
    grades = [official.grade for official in counted.report.result.officials]
    assert set(grades) == {"“tốt”", "khá", "thấp"}
    data = workbook_bytes(counted, ENGLISH)
    rows = computed_rows(without_values(data), tmp_path)
    assert rows[HEADER_ROW][-1] == "Grade"
    assert [row[-1] for row in rows[FIRST : FIRST + len(grades)]] == grades
    check_stored(data, rows)


def graded(counted: CountedVote) -> CountedVote:
    """With cut-offs that lie on and just above shares that occur."""
    report = counted.report
    shares = {Fraction(dict(each.count.levels)["high"], each.base) for each in report.result.officials}
    highest, second = sorted(shares, reverse=True)[:2]
    grades = Grades("high", ("“tốt”", "khá", "thấp"), counted.rules.base_clause, (highest, second))
    rules = replace(counted.rules, grades=grades)
    officials = tuple(
        replace(each, grade=classify_grade(dict(each.count.levels), each.base, rules))
        for each in report.result.officials
    )
    return replace(
        counted, report=replace(report, rules=rules, result=replace(report.result, officials=officials))
    )


def test_formulas_of_an_empty_count_give_no_shares(printed: VoteFolder, tmp_path: Path) -> None:
    counted = gather_count(printed)
    check_numbers(computed_rows(without_values(workbook_bytes(counted, ENGLISH)), tmp_path), counted)


def check_stored(data: bytes, rows: list[list[str]]) -> None:
    """The values beside the formulas are those that the formulas give."""
    formulas = {place: cell for place, cell in stored_cells(data, 1).items() if cell.formula}
    assert len(formulas) > 60
    for place, cell in formulas.items():
        assert same(cell, computed(rows, place)), (place, cell)


def computed(rows: list[list[str]], place: str) -> str:
    letters, number = re.fullmatch(r"([A-Z]+)(\d+)", place).groups()  # type: ignore[union-attr]
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return rows[int(number) - 1][column - 1]


def same(cell: StoredCell, found: str) -> bool:
    if cell.text or not cell.value:
        return cell.value == found
    return Fraction(cell.value) == number(found)


def number(text: str) -> Fraction | str:
    """A cell as LibreOffice writes it; words stay words."""
    if re.fullmatch(r"[0-9.]+%?", text) is None:
        return text
    return Fraction(text.removesuffix("%")) / (100 if text.endswith("%") else 1)


def test_a_changed_ballot_changes_the_result(final: VoteFolder, tmp_path: Path) -> None:
    """The sheet of ballots is what is counted: with other words in it, the formulas give other numbers."""
    counted = gather_count(final)
    data = without_values(workbook_bytes(counted, ENGLISH))
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as book, zipfile.ZipFile(changed, "w") as other:
        words = re.findall(r"<si><t[^>]*>([^<]*)</t></si>", book.read("xl/sharedStrings.xml").decode())
        high, low = words.index("Tín nhiệm cao"), words.index("Tín nhiệm thấp")
        for name in book.namelist():
            part = book.read(name)
            if name.endswith("sheet2.xml"):
                part = part.replace(f"<v>{low}</v>".encode(), f"<v>{high}</v>".encode())
            other.writestr(name, part)
    rows = computed_rows(changed.getvalue(), tmp_path)
    counts = dict(counted.report.result.officials[0].count.levels)
    assert rows[FIRST][NUMBERS] == str(counts["high"] + counts["low"])
    assert rows[FIRST][NUMBERS + 4] == "0"
    assert rows[FIRST][-1] == ENGLISH.text("doc_outcome_none")


def test_thresholds_are_compared_as_whole_numbers(final: VoteFolder) -> None:
    cells = stored_cells(workbook_bytes(gather_count(final), ENGLISH), 1)
    row = FIRST + 1
    assert cells[f"O{row}"].formula == f"IF(AND($N{row}>0,3*$J{row}>=2*$N{row}),1,0)"
    assert cells[f"P{row}"].formula == f"IF(AND($N{row}>0,2*$J{row}>1*$N{row}),1,0)"
    assert cells[f"F{row}"].formula == 'COUNTIF(Ballots!$C$2:$C$41,"=Tín nhiệm cao")'


def test_what_is_shown_is_vietnamese(final: VoteFolder, tmp_path: Path) -> None:
    counted = gather_count(final)
    rows = computed_rows(workbook_bytes(counted, VIETNAMESE), tmp_path, as_shown=True)
    assert rows[4][0] == "Kết quả cuối cùng."
    assert rows[HEADER_ROW][:5] == ["STT", "Mã", "Họ và tên", "Chức vụ", "Loại phiếu"]
    assert rows[HEADER_ROW][14] == "3 × Tín nhiệm thấp ≥ 2 × căn cứ tính tỷ lệ"
    official = counted.report.result.officials[0]
    expected = dict(official.percent)["low"].replace(".", ",") + "%"
    assert rows[FIRST][NUMBERS + 5] == expected
    assert rows[FIRST][16] == "từ 2/3 trở lên “Tín nhiệm thấp”"


# The sheet of ballots


def test_the_sheet_of_ballots_has_a_row_per_counted_ballot(everything: VoteFolder) -> None:
    counted = gather_count(everything)
    table = make_table(counted, ENGLISH)
    assert len(table.rows) == counted.report.result.ballots.returned == len(counted.ballots)
    cells = stored_cells(workbook_bytes(counted, ENGLISH), 2)
    assert sum(place.startswith("B") for place in cells) == len(table.rows) + 1
    waiting = [row for row in table.rows if row[1] == "in review"]
    assert len(waiting) == counted.report.result.ballots.review
    for row in waiting:
        assert set(row[2:]) == {"in review", ""}
    for row in table.rows:
        assert sum(bool(cell) for cell in row[2:]) == len(OFFICIALS[row[0]])


def test_rows_are_sorted_by_their_content(everything: VoteFolder) -> None:
    counted = gather_count(everything)
    table = make_table(counted, ENGLISH)
    assert list(table.rows) == sorted(table.rows)
    turned = replace(counted, ballots=counted.ballots[::-1])
    assert make_table(turned, ENGLISH).rows == table.rows
    assert workbook_bytes(turned, ENGLISH) == workbook_bytes(counted, ENGLISH)


def test_the_workbook_names_no_ballot_and_no_time(everything: VoteFolder) -> None:
    data = workbook_bytes(gather_count(everything), ENGLISH)
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        text = "".join(book.read(name).decode() for name in book.namelist())
        assert {entry.date_time for entry in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    serials = [serial for group in Urn(everything).serials.values() for serial in group]
    assert len(serials) == sum(BALLOTS.values())
    assert [serial for serial in serials if serial in text] == []
    assert set(re.findall(r"20\d\d-\d\d-\d\d[^<]*", text)) == {"2023-12-05T00:00:00Z"}


# Words that a spreadsheet could take for something else


def test_names_that_begin_like_a_formula_are_text(everything: VoteFolder) -> None:
    cells = stored_cells(workbook_bytes(gather_count(everything), ENGLISH), 1)
    names = {cell.value: cell for cell in cells.values()}
    for name in ("=HYPERLINK(1)", "@Phó", '-Lê, "Cường"', "+Giám đốc"):
        assert (names[name].formula, names[name].text) == ("", True), name
    headers = stored_cells(workbook_bytes(gather_count(everything), ENGLISH), 2)
    assert headers["D1"] == StoredCell("=HYPERLINK(1)", "", text=True)


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (("Cao", "Thấp"), ("Cao", "Thấp")),
        (("Cao", "cao"), ("a", "id 1")),
        (("Cao*", "Thấp"), ("a", "id 1")),
        (("=Cao", "Thấp"), ("a", "id 1")),
        (("Cao", "không hợp lệ"), ("a", "id 1")),
        (("Cao", "x" * 101), ("a", "id 1")),
    ],
)
def test_levels_are_told_apart_by_any_formula(labels: tuple[str, str], words: tuple[str, str]) -> None:
    levels = (Level("a", labels[0]), Level("1", labels[1]))
    rules = replace(load_rule_set("bo_phieu"), levels=levels)
    assert tuple(level_words(rules, ("Không hợp lệ",)).values()) == words


def test_more_ballots_than_rows_are_refused(final: VoteFolder) -> None:
    counted = gather_count(final)
    many = replace(counted, ballots=counted.ballots[:1] * 1_048_576)
    with pytest.raises(InputError) as refused:
        make_table(many, ENGLISH)
    assert refused.value.message_id == "export_too_many_rows"


def test_what_is_not_final_says_so_in_the_sheet_and_in_the_properties(
    everything: VoteFolder, final: VoteFolder
) -> None:
    for folder, words in ((everything, "NOT A FINAL RESULT: ballots wait"), (final, "Final result.")):
        data = workbook_bytes(gather_count(folder), ENGLISH)
        assert stored_cells(data, 1)["A5"].value.startswith(words)
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            assert f"<dc:description>{words}" in book.read("docProps/core.xml").decode()


def test_the_base_is_the_one_of_the_rule_set(final: VoteFolder, tmp_path: Path) -> None:
    counted = ruled(final, tmp_path, 'base = "present"')
    assert counted.rules.base is Base.PRESENT
    check_numbers(computed_rows(without_values(workbook_bytes(counted, ENGLISH)), tmp_path), counted)
