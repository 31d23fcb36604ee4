"""Whether a programme may begin: what stands in its way, and what should be known, each in a sentence that says what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import resources
from typing import Any, Literal

from sqlalchemy import Connection

from bot.errors import NotFound
from bot.flow_store import latest
from bot.flows.load import known
from bot.house import House
from bot.instrument_gate import gaps, gate_of
from storage import people
from storage import schema as t

LINE_OLD = timedelta(days=180)
"""A confirmation of a crisis line older than this is shown as a warning: public lists print dead numbers for years."""
TEST_OLD = timedelta(days=30)
CONSENT_FLOW = "welcome"


@dataclass(frozen=True, slots=True)
class Finding:
    """level: a fault keeps the programme from being activated, a warning does not. about: a code for scripts."""

    level: Literal["fault", "warning"]
    about: str
    sentence: str


def fault(about: str, sentence: str) -> Finding:
    """It cannot be activated like this."""
    return Finding("fault", about, sentence)


def warning(about: str, sentence: str) -> Finding:
    """It can, but somebody should know."""
    return Finding("warning", about, sentence)


def findings(connection: Connection, house: House, programme_id: int, now: datetime) -> tuple[Finding, ...]:
    """Everything found, faults first."""
    programme = people.by_id(connection, t.programmes, programme_id)
    if programme is None:
        raise NotFound(f"programme {programme_id}: there is none of that id")
    clients = [one for one in people.of_programme(connection, t.clients, programme_id) if one["status"] in ("active", "paused")]
    staff = [one for one in people.of_programme(connection, t.users, programme_id) if one["status"] == "active"]
    points = people.of_programme(connection, t.contact_points, programme_id)
    found = [
        *_languages(house, programme, clients),
        *_crisis_lines(people.of_programme(connection, t.crisis_lines, programme_id), programme, clients, now),
        *_senders(house, people.of_programme(connection, t.senders, programme_id)),
        *_instruments(connection, programme, now),
        *_staff(staff, [one for one in points if one["owner_kind"] == "user"], clients, programme, now),
    ]
    return tuple(sorted(found, key=lambda one: one.level == "warning"))


def _instruments(connection: Connection, programme: dict[str, Any], now: datetime) -> Iterator[Finding]:
    asked = {one["flow"] for one in people.of_programme(connection, t.enrolments, programme["id"]) if one["status"] == "active"}
    forms = [flow.instrument for name, flow in known().items() if name in asked and flow.instrument is not None]
    if any(form.gated for form in forms):
        for sentence in gaps(connection, programme["id"], gate_of(programme), now):
            yield fault("instrument_gate", f"Clients are enrolled in a gated questionnaire: {sentence}.")


def _languages(house: House, programme: dict[str, Any], clients: list[dict[str, Any]]) -> Iterator[Finding]:
    try:
        latest(CONSENT_FLOW)
    except NotFound:
        yield fault("consent_texts", f"The flow {CONSENT_FLOW!r}, which asks for consent, is missing.")
        return
    lexicons = resources.files("bot").joinpath("concerns", "lexicons")
    for language in programme["languages"] or [programme["language"]]:
        base = language.replace("-", "_").split("_")[0].lower()
        if not house.words.whole(language):
            say = "translate it (docs/how-to/translate.md), or leave the language out"
            yield fault("consent_texts", f"The consent text is not complete in {language}: {say}.")
        elif not house.words.review_state(language).startswith("reviewed"):
            yield warning("review", f"The texts in {language} have not been reviewed by a clinician who speaks it.")
        if not lexicons.joinpath(f"{base}.yaml").is_file():
            yield warning("screening", f"There are no words of concern in {language}: only English ones are found in what clients write.")
    spoken = {one.lower() for one in programme["languages"] or [programme["language"]]}
    others = sorted({one["language"] for one in clients if one["language"].lower() not in spoken})
    if others:
        yield warning("languages", f"Some clients speak a language that the programme does not list: {', '.join(others)}.")


def _crisis_lines(
    lines: list[dict[str, Any]], programme: dict[str, Any], clients: list[dict[str, Any]], now: datetime
) -> Iterator[Finding]:
    countries = {one["country"] for one in clients if one["country"]} | {(programme["settings"] or {}).get("country", "")} - {""}
    confirmed = {one["country"]: one for one in lines if one["confirmed_at"] is not None}
    if not countries and not confirmed:
        yield fault("crisis_line", "No crisis line is confirmed: say `checkline crisis-line confirm` for the country where clients live.")
    for country in sorted(countries - confirmed.keys()):
        say = f"`checkline crisis-line confirm {country}`, or the same with --local-only where there is no line"
        yield fault("crisis_line", f"No crisis line is confirmed for {country}, where clients live: say {say}.")
    for country, line in sorted(confirmed.items()):
        if line["local_only"] and country in countries:
            yield warning("local_only", f"Clients in {country} are told the emergency number alone: no crisis line was chosen.")
        days = (now - line["confirmed_at"]).days
        if now - line["confirmed_at"] > LINE_OLD:
            yield warning("crisis_line_old", f"The crisis line of {country} was confirmed {days} days ago: dial it, and confirm it again.")
    unknown = sum(1 for one in clients if not one["country"])
    if unknown:
        yield warning("country", f"{unknown} clients have no country: in a crisis they are told to call their local emergency number.")


def _senders(house: House, senders: list[dict[str, Any]]) -> Iterator[Finding]:
    if not senders:
        yield fault("sender", "There is no sender: say `checkline sender add`.")
    for one in senders:
        if one["paused_at"] is not None:
            yield warning("sender_paused", f"Sender {one['id']} is paused: say `checkline sender resume {one['id']}`.")
    outside = [one for one in senders if one["provider"] != "simulated" and not one["base_url"]]
    if outside and not house.public_url.startswith("https://"):
        say = "set CHECKLINE_PUBLIC_URL to the https address that they reach us at"
        yield warning("public_url", f"Providers cannot bring us what clients write: {say}.")


def _staff(
    staff: list[dict[str, Any]], points: list[dict[str, Any]], clients: list[dict[str, Any]], programme: dict[str, Any], now: datetime
) -> Iterator[Finding]:
    if programme["kind"] == "demo":
        return
    if not any(one["role"] == "case_manager" for one in staff):
        yield fault("manager", "There is no case manager: say `checkline manager add`.")
    last = [one for one in staff if one["role"] in ("supervisor", "administrator")]
    if not last:
        yield fault("ladder", "The ladder ends with nobody: add a supervisor with `checkline manager add --role supervisor`.")
    reached = {one["owner_id"] for one in points if tested(one, now)}
    if last and not any(one["id"] in reached for one in last):
        say = "say `checkline manager test` for one, who then answers with the code, while the service runs"
        yield fault("ladder", f"No supervisor or administrator has answered a test alert in the last {TEST_OLD.days} days: {say}.")
    assigned = {one["manager_id"] for one in clients}
    silent = sorted(one["sign_in"] or str(one["id"]) for one in staff if one["id"] in assigned and one["id"] not in reached)
    if silent:
        yield warning("manager_untested", f"These case managers have not answered a test alert lately: {', '.join(silent)}.")


def tested(point: dict[str, Any], now: datetime) -> bool:
    """Whether alerts are known to reach somebody by this contact point."""
    usable = point["status"] in ("active", "verified") and point["address_id"] is not None
    return usable and point["tested_at"] is not None and now - point["tested_at"] <= TEST_OLD
