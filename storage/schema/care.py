"""The care plan and what is done under it: goals, appointments, activities (enrolments in flows), answers, work items."""

from __future__ import annotations

import sqlalchemy as sa

from storage.schema.base import json, key, maybe, metadata, moment, number, programme, sealed, word

_CLIENT = "clients.id"


def client() -> sa.Column[int]:
    """The client whose row it is."""
    return sa.Column("client_id", sa.BigInteger, sa.ForeignKey(_CLIENT), nullable=False)


care_plans = sa.Table(
    "care_plans",
    metadata,
    key(),
    programme(),
    client(),
    sealed("title_sealed"),
    word("status", "active"),
    number("version", 1),
    maybe("review_on"),
    moment("created_at", needed=True),
    sa.Index("ix_care_plans_client", "client_id"),
)

goals = sa.Table(
    "goals",
    metadata,
    key(),
    programme(),
    client(),
    sa.Column("plan_id", sa.BigInteger, sa.ForeignKey("care_plans.id"), nullable=False),
    sealed("title_sealed"),
    word("unit"),
    sa.Column("target", sa.Float),
    word("direction", "up"),  # up | down: which way is better
    sealed("value_sealed"),  # the last value read
    sealed("barrier_sealed"),
    moment("value_at"),
    maybe("due_on"),
    word("status", "active"),
    moment("created_at", needed=True),
    sa.Index("ix_goals_client", "client_id"),
)

appointments = sa.Table(
    "appointments",
    metadata,
    key(),
    programme(),
    client(),
    sa.Column("plan_id", sa.BigInteger, sa.ForeignKey("care_plans.id")),
    sealed("title_sealed"),
    sealed("place_sealed"),
    moment("starts_at", needed=True),
    word("zone"),
    word("status", "booked"),  # booked | cancelled | done
    maybe("answer"),  # coming | change | cant_come
    maybe("reason"),
    moment("answered_at"),
    number("sequence"),
    moment("created_at", needed=True),
    sa.Index("ix_appointments_client", "client_id", "starts_at"),
)

flow_versions = sa.Table(
    "flow_versions",
    metadata,
    key(),
    programme(),
    word("flow"),
    number("version"),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("sha256", sa.LargeBinary(32), nullable=False),
    moment("published_at", needed=True),
    sa.UniqueConstraint("programme_id", "flow", "version"),
)

enrolments = sa.Table(
    "enrolments",
    metadata,
    key(),
    programme(),
    client(),
    sa.Column("plan_id", sa.BigInteger, sa.ForeignKey("care_plans.id")),
    sa.Column("goal_id", sa.BigInteger, sa.ForeignKey("goals.id")),
    sa.Column("appointment_id", sa.BigInteger, sa.ForeignKey("appointments.id")),
    word("flow"),
    word("purpose"),
    json("rule"),  # scheduler/recurrence.py
    word("start_on"),
    maybe("until_on"),
    maybe("last_on"),  # the local date of the last slot made
    word("status", "active"),  # active | paused | ended
    number("misses"),  # prompts in a row without an answer
    moment("created_at", needed=True),
    sa.Index("ix_enrolments_client", "client_id", "status"),
)

slots = sa.Table(
    "slots",
    metadata,
    key(),
    programme(),
    client(),
    sa.Column("enrolment_id", sa.BigInteger, sa.ForeignKey("enrolments.id"), nullable=False),
    word("local_date"),
    number("n"),
    moment("due_at", needed=True),
    moment("not_after", needed=True),
    word("state", "planned"),  # planned | held | prompted | skipped | expired | unsure
    maybe("reason"),
    number("conversation_id", None),
    number("outbox_id", None),
    moment("settled_at"),
    number("point_id", None),  # the way it is asked again by, when the first way brought no answer
    sa.UniqueConstraint("enrolment_id", "local_date", "n"),
    sa.Index("ix_slots_client", "client_id", "due_at"),
)

answers = sa.Table(
    "answers",
    metadata,
    key(),
    programme(),
    client(),
    number("plan_id", None),
    number("goal_id", None),
    number("activity_id", None),  # the enrolment: CarePlan.activity
    number("appointment_id", None),
    number("conversation_id"),
    number("received_id"),
    word("flow"),
    number("flow_version"),
    word("code"),
    sealed("raw_sealed"),
    sealed("value_sealed"),  # JSON; None while unread
    maybe("unit"),
    sa.Column("confidence", sa.Float, nullable=False),
    word("how"),  # the reason code of the reading
    word("action"),  # accept | confirm | ask | person
    number("corrected_by", None),
    number("corrects_id", None),
    moment("at", needed=True),
    maybe("instrument"),  # a published questionnaire, else None
    maybe("edition"),  # the publisher's version of it
    maybe("item_code"),  # LOINC, with "(unverified)" where nobody has compared it
    maybe("language_version"),  # "en official", "es unvalidated"
    json("derived_from"),  # ids, as strings, of the answers that a total was made of
    maybe("measure"),  # what of the body it measures: bot/concerns/readings.yaml
    sa.Index("ix_answers_client", "client_id", "at"),
)

thresholds = sa.Table(
    "thresholds",
    metadata,
    key(),
    programme(),
    client(),
    word("measure"),
    number("version", 1),  # the newest counts; older ones say what a finding was judged by
    sealed("limits_sealed"),  # JSON: limit → number, None takes the default away
    sealed("source_sealed"),  # who decided it, and why
    number("by_id"),
    moment("at", needed=True),
    sa.UniqueConstraint("client_id", "measure", "version"),
)

contacts = sa.Table(
    "contacts",
    metadata,
    key(),
    programme(),
    client(),
    number("by_id"),
    word("how"),  # phone | visit | other
    number("reached", 1),  # whether the client was really spoken with
    sealed("note_sealed"),
    moment("at", needed=True),  # when it was, which may be before it was written down
    moment("logged_at", needed=True),
    sa.Index("ix_contacts_client", "client_id", "at"),
)

tasks = sa.Table(
    "tasks",
    metadata,
    key(),
    programme(),
    sa.Column("client_id", sa.BigInteger, sa.ForeignKey(_CLIENT)),
    word("kind"),  # transport | reschedule | silent | stopped | undeliverable | telegram_not_opened | ...
    number("ref_id"),  # what it is about; one open item of a kind about a thing
    number("owner_id"),
    sealed("note_sealed"),
    moment("opened_at", needed=True),
    moment("due_at"),
    moment("closed_at"),
    number("closed_by", None),
    maybe("outcome"),
    sa.Index("ix_tasks_owner", "programme_id", "owner_id", "closed_at"),
    sa.Index("ix_tasks_client", "client_id"),
    sa.Index(
        "uq_tasks_open", "programme_id", "kind", "ref_id", unique=True,
        sqlite_where=sa.text("closed_at IS NULL"), postgresql_where=sa.text("closed_at IS NULL"),
    ),
)  # fmt: skip

notes = sa.Table(
    "notes",
    metadata,
    key(),
    programme(),
    client(),
    number("by_id"),
    sealed("text_sealed"),
    moment("at", needed=True),
    sa.Index("ix_notes_client", "client_id", "at"),
)
