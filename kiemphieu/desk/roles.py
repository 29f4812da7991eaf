"""Who sits at the desk, and what each may do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    HEAD = "head"
    MEMBER = "member"
    OBSERVER = "observer"
    """Sees everything that the committee sees, and changes nothing."""
    AUDITOR = "auditor"
    """Checks a record again, and changes nothing of it."""


ALL = frozenset(Role)
COUNTERS = frozenset({Role.HEAD, Role.MEMBER})
"""Who may change a vote."""
CHECKERS = frozenset({Role.HEAD, Role.MEMBER, Role.AUDITOR})
"""Who may start a check of a record, which changes nothing of it."""


@dataclass(frozen=True, slots=True)
class Member:
    """Someone with a PIN.

    Attributes:
        id: short, unique at this desk; stands in the journal where the role alone does not tell two apart.
        name: as the committee call the person.
    """

    id: str
    name: str
    role: Role
