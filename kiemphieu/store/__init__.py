"""The record of a vote: forms, issued serials and scanned pages in one database."""

from kiemphieu.store.rows import IssuedBallot, PageRecord, PageStatus, RecordOutcome, StoredForm
from kiemphieu.store.store import Store, open_store

__all__ = [
    "IssuedBallot",
    "PageRecord",
    "PageStatus",
    "RecordOutcome",
    "Store",
    "StoredForm",
    "open_store",
]
