"""What was printed: the files of the batches, one page of them as a picture, and where the ballots went."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kiemphieu.accounting import Account, Fate, read_account
from kiemphieu.disk import disk_errors, sync_folder
from kiemphieu.folder import VoteFolder, load_layout
from kiemphieu.intake import natural_key
from kiemphieu.pdf_file import open_pdf, page_picture, pdf_page_count
from kiemphieu.vote_store import has_record, open_vote_store
from records.errors import InputError, PageFileError
from records.vote import BallotStyle, Vote


@dataclass(frozen=True, slots=True)
class PrintedBatch:
    """A file of ballots.

    Attributes:
        style: the group, as the file's name says; None where it has a name of its own.
        pages: 0 where the file cannot be read.
        ballots: None where the group is not known.
    """

    path: Path
    style: BallotStyle | None
    pages: int
    ballots: int | None

    @property
    def name(self) -> str:
        return self.path.name


@dataclass(frozen=True, slots=True)
class Quantities:
    """Where the ballots of one group went.

    Attributes:
        not_returned: None where nobody has counted.
    """

    style: BallotStyle
    printed: int
    exchanged: int
    unused: int
    not_returned: int | None

    @property
    def handed_out(self) -> int:
        """To be voted with: those exchanged were replaced by others."""
        return self.printed - self.exchanged - self.unused

    @property
    def awaited(self) -> int:
        """To be scanned."""
        return self.handed_out - (self.not_returned or 0)


@dataclass(frozen=True, slots=True)
class Stock:
    """The quantities of every group, and the statements they were taken from."""

    groups: tuple[Quantities, ...]
    account: Account

    @property
    def printed(self) -> int:
        return sum(group.printed for group in self.groups)


def printed_batches(folder: VoteFolder, vote: Vote) -> tuple[PrintedBatch, ...]:
    """The batches in the folder's `ballots`, by name.

    Raises:
        StoreError: the folder cannot be read.
    """
    paths = sorted(batch_files(folder), key=lambda path: natural_key(path.name))
    return tuple(_batch(folder, vote, path) for path in paths)


def find_batch(folder: VoteFolder, vote: Vote, name: str) -> PrintedBatch:
    """The batch of that file name.

    Raises:
        InputError: there is none.
    """
    for batch in printed_batches(folder, vote):
        if batch.name == name:
            return batch
    raise InputError("batch_unknown")


def batch_files(folder: VoteFolder) -> tuple[Path, ...]:
    """The files of the batches, unread and in no order.

    Raises:
        StoreError: the folder cannot be read.
    """
    with disk_errors(folder.ballots):
        return tuple(path for path in folder.ballots.glob("*.pdf") if not path.name.startswith("."))


def delete_batch(batch: PrintedBatch) -> None:
    """Deletes the file, once its ballots are on paper: it can print them again, and tells their order.

    Raises:
        StoreError: it cannot be deleted.
    """
    with disk_errors(batch.path):
        batch.path.unlink(missing_ok=True)
        sync_folder(batch.path.parent)


def _batch(folder: VoteFolder, vote: Vote, path: Path) -> PrintedBatch:
    style = next(_styles_of_name(vote, path.stem), None)
    try:
        pages = pdf_page_count(path)
    except PageFileError:
        return PrintedBatch(path, style, 0, None)
    layout = None if style is None else load_layout(folder, style.id)
    return PrintedBatch(path, style, pages, None if layout is None else pages // len(layout.pages))


def _styles_of_name(vote: Vote, stem: str) -> Iterator[BallotStyle]:
    for style in vote.styles:
        start = f"{vote.id}-{style.id}" if style.id else vote.id
        if re.fullmatch(re.escape(start) + r"-\d+", stem):
            yield style


def batch_picture(batch: PrintedBatch, page: int) -> bytes:
    """A page of the file as PNG.

    Args:
        batch: from `find_batch`.
        page: 1 for the first.

    Raises:
        InputError: there is no such page, or the file cannot be read.
    """
    if not 1 <= page <= batch.pages:
        raise InputError("batch_page_unknown", name=batch.name, pages=batch.pages)
    with open_pdf(batch.path) as document:
        return page_picture(document, page - 1)


def read_stock(folder: VoteFolder, vote: Vote) -> Stock:
    """How many ballots were printed, and where they went; nothing where there is no record yet.

    Raises:
        StoreError: the record cannot be read.
    """
    if not has_record(folder, vote):
        return Stock(tuple(Quantities(style, 0, 0, 0, None) for style in vote.styles), Account())
    with closing(open_vote_store(folder, vote)) as store:
        printed = Counter(ballot.style for ballot in store.issued().values())
        account = read_account(store)
    return Stock(tuple(_quantities(style, printed[style.id], account) for style in vote.styles), account)


def _quantities(style: BallotStyle, printed: int, account: Account) -> Quantities:
    stated: Counter[Fate] = Counter()
    for statement in account.statements:
        if statement.style == style.id:
            stated[statement.fate] += statement.count
    return Quantities(
        style, printed, stated[Fate.EXCHANGED], stated[Fate.UNUSED], account.not_returned(style.id)
    )
