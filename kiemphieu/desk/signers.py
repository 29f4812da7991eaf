"""Members as those who sign a definition."""

from __future__ import annotations

from kiemphieu.desk.roles import Member
from kiemphieu.freezing import FreezingMember


def signer(member: Member) -> FreezingMember:
    """A member as the one who froze a vote."""
    return FreezingMember(member.id, member.role.value, member.name)
