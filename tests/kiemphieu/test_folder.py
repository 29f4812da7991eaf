from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from kiemphieu.disk import SETTLED_TIME_S, write_atomic
from kiemphieu.folder import create_folder, free_name, keep_page, load_vote, open_folder, read_page
from records.errors import InputError, StoreError


def test_new_folder_has_a_usable_vote_file(tmp_path: Path) -> None:
    folder = create_folder(tmp_path / "bdt-2023")
    assert load_vote(folder).id == "bdt-2023"
    assert open_folder(tmp_path / "bdt-2023") == folder


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    create_folder(tmp_path / "vote")
    with pytest.raises(InputError, match="folder_exists"):
        create_folder(tmp_path / "vote")
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match="folder_exists"):
        create_folder(tmp_path / "file")
    assert free_name(tmp_path / "vote") == tmp_path / "vote-2"


def test_missing_folder_and_vote_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="folder_missing"):
        open_folder(tmp_path / "absent")
    with pytest.raises(InputError, match="vote_file_missing"):
        open_folder(tmp_path)


def test_a_vote_file_that_is_no_text(tmp_path: Path) -> None:
    folder = create_folder(tmp_path / "vote")
    folder.vote_file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="vote_file_not_utf8"):
        load_vote(folder)


@pytest.mark.parametrize(
    ("number", "message_id"),
    [(errno.ENOSPC, "disk_full"), (errno.EROFS, "not_writable"), (errno.EIO, "write_failed")],
)
def test_a_failing_write_leaves_the_old_file_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, message_id: str
) -> None:
    path = tmp_path / "a.txt"
    write_atomic(path, b"old")

    def fail(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StoreError, match=message_id):
        write_atomic(path, b"new")
    assert [(entry.name, entry.read_bytes()) for entry in tmp_path.iterdir()] == [("a.txt", b"old")]


def test_page_images_tell_no_time(tmp_path: Path) -> None:
    folder = create_folder(tmp_path / "vote")
    keep_page(folder, "ab" * 32, ".jpg", b"image")
    path = folder.page("ab" * 32, ".jpg")
    assert path == folder.pages / f"{'ab' * 32}.jpg"
    assert path.stat().st_mtime == SETTLED_TIME_S
    assert read_page(folder, "ab" * 32, ".jpg") == b"image"
    with pytest.raises(StoreError, match="page_file_missing"):
        read_page(folder, "cd" * 32, ".jpg")


def test_the_private_key_is_for_its_owner_only(vote) -> None:
    assert stat.S_IMODE(vote.folder.private_key.stat().st_mode) == 0o600
