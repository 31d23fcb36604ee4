"""Who goes first: one in flight per address, in order; lanes; the sender's real rate; how much is read."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.channels.simulated import Lever
from bot.values import Ids, MessageClass, OutboxState, Reason
from storage import claims, ready
from storage import schema as t
from storage.claims import Room
from storage.database import Database
from storage.pace import AHEAD, Pace
from tests.delivery.builder import NOON, World, world

pytestmark = pytest.mark.slow

CRISIS, ALERT, REPLY, PROMPT, BULK = (
    MessageClass.crisis,
    MessageClass.alert,
    MessageClass.reply,
    MessageClass.prompt,
    MessageClass.bulk,
)


def test_messages_to_one_address_go_in_their_order(both: World) -> None:
    client, other = both.client(), both.client("+15550100002")
    for n in range(3):
        both.say(client, f"a{n}")
        both.say(other, f"b{n}")
    both.deliver()
    assert [text for text in both.heard if text[0] == "a"] == ["a0", "a1", "a2"]
    assert [text for text in both.heard if text[0] == "b"] == ["b0", "b1", "b2"]


def test_a_message_that_is_tried_again_goes_before_the_next(w: World) -> None:
    client = w.client()
    w.say(client, "first")
    w.provider.pull(Lever.down)
    w.deliverer.deliver(w.clock.at)
    w.say(client, "second")
    w.deliver()
    assert w.heard == []
    w.clock.go(seconds=5)
    w.deliver()
    assert w.heard == ["first", "second"]


def test_a_held_message_blocks_only_its_own_conversation(w: World) -> None:
    client = w.client()
    talk = w.conversation(client)
    held = w.say(client, "held", conversation_id=talk)
    w.write(sa.update(t.outbox).values(state="held", reason="client_held", due_at=NOON + timedelta(hours=1)))
    same = w.say(client, "same conversation", conversation_id=talk)
    w.say(client, "another matter")
    w.deliver()
    assert w.heard == ["another matter"]
    assert w.state(same) == ("held", Reason.client_held)
    w.clock.go(hours=1)
    w.deliver()
    assert w.heard == ["another matter", "held", "same conversation"]
    assert w.state(held)[0] == w.state(same)[0] == "sent"


def test_one_message_is_in_flight_at_an_address_but_the_urgent_lane_waits_for_nothing(both: World) -> None:
    client = both.client()
    both.say(client, "first")
    both.provider.pull(Lever.lost)
    both.deliver()
    waiting = both.say(client, "second")
    both.deliver()
    assert both.state(waiting) == ("held", Reason.in_flight)
    both.say(client, "crisis", CRISIS)
    both.deliver()
    assert both.heard == ["crisis"]
    both.clock.go(seconds=59)
    both.deliver()
    assert both.heard == ["crisis"]
    both.clock.go(seconds=1)
    both.deliver()
    assert both.heard == ["crisis", "second"]


def test_urgent_lanes_go_first_whatever_waits(w: World) -> None:
    w.write(sa.update(t.senders).values(rate_per_second=1000.0))
    people = [w.client(f"+155501000{n:02}") for n in range(12)]
    for cls in (BULK, PROMPT, REPLY, CRISIS):
        for n, client in enumerate(people[:3]):
            w.say(client if cls is not CRISIS else people[n + 3], cls.value, cls)
    w.deliver()
    assert w.heard[:6] == ["crisis"] * 3 + ["reply"] * 3
    assert w.heard[6:] == ["prompt"] * 3 + ["bulk"] * 3


def fill(w: World, many: int, *, cls: MessageClass = PROMPT, rate: float, held: bool = False) -> None:
    """A backlog, one address each, straight into the tables."""
    client = w.client(f"+1555020{many}{held:d}")
    base = w.draft(client)
    w.write(sa.update(t.senders).values(rate_per_second=rate))
    addresses, rows = [], []
    for _ in range(many):
        address = w.house.ports.ids.new()
        addresses.append({"id": address, "programme_id": w.programme, "channel": "sms", "blind": address.to_bytes(16, "big")})
        row = w.house.ports.ids.new()
        rows.append(
            {
                "id": row, "programme_id": w.programme, "sender_id": w.sender, "address_id": address, "client_id": client,
                "cls": cls.value, "lane": 2, "purpose": "check_ins", "kind": "ask", "seq": row,
                "due_at": NOON + timedelta(hours=held), "state": "held" if held else "pending",
                "text_sealed": base.text_sealed, "language": "en", "flags": {}, "created_at": NOON,
            }
        )  # fmt: skip

    def unit(connection: sa.Connection) -> None:
        connection.execute(sa.insert(t.addresses), addresses)
        connection.execute(sa.insert(t.outbox), rows)

    w.house.db.write(0, unit)


def test_an_alert_leaves_at_once_behind_5000_prompts(database_once: Database, ids: Ids) -> None:
    w = world(database_once, ids)
    fill(w, 5000, rate=10.0)
    for _ in range(3):
        w.deliverer.deliver(w.clock.at)
    w.say(w.manager, "ALERT", ALERT, exempt=("rung",))
    w.say(w.client("+15550100009"), "CRISIS", CRISIS)
    w.deliverer.deliver(w.clock.at)
    assert {"ALERT", "CRISIS"} <= set(w.heard)


def test_two_seconds_of_work_is_the_most_that_waits_at_the_provider(w: World) -> None:
    people = [w.client(f"+155501000{n:02}") for n in range(40)]
    w.write(sa.update(t.senders).values(rate_per_second=5.0))
    for client in people:
        w.say(client, "x")
    w.deliver()
    assert len(w.heard) == 8  # 1.8 s at nine tenths of five a second
    moments = []
    while (at := w.house.db.read(w.deliverer.next_at)) is not None:
        assert at > w.clock.at
        w.clock.at = at
        moments.append(w.deliver())
    assert len(w.heard) == 40
    assert set(moments) == {1}
    assert timedelta(seconds=31 / 4.5) <= w.clock.at - NOON <= timedelta(seconds=32 / 4.5)


@pytest.mark.parametrize("rate", [0.2, 1.0, 7.5, 100.0])
@pytest.mark.parametrize("segments", [1, 3])
def test_a_pace_never_goes_faster_than_the_provider_and_keeps_room_for_what_is_urgent(rate: float, segments: int) -> None:
    pace, now, done = Pace(rate), NOON, NOON
    for n in range(300):
        urgent = n % 17 == 0
        at = max(pace.ready_at(now, segments, urgent=urgent), now)
        if urgent and n:
            own = timedelta(seconds=segments / rate)
            assert at - now <= own  # it waits for other urgent ones at most, never for bulk
        assert pace.ready_at(at, segments, urgent=urgent) <= at
        pace, now = pace.taken(at, segments, urgent=urgent), at
        done = max(done, now) + timedelta(seconds=segments / rate)
        assert done - now <= max(AHEAD, timedelta(seconds=segments / rate)) + timedelta(seconds=segments / rate)


def test_a_segment_is_kept_for_what_is_urgent_on_a_slow_sender() -> None:
    pace = Pace(1.0)
    while pace.ready_at(NOON, 1, urgent=False) <= NOON:
        pace = pace.taken(NOON, 1, urgent=False)
    assert pace.ready_at(NOON, 1, urgent=True) <= NOON


def test_a_slow_pace_is_charged_only_for_what_goes(w: World) -> None:
    w.write(sa.update(t.senders).values(rate_per_second=1.0))
    for n in range(20):
        w.say(w.client(f"+155501000{n:02}", held_at=NOON), "held")
    w.say(w.client("+15550100099"), "goes")
    w.deliver()
    assert w.heard == ["goes"]


# ---------------------------------------------------------------- what is read

ROOM = Room(8, 6, 4, {})


def plan(connection: sa.Connection, statement: Any, asked: dict[str, Any]) -> str:
    """The engine's own plan, with the values that the product binds."""
    caught: list[tuple[str, Any]] = []

    def catch(_c: Any, _cursor: Any, text: str, values: Any, *_: Any) -> None:
        caught.append((text, values))

    sa.event.listen(connection, "before_cursor_execute", catch)
    connection.execute(statement, asked).all()
    sa.event.remove(connection, "before_cursor_execute", catch)
    text, values = caught[0]
    words = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN (ANALYZE, COSTS OFF) "
    return "\n".join(" ".join(map(str, row)) for row in connection.exec_driver_sql(words + text, values))


QUERIES = {
    "the front of a lane": (ready.LANE_QUERIES[2], lambda w, _: {"sender": w.sender, "now": NOON, "many": 8}),
    "what is in the way": (ready.WAY_QUERY, lambda _, ids: {"rows": ids, "now": NOON, "freed": NOON}),
    "who has something to send": (ready.ACTIVE, lambda _, __: {}),
}


@pytest.mark.parametrize(("query", "asked"), QUERIES.values(), ids=QUERIES)
def test_claiming_reads_index_ranges_never_the_table(both: World, query: Any, asked: Any) -> None:
    fill(both, 800, rate=10.0)
    if both.house.db.dialect == "postgresql":
        both.write(sa.text("ANALYZE outbox"))
    ids = [row["id"] for row in both.read(sa.select(t.outbox.c.id).limit(8))]
    shown = both.house.db.read(lambda connection: plan(connection, query, asked(both, ids)))
    if both.house.db.dialect == "sqlite":
        assert not re.search(r"SCAN (o|b|e|outbox)\b(?!.*USING)", shown), shown
        assert "USE TEMP B-TREE FOR ORDER BY" not in shown or "front" not in shown
    else:
        assert "Seq Scan on outbox" not in shown, shown
        read = [int(rows) for rows in re.findall(r"outbox.*?actual time=\S+ rows=(\d+)", shown)]
        assert max(read, default=0) <= 8, shown


def steps(w: World) -> int:
    """How many virtual-machine steps SQLite takes for one claim."""
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += 1
        return 0

    def unit(connection: sa.Connection) -> None:
        driver: Any = connection.connection.driver_connection
        driver.set_progress_handler(count, 10)
        claims.claim(connection, ROOM, NOON, NOON)
        driver.set_progress_handler(None, 0)
        connection.execute(sa.update(t.outbox).where(t.outbox.c.state == OutboxState.claimed.value).values(state="pending"))

    w.house.db.write(0, unit)
    return counted


def test_what_a_claim_costs_does_not_grow_with_the_backlog(w: World) -> None:
    fill(w, 100, rate=10.0)
    few = steps(w)
    fill(w, 1500, rate=10.0, held=True)
    fill(w, 1500, rate=10.0)
    assert steps(w) <= few * 1.2
