"""Everything that is raised across rooms.

    KiemphieuError              70  internal error
    ├── UsageError               2  the command's words are off
    ├── InputError               3  bad input
    │   ├── VoteFileError        3  vote.toml: carries every problem at once
    │   ├── LayoutError          3  layout.json, or a form that cannot be set
    │   ├── PageFileError        3  a page file that cannot be opened as an image
    │   ├── KeyFileError         3  a signing or verification key
    │   └── RuleSetError         3  a rule set or a rule setting
    ├── StoreError               4  the record cannot be read or written
    ├── ReconciliationError      6  the counts do not reconcile
    └── VerificationError        7  verification failed

Bad paper is not here: it is a value, `records.reading.SheetRejection`.

An error carries a message id and named details. The application renders them in the operator's
language; `str(error)` is for logs and tracebacks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


class KiemphieuError(Exception):
    """Root of the tree.

    Attributes:
        message_id: names the message in the application's catalogue.
        details: the values the message speaks of, such as `path` or `official`.
    """

    exit_code: ClassVar[int] = 70

    def __init__(self, message_id: str, **details: object) -> None:
        super().__init__(message_id, details)
        self.message_id = message_id
        self.details = details

    def __str__(self) -> str:
        spelled = ", ".join(f"{name}={value!r}" for name, value in self.details.items())
        return f"{self.message_id}({spelled})" if spelled else self.message_id


class UsageError(KiemphieuError):
    exit_code = 2


class InputError(KiemphieuError):
    exit_code = 3


class LayoutError(InputError):
    pass


class PageFileError(InputError):
    pass


class KeyFileError(InputError):
    pass


class RuleSetError(InputError):
    pass


class StoreError(KiemphieuError):
    exit_code = 4


class ReconciliationError(KiemphieuError):
    exit_code = 6


class VerificationError(KiemphieuError):
    exit_code = 7


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a file a person wrote.

    Attributes:
        place: dotted path of the value, such as `attendance.present` or `official[3].name`.
        line: 1-based line in the file, or None where the mistake is an absence.
        message_id: names the message and its remedy in the application's catalogue.
        details: name and value pairs the message speaks of.
    """

    place: str
    line: int | None
    message_id: str
    details: tuple[tuple[str, str], ...] = ()


class VoteFileError(InputError):
    """vote.toml cannot be used; `problems` names every mistake found."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("vote_file_problems", count=len(problems))
        self.problems = problems
