"""When a file in a watched folder is given out, with a clock that the test moves."""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from wrapped_pages import grey_wrappers, png, two_valued_wrappers

from kiemphieu import arrivals
from kiemphieu.arrivals import PATIENCE_SETTLES, Arrivals, is_temporary

SETTLE_S = 2.0
PATIENCE_S = PATIENCE_SETTLES * SETTLE_S


class Folder:
    """A folder under watch, and the hands of a clock."""

    def __init__(self, path: Path) -> None:
        path.mkdir(exist_ok=True)
        self.path = path
        self.now = 1000.0
        self.arrivals = Arrivals(path, SETTLE_S, lambda: self.now)

    def write(self, name: str, data: bytes) -> None:
        """With a time that never changes, as the coarsest server's."""
        target = self.path / name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(data)
        os.utime(target, (1_700_000_000, 1_700_000_000))

    def after(self, seconds: float) -> list[str]:
        self.now += seconds
        return [arrival.source for arrival in self.arrivals.look()]

    def settle(self) -> None:
        for arrival in self.arrivals.look():
            self.arrivals.settle(arrival)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "in")


@pytest.fixture(scope="module")
def pictures() -> dict[str, bytes]:
    """One page in every kind of file, 5 to 100 KB."""
    rng = np.random.default_rng(8)
    pixels = np.kron(rng.integers(0, 255, (40, 30), dtype=np.uint8), np.ones((8, 8), np.uint8))
    image = Image.fromarray(pixels)
    jpeg = io.BytesIO()
    image.save(jpeg, "JPEG")
    files = {"a.jpg": jpeg.getvalue(), "a.png": png(image)}
    return {**files, **grey_wrappers(pixels), **two_valued_wrappers(pixels)}


def test_a_whole_file_is_given_out_when_it_is_at_rest_and_only_once(
    folder: Folder, pictures: dict[str, bytes]
) -> None:
    folder.write("a.jpg", pictures["a.jpg"])
    assert folder.after(0) == []
    assert folder.after(SETTLE_S - 0.1) == []
    assert folder.after(0.2) == ["a.jpg"]
    assert folder.arrivals.waiting == ("a.jpg",)
    folder.settle()
    assert folder.after(100) == []
    assert folder.arrivals.waiting == ()


KINDS = ("a.jpg", "a.png", "deflate.tif", "several.tif", "group4.tif", "grey.pdf", "searchable.pdf")


@settings(max_examples=80, deadline=None)
@given(name=st.sampled_from(KINDS), shares=st.lists(st.floats(0.01, 0.99), min_size=1, max_size=3))
def test_no_file_is_given_out_before_its_end(
    tmp_path_factory: pytest.TempPathFactory, pictures: dict[str, bytes], name: str, shares: list[float]
) -> None:
    """However long the writer pauses (within patience), and though the server's times never change."""
    whole = pictures[name]
    cuts = sorted({int(len(whole) * share) for share in shares})
    folder = Folder(tmp_path_factory.mktemp("pieces"))
    for cut in cuts:
        folder.write(name, whole[:cut])
        for pause in (0.1, SETTLE_S + 0.1, PATIENCE_S / 2):
            given_out = folder.after(pause)
            # What a TIFF says of itself may be whole though bytes after its last strip are missing.
            assert given_out == [] or (name.endswith(".tif") and cut > len(whole) - 64), (name, cut)
    folder.write(name, whole)
    assert folder.after(0.1) == []
    assert folder.after(SETTLE_S + 0.1) == [name]


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "raw.tif", "group4.tif", "grey.pdf"])
def test_space_reserved_in_advance_is_no_file(folder: Folder, pictures: dict[str, bytes], name: str) -> None:
    """Its size and time are those of the whole file from the start."""
    whole = pictures[name]
    for share in (0.0, 0.3, 0.8):
        written = int(len(whole) * share)
        folder.write(name, whole[:written].ljust(len(whole), b"\0"))
        assert folder.after(0.1) == []
        assert folder.after(SETTLE_S + 0.1) == []
    folder.write(name, whole)
    assert folder.after(0.1) == []
    assert folder.after(SETTLE_S + 0.1) == [name]


def test_a_file_that_never_gets_its_end_is_given_out_at_last(
    folder: Folder, pictures: dict[str, bytes]
) -> None:
    folder.write("a.jpg", pictures["a.jpg"][:-100])
    folder.write("empty.png", b"")
    folder.after(0)
    assert folder.arrivals.newly_waiting() == ()
    assert folder.after(2 * SETTLE_S + 0.1) == []
    assert set(folder.arrivals.newly_waiting()) == {"a.jpg", "empty.png"}
    assert folder.arrivals.newly_waiting() == ()
    assert folder.after(PATIENCE_S) == ["a.jpg", "empty.png"]
    folder.settle()
    # It may still be completed: then it is another file.
    folder.write("a.jpg", pictures["a.jpg"])
    assert folder.after(0.1) == []
    assert folder.after(SETTLE_S + 0.1) == ["a.jpg"]


@pytest.mark.parametrize(
    "name",
    [".a.jpg", "~a.jpg", "a.jpg.part", "a.JPG.TMP", "a.jpg~", "Thumbs.db", "a.crdownload", "a.filepart"],
)
def test_temporary_names_are_no_files_until_they_are_renamed(
    folder: Folder, pictures: dict[str, bytes], name: str
) -> None:
    assert is_temporary(name)
    folder.write(name, pictures["a.jpg"])
    assert folder.after(0) == folder.after(PATIENCE_S + 1) == []
    assert folder.arrivals.waiting == ()
    (folder.path / name).rename(folder.path / "page.jpg")
    assert folder.after(0.1) == []
    assert folder.after(SETTLE_S + 0.1) == ["page.jpg"]


def test_a_file_that_grows_after_it_was_dealt_with_is_given_out_again(
    folder: Folder, pictures: dict[str, bytes]
) -> None:
    folder.write("a.tif", pictures["deflate.tif"])
    folder.after(0)
    folder.after(SETTLE_S + 0.1)
    folder.settle()
    folder.write("a.tif", pictures["several.tif"])
    assert folder.after(0.1) == []
    assert folder.after(SETTLE_S + 0.1) == ["a.tif"]


def test_folders_within_in_natural_order(folder: Folder, pictures: dict[str, bytes]) -> None:
    for name in ("b/2.jpg", "b/10.jpg", "1.jpg", ".hidden/3.jpg"):
        folder.write(name, pictures["a.jpg"])
    folder.after(0)
    assert folder.after(SETTLE_S + 0.1) == ["b/2.jpg", "b/10.jpg", "1.jpg"]


def test_a_folder_that_is_away_is_an_error_and_nothing_is_forgotten(
    folder: Folder, pictures: dict[str, bytes]
) -> None:
    folder.write("a.jpg", pictures["a.jpg"])
    folder.after(0)
    folder.after(SETTLE_S + 0.1)
    folder.settle()
    away = folder.path.with_name("away")
    folder.path.rename(away)
    with pytest.raises(OSError, match="No such file"):
        folder.arrivals.look()
    away.rename(folder.path)
    assert folder.after(SETTLE_S + 0.1) == folder.after(SETTLE_S + 0.1) == []


def test_a_file_that_is_removed_is_forgotten(folder: Folder, pictures: dict[str, bytes]) -> None:
    folder.write("a.jpg", pictures["a.jpg"][:50])
    folder.after(0)
    (folder.path / "a.jpg").unlink()
    assert folder.after(1) == []
    assert folder.arrivals.waiting == ()


def test_of_many_files_some_are_given_out_and_none_of_the_others_is_said_to_want_its_end(
    folder: Folder, pictures: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits for its turn is whole; only what was looked into may be told."""
    looked: list[str] = []
    monkeypatch.setattr(arrivals, "check_whole", lambda path: looked.append(path.name))
    for number in range(9):
        folder.write(f"{number}.jpg", pictures["a.jpg"])
    folder.arrivals.look(3)
    folder.now += SETTLE_S
    for turn in range(3):
        given_out = folder.arrivals.look(3)
        assert [arrival.source for arrival in given_out] == [f"{3 * turn + n}.jpg" for n in range(3)]
        for arrival in given_out:
            folder.arrivals.settle(arrival)
        folder.now += 3 * SETTLE_S
        assert folder.arrivals.newly_waiting() == ()
    assert looked == [f"{number}.jpg" for number in range(9)]
