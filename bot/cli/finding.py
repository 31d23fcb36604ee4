"""What a person means by PROGRAMME, CLIENT, MANAGER on the command line. Errors say what there is, and name no client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.errors import NotFound, WrongUse

if TYPE_CHECKING:
    from bot.house import House


def programme(house: House, typed: str) -> dict[str, Any]:
    """The programme of a name or id; the only one where nothing was typed."""
    from storage import people

    there = house.db.read(people.programmes)
    names = ", ".join(one["name"] for one in there)
    if not there:
        raise NotFound("programme: there is none yet; make one with `checkline programme add`")
    if not typed:
        if len(there) > 1:
            raise WrongUse(f"programme: there are several, {names}; say which")
        return there[0]
    found = house.db.read(lambda connection: people.programme_by(connection, typed))
    if found is None:
        raise NotFound(f"programme: there is none of that name or id; there are {names}")
    return found


def client(house: House, typed: str, programme_typed: str = "") -> dict[str, Any]:
    """The client of a code or id, sealed."""
    from storage import people

    within = programme(house, programme_typed)["id"] if programme_typed else None
    found = house.db.read(lambda connection: people.clients_by(connection, typed, within))
    if not found:
        raise NotFound("client: there is none of that code or id; `checkline client list` shows the codes")
    if len(found) > 1:
        raise WrongUse("client: several programmes have this code; add --programme, or write the id")
    return found[0]


def staff(house: House, typed: str, programme_typed: str = "") -> dict[str, Any]:
    """The member of staff of a sign-in name or id, sealed."""
    from storage import people

    within = programme(house, programme_typed)["id"] if programme_typed else None
    found = house.db.read(lambda connection: people.user_by(connection, typed, within))
    if found is None:
        raise NotFound("staff: there is nobody of that sign-in name or id; `checkline manager list` shows them")
    return found


def number(what: str, typed: str) -> int:
    """An id that was typed."""
    from storage import people

    found = people.as_id(typed)
    if found is None:
        raise WrongUse(f"{what}: {typed[:40]!r} is no id; `checkline {what} list` shows them")
    return found


def reader(house: House, table: Any, row: dict[str, Any]) -> dict[str, Any]:
    """A row with its sealed columns opened."""
    from storage import caseload

    opened: dict[str, Any] = house.db.read(lambda connection: caseload.opened(connection, house.vault, table, row))  # type: ignore[arg-type] # any mapping will do
    return opened


def rows_of(house: House, table: Any, *, client_id: int = 0, programme_id: int = 0) -> list[dict[str, Any]]:
    """Every row of a client, else of a programme, opened, oldest first."""
    from storage import people

    if client_id:
        rows = house.db.read(lambda connection: people.of_client(connection, table, client_id))
    else:
        rows = house.db.read(lambda connection: people.of_programme(connection, table, programme_id))
    return [reader(house, table, row) for row in rows]
