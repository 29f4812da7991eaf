"""`report`: documents written, noted in the journal, and checked by `verify`."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest
from command_line import data, run
from printed_votes import SampleVote

FILES = [
    "bao-cao-ket-qua.docx",
    "bao-cao-ket-qua.pdf",
    "bien-ban-kiem-phieu.docx",
    "bien-ban-kiem-phieu.pdf",
    "ket-qua-trinh-chieu.pdf",
]
COUNTS = "official,high,medium,low,invalid\no1,1,1,28,1\no2,20,10,0,1\n"


@pytest.fixture
def scanned(vote: SampleVote) -> SampleVote:
    assert run("scan", vote.root, vote.scan_folder, "--workers", "1").exit_code == 0
    return vote


def text_of(path: Path) -> str:
    document = pypdfium2.PdfDocument(path)
    return "".join("".join(page.get_textpage().get_text_bounded().split()) for page in document)


def test_documents_are_written_and_verified(scanned: SampleVote) -> None:
    done = data("report", "--lang", "vi", scanned.root)
    assert done["final"] is True
    reports = scanned.folder.reports
    assert sorted(path.name for path in reports.iterdir()) == FILES
    assert sorted(Path(name).name for name in done["files"]) == FILES
    assert run("verify", scanned.root).exit_code == 0
    result = data("tally", scanned.root)
    minutes = text_of(reports / "bien-ban-kiem-phieu.pdf")
    for official in result["officials"]:
        for level, count in list(official["counts"].items())[:3]:
            assert f"{count}{official['percent'][level].replace('.', ',')}%" in minutes


def test_a_changed_report_is_named(scanned: SampleVote) -> None:
    data("report", "--lang", "vi", scanned.root)
    path = scanned.folder.reports / "bien-ban-kiem-phieu.pdf"
    path.write_bytes(path.read_bytes() + b"\n")
    done = run("verify", scanned.root)
    assert done.exit_code == 7
    assert path.name in done.output


def test_the_head_on_the_minutes_is_one_of_the_journal(scanned: SampleVote) -> None:
    data("report", "--lang", "vi", scanned.root)
    minutes = text_of(scanned.folder.reports / "bien-ban-kiem-phieu.pdf")
    start = minutes.index("lậpbiênbản:") + len("lậpbiênbản:")
    head = minutes[start : start + 64]
    # What is recorded later does not make the signed minutes wrong.
    data("report", "--lang", "vi", scanned.root)
    assert run("verify", scanned.root, "--head", head).exit_code == 0
    assert run("verify", scanned.root, "--head", "0" * 64).exit_code == 7


def test_english_stands_beside_vietnamese(scanned: SampleVote) -> None:
    data("report", "--lang", "vi", scanned.root)
    run("report", "--lang", "en", scanned.root)
    names = {path.name for path in scanned.folder.reports.iterdir()}
    assert {*FILES, "minutes-en.pdf", "minutes-en.docx", "report-en.pdf", "result-sheet-en.pdf"} <= names


def test_a_vote_without_scans_is_a_draft(vote: SampleVote) -> None:
    done = run("report", "--lang", "vi", vote.root)
    assert "Dự thảo" in done.stderr
    assert "DỰTHẢO" in text_of(vote.folder.reports / "bien-ban-kiem-phieu.pdf")


def test_nothing_printed_is_told(tmp_path: Path) -> None:
    run("new", tmp_path / "v")
    done = run("report", "--lang", "vi", tmp_path / "v")
    assert done.exit_code == 3
    assert "kiemphieu print" in done.stderr


def test_counts_typed_by_hand_make_the_same_documents(vote: SampleVote, tmp_path: Path) -> None:
    counts = tmp_path / "counts.csv"
    counts.write_text(COUNTS, encoding="utf-8")
    done = data("report", "--lang", "vi", vote.root, "--counts", counts)
    assert done["final"] is True
    minutes = text_of(vote.folder.reports / "bien-ban-kiem-phieu.pdf")
    assert "NguyễnVănAn,Trưởngban:28/31phiếu“Tínnhiệmthấp”(90,32%),từ2/3trởlên." in minutes
    assert "Bảnghiđiệntử" not in minutes


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("official,high,medium,low,invalid\no1,1,1,28,1\n", "o2"),
        ("official,high,medium,low,invalid\no1,1,1,28,1\no2,20,10,0,2\n", "o2"),
        ("official,high,medium,low,invalid\no1,1,1,-28,1\no2,20,10,0,1\n", "-28"),
        ("official,high,medium,low,invalid\no1,1,1,x,1\no2,20,10,0,1\n", "x"),
        ("official,high,medium,low,invalid\no1,1,1,28,1\no1,1,1,28,1\no2,20,10,0,1\n", "o1"),
        ("official,high,medium,low,invalid\no1,0,0,0,0\no2,0,0,0,0\n", "1"),
    ],
)
def test_counts_that_cannot_be_right_make_no_document(
    vote: SampleVote, tmp_path: Path, text: str, message: str
) -> None:
    counts = tmp_path / "counts.csv"
    counts.write_text(text, encoding="utf-8")
    done = run("report", "--lang", "vi", vote.root, "--counts", counts)
    assert done.exit_code == 3
    assert message in done.stderr
    assert not vote.folder.reports.exists()


def test_a_base_without_counts_is_a_misuse(vote: SampleVote) -> None:
    assert run("report", "--lang", "vi", vote.root, "--base", "3").exit_code == 2


def test_a_folder_that_cannot_be_written_is_told(scanned: SampleVote) -> None:
    scanned.folder.reports.write_bytes(b"a file where the folder should be")
    done = run("report", "--lang", "vi", scanned.root)
    assert done.exit_code == 4
    assert "reports" in done.stderr


def test_the_same_record_gives_the_same_minutes_again(scanned: SampleVote) -> None:
    data("report", scanned.root)
    path = scanned.folder.reports / "minutes-en.pdf"
    first = path.read_bytes()
    data("report", scanned.root, "--lang", "vi")
    data("report", scanned.root)
    assert path.read_bytes() == first
    assert run("seal", scanned.root, "--force").exit_code == 0
    assert run("verify", scanned.root).exit_code == 0


def test_typed_counts_do_not_replace_the_documents_of_scans(scanned: SampleVote, tmp_path: Path) -> None:
    data("report", scanned.root)
    counts = tmp_path / "counts.csv"
    counts.write_text(COUNTS, encoding="utf-8")
    done = run("report", scanned.root, "--counts", counts)
    assert done.exit_code == 3
    assert "scanned ballots" in done.stderr
    assert run("verify", scanned.root).exit_code == 0


def swapped(vote: SampleVote) -> None:
    text = vote.folder.vote_file.read_text(encoding="utf-8")
    text = (
        text.replace("Nguyễn Văn An", "X")
        .replace("Trần Thị Bình", "Nguyễn Văn An")
        .replace('"X"', '"Trần Thị Bình"')
    )
    vote.folder.vote_file.write_text(text, encoding="utf-8")


def test_names_that_changed_places_after_printing_are_told(scanned: SampleVote) -> None:
    data("tally", scanned.root)
    swapped(scanned)
    for command in ("tally", "report", "seal"):
        done = run(command, scanned.root)
        assert done.exit_code == 3, command
        assert "Nguyễn Văn An" in done.stderr
    assert run("verify", scanned.root).exit_code == 7


def test_a_sealed_vote_counts_as_it_was_sealed(scanned: SampleVote) -> None:
    data("tally", scanned.root)
    assert run("seal", scanned.root).exit_code == 0
    assert data("report", scanned.root)["final"] is True
    text = scanned.folder.vote_file.read_text(encoding="utf-8") + '[rules]\nover_half_low = "> 1/10"\n'
    scanned.folder.vote_file.write_text(text, encoding="utf-8")
    for command in (("report",), ("tally",), ("export", "--format", "csv")):
        done = run(command[0], scanned.root, *command[1:])
        assert done.exit_code == 3, command
        assert "sealed" in done.stderr
