"""A harness for each provider, closed afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.channels.harness import HARNESSES, Harness, Quick, TelegramHarness, TwilioHarness


@pytest.fixture(params=sorted(HARNESSES))
def provider(request: pytest.FixtureRequest) -> Iterator[Harness]:
    yield from _opened(HARNESSES[request.param])


@pytest.fixture(params=sorted(name for name, made in HARNESSES.items() if made.answers))
def twoway(request: pytest.FixtureRequest) -> Iterator[Harness]:
    """A provider by which clients write too."""
    yield from _opened(HARNESSES[request.param])


@pytest.fixture
def twilio() -> Iterator[Harness]:
    yield from _opened(TwilioHarness)


@pytest.fixture
def telegram() -> Iterator[Harness]:
    yield from _opened(TelegramHarness)


def _opened(made: type[Harness]) -> Iterator[Harness]:
    transport = Quick()
    harness = made(transport)
    yield harness
    harness.close()
    transport.inner.close()
