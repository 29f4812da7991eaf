"""The picture of the seal: what is taken for one, and the one line of vote.toml that changes."""

from __future__ import annotations

import io
import tomllib
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo
from printed_votes import VOTE_TOML, SampleVote

from ballot_layout.seal import MOST_PIXELS, PRINTED_PX
from kiemphieu.folder import VoteFolder, create_folder, load_vote
from kiemphieu.freezing import FreezingMember, check_frozen, definition_sha256, freeze, read_freezing
from kiemphieu.printing import vote_form
from kiemphieu.seal_setting import MOST_BYTES, seal_png, set_seal_image, with_seal_image
from records.errors import InputError

TWO = (FreezingMember("head-1", "head"), FreezingMember("member-1", "member"))
PLAIN = VOTE_TOML.format(vote="bdt-2023")


def stamp(kind: str = "PNG", size: tuple[int, int] = (300, 300), **options: object) -> bytes:
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).ellipse((10, 10, size[0] - 10, size[1] - 10), outline=(200, 16, 46), width=12)
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


@pytest.fixture
def unprinted(tmp_path: Path) -> VoteFolder:
    folder = create_folder(tmp_path / "bdt-2023")
    folder.vote_file.write_text(PLAIN, encoding="utf-8")
    return folder


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_is_drawn_anew_and_small(kind: str) -> None:
    with Image.open(io.BytesIO(seal_png(stamp(kind, (2000, 1500))))) as kept:
        assert (kept.format, kept.width, kept.height) == ("PNG", PRINTED_PX, 638)


def test_nothing_but_the_pixels_is_kept() -> None:
    about = PngInfo()
    about.add_text("Author", "someone")
    sent = stamp(pnginfo=about) + b"<script>alert(1)</script>"
    kept = seal_png(sent)
    assert b"Author" in sent
    assert b"Author" not in kept
    assert b"script" not in kept


def test_a_photograph_is_turned_as_its_camera_says() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    with Image.open(io.BytesIO(seal_png(stamp("JPEG", (400, 200), exif=exif)))) as kept:
        assert kept.size == (200, 400)


@pytest.mark.parametrize(
    ("data", "message_id"),
    [
        (b"", "seal_upload_kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "seal_upload_kind"),
        (b"<!doctype html><script>alert(1)</script>", "seal_upload_kind"),
        (b"GIF89a" + bytes(40), "seal_upload_kind"),
        (b"%PDF-1.7\n", "seal_upload_kind"),
        (b"\x89PNG\r\n\x1a\n<svg xmlns='http://www.w3.org/2000/svg'/>", "seal_image_unreadable"),
        (b"\xff\xd8\xff" + bytes(100), "seal_image_unreadable"),
        (stamp()[:200], "seal_image_unreadable"),
        (bytes(MOST_BYTES + 1), "seal_upload_bytes"),
    ],
)
def test_what_is_no_picture_is_refused(data: bytes, message_id: str) -> None:
    with pytest.raises(InputError) as caught:
        seal_png(data)
    assert caught.value.message_id == message_id


def test_a_picture_of_too_many_pixels_is_refused_before_they_are_unpacked() -> None:
    side = int(MOST_PIXELS**0.5) + 50
    out = io.BytesIO()
    Image.new("1", (side, side)).save(out, "PNG")
    assert len(out.getvalue()) < 100_000
    with pytest.raises(InputError) as caught:
        seal_png(out.getvalue())
    assert caught.value.message_id == "seal_image_too_large"


def test_an_empty_picture_is_refused() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(out, "PNG")
    with pytest.raises(InputError, match="seal_image_empty"):
        seal_png(out.getvalue())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[print]\nseal_image = ""  # con dấu\n', '[print]\nseal_image = "s.png"  # con dấu\n'),
        ("[print]\nseal_image='a\\b.png'\n", '[print]\nseal_image="s.png"\n'),
        ('[print]\npaper = "A5"\n', '[print]\nseal_image = "s.png"\npaper = "A5"\n'),
        ('[vote]\nid = "x"\n', '[vote]\nid = "x"\n[print]\nseal_image = "s.png"\n'),
        ('[vote]\nid = "x"', '[vote]\nid = "x"\n[print]\nseal_image = "s.png"\n'),
        ('print.seal_image = "a" # x\n', 'print.seal_image = "s.png" # x\n'),
        ("[print]\r\nduplex = true\r\n", '[print]\r\nseal_image = "s.png"\r\nduplex = true\r\n'),
        ('print = {seal_image = "a"}\n', None),
        ('[print]\nseal_image = """a"""\n', None),
        ("print = 1\n", None),
    ],
)
def test_one_value_changes_and_nothing_else(text: str, expected: str | None) -> None:
    changed = with_seal_image(text, "s.png")
    if expected is None or changed is None:
        assert changed is expected
        return
    assert changed.rstrip("\n") == expected.rstrip("\n")
    assert tomllib.loads(changed)["print"]["seal_image"] == "s.png"


def test_a_key_of_the_same_name_elsewhere_stays() -> None:
    text = '[vote]\nbody = """\n[print]\nseal_image = "x"\n"""\n[print]\nseal_image = ""\n'
    changed = with_seal_image(text, "s.png")
    assert changed is not None
    assert tomllib.loads(changed) == tomllib.loads(text) | {"print": {"seal_image": "s.png"}}


def test_the_seal_is_printed_and_taken_out_again(unprinted: VoteFolder) -> None:
    set_seal_image(unprinted, seal_png(stamp()))
    first = load_vote(unprinted).printing.seal_image
    assert vote_form(unprinted, load_vote(unprinted), "").seal_image is not None
    set_seal_image(unprinted, seal_png(stamp(size=(400, 400))))
    second = load_vote(unprinted).printing.seal_image
    assert second != first
    assert not (unprinted.root / first).exists()
    set_seal_image(unprinted, None)
    assert load_vote(unprinted).printing.seal_image == ""
    assert not list(unprinted.root.glob("seal-*"))


def test_a_picture_that_the_committee_named_itself_is_not_removed(unprinted: VoteFolder) -> None:
    (unprinted.root / "dau.png").write_bytes(stamp())
    unprinted.vote_file.write_text(PLAIN + '[print]\nseal_image = "dau.png"\n', encoding="utf-8")
    set_seal_image(unprinted, None)
    assert (unprinted.root / "dau.png").exists()


def test_a_printed_vote_keeps_its_seal(vote: SampleVote) -> None:
    before = vote.folder.vote_file.read_bytes()
    with pytest.raises(InputError, match="seal_printed"):
        set_seal_image(vote.folder, seal_png(stamp()))
    assert vote.folder.vote_file.read_bytes() == before


def test_a_frozen_vote_takes_two_members_and_is_frozen_again(unprinted: VoteFolder) -> None:
    freeze(unprinted, definition_sha256(unprinted, load_vote(unprinted)), TWO)
    before = read_freezing(unprinted)
    for members in ((), TWO[:1], (TWO[0], TWO[0])):
        with pytest.raises(InputError, match="freezing_two_members"):
            set_seal_image(unprinted, seal_png(stamp()), members)
    assert read_freezing(unprinted) == before
    set_seal_image(unprinted, seal_png(stamp()), TWO)
    after = read_freezing(unprinted)
    assert after is not None
    assert before is not None
    assert after.sha256 != before.sha256
    check_frozen(unprinted, load_vote(unprinted))
