"""What the tests of the record share."""

from __future__ import annotations

from kiemphieu.store import About, StoredForm
from records.journal import Pen

ABOUT = About("bdt-2023", lambda: Pen("2023-07-20"), lambda: "0" * 32)
"""Of the stores of the tests: a fixed day, no key, a fixed secret."""


def blank_form() -> StoredForm:
    """A form that nothing is read against."""
    return StoredForm("a" * 64, "", "{}", b"%PDF", "stamped")
