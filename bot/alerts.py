"""Alerts to staff: initials or a code, the severity, a link, a way to acknowledge. Never what the client wrote, nor about what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot import compose, texts
from bot.alarm import Point, StaffMember
from bot.house import House
from bot.values import Category, ChannelKind, MessageClass, Purpose, Severity
from storage.crypto import DataKey
from storage.flags import Raised
from storage.outbox import Draft

SHARED = texts.SHARED_PHONE
UNKNOWN = texts.A_STRANGER


@dataclass(frozen=True, slots=True)
class AlertMaker:
    """
    Makes the alerts of one flag; `bot.changes.MakeAlert`.

    who: the client's code. keys: the data key of each member of staff it may go to.
    owner: the name of the person who did not answer, for an escalation; empty where nobody is named.
    in_english: our crisis reply was, for want of one in the client's language.
    """

    house: House
    programme_id: int
    who: str
    severity: Severity
    category: str
    keys: Mapping[int, DataKey]
    now: datetime
    stopped: bool = False
    owner: str = ""
    in_english: bool = False

    def __call__(self, member: StaffMember, point: Point, raised: Raised, kind: str) -> Draft:
        words, language = self.house.words, member.language
        msgid, values = self._text(raised, kind)
        said = [words.say(msgid, language, values), *([words.say(texts.ALERT_IN_ENGLISH, language)] if self.in_english else [])]
        line = compose.Line(
            programme_id=self.programme_id,
            sender_id=point.sender_id,
            channel=ChannelKind(point.channel),
            address_id=point.address_id,
            key=self.keys[member.id],
            language=language,
            zone=member.zone,
            user_id=member.id,
        )
        buttons = line.channel is ChannelKind.telegram
        return compose.message(
            self.house,
            line,
            cls=MessageClass.alert,
            kind=f"alert:{kind}",
            text="\n".join(said),
            now=self.now,
            purpose=Purpose.service,
            labels=[words.say(texts.ACKNOWLEDGE, language)] if buttons else (),
            tokens=[acknowledge_token(raised.code)] if buttons else (),
            flag_id=raised.flag_id,
            exempt=("rung",),
            extra={"severity": int(self.severity)},
        )

    def _text(self, raised: Raised, kind: str) -> texts.Said:
        link = f"{self.house.public_url}/flags/{raised.flag_id}"
        careful = self.category == Category.violence
        plain: dict[str, object] = {
            "severity": texts.SEVERITIES.get(self.severity, texts.REVIEW),
            "who": self.who,
            "code": str(raised.code),
            "link": link,
        }
        if kind == "no_reply":
            return texts.ALERT_NO_REPLY, plain
        after = {"escalation": texts.ALERT_ESCALATED, "lapsed": texts.ALERT_LAPSED}.get(kind)
        if after is not None and not careful and self.owner:
            return after, {**plain, "owner": self.owner}
        if kind == "woken" and not careful:
            return texts.ALERT_WOKEN, plain
        return texts.staff_alert(
            self.severity, who=self.who, code=raised.code, link=link, careful=careful, stopped=self.stopped, again=kind == "again"
        )


def acknowledge_token(code: int) -> str:
    """What the button under an alert carries."""
    return f"a.{code}"
