"""Senders: the numbers and bots that a programme writes from. A demo has simulated ones only, a real programme never."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from bot.channels import registry
from bot.channels.channel import Checked, SenderConfig
from bot.errors import NotFound, WrongUse
from bot.house import House
from bot.lines import Lines, config_of
from bot.setting_up.given import COMMAND_LINE, Given, Made, trail
from bot.values import ChannelKind, Person
from storage import aftermath, audit, people
from storage import schema as t

CHANNELS = {"twilio": ChannelKind.sms, "telegram": ChannelKind.telegram, "mail": ChannelKind.mail}
RATES = {"twilio": 1.0, "telegram": 25.0, "mail": 5.0, "simulated": 10.0}
"""
Segments or messages a second: a Twilio long code takes 1, a Telegram bot about 30 (https://core.telegram.org/bots/faq). For
mail it is ours: far below what a mail server of one's own takes; the pace follows what the server says.
"""
RATE_MAX = 1000.0
PAUSED = "paused by a person"


def add_sender(
    house: House,
    programme_id: int,
    provider: str,
    *,
    address: str,
    account: str = "",
    secret: str = "",
    base_url: str = "",
    stop: str = "",
    rate: float | None = None,
    imitates: str = "sms",
    by: Person = COMMAND_LINE,
) -> Made:
    """
    Give a programme a sender; its secret is sealed with the programme's key.

    Args:
        stop: who answers STOP: provider | ours; empty: the provider where it is SMS by Twilio, else we.
        rate: segments a second (messages for Telegram); None: the provider's usual.
        imitates: sms | telegram, for a simulated sender.
    """
    now, ids = house.ports.clock.now(), house.ports.ids
    given = Given("sender")
    given.one_of("provider", provider, registry.PROVIDERS)
    given.one_of("imitates", imitates, [kind.value for kind in ChannelKind])
    stop = given.one_of("stop", stop or ("provider" if provider == "twilio" else "ours"), ("provider", "ours"))
    rate = RATES.get(provider, 1.0) if rate is None else rate
    if not 0 < rate <= RATE_MAX:
        given.fault("rate", f"write a number above 0 and up to {RATE_MAX:g}, in segments a second")
        rate = 1.0
    given.stop()
    secret = secret or (ids.token() if provider == "simulated" else "")
    channel = CHANNELS.get(provider, ChannelKind(imitates))
    address = address.strip().removeprefix("@") if channel is ChannelKind.telegram else address.strip()
    row: dict[str, Any] = {
        "id": ids.new(),
        "programme_id": programme_id,
        "provider": provider,
        "channel": channel.value,
        "address": address,
        "account": account.strip() or None,
        "base_url": base_url.strip() or None,
        "stop": stop,
        "rate_per_second": float(rate),
        "created_at": now,
    }
    _judge(given, config_of(row, secret, house.public_url, house.relay))

    def unit(connection: Connection) -> int:
        _may_have(connection, row)
        key = house.vault.key_for(connection, programme_id)
        people.add(connection, t.senders, {**row, "secret_sealed": house.vault.seal(key, "senders.secret", row["id"], secret)})
        said = trail(by, programme_id, "sender.add", f"sender {row['id']}", provider=provider)
        audit.append(connection, ids, **said, now=now)
        return int(row["id"])

    return Made(house.db.write(programme_id, unit), f"{provider} {channel.value}", tuple(given.notes))


def _judge(given: Given, config: SenderConfig) -> None:
    given.faults += registry.faults(config)
    if len(config.address) > 100 or not config.address:
        given.fault("address", "write the number or name that it sends from")
    given.stop()


def _may_have(connection: Connection, row: dict[str, Any]) -> None:
    programme = people.by_id(connection, t.programmes, row["programme_id"])
    if programme is None:
        raise NotFound("sender: there is no such programme")
    if not registry.allowed(row["provider"], programme["kind"]):
        other = "a simulated one" if programme["kind"] == "demo" else "one of twilio, telegram, mail"
        raise WrongUse(f"sender: this is a {programme['kind']} programme, which cannot have a {row['provider']} sender; give it {other}")
    if row["provider"] != "simulated" and people.sender_at(connection, row["provider"], row["address"]):
        raise WrongUse("sender: a programme has this number or bot already; a sender belongs to one programme, so use another")


def check_sender(house: House, sender_id: int) -> tuple[Checked, str]:
    """
    Ask the provider who we are, without sending anything, and have it bring us what clients write.

    Returns:
        What the provider says of us, and what a person still has to set there, or nothing.

    Raises:
        NotFound, WrongUse: no such sender, or a simulated one, which has nobody to ask.
        SendFailed: as `Channel.check`.
    """
    row = house.db.read(lambda connection: people.by_id(connection, t.senders, sender_id))
    if row is None:
        raise NotFound(f"sender {sender_id}: there is none of that id; `checkline sender list` shows them")
    if row["provider"] == "simulated":
        raise WrongUse(f"sender {sender_id}: it is simulated; there is no provider to ask")
    channel = Lines(house).channel(sender_id)
    return channel.check(), channel.connect()


def pause_sender(house: House, sender_id: int, *, paused: bool, by: Person = COMMAND_LINE) -> bool:
    """Pause a sender (nothing leaves by it, all waits), or resume it; False: it was so already."""
    now = house.ports.clock.now()

    def unit(connection: Connection) -> bool:
        row = people.by_id(connection, t.senders, sender_id)
        if row is None:
            raise NotFound(f"sender {sender_id}: there is none of that id")
        if (row["paused_at"] is not None) == paused:
            return False
        people.change(connection, t.senders, sender_id, paused_at=now if paused else None, paused_reason=PAUSED if paused else None)
        if not paused:
            aftermath.resumed(connection, row["programme_id"], sender_id, by.id, now)
        said = trail(by, row["programme_id"], "sender.pause" if paused else "sender.resume", f"sender {sender_id}")
        audit.append(connection, house.ports.ids, **said, now=now)
        return True

    return house.db.write(sender_id, unit)
