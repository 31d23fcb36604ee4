"""The flow of a conversation, in the version it began with: a running conversation never changes its flow."""

from __future__ import annotations

from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.errors import NotFound
from bot.flows.language import Flow
from bot.flows.load import parse, shipped
from storage import schema as t

_BODY = sa.select(t.flow_versions.c.body).where(
    t.flow_versions.c.programme_id == sa.bindparam("programme"),
    t.flow_versions.c.flow == sa.bindparam("flow"),
    t.flow_versions.c.version == sa.bindparam("version"),
)


@lru_cache(maxsize=256)
def _parsed(body: str, name: str) -> Flow:
    return parse(body, name)


@lru_cache(maxsize=1)
def _ours() -> dict[str, Flow]:
    return shipped()


def latest(flow: str) -> Flow:
    """The newest version of a flow that we ship. Raises NotFound, naming those there are."""
    found = _ours().get(flow)
    if found is None:
        raise NotFound(f"flow {flow!r}: there is none of that name; there are {', '.join(sorted(_ours()))}")
    return found


def flow_of(connection: Connection, programme_id: int, flow: str, version: int) -> Flow:
    """A flow in one version: ours when that is the one, else as the programme keeps it."""
    ours = _ours().get(flow)
    if ours is not None and ours.version == version:
        return ours
    body = connection.execute(_BODY, {"programme": programme_id, "flow": flow, "version": version}).scalar()
    if body is None:
        raise NotFound(f"flow {flow!r}, version {version}: the programme keeps no such version")
    return _parsed(body, f"{flow}/{version}")
