"""A world in which something happens at a named point: between what a unit has read and what it writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from tests.world import World


@dataclass(slots=True)
class Meanwhile:
    """At the point `name` does `act`, once, and lets the work go on."""

    name: str
    act: Callable[[], object]
    times: int = 1
    passed: list[str] = field(default_factory=list)

    def point(self, name: str) -> None:
        self.passed.append(name)
        if name == self.name and self.times:
            self.times -= 1
            self.act()


def meanwhile(world: World, name: str, act: Callable[[], object], *, times: int = 1) -> None:
    """From now on: when any unit of the world comes to the point `name`, `act` happens first, as many times."""
    world.house = replace(world.house, ports=replace(world.house.ports, points=Meanwhile(name, act, times)))
    world.restart()
