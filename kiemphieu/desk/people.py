"""The members of a desk and their PINs.

A PIN keeps one member's decision from being made by another at the same table. It does not keep the owner of
the machine's account from the files: docs/security.md says what does.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from kiemphieu.desk.member_names import checked_name, name_key
from kiemphieu.desk.roles import COUNTERS, Member, Role
from kiemphieu.disk import write_atomic
from records.errors import InputError, StoreError

MOST_FAILURES = 15
"""Wrong PINs in a row after which a member is locked: 15 of 1,000,000 are one guess in 67,000."""
FREE_FAILURES = 3
"""Slips of the finger that cost no wait."""
LONGEST_WAIT_S = 60.0
PIN_DIGITS = 6
MOST_MEMBERS = 30
LEAST_COUNTERS = 2
"""Who may decide and are not locked: fewer could close no count."""
_PRIVATE = 0o600


@dataclass(frozen=True, slots=True)
class _Account:
    id: str
    name: str
    role: str
    pin_hash: str
    failures: int = 0
    left: bool = False
    """No longer of the committee; kept, since what the member did stands under the id."""
    former: tuple[str, ...] = ()
    """Names before: what was decided under one of them is never another's."""

    @property
    def is_locked(self) -> bool:
        return self.failures >= MOST_FAILURES

    def is_called(self, name: str) -> bool:
        return name_key(name) in {name_key(one) for one in (self.name, *self.former)}


class People:
    """The members, in one file that only this account may read."""

    def __init__(
        self,
        file: Path,
        clock: Callable[[], float] = time.monotonic,
        hasher: PasswordHasher | None = None,
    ) -> None:
        """Reads them.

        Args:
            file: made with the first member.
            clock: seconds that only rise.
            hasher: of PINs; argon2id with the library's defaults (RFC 9106, low memory).

        Raises:
            StoreError: the file cannot be read.
        """
        self._file = file
        self._clock = clock
        self._hasher = hasher or PasswordHasher(type=Type.ID)
        self._lock = threading.Lock()
        self._accounts = _read(file)
        self._last_failure: dict[str, float] = {}

    def members(self) -> tuple[Member, ...]:
        """In the order in which they were added, without those who left."""
        return tuple(_member(account) for account in self._accounts.values() if not account.left)

    def everyone(self) -> tuple[Member, ...]:
        """With those who left: whose id stands somewhere."""
        return tuple(_member(account) for account in self._accounts.values())

    def gone(self) -> tuple[Member, ...]:
        """Those who left."""
        return tuple(_member(account) for account in self._accounts.values() if account.left)

    def former_names(self, member_id: str) -> tuple[str, ...]:
        """What the member was called before, the first one first."""
        account = self._accounts.get(member_id)
        return () if account is None else tuple(one for one in account.former if one != account.name)

    def member(self, member_id: str) -> Member | None:
        """None also for one who left."""
        account = self._accounts.get(member_id)
        return None if account is None or account.left else _member(account)

    def is_locked(self, member_id: str) -> bool:
        account = self._accounts.get(member_id)
        return account is not None and account.is_locked

    def locked(self, role: Role) -> tuple[Member, ...]:
        """Those of that role who are locked."""
        return tuple(one for one in self.members() if one.role is role and self.is_locked(one.id))

    def add(self, name: str, role: Role) -> tuple[Member, str]:
        """A new member and the PIN, which is told this once.

        Raises:
            InputError: no name, one that a member has or had, or too many members.
        """
        with self._lock:
            shown = self._free_name(name)
            self._check_room()
            pin = new_pin()
            account = _Account(self._free_id(role), shown, role.value, self._hasher.hash(pin))
            self._keep({**self._accounts, account.id: account})
        return _member(account), pin

    def rename(self, member_id: str, name: str) -> Member:
        """Sets a name right; the PIN stays, and what stands under the old name stays as it is.

        Raises:
            InputError: there is no such member, no name, or one that another has or had.
        """
        with self._lock:
            account = self._account(member_id)
            shown = self._free_name(name, account)
            former = tuple(dict.fromkeys((*account.former, account.name)))
            fresh = replace(account, name=shown, former=former)
            self._keep({**self._accounts, member_id: fresh})
        return _member(fresh)

    def leave(self, member_id: str, successor_id: str = "") -> Member | None:
        """Ends a membership: no PIN works any more.

        Args:
            member_id: who leaves.
            successor_id: who becomes head; looked at only where `needs_successor` says so.

        Returns:
            The new head; None where another one stays.

        Raises:
            InputError: there is no such member, or too few were left who may decide and are not locked; or
                there is no head any more, and nobody who can become one was named.
        """
        with self._lock:
            account, staying = self._account(member_id), self._staying(member_id)
            if Role(account.role) in COUNTERS and len(staying) < LEAST_COUNTERS:
                raise InputError("desk_leave_too_few", name=account.name, least=LEAST_COUNTERS)
            changed = {member_id: replace(account, left=True, pin_hash="", failures=0)}
            head = None
            if self._needs_successor(account):
                head = next((one for one in staying if one.id == successor_id), None)
                if head is None:
                    raise InputError("desk_leave_no_head", name=account.name)
                changed[head.id] = head = replace(head, role=Role.HEAD.value)
            self._keep(self._accounts | changed)
            self._last_failure.pop(member_id, None)
        return None if head is None else _member(head)

    def needs_successor(self, member_id: str) -> bool:
        """Whether that member leaves only if another one becomes head."""
        account = self._accounts.get(member_id)
        return account is not None and self._needs_successor(account)

    def _needs_successor(self, account: _Account) -> bool:
        heads = (one for one in self._staying(account.id) if one.role == Role.HEAD.value)
        return account.role == Role.HEAD.value and next(heads, None) is None

    def _staying(self, leaving_id: str) -> list[_Account]:
        """Who may decide and is not locked, without one."""
        there = (one for one in self._accounts.values() if not one.left and not one.is_locked)
        return [one for one in there if one.id != leaving_id and Role(one.role) in COUNTERS]

    def come_back(self, member_id: str) -> str:
        """Takes a member who left in again, under the same id; the new PIN, told this once.

        Raises:
            InputError: nobody of that id left, or too many members.
        """
        with self._lock:
            account = self._accounts.get(member_id)
            if account is None or not account.left:
                raise InputError("desk_member_unknown")
            self._check_room()
            pin = new_pin()
            fresh = replace(account, left=False, pin_hash=self._hasher.hash(pin))
            self._keep({**self._accounts, member_id: fresh})
        return pin

    def renew(self, member_id: str) -> str:
        """A new PIN, told this once; the member is no longer locked.

        Raises:
            InputError: there is no such member.
        """
        with self._lock:
            account = self._account(member_id)
            pin = new_pin()
            fresh = replace(account, pin_hash=self._hasher.hash(pin), failures=0)
            self._keep({**self._accounts, member_id: fresh})
            self._last_failure.pop(member_id, None)
        return pin

    def check(self, member_id: str, pin: str) -> Member:
        """The member, if the PIN is theirs.

        Raises:
            InputError: it is not, it came too soon after the last wrong one, or the member is locked; or none
                was typed, which is no guess.
        """
        # PINs are told in two groups of three.
        pin = "".join(pin.split())
        if not pin:
            raise InputError("desk_pin_missing")
        with self._lock:
            account = self._account(member_id)
            if account.is_locked:
                raise locked_error(_member(account))
            wait = self._wait_s(account)
            if wait > 0:
                raise InputError("desk_pin_wait", seconds=int(wait) + 1)
            if not self._holds(account.pin_hash, pin):
                failed = replace(account, failures=account.failures + 1)
                self._last_failure[member_id] = self._clock()
                self._keep({**self._accounts, member_id: failed})
                raise InputError("desk_pin_wrong", name=account.name, left=MOST_FAILURES - failed.failures)
            if account.failures:
                self._keep({**self._accounts, member_id: replace(account, failures=0)})
            return _member(account)

    def _wait_s(self, account: _Account) -> float:
        last = self._last_failure.get(account.id)
        if last is None or account.failures <= FREE_FAILURES:
            return 0.0
        pause = min(LONGEST_WAIT_S, 2.0 ** (account.failures - FREE_FAILURES))
        return float(last + pause - self._clock())

    def _holds(self, pin_hash: str, pin: str) -> bool:
        try:
            return self._hasher.verify(pin_hash, pin)
        except (VerificationError, InvalidHashError):
            return False

    def _account(self, member_id: str) -> _Account:
        account = self._accounts.get(member_id)
        if account is None or account.left:
            raise InputError("desk_member_unknown")
        return account

    def _free_name(self, name: str, own: _Account | None = None) -> str:
        """The name as it is shown, if nobody but `own` has or had it."""
        shown = checked_name(name)
        taken = next((one for one in self._accounts.values() if one != own and one.is_called(shown)), None)
        if taken is not None:
            raise InputError("desk_name_gone" if taken.left else "desk_name_taken", name=shown)
        return shown

    def _free_id(self, role: Role) -> str:
        """By ids and not by roles: one who became head keeps a member's."""
        start = f"{role.value}-"
        return f"{start}{1 + sum(one.startswith(start) for one in self._accounts)}"

    def _check_room(self) -> None:
        if len(self.members()) >= MOST_MEMBERS:
            raise InputError("desk_members_full", most=MOST_MEMBERS)

    def _keep(self, accounts: dict[str, _Account]) -> None:
        data = json.dumps([asdict(account) for account in accounts.values()], ensure_ascii=False, indent=1)
        write_atomic(self._file, data.encode(), _PRIVATE)
        self._accounts = accounts


def locked_error(member: Member) -> InputError:
    """Says who can unlock that member."""
    if member.role is Role.HEAD:
        return InputError("desk_head_locked", name=member.name, most=MOST_FAILURES, member=member.id)
    return InputError("desk_pin_locked", name=member.name, most=MOST_FAILURES)


def new_pin() -> str:
    """Six random digits."""
    return f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}}"


def _member(account: _Account) -> Member:
    return Member(account.id, account.name, Role(account.role))


def _read(file: Path) -> dict[str, _Account]:
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        found = [_Account(**{**one, "former": tuple(one.get("former", ()))}) for one in data]
        return {account.id: account for account in found if Role(account.role)}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError) as error:
        raise StoreError("desk_members_damaged", path=str(file), reason=str(error)) from error
