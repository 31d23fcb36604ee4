"""The page of rules: for supervisors, of their programme, counts alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.setting_up.crisis_lines import confirm_crisis_line
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


def test_the_set_up_shows_the_review_state_of_each_language(world: World) -> None:
    text = world.browser("root").get("/setup").text
    spoken = text.partition('id="languages-title"')[2].partition("</section>")[0]
    assert "Spanish" in spoken
    assert spoken.count("needs review") >= 2


def test_a_line_confirmed_too_long_ago_is_marked(world: World) -> None:
    confirm_crisis_line(world.house, world.seed.people["sam"].programme_id, "US", confirmed_as="test")
    assert "over 180 days ago" not in world.browser("root").get("/setup").text
    old = world.house.ports.clock.now() - timedelta(days=180, minutes=1)
    world.house.db.write(0, lambda connection: connection.execute(sa.update(t.crisis_lines).values(confirmed_at=old)).rowcount)
    assert "over 180 days ago" in world.browser("root").get("/setup").text
