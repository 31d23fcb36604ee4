"""Alerts to staff: initials or a code, the severity, a link, a way to acknowledge. Never what the client wrote, nor about what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot import compose, texts
from bot.alarm import Point, StaffMember
from bot.house import House
from bot.locales.words import Msgid
from bot.values import Category, ChannelKind, MessageClass, Purpose, Severity
from storage.crypto import DataKey
from storage.flags import Raised
from storage.outbox import Draft

SHARED = texts.SHARED_PHONE
UNKNOWN = texts.A_STRANGER
CLIMBED = ("escalation", "lapsed")
"""Kinds of alert that say: somebody else has not answered."""
PARAGRAPH = "\n\n"


@dataclass(frozen=True, slots=True)
class AlertMaker:
    """
    Makes the alerts of one flag; `bot.changes.MakeAlert`.

    who: the client's code. keys: the data key of each member of staff it may go to.
    owner: the name of the person who did not answer, for an escalation; empty where nobody is named.
    in_english: our crisis reply was, for want of one in the client's language. no_words: none could be made.
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
    no_words: bool = False

    def __call__(self, member: StaffMember, point: Point, raised: Raised, kind: str) -> Draft:
        words, language = self.house.words, member.language
        line = line_to(self.programme_id, member, point, self.keys[member.id])
        buttons = line.channel is ChannelKind.telegram
        said = "no_reply" if self.no_words else kind
        return compose.message(
            self.house,
            line,
            cls=MessageClass.alert,
            kind=f"alert:{kind}",
            text=self._mail(raised, said, language) if line.channel is ChannelKind.mail else self._text(raised, said, language),
            now=self.now,
            purpose=Purpose.service,
            labels=[words.say(texts.ACKNOWLEDGE, language)] if buttons else (),
            tokens=[acknowledge_token(raised.code)] if buttons else (),
            flag_id=raised.flag_id,
            exempt=("rung",),
            extra={"severity": int(self.severity)},
        )

    @property
    def careful(self) -> bool:
        """Whether somebody else may read the client's phone, and must not."""
        return self.category == Category.violence

    def _values(self, raised: Raised) -> dict[str, object]:
        return {
            "severity": texts.SEVERITIES.get(self.severity, texts.REVIEW),
            "who": self.who,
            "code": str(raised.code),
            "link": f"{self.house.public_url}/flags/{raised.flag_id}",
        }

    def _text(self, raised: Raised, kind: str, language: str) -> str:
        """By SMS and Telegram: one sentence with the reply code."""
        values, say = self._values(raised), self.house.words.say
        after = {"escalation": texts.ALERT_ESCALATED, "lapsed": texts.ALERT_LAPSED}.get(kind)
        if kind == "no_reply":
            said = say(texts.ALERT_NO_REPLY_CAREFUL if self.careful else texts.ALERT_NO_REPLY, language, values)
        elif after is not None and not self.careful and self.owner:
            said = say(after, language, {**values, "owner": self.owner})
        elif kind == "woken" and not self.careful:
            said = say(texts.ALERT_WOKEN, language, values)
        else:
            msgid, _ = texts.staff_alert(
                self.severity, who=self.who, code=raised.code, link="", careful=self.careful, stopped=self.stopped, again=kind == "again"
            )
            said = say(msgid, language, values)
        return "\n".join([said, *([say(texts.ALERT_IN_ENGLISH, language)] if self.in_english else [])])

    def _mail(self, raised: Raised, kind: str, language: str) -> str:
        """
        By mail: the first line is the subject, and the link leads to a page on which the flag is acknowledged. Mail lies
        about for years and is read by scanners: no colleague is named in it either.
        """
        values, say = self._values(raised), self.house.words.say
        first: Msgid = texts.MAIL_FLAG
        if kind == "no_reply":
            first = texts.MAIL_NO_REPLY_CAREFUL if self.careful else texts.MAIL_NO_REPLY
        elif kind in CLIMBED:
            first = texts.MAIL_CLIMBED
        elif kind == "again":
            first = texts.MAIL_AGAIN
        more = ((self.careful, texts.MAIL_CAREFUL), (self.stopped, texts.MAIL_STOPPED), (self.in_english, texts.ALERT_IN_ENGLISH))
        parts = [first, *(msgid for holds, msgid in more if holds), texts.MAIL_LINK]
        return PARAGRAPH.join(say(msgid, language, values) for msgid in parts)


def line_to(programme_id: int, member: StaffMember, point: Point, key: DataKey) -> compose.Line:
    """The way to a member of staff by one of their contact points."""
    return compose.Line(
        programme_id=programme_id,
        sender_id=point.sender_id,
        channel=ChannelKind(point.channel),
        address_id=point.address_id,
        key=key,
        language=member.language,
        zone=member.zone,
        user_id=member.id,
    )


def acknowledge_token(code: int) -> str:
    """What the button under an alert carries."""
    return f"a.{code}"
