"""Many clients of one case manager, who all write at once."""

from __future__ import annotations

from bot.setting_up.clients import NewClient, add_client
from tests.world import World


def crowd(world: World, many: int) -> list[str]:
    """More clients of Ana's."""
    numbers = [f"+1415555{at:04d}" for at in range(many)]
    for at, number in enumerate(numbers):
        add_client(world.house, world.programme, NewClient(f"Crowd {at}", world.staff["ana"].id, phone=number, country="US"))
    return numbers


def all_write(world: World, numbers: list[str], text: str) -> None:
    for number in numbers:
        assert world.write(world.senders["sms"], number, text).status == 204
    world.settle()
