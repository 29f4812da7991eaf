"""Printing a batch: the form, the keys, new serials, one PDF, and the record of what was issued."""

from __future__ import annotations

import hashlib
import json
import os
import random
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ballot_layout.fonts import FormFonts, bundled_fonts, user_fonts
from ballot_layout.form import Form, make_form
from ballot_layout.pdf import PrintedBallot, write_batch_pdf, write_reference_pdf
from ballot_layout.tokens import ballot_tokens, draw_serials, load_private_key, sign_token
from kiemphieu.disk import atomic_file, disk_errors, write_atomic
from kiemphieu.folder import (
    VoteFolder,
    load_layout,
    load_vote,
    read_private_key,
    vote_rules,
    write_new_keys,
)
from kiemphieu.freezing import check_frozen, note_frozen
from kiemphieu.pen import signer_of
from kiemphieu.store import IssuedBallot, Store, StoredForm
from kiemphieu.unfinished_print import PrintSlip, only_printing
from kiemphieu.vote_store import check_key, check_open, check_settings, note_settings, open_vote_store
from records.errors import InputError, KeyFileError, UsageError
from records.journal import EventKind
from records.layout import layout_to_json
from records.token import TokenKind
from records.vote import DEFAULT_STYLE_ID, Vote
from scanner.forms import SealSource

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class PrintOrder:
    """What is to be printed.

    Attributes:
        style: the group; None where the vote has only one.
        seed: fixes serials and new keys, for tests and samples only; None takes the system's randomness.
        out: the PDF; None takes a free name in the folder's `ballots`.
    """

    count: int
    style: str | None = None
    seed: int | None = None
    out: Path | None = None


@dataclass(frozen=True, slots=True)
class PrintReport:
    """What was printed.

    Attributes:
        seeded_keys: the vote's keys were made from a seed, now or earlier: anyone can forge its ballots.
        paper_colour: of this kind of ballot, where vote.toml names one.
        taken_back: ballots of an earlier printing that was cut off; their PDF was never finished.
    """

    pdf: Path
    vote: str
    style: str
    ballots: int
    pages_per_ballot: int
    layout_sha256: str
    seeded: bool
    seeded_keys: bool
    paper_colour: str = ""
    taken_back: int = 0


def print_ballots(folder: VoteFolder, order: PrintOrder, progress: Progress | None = None) -> PrintReport:
    """Prints ballots that were never printed before and records their serials as issued.

    The PDF appears under its name only when the serials are recorded; when it cannot, they are taken
    back, at the latest by the next printing. The order in which the ballots stand in the PDF is recorded
    nowhere.

    Raises:
        UsageError: the group does not exist, or one must be named.
        InputError: vote.toml has mistakes, or changed after it was frozen or ballots were printed.
        StoreError: disk, folder or database refuse.
    """
    vote = load_vote(folder)
    style = _chosen_style(vote, order.style)
    check_frozen(folder, vote)
    form = vote_form(folder, vote, style)
    with closing(open_vote_store(folder, vote)) as store:
        check_open(store)
        with only_printing(folder, store) as slip:
            pdf = _print_batch(folder, store, vote, form, order, slip, progress)
        seeded_keys = store.note("keys") == "seeded"
    pages = len(form.layout.pages)
    seeded = order.seed is not None
    colour = next((one.paper_colour for one in vote.styles if one.id == style), "")
    sha256 = form.layout.sha256
    taken = slip.taken_back
    return PrintReport(pdf, vote.id, style, order.count, pages, sha256, seeded, seeded_keys, colour, taken)


def _print_batch(
    folder: VoteFolder,
    store: Store,
    vote: Vote,
    form: Form,
    order: PrintOrder,
    slip: PrintSlip,
    progress: Progress | None,
) -> Path:
    _check_unchanged(folder, store, form)
    make_keys(folder, store, order.seed)
    check_settings(folder, store, vote)
    note_settings(store, vote)
    note_frozen(folder, store)
    key = load_private_key(read_private_key(folder))
    taken = store.issued_serials()
    serials = draw_serials(order.count, taken, random_bits(order.seed, len(taken)))
    pdf = _target(folder, vote, form.layout.style, order.out)
    slip.write(pdf, serials)
    _write_batch(folder, store, form, _Batch(key, serials, pdf), progress)
    return pdf


def vote_form(folder: VoteFolder, vote: Vote, style: str, kind: TokenKind = TokenKind.BALLOT) -> Form:
    """The form of one group as vote.toml has it now, of real ballots or of test ballots.

    Raises:
        InputError: a font or seal image cannot be read, or the form cannot be set.
    """
    levels = vote_rules(vote).levels
    return make_form(vote, style, levels, _fonts(folder, vote), _seal_image(folder, vote), kind)


def stored_form(form: Form) -> StoredForm:
    """A form as the record keeps it."""
    layout = form.layout
    return StoredForm(
        layout.sha256,
        layout.style,
        json.dumps(layout_to_json(layout), ensure_ascii=False, indent=1),
        write_reference_pdf(form),
        (SealSource.STAMPED if form.seal_image is None else SealSource.PRINTED).value,
    )


def _fonts(folder: VoteFolder, vote: Vote) -> FormFonts:
    if not vote.printing.font:
        return bundled_fonts()
    return user_fonts(_asset(folder, vote.printing.font))


def _seal_image(folder: VoteFolder, vote: Vote) -> bytes | None:
    return _asset(folder, vote.printing.seal_image) if vote.printing.seal_image else None


def _asset(folder: VoteFolder, name: str) -> bytes:
    path = folder.root / name
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError("file_unreadable", path=str(path), reason=error.strerror) from error


def _chosen_style(vote: Vote, wanted: str | None) -> str:
    known = [style.id for style in vote.styles]
    if wanted is None and len(known) == 1:
        return known[0]
    if wanted is None:
        raise UsageError("group_needed", groups=", ".join(known))
    if wanted not in known and known == [DEFAULT_STYLE_ID]:
        raise UsageError("group_none", group=wanted)
    if wanted not in known:
        raise UsageError("group_unknown", group=wanted, groups=", ".join(known))
    return wanted


def _check_unchanged(folder: VoteFolder, store: Store, form: Form) -> None:
    """Ballots of one vote and group must all look the same; before the first one anything may change."""
    layout = form.layout
    if not store.has_issued(layout.style):
        return
    printed = [known.layout_sha256 for known in store.forms() if known.style == layout.style]
    on_disk = load_layout(folder, layout.style)
    if on_disk is not None:
        printed.append(on_disk.sha256)
    if any(digest != layout.sha256 for digest in printed):
        raise InputError("layout_changed", path=str(folder.vote_file))


def make_keys(folder: VoteFolder, store: Store, seed: int | None) -> None:
    """Keys at the first print. A vote with issued ballots keeps its keys: others would disown them.

    Raises:
        KeyFileError: the keys cannot be read, or are not the vote's.
        StoreError: they cannot be written.
    """
    try:
        there = folder.private_key.exists()
    except OSError as error:
        raise KeyFileError(
            "key_file_unreadable", path=str(folder.private_key), reason=error.strerror
        ) from error
    made = store.last_entry(EventKind.KEYS_MADE) is not None
    if not there and not made and not store.has_issued():
        if seed is None:
            write_new_keys(folder)
        else:
            store.set_note("keys", "seeded")
            write_new_keys(folder, hashlib.sha256(f"kiemphieu keys {seed}".encode()).digest())
        there = True
    if there and made:
        check_key(folder, store)
    elif there:
        signer = signer_of(load_private_key(read_private_key(folder)).public_key())
        seeded = store.note("keys") == "seeded"
        store.append(EventKind.KEYS_MADE, {"public_key": signer, "seeded": seeded})


def random_bits(seed: int | None, issued: int) -> Callable[[int], int]:
    """Where serials come from: the system, or a seed for tests and samples."""
    # The count of ballots issued so far keeps a second batch of the same seed from repeating the first.
    return secrets.randbits if seed is None else random.Random(f"{seed}:{issued}").getrandbits


def _target(folder: VoteFolder, vote: Vote, style: str, wanted: Path | None) -> Path:
    if wanted is not None:
        with disk_errors(wanted):
            if wanted.exists():
                raise InputError("output_exists", path=str(wanted))
        return wanted
    with disk_errors(folder.ballots):
        folder.ballots.mkdir(exist_ok=True)
    stem = f"{vote.id}-{style}" if style else vote.id
    number = 1
    while (path := folder.ballots / f"{stem}-{number}.pdf").exists():
        number += 1
    return path


@dataclass(frozen=True, slots=True)
class _Batch:
    key: Ed25519PrivateKey
    serials: Sequence[str]
    pdf: Path


def _write_batch(
    folder: VoteFolder, store: Store, form: Form, batch: _Batch, progress: Progress | None
) -> None:
    layout = form.layout
    stored = stored_form(form)
    issued = [IssuedBallot(serial, layout.style, TokenKind.BALLOT) for serial in batch.serials]
    recorded = False
    try:
        with atomic_file(batch.pdf) as out:
            write_batch_pdf(form, _printed(form, batch), out, progress)
            out.flush()
            os.fsync(out.fileno())
            store.record_batch(stored, issued)
            recorded = True
            # After the record: a layout.json is the sign that the record knows of printed ballots.
            write_atomic(folder.layout(layout.style), stored.layout_json.encode())
    except BaseException:
        if recorded:
            with suppress(OSError):  # it may have its name already, and the folder not be synced
                batch.pdf.unlink(missing_ok=True)
            store.withdraw_issued(batch.serials)
        raise


def _printed(form: Form, batch: _Batch) -> Iterator[PrintedBallot]:
    for serial in batch.serials:
        tokens = ballot_tokens(form.layout, serial, TokenKind.BALLOT)
        yield PrintedBallot(serial, tuple(sign_token(token, batch.key) for token in tokens))
