"""The record of a vote: forms, issued serials, scanned pages and the journal in one database."""

from kiemphieu.store.rows import IssuedBallot, PageRecord, PageStatus, RecordOutcome, StoredForm
from kiemphieu.store.store import About, Store, open_store

__all__ = [
    "About",
    "IssuedBallot",
    "PageRecord",
    "PageStatus",
    "RecordOutcome",
    "Store",
    "StoredForm",
    "open_store",
]
