"""The one interface to the record of a vote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, func, insert, inspect, select
from sqlalchemy.exc import IntegrityError

from kiemphieu.store import tables
from kiemphieu.store.engine import make_engine, reading, shown_address, writing
from kiemphieu.store.rows import (
    IssuedBallot,
    PageRecord,
    PageStatus,
    RecordOutcome,
    StoredForm,
    is_failure,
    result_from_text,
    result_to_text,
)
from records.errors import StoreError
from records.token import TokenKind

_SCHEMA = "schema"


def open_store(database: Path, url: str = "") -> Store:
    """The store at `url`, or in the file `database`; made when it is not there yet.

    Raises:
        StoreError: it cannot be opened, is damaged, or was made by a newer version.
    """
    engine = make_engine(database, url)
    return Store(engine, shown_address(url) if url else str(database))


class Store:
    """Forms, issued serials and pages of one vote. Every method is one transaction."""

    def __init__(self, engine: Engine, where: str) -> None:
        self._engine = engine
        self._where = where
        self._prepare()

    @property
    def where(self) -> str:
        """The file or address, as shown to people."""
        return self._where

    def close(self) -> None:
        self._engine.dispose()

    def _prepare(self) -> None:
        found = self._schema_version()
        if found is None:
            self._create()
        elif found > tables.SCHEMA_VERSION:
            raise StoreError("store_newer", path=self._where, found=found, supported=tables.SCHEMA_VERSION)

    def _schema_version(self) -> int | None:
        with reading(self._engine, self._where) as connection:
            if not inspect(connection).has_table(tables.meta.name):
                return None
            row = connection.execute(
                select(tables.meta.c.value).where(tables.meta.c.name == _SCHEMA)
            ).scalar()
        return None if row is None else int(row)

    def _create(self) -> None:
        with writing(self._engine, self._where) as connection:
            tables.metadata.create_all(connection)
            known = connection.execute(
                select(tables.meta.c.value).where(tables.meta.c.name == _SCHEMA)
            ).scalar()
            if known is None:
                version = str(tables.SCHEMA_VERSION)
                connection.execute(insert(tables.meta).values(name=_SCHEMA, value=version))

    # Notes

    def note(self, name: str) -> str | None:
        """What was noted about the vote under `name`."""
        with reading(self._engine, self._where) as connection:
            return connection.execute(select(tables.meta.c.value).where(tables.meta.c.name == name)).scalar()

    def set_note(self, name: str, value: str) -> None:
        with writing(self._engine, self._where) as connection:
            connection.execute(delete(tables.meta).where(tables.meta.c.name == name))
            connection.execute(insert(tables.meta).values(name=name, value=value))

    # Forms and issued serials

    def forms(self) -> tuple[StoredForm, ...]:
        """Every form printed, by style."""
        with reading(self._engine, self._where) as connection:
            rows = connection.execute(select(tables.form).order_by(tables.form.c.style)).all()
        return tuple(StoredForm(r.layout_sha256, r.style, r.layout, r.reference_pdf, r.seal) for r in rows)

    def record_batch(self, form: StoredForm, ballots: Sequence[IssuedBallot]) -> None:
        """Records a batch as issued, with the form it was printed on.

        Serials go in sorted, so that not even the pages of the file show another order. A form that no
        ballot was ever issued on gives way.

        Raises:
            StoreError: a serial was issued before; then nothing is recorded.
        """
        rows = [
            {"serial": ballot.serial, "style": ballot.style, "kind": int(ballot.kind)}
            for ballot in sorted(ballots, key=lambda ballot: ballot.serial)
        ]
        try:
            with writing(self._engine, self._where) as connection:
                _put_form(connection, form)
                if rows:
                    connection.execute(insert(tables.issued), rows)
        except IntegrityError as error:
            raise StoreError("serial_issued_before", path=self._where) from error

    def withdraw_issued(self, serials: Sequence[str]) -> None:
        """Takes serials back whose batch never became a file."""
        with writing(self._engine, self._where) as connection:
            for serial in serials:
                connection.execute(delete(tables.issued).where(tables.issued.c.serial == serial))

    def issued(self) -> dict[str, IssuedBallot]:
        """Every issued ballot by its serial."""
        with reading(self._engine, self._where) as connection:
            rows = connection.execute(select(tables.issued).order_by(tables.issued.c.serial)).all()
        return {r.serial: IssuedBallot(r.serial, r.style, TokenKind(r.kind)) for r in rows}

    # Pages

    def has_page(self, sha256: str) -> bool:
        """Whether this image is recorded and need not be read again.

        A page the program failed on is worth another try: with more memory, or a version that can.
        """
        with reading(self._engine, self._where) as connection:
            return _known(connection, sha256) and not _failed(connection, sha256)

    def record_pages(self, pages: Sequence[PageRecord]) -> tuple[RecordOutcome, ...]:
        """Records pages in the order given, all of them or none.

        A page that is known stays as it is, unless the program failed on it and now has another result.
        Their image files must be in place already: a row always has its image.
        """
        try:
            return self._record_pages(pages)
        except IntegrityError:
            # Another station recorded one of these sheets in between: look again, then it is known.
            return self._record_pages(pages)

    def _record_pages(self, pages: Sequence[PageRecord]) -> tuple[RecordOutcome, ...]:
        with writing(self._engine, self._where) as connection:
            return tuple(_record_page(connection, page) for page in pages)

    def pages(self) -> Iterator[PageRecord]:
        """Every page, by serial and page number, the first sheet of a serial before any other."""
        order = (tables.page.c.serial, tables.page.c.page, tables.page.c.surplus, tables.page.c.sha256)
        with reading(self._engine, self._where) as connection:
            stream = connection.execution_options(yield_per=500).execute(select(tables.page).order_by(*order))
            for row in stream:
                yield self._page_record(row)

    def page_count(self) -> int:
        with reading(self._engine, self._where) as connection:
            return connection.execute(select(func.count()).select_from(tables.page)).scalar_one()

    def _page_record(self, row: Row[Any]) -> PageRecord:
        try:
            result = result_from_text(row.result)
        except ValueError as error:
            raise StoreError("store_damaged", path=self._where) from error
        return PageRecord(
            row.sha256, row.suffix, row.source, row.file_index, result, row.options, row.surplus
        )


def _put_form(connection: Connection, form: StoredForm) -> None:
    same = tables.form.c.layout_sha256 == form.layout_sha256
    if connection.execute(select(tables.form.c.style).where(same)).first() is not None:
        return
    connection.execute(delete(tables.form).where(tables.form.c.style == form.style))
    connection.execute(
        insert(tables.form).values(
            layout_sha256=form.layout_sha256,
            style=form.style,
            layout=form.layout_json,
            reference_pdf=form.reference_pdf,
            seal=form.seal,
        )
    )


def _known(connection: Connection, sha256: str) -> bool:
    same = select(tables.page.c.sha256).where(tables.page.c.sha256 == sha256)
    return connection.execute(same).first() is not None


def _failed(connection: Connection, sha256: str) -> bool:
    """Whether the record of the image is that the program failed on it."""
    row = connection.execute(
        select(tables.page.c.status, tables.page.c.result).where(tables.page.c.sha256 == sha256)
    ).first()
    return row is not None and row.status == PageStatus.REJECTED.value and is_failure(row.result)


def _record_page(connection: Connection, page: PageRecord) -> RecordOutcome:
    if _known(connection, page.sha256):
        if not _failed(connection, page.sha256) or is_failure(result_to_text(page.result)):
            return RecordOutcome.KNOWN
        connection.execute(delete(tables.page).where(tables.page.c.sha256 == page.sha256))
    token = page.token
    surplus = token is not None and _place_taken(connection, token.serial, token.page)
    connection.execute(
        insert(tables.page).values(
            sha256=page.sha256,
            suffix=page.suffix,
            source=page.source,
            file_index=page.index,
            serial=token.serial if token else None,
            page=token.page if token else None,
            status=page.status.value,
            surplus=surplus,
            result=result_to_text(page.result),
            options=page.options,
        )
    )
    return RecordOutcome.SURPLUS if surplus else RecordOutcome.NEW


def _place_taken(connection: Connection, serial: str, page: int) -> bool:
    held = select(tables.page.c.sha256).where(
        tables.page.c.serial == serial, tables.page.c.page == page, tables.page.c.surplus.is_(False)
    )
    return connection.execute(held).first() is not None
