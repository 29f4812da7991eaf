"""Minutes, report and results sheet: every number in them is the tally's."""

from __future__ import annotations

import io
import shutil
import subprocess
import unicodedata
from collections import Counter
from dataclasses import replace
from pathlib import Path

import docx
import pypdfium2
import pytest
import zxingcpp
from document_samples import HEAD, LONG_NAME, LONG_POSITION, sample_facts

from kiemphieu.documents.blocks import Document, Paragraph, TableBlock
from kiemphieu.documents.docx import write_docx
from kiemphieu.documents.facts import Facts, Words
from kiemphieu.documents.minutes import make_minutes, summary_text
from kiemphieu.documents.pdf import write_pdf
from kiemphieu.documents.report import make_report
from kiemphieu.documents.sheet import write_sheet
from kiemphieu.messages import Language
from records.rules import SETTINGS, Publication
from records.vote import Committee, Official, Papers

VI, EN = Words(Language.VIETNAMESE), Words(Language.ENGLISH)
SIZES = (1, 12, 60)


def pdf_text(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def flat(text: str) -> str:
    """Without line breaks and the breaks inside words that a PDF's lines make."""
    return "".join(text.split())


def docx_text(data: bytes) -> str:
    word = docx.Document(io.BytesIO(data))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in word.paragraphs), *cells])


def person_rows(data: bytes) -> list[list[str]]:
    """Rows of the tables of counts in a DOCX: number, person, counts, invalid, outcome."""
    word = docx.Document(io.BytesIO(data))
    tables = [t for t in word.tables if t.rows and t.rows[0].cells[0].text == "STT"]
    return [[cell.text for cell in row.cells] for table in tables for row in table.rows[1:]]


def expected_rows(facts: Facts) -> list[list[str]]:
    rows = []
    for group in facts.groups:
        for number, result in enumerate(group.result.officials, start=1):
            official = facts.official(result.count.official)
            percent = {level: text.replace(".", ",") for level, text in result.percent}
            cells = [f"{count}\n{percent[level]}%" for level, count in result.count.levels]
            invalid, outcome = str(result.count.invalid), VI.outcome(result, facts.rules)
            person = f"{official.name}\n{official.position}"
            rows.append([str(number), person, *cells, invalid, outcome])
    return rows


@pytest.mark.parametrize("people", SIZES)
@pytest.mark.parametrize("make", [make_minutes, make_report])
def test_every_number_of_the_docx_is_the_tallys(people, make):
    facts = sample_facts(people)
    assert person_rows(write_docx(make(facts, VI), VI)) == expected_rows(facts)


@pytest.mark.parametrize("people", SIZES)
@pytest.mark.parametrize("make", [make_minutes, make_report])
def test_every_number_of_the_pdf_is_the_tallys(people, make):
    facts = sample_facts(people)
    text = flat(pdf_text(write_pdf([make(facts, VI)], VI)))
    at = 0
    for row in expected_rows(facts):
        # Row after row in the order of the ballot: each is looked for behind the one before.
        for cell in row:
            found = text.find(flat(cell), at)
            assert found >= 0, row
            at = found


@pytest.mark.parametrize("people", SIZES)
def test_the_sheet_shows_everyones_counts_in_order(people):
    facts = sample_facts(people)
    text = flat(pdf_text(write_sheet(facts, VI)))
    at = 0
    for official, result in facts.results():
        percent = dict(result.percent)
        wanted = [official.name]
        wanted += [f"{n} ({VI.percent(percent[level])})" for level, n in result.count.levels]
        for word in wanted:
            at = text.find(flat(word), at)
            assert at >= 0, word


def block_texts(document: Document) -> str:
    return "\n".join(one.text for one in document.blocks if isinstance(one, Paragraph))


def table_with(document: Document, title: str) -> TableBlock:
    return next(
        one
        for one in document.blocks
        if isinstance(one, TableBlock) and title in [column.title for column in one.columns]
    )


def test_the_table_of_ballots_reconciles_and_names_every_fate():
    facts = sample_facts(3)
    ballots = facts.result.ballots
    rows = {label: int(number) for label, number in table_with(make_minutes(facts, VI), "Số phiếu").rows}
    assert rows[VI("doc_issued")] == ballots.issued == 51
    assert rows[VI("doc_returned")] == ballots.returned
    assert rows[VI("doc_issued")] == rows[VI("doc_returned")] + rows[VI("doc_unreturned")]
    assert rows[VI("doc_returned")] == (
        rows[VI("doc_valid")] + rows[VI("doc_invalid")] + rows[VI("doc_review")]
    )
    assert (rows[VI("doc_exchanged")], rows[VI("doc_unused")], rows[VI("doc_foreign")]) == (1, 3, 1)


def test_reasons_add_up_to_the_invalid_ballots_and_lines():
    facts = sample_facts(4)
    table = table_with(make_minutes(facts, VI), VI("doc_column_reason"))
    whole = sum(int(row[1]) for row in table.rows if row[0].startswith("Cả phiếu"))
    lines = sum(int(row[1]) for row in table.rows if row[0].startswith("Một dòng"))
    assert whole == facts.result.ballots.invalid == 3
    invalid_lines = sum(one.count.invalid for one in facts.result.officials)
    assert lines + whole * 4 == invalid_lines
    # Every kind of fault has its row, and its ground in the regulation's words.
    grounds = {row[0]: row[-1] for row in table.rows}
    assert grounds["Cả phiếu: gạch xóa họ tên"] == "Phiếu có gạch xóa họ tên người được in trên phiếu"
    assert len(grounds) == 7


def test_several_groups_have_a_column_each_and_no_sum():
    facts = sample_facts(6, groups=2, rules="nq96")
    document = make_minutes(facts, VI)
    table = table_with(document, "Khối số 1")
    returned = next(row for row in table.rows if row[0] == VI("doc_returned"))
    assert returned[1:] == tuple(str(group.result.ballots.returned) for group in facts.groups)
    tables = [one for one in document.blocks if isinstance(one, TableBlock) and one.columns[0].title == "STT"]
    assert [len(one.rows) for one in tables] == [3, 3]
    assert "Khối số 2" in pdf_text(write_sheet(facts, VI))


def test_an_outcome_stands_with_its_clause_and_consequence():
    facts = sample_facts(2)
    text = block_texts(make_minutes(facts, VI))
    outcomes = [one.outcome.value for one in facts.result.officials if one.outcome]
    assert outcomes == ["two_thirds_low", "over_half_low"]
    for threshold in facts.rules.thresholds:
        assert threshold.clause.text.rstrip(".") in text
        assert threshold.consequence in text
    low = dict(facts.result.officials[0].count.levels)["low"]
    assert f"{low}/{facts.result.officials[0].base} phiếu “Tín nhiệm thấp”" in text


def test_nobody_reached_a_threshold():
    facts = sample_facts(3)
    results = tuple(one for one in facts.result.officials if one.outcome == "none")
    quiet = replace(facts, result=replace(facts.result, officials=results))
    assert VI("doc_nobody_reached") in block_texts(make_minutes(quiet, VI))


def test_copies_are_numbered_and_confidential_as_the_rules_say():
    facts = sample_facts(1)
    copies = [make_minutes(facts, VI, copy) for copy in (1, 2, 3)]
    data = write_pdf(copies, VI)
    text = pdf_text(data)
    assert [f"Bản số: {n}/3" in text for n in (1, 2, 3)] == [True, True, True]
    pages = len(pypdfium2.PdfDocument(data)) // 3
    assert text.count(f"Trang 1/{pages}") == 3
    assert facts.rules.documents.publication is Publication.CONFIDENTIAL
    assert text.count("MẬT") == 3
    public = sample_facts(1, rules="nq96")
    assert "MẬT" not in pdf_text(write_pdf([make_minutes(public, VI, 1)], VI))
    assert "MẬT" not in docx_text(write_docx(make_minutes(public, VI), VI))


def test_what_is_not_final_says_so_on_every_page():
    facts = sample_facts(12, unread=2)
    assert not facts.result.final
    for make in (make_minutes, make_report):
        document = pypdfium2.PdfDocument(write_pdf([make(facts, VI)], VI))
        assert all("DỰ THẢO" in page.get_textpage().get_text_bounded() for page in document)
        assert "DỰ THẢO" in docx_text(write_docx(make(facts, VI), VI))
        assert VI("open_in_review") in block_texts(make(facts, VI))
    assert "chưa phải kết quả cuối cùng" in pdf_text(write_sheet(facts, VI))
    assert "DỰ THẢO" not in pdf_text(write_pdf([make_minutes(sample_facts(1), VI)], VI))


def test_the_code_holds_the_summary_and_the_head():
    facts = sample_facts(60)
    data = write_pdf([make_minutes(facts, VI, 1)], VI)
    found = [
        code.text
        for page in pypdfium2.PdfDocument(data)
        for code in zxingcpp.read_barcodes(page.render(scale=200 / 72).to_pil())
    ]
    assert found == [summary_text(facts)]
    lines = found[0].split("\n")
    assert lines[:2] == ["KPTN1 bdt-2023 qd96 final", "= 51/49/46/3/0"]
    first = facts.result.officials[0].count
    assert lines[2] == f"o1 {' '.join(str(n) for _, n in first.levels)} {first.invalid}"
    assert lines[-1] == HEAD
    assert HEAD in flat(pdf_text(data))


def test_names_longer_than_a_line_are_set_whole():
    official = Official("o1", LONG_NAME, LONG_POSITION)
    body = "Ban Quản lý các khu kinh tế và khu công nghiệp tỉnh Khánh Hòa trực thuộc Ủy ban nhân dân tỉnh"
    facts = sample_facts(2, officials=(official, Official("o2", "Trần B", "Phó")), body=body)
    for make in (make_minutes, make_report):
        text = flat(pdf_text(write_pdf([make(facts, VI)], VI)))
        assert flat(LONG_NAME) in text
        assert flat(LONG_POSITION) in text
        assert flat(body.upper()) in text
    one_word = Official("o1", "Ă" * 120, "x" * 200)
    wide = sample_facts(2, officials=(one_word, Official("o2", "Trần B", "Phó")))
    assert "Ă" * 120 in flat(pdf_text(write_pdf([make_minutes(wide, VI)], VI)))
    assert pdf_text(write_sheet(wide, VI)).count("Trần B") == 1


def test_what_nobody_filled_in_is_left_to_be_written():
    facts = sample_facts(1, committee=Committee(), papers=Papers(), attendance=None)
    text = block_texts(make_minutes(facts, VI))
    assert "Trưởng ban: ……" in text
    assert "được triệu tập: ……" in text
    assert make_minutes(facts, VI).letterhead.number == "Số: ………/BB-BKP"
    assert make_report(facts, VI).signatures[0][0].role == "Thủ trưởng cơ quan"


def test_the_committee_signs_under_its_names():
    facts = sample_facts(1)
    names = {(s.role, s.name) for row in make_minutes(facts, VI).signatures for s in row}
    assert names == {
        ("Thư ký", "Phạm Văn Ba"),
        ("Trưởng ban kiểm phiếu", "Lê Thị Hạnh"),
        ("Thành viên", "Đỗ Thị Tư"),
        ("Thành viên", "Võ Văn Năm"),
        ("Người giám sát", "Hồ Thị Sáu"),
    }


def test_decisions_are_told_in_words():
    facts = sample_facts(2)
    (row,) = table_with(make_minutes(facts, VI), VI("doc_column_why")).rows
    assert row == (
        "7",
        "Nguyễn Văn Số 1: dấu không rõ",
        "Tín nhiệm cao",
        "Dấu X rõ, nét hơi ra ngoài ô (LTH, PVB)",
    )
    text = block_texts(make_minutes(facts, VI))
    assert "Căn cứ tính tỷ lệ do Ban kiểm phiếu quyết định: phiếu thu về" in text
    # A serial beside a vote would prove it to whoever noted the serial.
    assert "K7Q2ABCDEFGH" not in pdf_text(write_pdf([make_minutes(facts, VI)], VI))


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_has_its_words(name):
    for value in SETTINGS[name]:
        for words in (VI, EN):
            assert "{" not in words.setting(name, value)
            assert "doc_setting" not in words.setting(name, value)


def test_a_threshold_the_committee_set_is_not_the_regulations():
    settings = (("two_thirds_low", ">= 1/8"), ("over_half_low", "> 1/10"), ("copies", "5"), ("base", "valid"))
    facts = sample_facts(3, overrides=settings)
    text = block_texts(make_minutes(facts, VI))
    assert "từ 1/8 trở lên" in text
    assert "miễn nhiệm" not in text
    assert VI("doc_set_by_committee") in text
    document = make_minutes(facts, VI)
    assert document.recipients == ("Cấp trên trực tiếp", "Lưu tại cơ quan")
    assert facts.rules.documents.clause.text not in text
    assert "05 bản" in text


def test_bo_phieu_is_called_by_its_name():
    facts = sample_facts(2, rules="bo_phieu", subject="")
    minutes = " ".join(pdf_text(write_pdf([make_minutes(facts, VI)], VI)).split())
    assert "đã tiến hành bỏ phiếu tín nhiệm" in minutes
    assert "Bỏ phiếu tín nhiệm" in minutes
    report = " ".join(pdf_text(write_pdf([make_report(facts, VI)], VI)).split())
    assert "BÁO CÁO KẾT QUẢ BỎ PHIẾU TÍN NHIỆM" in report
    assert "Kết quả bỏ phiếu tín nhiệm" in pdf_text(write_sheet(facts, VI))
    assert "confidence vote" in pdf_text(write_pdf([make_minutes(facts, EN)], EN))


def test_a_draft_does_not_say_that_nobody_reached_anything():
    facts = sample_facts(3, unread=2)
    text = block_texts(make_minutes(facts, VI))
    assert "Còn 2 phiếu chờ xem xét" in text
    assert VI("doc_no_decisions") not in text
    assert "draft" in summary_text(facts).split("\n")[0]


def test_numbers_that_do_not_fit_are_shown_beside_each_other():
    facts = sample_facts(2)
    group = replace(facts.groups[0], not_returned=5)
    apart = replace(facts, groups=(group,), result=replace(facts.result, reconciled=False))
    text = block_texts(make_minutes(apart, VI))
    assert VI("doc_stated", count=5, found=2) in text
    stated = replace(facts, groups=(replace(facts.groups[0], not_returned=2),))
    assert VI("doc_reconciled") in block_texts(make_minutes(stated, VI))
    assert VI("doc_not_exceeded") in block_texts(make_minutes(facts, VI))


def test_a_result_too_long_for_a_code_is_given_by_its_hash():
    names = tuple(Official(f"o{n:029}", f"Tên {n}", "Chức vụ") for n in range(60))
    facts = replace(sample_facts(60, officials=names), decisions=())
    text = summary_text(facts)
    assert text.split("\n")[1].startswith("sha256 ")
    assert text.endswith(HEAD)
    assert write_pdf([make_minutes(facts, VI)], VI).startswith(b"%PDF")


def test_grades_and_their_cutoffs():
    facts = sample_facts(3, rules="bt2009", overrides=(("grade_cutoffs", "2/3, 1/2"), ("base", "returned")))
    text = block_texts(make_minutes(facts, VI))
    assert "Nguyễn Văn Số 1: tín nhiệm thấp." in text
    assert "2/3, 1/2" in text
    waiting = sample_facts(3, rules="bt2009", overrides=())
    assert VI("open_cutoffs_unknown") in block_texts(make_minutes(waiting, VI))


def test_two_level_ballots_have_two_columns():
    facts = sample_facts(2, rules="bo_phieu")
    assert person_rows(write_docx(make_minutes(facts, VI), VI)) == expected_rows(facts)
    assert "Không tín nhiệm" in pdf_text(write_sheet(facts, VI))


def test_english_documents_are_english():
    facts = sample_facts(2)
    text = pdf_text(write_pdf([make_minutes(facts, EN, 1)], EN))
    assert "COUNTING MINUTES" in text
    assert "Copy 1 of 3" in text
    assert "2023-02-05" in text
    percent = dict(facts.result.officials[0].percent)["low"]
    assert f"{percent}%" in text


def test_days_are_written_as_the_decree_asks():
    assert VI.day(sample_facts(1).vote.date) == "ngày 05 tháng 02 năm 2023"


def test_equal_documents_give_equal_bytes():
    facts = sample_facts(2)
    assert write_pdf([make_minutes(facts, VI)], VI) == write_pdf([make_minutes(facts, VI)], VI)
    assert write_docx(make_minutes(facts, VI), VI) == write_docx(make_minutes(facts, VI), VI)
    assert write_sheet(facts, VI) == write_sheet(facts, VI)


def test_italics_hold_the_vietnamese_letters():
    text = pdf_text(write_pdf([make_minutes(sample_facts(1), VI)], VI))
    assert "Khánh Hòa, ngày 05 tháng 02 năm 2023" in text
    assert "\ufffd" not in text


@pytest.mark.skipif(
    not (shutil.which("soffice") and shutil.which("pdftotext")),
    reason="LibreOffice (soffice) or poppler's pdftotext is not installed",
)
@pytest.mark.parametrize("people", SIZES)
def test_libreoffice_opens_the_docx_without_a_warning(people, tmp_path: Path):
    facts = sample_facts(people)
    path = tmp_path / "minutes.docx"
    path.write_bytes(write_docx(make_minutes(facts, VI), VI))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, path]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)  # noqa: S603
    said = [line for line in (done.stdout + done.stderr).splitlines() if "javaldx" not in line]
    assert [line for line in said if "warn" in line.lower() or "error" in line.lower()] == []
    # Lines of a row are set side by side, so words and numbers are compared as a whole, not in order.
    extract = ["pdftotext", "-layout", tmp_path / "minutes.pdf", "-"]
    text = subprocess.run(extract, capture_output=True, text=True, check=True).stdout  # noqa: S603
    words = Counter(unicodedata.normalize("NFC", text).split())
    wanted = Counter(word for row in expected_rows(facts) for cell in row for word in cell.split())
    assert wanted - words == Counter()
