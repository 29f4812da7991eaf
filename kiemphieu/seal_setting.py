"""The picture of the seal, put into a vote before anything is printed.

A picture from a browser is hostile until shown to be a picture: only PNG and JPEG are opened, their size is
looked at before their pixels are, and what is kept is drawn anew from the pixels.
"""

from __future__ import annotations

import io
import re
import warnings
from contextlib import closing

from PIL import Image, ImageOps

from ballot_layout.seal import MOST_PIXELS, PNG_MAGIC, PRINTED_PX, read_seal_image
from kiemphieu.disk import disk_errors, write_atomic
from kiemphieu.folder import VoteFolder, load_vote, remove_file, vote_of_text, vote_text
from kiemphieu.freezing import FreezingMember, check_change, frozen_anew, is_printed
from kiemphieu.vote_file_edit import with_value
from kiemphieu.vote_store import has_record, open_vote_store
from records.canonical import sha256_hex
from records.errors import InputError, LayoutError

MOST_BYTES = 20 * 1024 * 1024
"""A stamp scanned in colour at 600 dpi has 2 MB as PNG; more is a whole page, or no stamp."""
_JPEG_MAGIC = b"\xff\xd8\xff"
_OWN_NAME = re.compile(r"seal-[0-9a-f]{16}\.png")


def set_seal_image(folder: VoteFolder, png: bytes | None, members: tuple[FreezingMember, ...] = ()) -> None:
    """Puts a seal into the vote, or takes it out; a frozen vote is frozen again as it is then.

    Args:
        folder: of a vote of which nothing is printed.
        png: from `seal_png`; None leaves the place free for a stamp by hand.
        members: who agree to it; two where the vote is frozen.

    Raises:
        InputError: ballots are printed, the vote is frozen and two members are not there, or vote.toml is
            written in a way that must be changed by hand.
        StoreError: the disk refuses.
    """
    _check_not_printed(folder)
    check_change(folder, members)
    before = load_vote(folder).printing.seal_image
    name = "" if png is None else f"seal-{sha256_hex(png)[:16]}.png"
    text = with_seal_image(vote_text(folder), name)
    if text is None:
        raise InputError("seal_by_hand", path=str(folder.vote_file))
    if png is not None:
        write_atomic(folder.root / name, png)
    with frozen_anew(folder, vote_of_text(folder, text), members):
        write_atomic(folder.vote_file, text.encode())
    if before != name and _OWN_NAME.fullmatch(before):
        with disk_errors(folder.root / before):
            remove_file(folder.root / before)


def _check_not_printed(folder: VoteFolder) -> None:
    vote = load_vote(folder)
    printed = is_printed(folder)
    if not printed and has_record(folder, vote):
        with closing(open_vote_store(folder, vote)) as store:
            printed = store.has_issued()
    if printed:
        raise InputError("seal_printed")


def seal_png(data: bytes) -> bytes:
    """A picture from outside as the PNG that is kept: its pixels and nothing else.

    Raises:
        InputError: too large, neither PNG nor JPEG, damaged, or with nothing to see on it.
    """
    if len(data) > MOST_BYTES:
        raise InputError("seal_upload_bytes", most=MOST_BYTES // 1024 // 1024)
    if not data.startswith((PNG_MAGIC, _JPEG_MAGIC)):
        raise InputError("seal_upload_kind")
    out = io.BytesIO()
    _pixels(data).save(out, "PNG", optimize=True)
    png = out.getvalue()
    read_seal_image(png)
    return png


def seal_picture(data: bytes) -> bytes:
    """The seal that a vote has as a PNG to be shown: what is printed, and nothing else of the file.

    Raises:
        LayoutError: it cannot be read.
    """
    seal = read_seal_image(data)
    size = seal.width_px, seal.height_px
    image = Image.frombytes("RGB", size, seal.rgb)
    image.putalpha(Image.frombytes("L", size, seal.alpha))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _pixels(data: bytes) -> Image.Image:
    """The picture upright, no larger than it is printed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about metadata, and of a limit looser than the one below
            with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise LayoutError("seal_image_too_large", width=image.width, height=image.height)
                upright = ImageOps.exif_transpose(image).convert("RGBA")
    # What Pillow raises on damaged files is as varied as the damage.
    except (
        OSError,
        SyntaxError,
        ValueError,
        EOFError,
        IndexError,
        KeyError,
        TypeError,
        Image.DecompressionBombError,
    ) as error:
        raise LayoutError("seal_image_unreadable", reason=str(error)) from error
    upright.thumbnail((PRINTED_PX, PRINTED_PX))
    bare = Image.new("RGBA", upright.size)
    bare.paste(upright)
    return bare


def with_seal_image(text: str, name: str) -> str | None:
    """vote.toml that names another picture; as `with_value`."""
    return with_value(text, "print", "seal_image", name)
