"""Staff as the alarm sees them, made of the rows that storage gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.alarm import Point, StaffMember


def members(rows: Iterable[Mapping[str, Any]]) -> tuple[StaffMember, ...]:
    """One StaffMember a row of `storage.staff.members`."""
    return tuple(
        StaffMember(
            id=row["id"],
            role=row["role"],
            language=row["language"],
            zone=row["zone"],
            supervisor_id=row["supervisor_id"],
            cover_id=row["cover_id"],
            leave_from=row["leave_from"],
            leave_until=row["leave_until"],
            status=row["status"],
            week=row["hours"] or {},
            points=tuple(
                Point(point["sender_id"], point["address_id"], point["channel"], point["status"], point["priority"])
                for point in row["points"]
            ),
        )
        for row in rows
    )
