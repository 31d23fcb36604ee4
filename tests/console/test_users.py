"""Users, sessions, links and the access gate on both databases, where every unit also runs twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.errors import WrongUse
from bot.house import House
from bot.ports import SystemIds
from bot.values import SYSTEM, Person
from storage import caseload, dossier, users
from storage import schema as t
from storage.database import Database
from tests.console import seed
from tests.console.conftest import World
from tests.console.seed import NOW, Seed


@pytest.fixture
def sown(database: Database, ids: SystemIds) -> tuple[House, Seed]:
    house = seed.house(database, ids)
    return house, seed.sow(house)


def test_each_sees_her_own_and_the_supervisor_all(sown: tuple[House, Seed]) -> None:
    house, made = sown
    vault = house.vault

    def seen(who: Person) -> tuple[int, int, int, int]:
        def work(connection: sa.Connection) -> tuple[int, int, int, int]:
            lists = (caseload.clients, caseload.open_flags, caseload.open_tasks, caseload.active_goals)
            return tuple(len(each(connection, vault, who)) for each in lists)  # type: ignore[return-value] # four of them

        return house.db.read(work)

    assert {name: seen(who) for name, who in made.people.items()} == {
        "ana": (4, 4, 2, 1),
        "ben": (2, 2, 1, 1),
        "sam": (6, 5, 3, 2),
        "root": (0, 0, 0, 0),
    }
    assert seen(SYSTEM) == (0, 0, 0, 0)
    assert seen(Person(made.people["sam"].id, "supervisor", made.programme + 1)) == (0, 0, 0, 0), "of another programme"
    assert seen(Person(made.people["ana"].id, "case_manager", made.programme + 1)) == (0, 0, 0, 0)


def test_the_gate_answers_for_every_client_and_person(shown: World) -> None:
    house, made = shown.house, shown.seed
    hers = {"ana": {"inés", "omar", "june", "paul"}, "ben": {"zelda", "yuri"}, "sam": set(made.clients), "root": set()}

    def work(connection: sa.Connection) -> dict[str, set[str]]:
        return {
            name: {one for one, client_id in made.clients.items() if caseload.may_see_client(connection, who, client_id)}
            for name, who in made.people.items()
        }

    assert house.db.read(work) == hers


def test_a_page_of_a_timeline_ends_where_the_next_begins(sown: tuple[House, Seed]) -> None:
    house, made = sown
    who, client_id = made.people["ana"], made.clients["inés"]
    whole = house.db.read(lambda c: dossier.timeline(c, house.vault, who, client_id))
    last = house.db.read(lambda c: dossier.timeline(c, house.vault, who, client_id, many=3))
    assert [row["id"] for row in last] == [row["id"] for row in whole[-3:]]
    older = house.db.read(lambda c: dossier.timeline(c, house.vault, who, client_id, before=last[0]["at"], many=100))
    assert [row["id"] for row in older + last] == [row["id"] for row in whole]
    assert house.db.read(lambda c: dossier.timeline(c, house.vault, made.people["ben"], client_id)) == []


def test_an_erased_client_is_a_code_without_words(sown: tuple[House, Seed]) -> None:
    house, made = sown
    client_id = made.clients["inés"]
    house.db.write(
        0,
        lambda c: (
            c.execute(sa.update(t.data_keys).where(t.data_keys.c.subject_id == client_id).values(wrapped=None, erased_at=NOW)).rowcount
        ),
    )
    house.vault.forget(client_id)
    row = house.db.read(lambda c: dossier.client(c, house.vault, made.people["ana"], client_id))
    assert row is not None
    assert row["name"] is None
    texts = house.db.read(lambda c: dossier.timeline(c, house.vault, made.people["ana"], client_id))
    assert {row["text"] for row in texts} == {None}


def test_a_link_is_spent_once_whoever_tries(sown: tuple[House, Seed]) -> None:
    house, made = sown
    ana = made.people["ana"].id
    house.db.write(0, lambda c: users.make_link(c, house.ports.ids, ana, "token", NOW))
    assert house.db.write(0, lambda c: users.use_link(c, "tokem", NOW)) is None
    assert house.db.write(0, lambda c: users.use_link(c, "token", NOW + users.LINK)) is None
    assert house.db.write(0, lambda c: users.use_link(c, "token", NOW)) == ana
    assert house.db.write(0, lambda c: users.use_link(c, "token", NOW)) is None


def test_sessions_that_are_over_are_swept_at_the_next_sign_in(sown: tuple[House, Seed]) -> None:
    house, made = sown
    ana, ids = made.people["ana"].id, house.ports.ids
    house.db.write(0, lambda c: users.open_session(c, ids, ana, "one", "x", NOW))
    house.db.write(0, lambda c: users.open_session(c, ids, ana, "two", "x", NOW + users.ABSOLUTE))
    assert house.db.read(lambda c: c.execute(sa.select(sa.func.count()).select_from(t.sessions)).scalar()) == 1
    assert house.db.read(lambda c: users.find_session(c, house.vault, "two", NOW + users.ABSOLUTE)) is not None


def test_a_session_shows_no_secret_when_it_is_printed(shown: World) -> None:
    house = shown.house
    house.db.write(0, lambda c: users.open_session(c, house.ports.ids, shown.seed.people["ana"].id, "one", "csrf-token", NOW))
    session = house.db.read(lambda c: users.find_session(c, house.vault, "one", NOW + timedelta(minutes=2)))
    assert session is not None
    assert session.stale
    assert "csrf-token" not in repr(session)
    assert "Ana" not in repr(session)


def test_sign_in_names_are_one_whatever_their_case(shown: World) -> None:
    house = shown.house
    twin = users.NewUser(house.ports.ids.new(), shown.seed.programme, "case_manager", "Another Ana", " ANA", None)
    assert not house.db.write(0, lambda c: users.add_user(c, house.vault, twin, NOW))
    assert house.db.read(lambda c: users.user_named(c, "Ana ")) == shown.seed.people["ana"]


@pytest.mark.parametrize("password", ["", "short", "x" * 1025], ids=["none", "short", "long"])
def test_a_password_has_ten_characters_at_least(ids: SystemIds, password: str) -> None:
    with pytest.raises(WrongUse, match="10 to 1024"):
        users.hash_password(password, ids)
