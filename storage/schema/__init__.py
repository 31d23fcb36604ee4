"""Every table. `from storage import schema as t`, then `t.clients`. Grouped as the field groups them."""

from storage.schema.base import audit, audit_heads, data_keys, meta, metadata, programmes, sessions, sign_in_links, users
from storage.schema.care import (
    answers,
    appointments,
    care_plans,
    contacts,
    enrolments,
    flow_versions,
    goals,
    notes,
    slots,
    tasks,
    thresholds,
)
from storage.schema.flags import alerts, findings, flag_events, flags
from storage.schema.messages import conversations, due, outbox, received
from storage.schema.people import addresses, clients, consents, contact_points, crisis_lines, invites, senders
from storage.schema.reading import own_words, unread_replies
from storage.schema.shadows import shadow_findings

__all__ = [
    "addresses", "alerts", "answers", "appointments", "audit", "audit_heads", "care_plans", "clients", "consents", "contact_points",
    "contacts", "conversations", "crisis_lines", "data_keys", "due", "enrolments", "findings", "flag_events", "flags", "flow_versions",
    "goals", "invites", "meta", "metadata", "notes", "outbox", "own_words", "programmes", "received", "senders", "sessions",
    "shadow_findings", "sign_in_links", "slots", "tasks", "thresholds", "unread_replies", "users",
]  # fmt: skip
