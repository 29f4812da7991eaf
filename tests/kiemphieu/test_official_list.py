"""Lists of officials from text, CSV, XLSX and DOCX, and files that are none."""

from __future__ import annotations

import contextlib
import io
import zipfile
from pathlib import Path

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from kiemphieu.list_columns import find_columns, looks_like_name, looks_like_position
from kiemphieu.list_file import MOST_BYTES, MOST_ROWS, MOST_UNPACKED_BYTES, MOST_XML_BYTES
from kiemphieu.official_list import OfficialList, RowRemark, officials_from_file, officials_from_text
from records.errors import InputError, KiemphieuError

AN = ("Nguyễn Văn An", "Trưởng ban")
BINH = ("Trần Thị Bình", "Phó Trưởng ban, Ủy viên")


def pairs(found: OfficialList) -> list[tuple[str, str]]:
    return [(one.name, one.position) for one in found.officials]


def of_bytes(tmp_path: Path, data: bytes, name: str = "list.xlsx") -> OfficialList:
    path = tmp_path / "upload"
    path.write_bytes(data)
    return officials_from_file(path, name)


def workbook(*sheets: list[list[object]]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def document(rows: list[list[str]], paragraphs: tuple[str, ...] = ()) -> bytes:
    made = Document()
    for text in paragraphs:
        made.add_paragraph(text)
    if rows:
        table = made.add_table(len(rows), len(rows[0]))
        for row, cells in zip(rows, table.rows, strict=True):
            for text, cell in zip(row, cells.cells, strict=True):
                cell.text = text
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        "STT\tHọ và tên\tChức vụ\n1\tNguyễn Văn An\tTrưởng ban\n2\tTrần Thị Bình\tPhó Trưởng ban, Ủy viên",
        "Chức danh\tHỌ, TÊN\nTrưởng ban\tNguyễn Văn An\nPhó Trưởng ban, Ủy viên\tTrần Thị Bình\n",
        "Nguyễn Văn An;Trưởng ban\nTrần Thị Bình;Phó Trưởng ban, Ủy viên\n",
        "1. Nguyễn Văn An - Trưởng ban\n2. Trần Thị Bình – Phó Trưởng ban, Ủy viên",
        "1) Nguyễn Văn An, Trưởng ban\r\n\r\n2) Trần Thị Bình, Phó Trưởng ban, Ủy viên\r\n",
        "- Nguyễn Văn An: Trưởng ban\n- Trần Thị Bình: Phó Trưởng ban, Ủy viên",
        "Trưởng ban: Nguyễn Văn An\nPhó Trưởng ban: Trần Thị Bình",
        "STT,Họ và tên,Chức vụ\n1,Nguyễn Văn An,Trưởng ban\n2,Trần Thị Bình,Phó Trưởng ban, Ủy viên\n",
        'Họ và tên,Chức vụ\n"Nguyễn Văn An","Trưởng ban"\n"Trần Thị Bình","Phó Trưởng ban, Ủy viên"\n',
    ],
)
def test_pasted_lists(text):
    found = pairs(officials_from_text(text))
    assert found[0] == AN
    assert found[1][0] == BINH[0]
    assert found[1][1] in {BINH[1], "Phó Trưởng ban"}


@pytest.mark.parametrize(
    "line", ["1. Nguyễn  Văn An - Trưởng ban", "Nguyễn Văn  An, Trưởng ban", "Nguyễn Văn An  Trưởng ban"]
)
def test_two_spaces_part_only_where_no_sign_does(line):
    assert pairs(officials_from_text(f"{line}\n")) == [AN]


def test_decomposed_letters_and_hidden_characters_are_mended():
    text = "Nguye\u0302\u0303n\u00a0Va\u0306n An\u200b\tTrưởng ban"
    assert pairs(officials_from_text(text)) == [AN]


def test_a_family_name_is_no_position():
    names = ("Trương Văn Tám", "Tống Thị Hà", "Quyền Văn Minh", "Phó Đức Phương", "NGUYỄN VĂN AN")
    assert all(looks_like_name(name) for name in names)
    assert not any(looks_like_position(name) for name in names)
    assert all(
        looks_like_position(text)
        for text in ("Trưởng ban", "Uỷ viên", "Quyền Trưởng phòng", "Chánh Văn phòng")
    )


def test_rows_of_nobody_are_told(tmp_path):
    rows = [
        ["DANH SÁCH CÁN BỘ", None, None],
        [None, None, None],
        ["STT", "Họ và tên", "Chức vụ, chức danh"],
        ["(1)", "(2)", "(3)"],
        ["I", "Thường trực HĐND", None],
        [1, "Nguyễn Văn An", "Trưởng ban"],
        [2, "Trần Thị Bình", "Phó Trưởng ban, Ủy viên"],
        [None, "Tổng số: 2 người", None],
        [None, None, "TRƯỞNG BAN"],
    ]
    found = of_bytes(tmp_path, workbook(rows))
    assert pairs(found) == [AN, BINH]
    assert [one.row for one in found.officials] == [6, 7]
    assert [one.text for one in found.left_out] == [
        "DANH SÁCH CÁN BỘ",
        "(1) · (2) · (3)",
        "I · Thường trực HĐND",
        "Tổng số: 2 người",
        "TRƯỞNG BAN",
    ]


def test_the_sheet_with_a_header_is_taken(tmp_path):
    other = [["Ghi chú", "x"], ["Lê Văn Một", "abc"]]
    right = [["Họ và tên", "Năm sinh", "Chức vụ"], ["Nguyễn Văn An", 1970, "Trưởng ban"]]
    assert pairs(of_bytes(tmp_path, workbook(other, right))) == [AN]


def test_a_family_name_in_a_column_of_its_own(tmp_path):
    apart = [["Họ và đệm", "Tên", "Chức vụ"], ["Nguyễn Văn", "An", "Trưởng ban"]]
    wide = [["STT", "Họ và tên", None, "Chức vụ"], [1, "Nguyễn Văn", "An", "Trưởng ban"]]
    assert pairs(of_bytes(tmp_path, workbook(apart))) == [AN]
    assert pairs(of_bytes(tmp_path, workbook(wide))) == [AN]


def test_columns_are_found_without_a_header():
    rows = (("1", "Nguyễn Văn An", "1970", "Trưởng ban"), ("2", "Trần Thị Bình", "1980", "Phó Trưởng ban"))
    columns = find_columns(rows)
    assert columns is not None
    assert (columns.names, columns.position, columns.first_row) == ((1,), 3, 0)
    assert find_columns((("12", "x"), ("13", "y"))) is None


def test_a_word_table_and_a_word_list(tmp_path):
    rows = [["TT", "Họ và tên", "Chức vụ"], ["1", "Nguyễn Văn An", "Trưởng ban"], ["2", BINH[0], BINH[1]]]
    assert pairs(of_bytes(tmp_path, document(rows, ("DANH SÁCH",)), "list.docx")) == [AN, BINH]
    lines = ("DANH SÁCH", "1. Nguyễn Văn An, Trưởng ban", "2. Trần Thị Bình\tPhó Trưởng ban, Ủy viên")
    found = of_bytes(tmp_path, document([], lines), "list.docx")
    assert pairs(found) == [AN, BINH]
    assert [one.text for one in found.left_out] == ["DANH SÁCH"]


def test_a_csv_file_of_excel(tmp_path):
    text = "Họ và tên;Chức vụ\r\nNguyễn Văn An;Trưởng ban\r\n"
    for encoding in ("utf-8-sig", "utf-8", "utf-16"):
        assert pairs(of_bytes(tmp_path, text.encode(encoding), "list.csv")) == [AN]


def test_remarks():
    text = (
        "Họ và tên\tChức vụ\nNguyễn Văn An\tTrưởng ban\nNguyễn Văn An\tTrưởng ban\nNguyễn Văn An\tPhó ban\n"
        "Ông Lê Văn Tư\tPhó ban\nLê Văn 5\tPhó ban\nNguyÔn V¨n A\tTr­ëng ban\nTrần Thị Sáu\t\nLan\tPhó ban\n"
    )
    found = officials_from_text(text)
    assert [set(one.remarks) for one in found.officials] == [
        set(),
        {RowRemark.TWICE},
        {RowRemark.SAME_NAME},
        {RowRemark.TITLE},
        {RowRemark.DIGITS},
        {RowRemark.OLD_FONT, RowRemark.NO_NAME_SHAPE},
        {RowRemark.NO_POSITION},
        {RowRemark.NO_NAME_SHAPE},
    ]


def refused(tmp_path: Path, data: bytes, name: str = "list.xlsx") -> str:
    with pytest.raises(InputError) as caught:
        of_bytes(tmp_path, data, name)
    return caught.value.message_id


def test_files_that_are_no_list(tmp_path):
    assert refused(tmp_path, b"") == "list_empty"
    assert refused(tmp_path, b"%PDF-1.7 ...") == "list_other_kind"
    assert refused(tmp_path, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)) == "list_old_office"
    assert refused(tmp_path, "Họ tên".encode("utf-16-le") + b"\x00\xd8") in {
        "list_other_kind",
        "list_not_utf8",
    }
    assert refused(tmp_path, "Nguyễn Văn An, Trưởng ban".encode("cp1258", "replace")) == "list_not_utf8"
    assert refused(tmp_path, b"<svg xmlns='http://www.w3.org/2000/svg'/>") == "list_nobody"
    assert refused(tmp_path, b"x" * (MOST_BYTES + 1)) == "list_too_large"
    assert refused(tmp_path, workbook([["a"], ["b"]])) == "list_nobody"


def test_a_package_that_unpacks_to_too_much(tmp_path):
    bomb = with_part(workbook([["a"]]), "xl/bomb.bin", bytes(MOST_UNPACKED_BYTES + 1))
    assert len(bomb) < MOST_BYTES
    assert refused(tmp_path, bomb) == "list_package_too_large"
    parts = workbook([["a"]])
    for number in range(20):
        parts = with_part(parts, f"x/{number}", b"")
    out = io.BytesIO(parts)
    with zipfile.ZipFile(out, "a") as package:
        for number in range(1000):
            package.writestr(f"y/{number}", b"")
    assert refused(tmp_path, out.getvalue()) == "list_package_too_large"


@pytest.mark.parametrize("code", ["utf-8", "utf-16"])
def test_entities_are_refused(tmp_path, code):
    secret = tmp_path / "secret"
    secret.write_text("Nguyễn Văn Mật", encoding="utf-8")
    head = f'<?xml version="1.0" encoding="{code}"?><!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'
    body = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p>'
    part = f"{head}{body}<w:r><w:t>&e;, Trưởng ban</w:t></w:r></w:p></w:body></w:document>".encode(code)
    data = with_part(document([["Nguyễn Văn An", "Trưởng ban"]]), "word/document.xml", part)
    assert refused(tmp_path, data, "list.docx") == "list_declares_entities"


def test_parts_that_are_slow_to_parse_are_refused_under_any_name(tmp_path):
    long = b"<x>" + b"<c/>" * (MOST_XML_BYTES // 4) + b"</x>"
    assert (
        refused(tmp_path, with_part(workbook([["a"]]), "xl/media/picture.png", long))
        == "list_package_too_large"
    )
    entity = "\ufeff<!DOCTYPE x [<!ENTITY e 'e'>]><x>&e;</x>".encode("utf-16")
    assert refused(tmp_path, with_part(workbook([["a"]]), "odd", entity)) == "list_declares_entities"
    picture = b"\x89PNG" + bytes(MOST_XML_BYTES + 1)
    good = with_part(workbook([["Họ và tên", "Chức vụ"], list(AN)]), "xl/media/1.png", picture)
    assert pairs(of_bytes(tmp_path, good)) == [AN]


def test_too_many_rows_people_and_columns(tmp_path):
    many = [
        ["Họ và tên", "Chức vụ"],
        *[[f"Nguyễn Văn {'ABCDEFGH'[n % 8]}n", "Trưởng ban"] for n in range(70)],
    ]
    assert refused(tmp_path, workbook(many)) == "list_too_many_people"
    assert refused(tmp_path, workbook([["x"]] * (MOST_ROWS + 1))) == "list_too_many_rows"
    wide = [["Họ và tên", "Chức vụ", *["x"] * 300], ["Nguyễn Văn An", "Trưởng ban", *["y"] * 300]]
    assert pairs(of_bytes(tmp_path, workbook(wide))) == [AN]
    with pytest.raises(InputError):
        officials_from_text("x\n" * 5000)


def test_a_span_of_millions_of_columns_is_bounded(tmp_path):
    data = document([["Họ và tên", "Chức vụ"], ["Nguyễn Văn An", "Trưởng ban"]])
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        part = package.read("word/document.xml").decode()
    wide = part.replace("<w:tcPr>", '<w:tcPr><w:gridSpan w:val="900000000"/>')
    assert wide != part
    of_first = with_part(data, "word/document.xml", wide.encode())
    assert [one.name for one in of_bytes(tmp_path, of_first, "list.docx").officials] == [AN[0]]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damaged_files_never_raise_anything_else(tmp_path_factory, data):
    good = data.draw(st.sampled_from(SAMPLES))
    cut = bytearray(good)
    for _ in range(data.draw(st.integers(1, 6))):
        cut[data.draw(st.integers(0, len(cut) - 1))] = data.draw(st.integers(0, 255))
    cut = cut[: data.draw(st.integers(1, len(cut)))] if data.draw(st.booleans()) else cut
    path = tmp_path_factory.getbasetemp() / "damaged"
    path.write_bytes(bytes(cut))
    with contextlib.suppress(KiemphieuError):
        officials_from_file(path, "x")


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from("Aaắ1.,;\t\n\"'|-–: ễ\0\u0303"), max_size=60))
def test_any_text_is_a_list_or_refused(text):
    try:
        found = officials_from_text(text)
    except InputError:
        return
    assert all(one.name for one in found.officials)


SAMPLES = (
    workbook([["Họ và tên", "Chức vụ"], ["Nguyễn Văn An", "Trưởng ban"]]),
    document([["Họ và tên", "Chức vụ"], ["Nguyễn Văn An", "Trưởng ban"]]),
    "Họ và tên;Chức vụ\nNguyễn Văn An;Trưởng ban\n".encode(),
)
