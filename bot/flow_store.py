"""The flow of a conversation, in the version it began with: a running conversation never changes its flow."""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import lru_cache
from importlib import resources
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.errors import NotFound
from bot.flows.language import Flow
from bot.flows.load import known, parse
from storage import schema as t

_BODY = sa.select(t.flow_versions.c.body).where(
    t.flow_versions.c.programme_id == sa.bindparam("programme"),
    t.flow_versions.c.flow == sa.bindparam("flow"),
    t.flow_versions.c.version == sa.bindparam("version"),
)


_KEPT = sa.select(t.flow_versions.c.id).where(
    t.flow_versions.c.programme_id == sa.bindparam("programme"),
    t.flow_versions.c.flow == sa.bindparam("flow"),
    t.flow_versions.c.version == sa.bindparam("version"),
)


@lru_cache(maxsize=256)
def _parsed(body: str, name: str) -> Flow:
    return parse(body, name)


@lru_cache(maxsize=1)
def _ours() -> dict[str, Flow]:
    return known()


def latest(flow: str) -> Flow:
    """The newest version of a flow that we ship. Raises NotFound, naming those there are."""
    found = _ours().get(flow)
    if found is None:
        raise NotFound(f"flow {flow!r}: there is none of that name; there are {', '.join(sorted(_ours()))}")
    return found


def kept(connection: Connection, programme_id: int, flow: Flow) -> bool:
    """Whether the programme keeps this version, so that conversations go on in it when we ship another."""
    asked = {"programme": programme_id, "flow": flow.id, "version": flow.version}
    return connection.execute(_KEPT, asked).first() is not None


def version_row(row_id: int, programme_id: int, flow: Flow, now: datetime) -> dict[str, Any]:
    """The row that keeps a flow of ours as it is now."""
    body = _file(flow.path.removeprefix("bot/flows/"))
    return {
        "id": row_id,
        "programme_id": programme_id,
        "flow": flow.id,
        "version": flow.version,
        "body": body,
        "sha256": hashlib.sha256(body.encode()).digest(),
        "published_at": now,
    }


@lru_cache(maxsize=64)
def _file(name: str) -> str:
    return resources.files("bot.flows").joinpath(name).read_text("utf-8")


def flow_of(connection: Connection, programme_id: int, flow: str, version: int) -> Flow:
    """A flow in one version: ours when that is the one, else as the programme keeps it."""
    ours = _ours().get(flow)
    if ours is not None and ours.version == version:
        return ours
    body = connection.execute(_BODY, {"programme": programme_id, "flow": flow, "version": version}).scalar()
    if body is None:
        raise NotFound(f"flow {flow!r}, version {version}: the programme keeps no such version")
    return _parsed(body, f"{flow}/{version}")
