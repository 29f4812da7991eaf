"""Closing and reopening: what is checked, what is written, what is refused, and what verify says of it."""

from __future__ import annotations

import shutil
import tarfile
from contextlib import closing
from pathlib import Path

import pypdfium2
import pytest
from damaged_scans import taken_again, without_code
from PIL import Image, ImageDraw
from printed_votes import SampleVote, make_vote

from kiemphieu.accounting import Fate, Statement, state_account
from kiemphieu.batches import BatchOrder, BatchSource, open_batch, save_batch
from kiemphieu.closing import (
    ClosingMember,
    HandCount,
    balance_of,
    check_open,
    close_count,
    read_closing,
    reopen_count,
)
from kiemphieu.counting import count_folder, result_digest
from kiemphieu.deciding import DecisionOrder, decide
from kiemphieu.folder import VoteFolder, load_vote
from kiemphieu.messages import Language
from kiemphieu.package import unpack_package, verify_package, write_package
from kiemphieu.printing import PrintOrder, print_ballots
from kiemphieu.reporting import write_reports
from kiemphieu.scanned_sheets import _most_further
from kiemphieu.scanning import scan_paths
from kiemphieu.sealing import seal_vote
from kiemphieu.sheet_problems import Words, settle_by_hand, settle_twice_scanned
from kiemphieu.store.rows import PageKey
from kiemphieu.verifying import verify_folder
from kiemphieu.vote_store import open_vote_store
from records.codec import from_plain, to_plain
from records.decision import BallotDecision, Decision, SheetDecision, SheetStanding
from records.errors import InputError, KiemphieuError
from records.journal import EventKind
from records.ruling import BallotFault

TWO = (ClosingMember("m1", "head"), ClosingMember("m2", "member"))
VI = Language.VIETNAMESE
ALL = HandCount(4)


@pytest.fixture(scope="module")
def scanned(tmp_path_factory) -> SampleVote:
    sample = make_vote(tmp_path_factory.mktemp("closing") / "bdt-2023")
    shutil.copytree(sample.folder.root, sample.folder.root.parent / "printed")
    scan_paths(sample.folder, [sample.scan_folder], 1)
    return sample


@pytest.fixture
def folder(scanned, tmp_path) -> VoteFolder:
    shutil.copytree(scanned.folder.root, tmp_path / "bdt-2023")
    return VoteFolder(tmp_path / "bdt-2023")


def text_of(path: Path) -> str:
    with pypdfium2.PdfDocument(path) as document:
        return " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())


def entries(folder: VoteFolder, kind: EventKind) -> list[dict[str, object]]:
    with closing(open_vote_store(folder, load_vote(folder))) as store:
        return [entry.content for entry in store.journal(kind)]


def refused(error: type[KiemphieuError], message_id: str, work) -> KiemphieuError:
    with pytest.raises(error) as caught:
        work()
    assert caught.value.message_id == message_id
    return caught.value


def test_a_count_that_adds_up_is_saved_drawn_written_and_journalled(folder):
    closed = close_count(folder, ALL, TWO, VI)
    assert closed.version == 1
    assert closed.backup == folder.backups / "bdt-2023-1.tar"
    with tarfile.open(closed.backup) as tar:
        names = tar.getnames()
    assert sum("/pages/" in name for name in names) == 4
    assert "bdt-2023/kiemphieu.db" in names
    assert not any("backups" in name for name in names)
    assert {path.suffix for path in closed.documents} == {".pdf", ".docx"}
    (data,) = entries(folder, EventKind.COUNT_CLOSED)
    assert (data["doubles"], data["strays"]) == (0, 0)
    assert data["result"] == result_digest(count_folder(folder).result)
    assert data["members"] == [{"member": "m1", "role": "head"}, {"member": "m2", "role": "member"}]
    numbers = ("counted", "scanned", "valid", "invalid", "explained")
    assert [data[name] for name in numbers] == [4, 4, 4, 0, 0]
    assert read_closing(folder).closed == data
    assert verify_folder(folder).faults == ()


@pytest.mark.parametrize("members", [(), TWO[:1], (TWO[0], TWO[0])])
def test_one_person_closes_nothing(folder, members):
    refused(InputError, "closing_two_members", lambda: close_count(folder, ALL, members, VI))
    assert read_closing(folder).closed is None


@pytest.mark.parametrize(
    ("hand", "message_id"),
    [
        (None, "closing_no_count"),
        (HandCount(5), "closing_differs"),
        (HandCount(3), "closing_differs"),
        (HandCount(5, 1), "closing_doubles"),
        (HandCount(3, -1), "closing_doubles"),
        (HandCount(5, strays=1), "closing_strays"),
        (HandCount(3, strays=-1), "closing_strays"),
    ],
)
def test_a_hand_count_that_does_not_fit_is_refused_and_nothing_is_left(folder, hand, message_id):
    refused(KiemphieuError, message_id, lambda: close_count(folder, hand, TWO, VI))
    assert not folder.backups.exists()
    assert entries(folder, EventKind.COUNT_CLOSED) == []


def test_a_count_that_is_not_final_is_refused(folder):
    text = folder.vote_file.read_text(encoding="utf-8")
    folder.vote_file.write_text(text.replace("present = 4", "present = 1"), encoding="utf-8")
    refused(InputError, "closing_not_final", lambda: close_count(folder, ALL, TWO, VI))


def test_an_open_batch_is_told_and_saved_batches_give_the_hand_count(folder):
    assert balance_of(folder, count_folder(folder)).counted is None
    batch = open_batch(folder, BatchOrder("Xấp 1", 4, BatchSource.FILES))
    refused(InputError, "closing_batch_open", lambda: close_count(folder, ALL, TWO, VI))
    save_batch(folder, batch.number)
    assert balance_of(folder, count_folder(folder)).counted == 4
    close_count(folder, ALL, TWO, VI)


@pytest.fixture
def with_cover(folder, tmp_path) -> VoteFolder:
    """With one more picture, settled as no ballot."""
    picture = tmp_path / "cover.jpg"
    image = Image.new("L", (1240, 1754), 255)
    ImageDraw.Draw(image).rectangle((200, 200, 900, 700), fill=60)
    image.save(picture, dpi=(150, 150))
    scan_paths(folder, [picture], 1)
    balance = balance_of(folder, count_folder(folder))
    assert (balance.sheets.scanned, balance.accounted) == (5, 4)
    settle_only(folder, SheetDecision(SheetStanding.NO_BALLOT))
    return folder


def settle_only(folder: VoteFolder, ruled: SheetDecision | BallotDecision) -> None:
    """Decides on the one entry that waits."""
    (waiting,) = count_folder(folder).review
    target = waiting.serial or waiting.pages[0].sha256
    decide(folder, DecisionOrder(target, ruled, ("An", "Bình"), "đã xem tờ giấy"))


def refuses(folder: VoteFolder, *hands: HandCount) -> None:
    for hand in hands:
        with pytest.raises(KiemphieuError):
            close_count(folder, hand, TWO, VI)
    assert entries(folder, EventKind.COUNT_CLOSED) == []


def test_a_cover_sheet_scanned_by_mistake_is_no_sheet_out_of_the_box(with_cover):
    sheets = balance_of(with_cover, count_folder(with_cover)).sheets
    assert (sheets.scanned, sheets.excluded, sheets.again, sheets.surplus) == (4, 1, 0, 0)
    refuses(with_cover, HandCount(5), HandCount(3), HandCount(5, doubles=1))
    close_count(with_cover, ALL, TWO, VI)
    assert entries(with_cover, EventKind.COUNT_CLOSED)[0]["explained"] == 0


def test_paper_out_of_the_box_that_is_no_ballot_is_what_the_committee_state(with_cover):
    refused(InputError, "closing_strays", lambda: close_count(with_cover, HandCount(6, strays=2), TWO, VI))
    refuses(with_cover, HandCount(4, strays=1))
    close_count(with_cover, HandCount(5, strays=1), TWO, VI)
    (data,) = entries(with_cover, EventKind.COUNT_CLOSED)
    names = ("counted", "scanned", "doubles", "strays", "valid", "invalid", "explained")
    assert [data[name] for name in names] == [5, 4, 0, 1, 4, 0, 0]
    assert verify_folder(with_cover).faults == ()


def test_a_sheet_scanned_again_is_one_sheet_whatever_the_committee_say(folder, scanned, tmp_path):
    scan_paths(folder, [without_code(next(iter(scanned.scans.values())), tmp_path / "damaged.png")], 1)
    settle_only(folder, SheetDecision(SheetStanding.SCANNED_AGAIN))
    sheets = balance_of(folder, count_folder(folder)).sheets
    assert (sheets.scanned, sheets.excluded, sheets.again, sheets.surplus) == (4, 0, 1, 0)
    refuses(folder, HandCount(5), HandCount(5, doubles=1), HandCount(5, strays=1))
    close_count(folder, ALL, TWO, VI)
    assert verify_folder(folder).faults == ()
    assert "tờ đã quét lại và đọc được" in text_of(folder.reports / "bien-ban-kiem-phieu.pdf")


@pytest.fixture
def joined(folder, scanned, tmp_path) -> VoteFolder:
    """With one picture without a code, named by the serial of a ballot that is there, and settled."""
    serial, path = next(iter(scanned.scans.items()))
    scan_paths(folder, [without_code(path, tmp_path / "damaged.png")], 1)
    settle_only(folder, SheetDecision(SheetStanding.BALLOT, serial))
    settle_only(folder, BallotDecision())
    return folder


def test_a_picture_named_by_a_serial_that_is_there_is_no_sheet(joined):
    sheets = balance_of(joined, count_folder(joined)).sheets
    assert (sheets.scanned, sheets.excluded, sheets.again, sheets.surplus) == (4, 0, 0, 1)
    refuses(joined, HandCount(5), HandCount(3), HandCount(5, strays=1))
    close_count(joined, ALL, TWO, VI)


def test_a_copy_of_a_ballot_in_the_box_is_what_the_committee_state(joined):
    refused(InputError, "closing_doubles", lambda: close_count(joined, HandCount(6, 2), TWO, VI))
    close_count(joined, HandCount(5, 1), TWO, VI)
    assert entries(joined, EventKind.COUNT_CLOSED)[0]["doubles"] == 1


def test_a_sheet_named_by_a_serial_of_its_own_is_a_sheet(scanned, tmp_path):
    (serial, path), *others = scanned.scans.items()
    shutil.copytree(scanned.folder.root.parent / "printed", tmp_path / "vote")
    folder = VoteFolder(tmp_path / "vote")
    scan_paths(folder, [without_code(path, tmp_path / "damaged.png"), *(one for _, one in others)], 1)
    settle_only(folder, SheetDecision(SheetStanding.BALLOT, serial))
    settle_by_hand(folder, serial, (), BallotFault.ADDED_WRITING, Words(("An", "Bình"), "đọc phiếu giấy"))
    sheets = balance_of(folder, count_folder(folder)).sheets
    assert (sheets.scanned, sheets.pictures) == (4, 0)
    close_count(folder, ALL, TWO, VI)
    assert entries(folder, EventKind.COUNT_CLOSED)[0]["invalid"] == 1


def test_one_sheet_scanned_twice_covers_no_sheet_that_was_never_scanned(folder, scanned, tmp_path):
    serial, path = next(iter(scanned.scans.items()))
    scan_paths(folder, [taken_again(path, tmp_path / "again.png")], 1)
    settle_twice_scanned(folder, serial, Words(("An", "Bình"), "chỉ có một tờ"))
    balance = balance_of(folder, count_folder(folder))
    assert (balance.sheets.scanned, balance.sheets.again, balance.sheets.surplus) == (4, 1, 0)
    refused(InputError, "closing_doubles", lambda: close_count(folder, HandCount(5, 1), TWO, VI))
    close_count(folder, ALL, TWO, VI)


def test_a_picture_that_turns_up_later_was_not_among_those_of_one_sheet(folder, scanned, tmp_path):
    serial, path = next(iter(scanned.scans.items()))
    for lighter in (2, 4):
        scan_paths(folder, [taken_again(path, tmp_path / f"{lighter}.png", lighter)], 1)
        if lighter == 2:
            settle_twice_scanned(folder, serial, Words(("An", "Bình"), "chỉ có một tờ"))
    sheets = balance_of(folder, count_folder(folder)).sheets
    assert (sheets.scanned, sheets.again, sheets.surplus) == (4, 0, 2)
    refused(InputError, "closing_not_final", lambda: close_count(folder, ALL, TWO, VI))


def test_a_ballot_of_several_pages_scanned_twice_is_one_more_sheet_at_most(scanned):
    def pages(*surplus: bool) -> list[PageKey]:
        return [PageKey(f"{number:064}", "A" * 12, one, "") for number, one in enumerate(surplus)]

    assert _most_further(pages(False, False)) == 0
    assert _most_further(pages(False, True, False, True)) == 1
    assert _most_further(pages(False, False, True, True, False, True)) == 2


def test_batches_tell_the_hand_count_only_while_no_sheet_may_be_in_two(folder, scanned, tmp_path):
    for name, counted in (("Hòm phiếu", 4), ("Quét lại", 1)):
        batch = open_batch(folder, BatchOrder(name, counted, BatchSource.FILES))
        save_batch(folder, batch.number)
    assert balance_of(folder, count_folder(folder)).counted == 5
    scan_paths(folder, [without_code(next(iter(scanned.scans.values())), tmp_path / "damaged.png")], 1)
    settle_only(folder, SheetDecision(SheetStanding.SCANNED_AGAIN))
    balance = balance_of(folder, count_folder(folder))
    assert (balance.counted, balance.in_batches) == (None, 5)


def test_decisions_of_before_are_read_as_they_stand():
    plain = to_plain(Decision("A" * 12, ("An",), "x", "", "", ballot=BallotDecision(sheets=2)))
    del plain["ballot"]["one_sheet"]
    ballot = from_plain(Decision, plain).ballot
    assert (ballot.sheets, ballot.one_sheet) == (2, False)


def test_while_it_is_closed_the_record_takes_nothing_that_bears_on_it(folder, scanned):
    serial = next(iter(scanned.scans))
    close_count(folder, ALL, TWO, VI)
    refused(InputError, "count_closed", lambda: check_open(folder))
    refused(InputError, "count_closed", lambda: scan_paths(folder, [scanned.scan_folder], 1))
    order = DecisionOrder(serial, SheetDecision(SheetStanding.NO_BALLOT), ("An", "Bình"), "x")
    refused(InputError, "count_closed", lambda: decide(folder, order))
    statement = Statement(Fate.NOT_RETURNED, 0, "", (), ("An",), "")
    refused(InputError, "count_closed", lambda: state_account(folder, statement))
    refused(InputError, "count_closed", lambda: print_ballots(folder, PrintOrder(1)))
    refused(InputError, "closing_closed_already", lambda: close_count(folder, ALL, TWO, VI))


def test_the_store_itself_refuses_what_began_before_it_was_closed(folder):
    with closing(open_vote_store(folder, load_vote(folder))) as store:
        pages = tuple(store.pages())
        close_count(folder, ALL, TWO, VI)
        refused(InputError, "count_closed", lambda: store.record_pages(pages))
        refused(InputError, "count_closed", lambda: store.append(EventKind.DECISION_UNDONE, {"number": 1}))
        store.append(EventKind.DESK_ACTED, {"action": "looked"})
    assert verify_folder(folder).faults == ()


def test_settings_changed_behind_a_closed_count_are_refused(folder):
    close_count(folder, ALL, TWO, VI)
    text = folder.vote_file.read_text(encoding="utf-8")
    folder.vote_file.write_text(text.replace("summoned = 5", "summoned = 6"), encoding="utf-8")
    refused(InputError, "settings_after_close", lambda: write_reports(folder, VI))
    folder.vote_file.write_text(text, encoding="utf-8")
    write_reports(folder, VI)


def test_a_reopened_count_keeps_its_documents_and_makes_a_new_version(folder):
    first = close_count(folder, ALL, TWO, VI)
    minutes = first.documents[0]
    before = minutes.read_bytes()
    assert "Biên bản lần" not in text_of(minutes)
    assert reopen_count(folder, TWO, "  ghi nhầm\nsố người ") == 2
    kept = folder.reports / "version-1" / minutes.name
    assert kept.read_bytes() == before
    check_open(folder)
    assert verify_folder(folder).faults == ()
    second = close_count(folder, ALL, TWO, VI)
    assert (second.version, second.backup) == (2, folder.backups / "bdt-2023-2.tar")
    found = text_of(minutes)
    assert "Biên bản lần 2" in found
    assert "ghi nhầm số người" in found
    assert kept.read_bytes() == before
    assert verify_folder(folder).faults == ()


def test_reopening_needs_a_closed_count_two_members_and_a_reason(folder):
    refused(InputError, "closing_not_closed", lambda: reopen_count(folder, TWO, "x"))
    close_count(folder, ALL, TWO, VI)
    refused(InputError, "closing_two_members", lambda: reopen_count(folder, TWO[:1], "x"))
    refused(InputError, "closing_no_reason", lambda: reopen_count(folder, TWO, " \n"))
    refused(InputError, "closing_reason_long", lambda: reopen_count(folder, TWO, "x" * 501))
    assert read_closing(folder).closed is not None


def test_a_closed_count_is_sealed_and_packed_with_its_versions(folder, tmp_path):
    close_count(folder, ALL, TWO, VI)
    reopen_count(folder, TWO, "lý do")
    close_count(folder, ALL, TWO, VI)
    seal_vote(folder)
    refused(InputError, "record_sealed", lambda: reopen_count(folder, TWO, "x"))
    assert verify_folder(folder).faults == ()
    package = tmp_path / "vote.package.tar"
    write_package(folder, package, images=True)
    unpack_package(package, VoteFolder(tmp_path / "unpacked"))
    assert list((tmp_path / "unpacked" / "reports" / "version-1").glob("*.pdf"))
    assert verify_package(package).faults == ()


def test_the_backup_goes_where_it_is_wanted_or_nothing_is_closed(folder, tmp_path):
    missing = tmp_path / "usb"
    refused(InputError, "closing_backup_place", lambda: close_count(folder, ALL, TWO, VI, missing))
    assert read_closing(folder).closed is None
    missing.mkdir()
    assert close_count(folder, ALL, TWO, VI, missing).backup == missing / "bdt-2023-1.tar"
