"""The page of rules: for supervisors, of their programme, counts alone."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from storage import schema as t
from storage.precision import precision
from tests.console.conftest import World

pytestmark = pytest.mark.slow


def test_a_supervisor_sees_counts_and_no_word_of_a_client(world: World) -> None:
    text = world.browser("sam").get("/rules").text
    counted = world.house.db.read(lambda connection: precision(connection, world.seed.people["sam"].programme_id))
    assert counted
    for one in counted:
        assert f"<code>{one.rule}</code>" in text
    assert not [word for word in ("Quirkwood", "Valdivia", "Xylophonewords", "C-00") if word in text]


def test_the_share_is_shown_once_there_are_enough_verdicts(world: World) -> None:
    def judge(connection: sa.Connection) -> int:
        now = world.house.ports.clock.now()
        return connection.execute(sa.update(t.flags).values(closed_at=now, useful="yes")).rowcount

    world.house.db.write(0, judge)
    assert "fewer than 5 verdicts" in world.browser("sam").get("/rules").text


@pytest.mark.parametrize("who", ["ana", "root"])
def test_others_have_no_such_page(world: World, who: str) -> None:
    assert world.browser(who).get("/rules").status_code == 404
