"""`kiemphieu export --format` as a person calls it, and the CSV files."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from command_line import data, run
from export_votes import (
    BALLOTS,
    OFFICIALS,
    Urn,
    cast_everything,
    cast_plainly,
    copied,
    make_printed,
    set_rules,
)

from kiemphieu.counting import count_folder
from kiemphieu.exports.tables import as_text
from kiemphieu.folder import VoteFolder


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> VoteFolder:
    return make_printed(tmp_path_factory.mktemp("printed") / "vote")


@pytest.fixture
def final(printed: VoteFolder, tmp_path: Path) -> VoteFolder:
    folder = copied(printed, tmp_path)
    cast_plainly(Urn(folder))
    return folder


@pytest.fixture
def waiting(printed: VoteFolder, tmp_path: Path) -> VoteFolder:
    folder = copied(printed, tmp_path)
    cast_everything(Urn(folder))
    return folder


def table(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


def test_csv_has_a_row_per_official(final: VoteFolder) -> None:
    assert run("export", final.root, "--format", "csv").exit_code == 0
    path = final.reports / "xuat-2023-results.csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    header, *rows = table(path)
    assert header == [
        "Id",
        "Name",
        "Position",
        "Group",
        "Tín nhiệm cao",
        "Tín nhiệm cao (%)",
        "Tín nhiệm",
        "Tín nhiệm (%)",
        "Tín nhiệm thấp",
        "Tín nhiệm thấp (%)",
        "Invalid",
        "Base",
        "Outcome",
        "Standing",
    ]
    result = count_folder(final).result
    assert [row[0] for row in rows] == ["o1", "o2", "o3", "p1", "p2"]
    for row, official in zip(rows, result.officials, strict=True):
        percent = dict(official.percent)
        numbers = [cell for level, n in official.count.levels for cell in (str(n), percent[level])]
        assert row[4:12] == [*numbers, str(official.count.invalid), str(official.base)]
        assert row[13] == "Final result."
    assert rows[0][1:4] == ["Nguyễn Văn An", "Chủ tịch HĐND tỉnh", "Khối tỉnh"]
    assert rows[0][12] == "2/3 or more “Low (Tín nhiệm thấp)”"


def test_csv_in_vietnamese_has_a_decimal_comma(final: VoteFolder, tmp_path: Path) -> None:
    out = tmp_path / "bảng.csv"
    assert run("--lang", "vi", "export", final.root, "--format", "csv", "-o", out).exit_code == 0
    header, first, *_ = table(out)
    assert header[:4] == ["Mã", "Họ và tên", "Chức vụ", "Loại phiếu"]
    assert "," in first[9]
    assert first[13] == "Kết quả cuối cùng."


def test_names_that_begin_like_a_formula_are_text(final: VoteFolder) -> None:
    run("export", final.root, "--format", "csv")
    rows = {row[0]: row for row in table(final.reports / "xuat-2023-results.csv")}
    assert rows["o2"][1:3] == ["'=HYPERLINK(1)", "'@Phó"]
    assert rows["p2"][1:3] == ['\'-Lê, "Cường"', "'+Giám đốc"]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1"])
def test_every_beginning_of_a_formula_is_known(cell: str) -> None:
    assert as_text(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "Nguyễn Văn An", "o1", "12", "1-2", "a=b"])
def test_other_cells_stay_as_they_are(cell: str) -> None:
    assert as_text(cell) == cell


def test_the_counts_beside_a_csv_give_the_same_tally(final: VoteFolder) -> None:
    written = data("export", final.root, "--format", "csv")
    assert [Path(path).name for path in written["counts"]] == [
        "xuat-2023-results.counts-tinh.csv",
        "xuat-2023-results.counts-so.csv",
    ]
    ruled = {official["id"]: official for official in data("tally", final.root)["officials"]}
    for path, style in zip(written["counts"], BALLOTS, strict=True):
        assert Path(path).read_bytes().startswith(b"official,high,medium,low,invalid\r\n")
        typed = data("tally", "--counts", path, "--rules", "qd96")["officials"]
        assert typed == [ruled[official] for official in OFFICIALS[style]]


@pytest.mark.parametrize("kind", ["cdf", "csv", "xlsx"])
def test_what_is_not_final_is_told_on_stderr_and_by_the_exit_code(waiting: VoteFolder, kind: str) -> None:
    done = run("export", waiting.root, "--format", kind)
    assert done.exit_code == 5
    assert "NOT A FINAL RESULT: ballots wait for review" in done.stderr
    assert "NOT A FINAL" not in done.stdout
    written = data("export", waiting.root, "--format", kind)
    assert (written["final"], written["format"], written["counts"]) == (False, kind, [])
    assert written["ballots"] == count_folder(waiting).result.ballots.returned
    assert Path(written["path"]).is_file()


def test_a_csv_that_is_not_final_says_so_in_every_row_and_has_no_counts(waiting: VoteFolder) -> None:
    done = run("export", waiting.root, "--format", "csv")
    assert "no file of counts" in done.stderr
    _, *rows = table(waiting.reports / "xuat-2023-results.csv")
    assert all(row[-1].startswith("NOT A FINAL RESULT: ") for row in rows)
    assert [path.name for path in waiting.reports.iterdir()] == ["xuat-2023-results.csv"]


def test_a_final_export_is_quiet_but_for_single_ballots(final: VoteFolder) -> None:
    assert run("export", final.root, "--format", "csv").stderr == ""
    for kind in ("cdf", "xlsx"):
        assert "do not publish" in run("export", final.root, "--format", kind).stderr


def test_counts_that_do_not_reconcile_are_told_by_the_exit_code(final: VoteFolder) -> None:
    stated = run("account", final.root, "--not-returned", "9", "--group", "so", "--by", "A", "--reason", "x")
    assert stated.exit_code in {0, 6}, stated.output
    done = run("export", final.root, "--format", "csv")
    assert done.exit_code == 6
    assert "NOT A FINAL RESULT" in done.stderr


def test_nothing_is_overwritten(final: VoteFolder, tmp_path: Path) -> None:
    paths = [Path(data("export", final.root, "--format", "xlsx")["path"]).name for _ in range(3)]
    assert paths == [f"xuat-2023-results{number}.xlsx" for number in ("", "-2", "-3")]
    out = tmp_path / "there.json"
    out.write_text("kept")
    refused = run("export", final.root, "--format", "cdf", "-o", out)
    assert refused.exit_code == 3
    assert out.read_text() == "kept"
    (tmp_path / "new.counts-so.csv").write_text("kept")
    assert run("export", final.root, "--format", "csv", "-o", tmp_path / "new.csv").exit_code == 3
    assert not (tmp_path / "new.csv").exists()


def test_a_sealed_record_is_exported_too(final: VoteFolder) -> None:
    assert run("seal", final.root).exit_code == 0
    assert json.loads(Path(data("export", final.root, "--format", "cdf")["path"]).read_bytes())["CVR"]


def test_an_export_leaves_the_record_as_it_was(final: VoteFolder) -> None:
    before = final.database.read_bytes()
    for kind in ("cdf", "csv", "xlsx"):
        run("export", final.root, "--format", kind)
    assert final.database.read_bytes() == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--format cdf"),
        (("--format", "csv", "--package"), "one of them"),
        (("--format", "csv", "--unsealed"), "--unsealed goes with --package"),
        (("--format", "csv", "--without-images"), "--without-images goes with --package"),
        (("--format", "zip"), "cdf, csv, xlsx"),
    ],
)
def test_what_does_not_go_together_is_an_error_of_usage(
    printed: VoteFolder, words: tuple[str, ...], said: str
) -> None:
    done = run("export", printed.root, *words)
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_folder_that_is_none_and_a_place_that_is_none(final: VoteFolder, tmp_path: Path) -> None:
    assert run("export", tmp_path / "nowhere", "--format", "csv").exit_code == 3
    assert run("export", final.root, "--format", "csv", "-o", tmp_path / "no" / "file.csv").exit_code == 4


def test_a_vote_of_one_kind_of_ballot_has_one_file_of_counts(final: VoteFolder) -> None:
    set_rules(final, 'line_fault = "line"\nbase = "delegates"')
    (first, _) = data("export", final.root, "--format", "csv")["counts"]
    refused = run("tally", "--counts", first, "--rules", "nq85")
    assert refused.exit_code == 3, "a base that the counts do not tell must be given"
