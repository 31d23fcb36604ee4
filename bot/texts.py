"""
Every text that the house itself says to clients and staff. What the flows say is in the flows.

Each text is a whole English sentence or several, and is the msgid of its translations in `bot/locales`. Texts to clients are
short, plain (sixth grade at most) and inside GSM-7. The clinical ones are ours and await a clinician's review in each language.
This module says which text fits; `bot/locales/words.py` says it in a language.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cache
from typing import TypeAlias
from zoneinfo import ZoneInfo

from bot.locales.words import Msgid, Words
from bot.values import CrisisReply, Severity

Said: TypeAlias = tuple[str, dict[str, object]]
"""A msgid, and the values for its placeholders."""


@dataclass(frozen=True, slots=True)
class Plural:
    """A text that depends on `%(count)s`: say it with `Words.say_count(text.one, text.many, count, …)`."""

    one: str
    many: str


def msg(text: str) -> Msgid:
    """Mark a text for translation."""
    return Msgid(text)


def msgs(one: str, many: str) -> Plural:
    """Mark a text with its plural for translation."""
    return Plural(one, many)


# Words that stand in for a value.

# Translators: Stands where the case manager's name would: "We have sent this to your case manager". Use words that fit any gender.
YOUR_CASE_MANAGER = msg("your case manager")
# Translators: Stands where a number would: "call your local emergency number".
LOCAL_EMERGENCY_NUMBER = msg("your local emergency number")
# Translators: Stands after "by": "who will see it by 3:45 PM today".
BY_TODAY = msg("%(time)s today")
# Translators: Stands after "by": "who will see it by 9:00 AM tomorrow".
BY_TOMORROW = msg("%(time)s tomorrow")
# Translators: Stands after "by": "who will see it by 9:00 AM on Monday, May 4".
BY_DAY = msg("%(time)s on %(day)s")

# Crisis replies. Never methods, never "why", no judgement, no diagnosis, no promise of secrecy.

# Translators: Crisis reply, self-harm. Warm, plain, no blame. %(line)s is the name of the crisis line, %(call)s and %(text)s its numbers.
# "This line" is ours, not the crisis line: keep it before the crisis line's name, or somebody may think that nobody answers there.
R1_BOTH = msg(
    "Thank you for telling us. That sounds very hard, and you are not alone. "
    "This line is not watched all the time, so please call %(call)s or text %(text)s now (%(line)s). "
    "If you are in danger, call %(emergency)s. We have sent this to %(manager)s, who will see it by %(by)s."
)
# Translators: Crisis reply, self-harm, where the crisis line takes calls only.
R1_CALL = msg(
    "Thank you for telling us. That sounds very hard, and you are not alone. "
    "This line is not watched all the time, so please call %(call)s now (%(line)s). "
    "If you are in danger, call %(emergency)s. We have sent this to %(manager)s, who will see it by %(by)s."
)
# Translators: Crisis reply, self-harm, where the crisis line takes texts only.
R1_TEXT = msg(
    "Thank you for telling us. That sounds very hard, and you are not alone. "
    "This line is not watched all the time, so please text %(text)s now (%(line)s). "
    "If you are in danger, call %(emergency)s. We have sent this to %(manager)s, who will see it by %(by)s."
)
# Translators: Crisis reply, self-harm, where no crisis line is known.
R1_LOCAL = msg(
    "Thank you for telling us. That sounds very hard, and you are not alone. "
    "This line is not watched all the time, so please call %(emergency)s now, or go to the nearest hospital. "
    "We have sent this to %(manager)s, who will see it by %(by)s."
)
# Translators: Crisis reply to somebody who writes about another person who may harm themselves.
R1_OTHER_BOTH = msg(
    "Thank you for telling us. It is right to ask for help for someone else. "
    "This line is not watched all the time: if they are in danger now, call %(emergency)s. "
    "You or they can also call %(call)s or text %(text)s (%(line)s). "
    "We have sent this to %(manager)s, who will see it by %(by)s."
)
# Translators: Crisis reply about another person, where the crisis line takes calls only.
R1_OTHER_CALL = msg(
    "Thank you for telling us. It is right to ask for help for someone else. "
    "This line is not watched all the time: if they are in danger now, call %(emergency)s. "
    "You or they can also call %(call)s (%(line)s). "
    "We have sent this to %(manager)s, who will see it by %(by)s."
)
# Translators: Crisis reply about another person, where the crisis line takes texts only.
R1_OTHER_TEXT = msg(
    "Thank you for telling us. It is right to ask for help for someone else. "
    "This line is not watched all the time: if they are in danger now, call %(emergency)s. "
    "You or they can also text %(text)s (%(line)s). "
    "We have sent this to %(manager)s, who will see it by %(by)s."
)
# Translators: Crisis reply about another person, where no crisis line is known.
R1_OTHER_LOCAL = msg(
    "Thank you for telling us. It is right to ask for help for someone else. "
    "This line is not watched all the time: if they are in danger now, call %(emergency)s. "
    "We have sent this to %(manager)s, who will see it by %(by)s."
)
# Translators: Crisis reply, medical emergency or danger to another person. The number comes first.
R2 = msg(
    "Please call %(emergency)s now. This may be an emergency. Thank you for telling us. "
    "This line is not watched all the time. We have sent this to %(manager)s, who will see it by %(by)s."
)
# Translators: Crisis reply, violence. Somebody else may read the phone: name nothing, quote nothing, name no person.
R3 = msg(
    "Thank you for telling us. Someone will contact you by %(by)s. In danger, call %(emergency)s. This line is not watched all the time."
)
# Translators: Crisis reply, no food, water, shelter or medicine today. %(manager)s will call.
R4 = msg(
    "Thank you for telling us. You will get a call from %(manager)s by %(by)s. "
    "This line is not watched all the time. In an emergency, call %(emergency)s."
)
# Translators: Said when critical messages go on after a crisis reply. One short line.
AGAIN_CALL = msg("We have told our team again. Please call %(number)s now.")
# Translators: The same, where the crisis line takes texts only.
AGAIN_TEXT = msg("We have told our team again. Please text %(number)s now.")
# Translators: The same after violence: name nothing.
AGAIN_NEUTRAL = msg("We have told our team again. In danger, call %(number)s.")
# Translators: The same, for somebody without food, shelter or medicine.
AGAIN_NEEDS = msg("We have told our team again. In an emergency, call %(number)s.")

# Answers to what the client asks of the line itself.

# Translators: Confirms STOP. START stays in Latin capitals: it always works.
STOPPED = msg(
    "You will get no more messages from %(programme)s. To get them again, send START. "
    "You can still write here. This line is not watched all the time. In an emergency, call %(emergency)s."
)
# Translators: Confirms START. STOP and HELP stay in Latin capitals.
STARTED = msg("You will get messages from %(programme)s again. To stop, send STOP. For help, send HELP.")
# Translators: Answers HELP, with a crisis line that takes calls and texts.
HELP_BOTH = msg(
    "This is %(programme)s. Nobody watches this line all the time. In an emergency, call %(emergency)s. "
    "In a crisis, call %(call)s or text %(text)s (%(line)s). We have told %(manager)s that you asked for help; "
    "write here what you need. To stop, send STOP."
)
# Translators: Answers HELP, with a crisis line that takes calls only.
HELP_CALL = msg(
    "This is %(programme)s. Nobody watches this line all the time. In an emergency, call %(emergency)s. "
    "In a crisis, call %(call)s (%(line)s). We have told %(manager)s that you asked for help; "
    "write here what you need. To stop, send STOP."
)
# Translators: Answers HELP, with a crisis line that takes texts only.
HELP_TEXT = msg(
    "This is %(programme)s. Nobody watches this line all the time. In an emergency, call %(emergency)s. "
    "In a crisis, text %(text)s (%(line)s). We have told %(manager)s that you asked for help; "
    "write here what you need. To stop, send STOP."
)
# Translators: Answers HELP, where no crisis line is known.
HELP_LOCAL = msg(
    "This is %(programme)s. Nobody watches this line all the time. In an emergency, call %(emergency)s. "
    "We have told %(manager)s that you asked for help; write here what you need. To stop, send STOP."
)
# Translators: The client asks us to erase what we hold about them. Promise a person, not the outcome.
FORGET = msg("We got your request to erase what we know about you. A person from %(programme)s will look at it and contact you.")
# Translators: A death or another loss. Quiet and kind, nothing cheerful.
LOSS = msg(
    "We are very sorry for your loss. You do not need to answer our questions. We have told %(manager)s. "
    "If you would like a call, write it here. This line is not watched all the time."
)
# Translators: Answers a phone number that we do not know.
UNKNOWN_NUMBER = msg(
    "This is %(programme)s. We do not know this number, so our team will read your message. "
    "This line is not watched all the time. In an emergency, call %(emergency)s."
)
# Translators: Answers a photo, voice message or sticker.
MEDIA = msg(
    "We got your message, but nobody has heard or seen it yet. Please write it in words. "
    "This line is not watched all the time. In an emergency, call %(emergency)s."
)
# Translators: A button under a question that is closed.
LATE_BUTTON = msg("That question is closed now. You can still write to us here.")
# Translators: The last automatic answer for a while, after very many messages.
LOOP_GUARD = msg(
    "We got your messages and a person will read them. We will not answer each one. "
    "This line is not watched all the time. In an emergency, call %(emergency)s."
)
# Translators: Answers "thank you".
THANKS = msg("You are welcome.")
# Translators: Answers what fits no question.
UNREAD = msg("Thank you. Your case manager will see this. This line is not watched all the time.")
# Translators: Said in the new language. Name YOUR language here, not English.
LANGUAGE_SWITCHED = msg("From now on we will write to you in English.")

# Answers to what the client asks in their own words.

# Translators: The client can't answer now. %(when)s is like "3:45 PM today".
LATER = msg("All right, later then. We will ask you again around %(when)s.")
# Translators: The client has put off the same question twice already.
LATER_OPEN = msg("All right. You can answer whenever it suits you.")
# Translators: The client would like our messages at another time of day. %(manager)s is the case manager.
ANOTHER_TIME = msg("Thank you for telling us. We have told %(manager)s that another time of day suits you better.")
# Translators: Reads a time of day back. Answered with 1 Yes or 2 No.
ANOTHER_TIME_ASK = msg("Shall we send you check-ins at %(time)s from now on? Please answer with a number.")
# Translators: The client said yes to a time of day.
ANOTHER_TIME_SET = msg("Thank you. From now on check-ins come at %(time)s.")
# Translators: The client asks for a pause and named no date. START stays in Latin capitals.
PAUSED = msg(
    "All right, we will send you no check-ins and no reminders for now. %(manager)s will ask you when to go on. "
    "To go on sooner, send START. You can still write here."
)
# Translators: The client asks for a pause until a day. START stays in Latin capitals.
PAUSED_UNTIL = msg(
    "All right, we will send you no check-ins and no reminders until %(date)s. "
    "We have told %(manager)s. To go on sooner, send START. You can still write here."
)
# Translators: The client sent START during a pause.
GOING_ON = msg("Thank you. We will send you check-ins and reminders again.")
# Translators: The client needs another time. %(manager)s is the case manager.
CHANGE = msg("Thank you for telling us. %(manager)s will contact you to find a better time.")
# Translators: The client can't come, and has several appointments. They follow, numbered.
CHANGE_WHICH = msg("Which appointment do you mean? Please answer with a number.")
# Translators: The client asks to be called. %(by)s is like "3:45 PM today".
CALL = msg("Thank you. You will get a call from %(manager)s by %(by)s. In an emergency, call %(emergency)s.")
# Translators: The client asks something that a person must answer. %(by)s is like "3:45 PM today".
QUESTION = msg(
    "Thank you for your question. %(manager)s will answer you by %(by)s. "
    "This line is not watched all the time. In an emergency, call %(emergency)s."
)
# Translators: Answers "who is this?". Tells how to say that the number is wrong.
WHO = msg(
    "This is %(programme)s. You agreed to get messages from us, and this is where you can write to us. "
    "%(manager)s works with you and reads them. If you do not know us, write: wrong number."
)
# Translators: Answers "who is this?" where somebody else may read the phone: names no person and no purpose.
WHO_NEUTRAL = msg("This is %(programme)s. We write to people who agreed to it. If you do not know us, write: wrong number.")
# Translators: Answers "who sees what I write?". Promises no secrecy.
PRIVACY = msg(
    "%(manager)s and the team of %(programme)s can read what you write here. "
    "So can anybody who has your phone in hand. If you want to ask more, write it here and a person will answer."
)
# Translators: Answers "who sees what I write?" where somebody else may read the phone: names no person.
PRIVACY_NEUTRAL = msg(
    "The team of %(programme)s can read what you write here. "
    "So can anybody who has your phone in hand. If you want to ask more, write it here and a person will answer."
)
# Translators: Somebody says that they are not the person we look for. Name nobody.
WRONG_NUMBER = msg("Sorry for the trouble. %(programme)s will not write to you here again.")
# Translators: The languages follow, each with its own name, numbered.
LANGUAGE_WHICH = msg("Which language shall we write in? Please answer with a number.")
# Translators: The client asks for a language that we do not write. Those that we do follow, numbered.
LANGUAGE_NOT_OURS = msg("Sorry, we can't write in that language yet. Which of these shall we use? Please answer with a number.")
# Translators: The client corrected the last answer. %(value)s is the new one: a number, or an answer as it was shown.
CORRECTED = msg("Thank you, we have changed your answer to: %(value)s")

# Getting in touch.

# Translators: Asks for the code printed on the sheet, before private messages are sent to a new chat.
CHECK_CODE = msg("This is %(programme)s. To keep your messages private, please send the code from your sheet.")
# Translators: Asks for the birth date, before private messages are sent to a new chat. Give an example in your country's order.
CHECK_BIRTH_DATE = msg("This is %(programme)s. To keep your messages private, please send your date of birth, like 31 12 1980.")
# Translators: The code or birth date was right.
CHECK_RIGHT = msg("Thank you. This chat is ready. To stop, send STOP. For help, send HELP.")
# Translators: The code or birth date was wrong. %(count)s tries are left.
CHECK_WRONG = msgs("That did not match. You have one more try.", "That did not match. You have %(count)s more tries.")
# Translators: The code or birth date was wrong three times.
CHECK_PERSON = msg("That did not match. A person from %(programme)s will contact you.")
# Translators: An SMS that invites to Telegram. The link stands on a line of its own.
TELEGRAM_INVITATION = msg("%(programme)s can also write to you on Telegram. To set it up, open this link within 7 days:\n%(link)s")
# Translators: The first message of all, before consent. %(count)s is the most messages a week.
INVITATION = msgs(
    "Hi %(name)s, this is %(programme)s. May we send you check-ins and reminders, at most one message a week? Send 1 for yes, 2 for no. "
    "This line is not watched all the time. In an emergency, call %(emergency)s. To stop, send STOP. For help, send HELP.",
    "Hi %(name)s, this is %(programme)s. May we send you check-ins and reminders, at most %(count)s messages a week? "
    "Send 1 for yes, 2 for no. "
    "This line is not watched all the time. In an emergency, call %(emergency)s. To stop, send STOP. For help, send HELP.",
)
# Translators: A draft that the case manager sends the day after a crisis. Name nothing of what was said.
FOLLOW_UP = msg(
    "Hi %(name)s, this is %(manager)s from %(programme)s. I am thinking of you. How are you today? "
    "You can write to me here, or tell me a good time to call."
)

# Translators: The same draft after a medical emergency. Name nothing of what was said.
FOLLOW_UP_WELL = msg(
    "Hi %(name)s, this is %(manager)s from %(programme)s. I would like to know how you are doing today. "
    "You can write to me here, or tell me a good time to call."
)
# Translators: The same draft for somebody who was without food, shelter or medicine. Name nothing of it.
FOLLOW_UP_NEEDS = msg(
    "Hi %(name)s, this is %(manager)s from %(programme)s. I would like to know how things are today, and whether I can help. "
    "You can write to me here, or tell me a good time to call."
)

# To staff. No health content, no client's name: initials or a code.

# Translators: To staff. How grave a flag is.
CRITICAL = msg("CRITICAL")
# Translators: To staff. How grave a flag is.
HIGH = msg("HIGH")
# Translators: To staff. How grave a flag is.
REVIEW = msg("REVIEW")
# Translators: To staff. %(who)s is initials. The letter A stays Latin.
ALERT = msg("Checkline: %(severity)s flag for %(who)s. Reply A %(code)s to acknowledge. %(link)s")
# Translators: To staff. Stands where initials would, when several clients share the phone.
SHARED_PHONE = msg("someone at a shared phone")
# Translators: To staff. Stands where initials would, when we do not know the number.
A_STRANGER = msg("an unknown number")
# Translators: To staff, after violence was reported.
ALERT_CAREFUL = msg(
    "Checkline: %(severity)s flag for %(who)s. Do not text about it: agree how to talk. Reply A %(code)s to acknowledge. %(link)s"
)
# Translators: To staff. The client also asked to stop all messages.
ALERT_STOPPED = msg("Checkline: %(severity)s flag for %(who)s, who also sent STOP. Reply A %(code)s to acknowledge. %(link)s")
# Translators: To staff. There is a further critical message in a flag that they know.
ALERT_AGAIN = msg("Checkline: new %(severity)s message for %(who)s. Reply A %(code)s to acknowledge. %(link)s")
# Translators: To staff. Our reply to the client did not go out.
ALERT_NO_REPLY = msg("Checkline: %(who)s has had NO reply: phone them. Reply A %(code)s to acknowledge. %(link)s")
# Translators: To staff, after violence was reported. Our reply to the client did not go out. Name nothing, quote nothing.
ALERT_NO_REPLY_CAREFUL = msg(
    "Checkline: %(who)s has had NO reply. Do not text or phone about it before you know it is safe: agree how to talk."
    " Reply A %(code)s to acknowledge. %(link)s"
)
# Translators: To a supervisor. %(owner)s is the case manager, who has not answered.
ALERT_ESCALATED = msg("Checkline: %(severity)s flag for %(who)s, not acknowledged by %(owner)s. Reply A %(code)s to take it. %(link)s")
# Translators: To staff. %(owner)s took the flag on, and then no note, contact or closing followed.
ALERT_LAPSED = msg(
    "Checkline: %(severity)s flag for %(who)s, taken by %(owner)s, but nothing has followed. Reply A %(code)s to take it. %(link)s"
)
# Translators: To staff. The flag was put off until now.
ALERT_WOKEN = msg("Checkline: %(severity)s flag for %(who)s was put off until now. Reply A %(code)s to acknowledge. %(link)s")
# Translators: To staff. Stands on a line of its own under an alert: our words to the client were not in the client's language.
ALERT_IN_ENGLISH = msg("We had to answer them in English. Please speak to them in their own language.")
# Translators: To staff, by e-mail: subject and first line. %(code)s is the number of the flag.
MAIL_FLAG = msg("Checkline: %(severity)s flag %(code)s for %(who)s.")
# Translators: To staff, by e-mail: subject and first line. There is a further message in a flag that they know.
MAIL_AGAIN = msg("Checkline: new %(severity)s message for %(who)s in flag %(code)s.")
# Translators: To staff, by e-mail: subject and first line.
MAIL_CLIMBED = msg("Checkline: %(severity)s flag %(code)s for %(who)s has waited too long.")
# Translators: To staff, by e-mail: subject and first line. Our reply to the client did not go out.
MAIL_NO_REPLY = msg("Checkline: %(who)s has had NO reply: phone them. Flag %(code)s.")
# Translators: To staff, by e-mail: subject and first line. Our reply to the client did not go out.
MAIL_NO_REPLY_CAREFUL = msg("Checkline: %(who)s has had NO reply. Flag %(code)s.")
# Translators: To staff, by e-mail, after violence was reported. Name nothing, quote nothing.
MAIL_CAREFUL = msg("Do not text or phone about it before you know it is safe: agree how to talk.")
# Translators: To staff, by e-mail, about a client. STOP is the keyword.
MAIL_STOPPED = msg("They also sent STOP.")
# Translators: To staff, by e-mail. "Acknowledge" is the button on the page. The link stands on a line of its own.
MAIL_LINK = msg("Open this page and press Acknowledge there. Opening it alone acknowledges nothing.\n%(link)s")
# Translators: To staff, by e-mail: subject and first line.
MAIL_TEST = msg("Checkline: do alerts reach you here?")
# Translators: To staff, by e-mail. The link stands on a line of its own.
MAIL_TEST_LINK = msg("Open this page and press the button there. The link works once, for 7 days.\n%(link)s")
# Translators: To staff: less urgent flags that came close together, told in one message.
ALERT_MORE = msgs("Checkline: %(count)s more flag waits for you. %(link)s", "Checkline: %(count)s more flags wait for you. %(link)s")
# Translators: To staff, in the morning. %(code)s are the numbers of flags that are not urgent: 12, 15.
DIGEST_FLAGS = msgs(
    "Checkline: %(count)s flag waits for your look: %(code)s. %(link)s",
    "Checkline: %(count)s flags wait for your look: %(code)s. %(link)s",
)
# Translators: To staff, in the morning: messages of clients that are worth a look, and no more than that.
DIGEST_NOTES = msgs(
    "Checkline: %(count)s message since yesterday is worth a look. %(link)s",
    "Checkline: %(count)s messages since yesterday are worth a look. %(link)s",
)
# Translators: To staff. The button under an alert.
ACKNOWLEDGE = msg("Acknowledge")
# Translators: To staff.
ACKNOWLEDGED = msg("Checkline: flag %(code)s is yours. Close it when you are done: %(link)s")
# Translators: To staff.
ACKNOWLEDGED_ALREADY = msg("Checkline: flag %(code)s was acknowledged by %(person)s at %(time)s.")
# Translators: To staff.
UNKNOWN_CODE = msg("Checkline: you have no open flag %(code)s. Check the number, or sign in: %(link)s")
# Translators: To staff, who wrote something that is no code.
STAFF_NO_CODE = msg("Checkline: what you write here reaches no client. To acknowledge a flag, reply A and its number.")
# Translators: To staff.
TEST_ALERT = msg("Checkline: this is a test. Reply A %(code)s to show that alerts reach you.")
# Translators: To staff.
TEST_PASSED = msg("Checkline: thank you. Alerts reach you here.")
# Translators: To staff. The link stands on a line of its own.
STAFF_INVITATION = msg("Checkline: to get your alerts on Telegram, open this link within 7 days:\n%(link)s")
# Translators: To staff.
STAFF_BOUND = msg("Checkline: this chat gets your alerts from now on.")

SEVERITIES: Mapping[Severity, Msgid] = {Severity.critical: CRITICAL, Severity.high: HIGH, Severity.review: REVIEW, Severity.info: REVIEW}
"""The word for each severity that alerts."""

_R1 = {
    False: {"both": R1_BOTH, "call": R1_CALL, "text": R1_TEXT, "local": R1_LOCAL},
    True: {"both": R1_OTHER_BOTH, "call": R1_OTHER_CALL, "text": R1_OTHER_TEXT, "local": R1_OTHER_LOCAL},
}
_HELP = {"both": HELP_BOTH, "call": HELP_CALL, "text": HELP_TEXT, "local": HELP_LOCAL}


@dataclass(frozen=True, slots=True)
class CrisisLine:
    """
    Where a client of a country finds help at once.

    name, call, text: of the crisis line; empty where it has none.
    emergency: the emergency number; empty, where the country is unknown: then "your local emergency number" is said.
    local_only: an administrator chose local-emergency wording, or confirmed no line: name, call and text are not said.
    """

    name: str = ""
    call: str = ""
    text: str = ""
    emergency: str = ""
    local_only: bool = False

    @property
    def way(self) -> str:
        """How the line is reached: both, call, text, or local for none."""
        if self.local_only or not (self.call or self.text):
            return "local"
        return "both" if self.call and self.text else "call" if self.call else "text"

    def values(self) -> dict[str, object]:
        """The placeholders that texts about it have."""
        return {"line": self.name, "call": self.call, "text": self.text, "emergency": self.emergency or LOCAL_EMERGENCY_NUMBER}


def crisis_reply(
    kind: CrisisReply, line: CrisisLine, by: str, manager: str = "", *, about_other: bool = False, again: bool = False
) -> Said:
    """
    What a client in a crisis gets at once.

    Args:
        kind: R1 to R4, as the finding says.
        line: confirmed for the country where the client lives; `CrisisLine()` when it is unknown.
        by: by when a person will really have seen it, out of hours too, in the client's language: see `by_when`.
        manager: who; empty says "your case manager".
        about_other: the client writes of somebody else in danger (R1 only).
        again: the short line for further critical messages within the episode.
    """
    values = {**line.values(), "by": by, "manager": manager or YOUR_CASE_MANAGER}
    if again:
        return _again(kind, line, values, about_other)
    if kind is CrisisReply.R1:
        return _R1[about_other][line.way], values
    return {CrisisReply.R2: R2, CrisisReply.R3: R3, CrisisReply.R4: R4}[kind], values


def _again(kind: CrisisReply, line: CrisisLine, values: dict[str, object], about_other: bool) -> Said:
    text = {CrisisReply.R3: AGAIN_NEUTRAL, CrisisReply.R4: AGAIN_NEEDS}.get(kind, AGAIN_CALL)
    number = values["emergency"]
    if kind is CrisisReply.R1 and not about_other and line.way != "local":
        text, number = (AGAIN_CALL, line.call) if line.call else (AGAIN_TEXT, line.text)
    return text, {**values, "number": number}


def help_answer(line: CrisisLine, programme: str, manager: str = "") -> Said:
    """What HELP answers: who we are, that nobody watches all the time, numbers, a person, how to stop."""
    return _HELP[line.way], {**line.values(), "programme": programme, "manager": manager or YOUR_CASE_MANAGER}


def staff_alert(
    severity: Severity, *, who: str, code: int | str, link: str, careful: bool = False, stopped: bool = False, again: bool = False
) -> Said:
    """
    The alert of a flag.

    who: initials or the client's code, never a name. careful: violence; stopped: the same message said STOP;
    again: a further critical message in a flag already told. Careful outweighs the others.
    """
    text = ALERT_CAREFUL if careful else ALERT_STOPPED if stopped else ALERT_AGAIN if again else ALERT
    return text, {"severity": SEVERITIES.get(severity, REVIEW), "who": who, "code": str(code), "link": link}


def by_when(words: Words, moment: datetime, now: datetime, language: str, zone: tzinfo | str) -> str:
    """A deadline as it stands after "by": "3:45 PM today", in the client's language and zone. moment, now: aware."""
    local = ZoneInfo(zone) if isinstance(zone, str) else zone
    days = (moment.astimezone(local).date() - now.astimezone(local).date()).days
    values = {"time": words.time(moment, language, local), "day": words.day(moment, language, local)}
    return words.say(BY_TODAY if days <= 0 else BY_TOMORROW if days == 1 else BY_DAY, language, values)


def name_of(msgid: str) -> str:
    """What a text of this module is called; empty for any other."""
    return _names().get(msgid, "")


@cache
def _names() -> dict[str, str]:
    return {str(text): name for name, text in all_texts().items()}


def wording_hash(wording: str) -> str:
    """What tells one wording of a text from another: the first twelve digits of its SHA-256."""
    return hashlib.sha256(wording.encode()).hexdigest()[:12]


def all_texts() -> dict[str, Msgid | Plural]:
    """Every text of this module by its name, in the order written."""
    return {name: text for name, text in globals().items() if name.isupper() and isinstance(text, Msgid | Plural)}
