"""
Twilio's messaging API, as documented, on loopback. `python -m tests.fakes.twilio --port 8400` runs it by itself.

Messages: https://www.twilio.com/docs/messaging/api/message-resource · errors: https://www.twilio.com/docs/api/errors
Webhooks: https://www.twilio.com/docs/messaging/guides/webhook-request · signatures: https://www.twilio.com/docs/usage/security
STOP filter: https://help.twilio.com/articles/223134027-Twilio-support-for-opt-out-keywords-SMS-STOP-filtering-
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import itertools
import re
import threading
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from twilio.request_validator import RequestValidator

from tests.fakes.server import Accepted, Answer, Asked, Fake, post

ACCOUNT = "AC" + "0123456789abcdef" * 2
TOKEN = "fake-twilio-auth-token-3f9a"
NUMBER = "+15005550006"
STOP = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
START = {"START", "UNSTOP", "YES"}
HELP = {"HELP", "INFO"}
SEGMENT = 160


class FakeTwilio(Fake):
    """
    One account with its numbers.

    filtering: Twilio's own STOP filter is on. advanced: Advanced Opt-Out is, so webhooks carry OptOutType.
    receipts: the statuses posted by themselves after each message, in this order; empty: only `report` posts.
    refused: number → error code that a sending to it gets. numbers, fallbacks: number → where clients' texts to it are posted.
    """

    levers = ("fault", "heal", "client_texts", "report", "refuse", "repeat_statuses")

    def __init__(self, port: int = 0, *, account: str = ACCOUNT, token: str = TOKEN, receipts: tuple[str, ...] = ()) -> None:
        super().__init__(port)
        self.account, self.token, self.receipts = account, token, receipts
        self.numbers: dict[str, str] = {NUMBER: ""}
        self.fallbacks: dict[str, str] = {}
        self.filtering, self.advanced, self.account_status = True, False, "active"
        self.refused: dict[str, int] = {}
        self.stopped: set[tuple[str, str]] = set()
        self.automatic: list[tuple[str, str]] = []
        self.posted: list[tuple[str, str, int]] = []
        self.messages: dict[str, dict[str, Any]] = {}
        self._counter = itertools.count(1)

    # ------------------------------------------------------------ the API

    def is_sending(self, asked: Asked) -> bool:
        return asked.method == "POST" and asked.path.endswith("/Messages.json")

    def too_fast(self, more: dict[str, Any]) -> Answer:
        headers = {} if more.get("retry_after") is None else {"Retry-After": str(more["retry_after"])}
        return Answer(429, _error(20429, "Too Many Requests", 429), headers)

    def answer(self, asked: Asked) -> Answer:
        given = base64.b64encode(f"{self.account}:{self.token}".encode()).decode()
        if asked.headers.get("authorization") != f"Basic {given}":
            return Answer(401, _error(20003, "Authenticate", 401))
        base = f"/2010-04-01/Accounts/{self.account}"
        if asked.path == f"{base}.json":
            return Answer(200, {"sid": self.account, "status": self.account_status, "friendly_name": "fake"})
        if asked.path == f"{base}/IncomingPhoneNumbers.json":
            wanted = asked.query.get("PhoneNumber", "")
            owned = [{"sid": "PN" + "0" * 32, "phone_number": number} for number in self.numbers if number == wanted]
            return Answer(200, _page(asked, "incoming_phone_numbers", owned))
        if asked.path == f"{base}/Messages.json":
            return self._create(asked) if asked.method == "POST" else self._list(asked)
        one = re.fullmatch(re.escape(base) + r"/Messages/(SM[0-9a-f]{32})\.json", asked.path)
        if one and one[1] in self.messages:
            return self._update(one[1], asked)
        return Answer(404, _error(20404, "The requested resource was not found", 404))

    def _create(self, asked: Asked) -> Answer:
        fields = dict(parse_qsl(asked.body.decode("ascii"), keep_blank_values=True))
        with self.lock:
            wrong = self._wrong(fields)
            if wrong:
                return Answer(400, _error(*wrong, 400))
            sid = f"SM{next(self._counter):032x}"
            at = self.now()
            self.accepted.append(Accepted(sid, fields["To"], fields["Body"], at, fields))
            message = self.messages[sid] = {
                "sid": sid,
                "account_sid": self.account,
                "to": fields["To"],
                "from": fields.get("From"),
                "messaging_service_sid": fields.get("MessagingServiceSid"),
                "body": fields["Body"],
                "num_segments": str(_segments(fields["Body"])),
                "num_media": "0",
                "status": "queued",
                "direction": "outbound-api",
                "date_created": format_datetime(at.replace(microsecond=0)),
                "date_sent": None,
                "error_code": None,
            }
        if self.receipts and "StatusCallback" in fields:
            threading.Thread(target=self.repeat_statuses, args=(sid, self.receipts), daemon=True).start()
        return Answer(201, dict(message))

    def _wrong(self, fields: dict[str, str]) -> tuple[int, str] | None:
        to, from_ = fields.get("To", ""), fields.get("From", "")
        if not to:
            return 21604, "A 'To' phone number is required."
        if not re.fullmatch(r"\+[1-9]\d{6,14}", to):
            return 21211, f"Invalid 'To' Phone Number: {to}"
        if not from_ and not fields.get("MessagingServiceSid"):
            return 21603, "A 'From' phone number is required."
        if from_ and from_ not in self.numbers:
            return 21659, f"{from_} is not a Twilio phone number"
        if to in self.refused:
            return self.refused[to], f"Refused: {to}"
        if self.filtering and (from_, to) in self.stopped:
            return 21610, "Attempt to send to unsubscribed recipient"
        return _wrong_content(fields)

    def _list(self, asked: Asked) -> Answer:
        with self.lock:
            found = list(reversed(self.messages.values()))
        for name, key in (("To", "to"), ("From", "from")):
            found = [one for one in found if name not in asked.query or one[key] == asked.query[name]]
        for name, keep in (("DateSent>", lambda a, b: a >= b), ("DateSent<", lambda a, b: a <= b)):
            if name in asked.query:
                limit = datetime.fromisoformat(asked.query[name].replace("Z", "+00:00"))
                found = [one for one in found if one["date_sent"] and keep(_moment(one["date_sent"]), limit)]
        return Answer(200, _page(asked, "messages", found))

    def _update(self, sid: str, asked: Asked) -> Answer:
        """Erase the text: https://www.twilio.com/docs/messaging/tutorials/how-to-modify-message-history"""
        if asked.method == "POST" and dict(parse_qsl(asked.body.decode("ascii"), keep_blank_values=True)).get("Body") == "":
            self.redact(sid)
        return Answer(200, dict(self.messages[sid]))

    # ------------------------------------------------------------ levers

    def refuse(self, to: str, code: int = 21211) -> None:
        """Every sending to this number gets this error; 0: none any more."""
        with self.lock:
            self.refused.pop(to, None) if code == 0 else self.refused.__setitem__(to, code)

    def redact(self, sid: str) -> None:
        with self.lock:
            self.messages[sid]["body"] = ""

    def report(self, sid: str, status: str, error_code: int | None = None) -> int:
        """Post one status callback now; the product's HTTP status, or -1 when no callback was asked for."""
        composed = self.status_request(sid, status, error_code)
        if composed is None:
            return -1
        answered = post(*composed)
        with self.lock:
            self.posted.append((sid, status, answered))
        return answered

    def repeat_statuses(self, sid: str, statuses: tuple[str, ...] | list[str]) -> list[int]:
        """Post these one after the other: in any order, and as often as they stand there."""
        return [self.report(sid, status) for status in statuses]

    def status_request(self, sid: str, status: str, error_code: int | None = None) -> tuple[str, dict[str, str], bytes] | None:
        """The signed callback, unposted: URL, headers, body."""
        with self.lock:
            message = self.messages[sid]
            sent = next(one for one in self.accepted if one.message_id == sid)
            message["status"] = status
            message["error_code"] = error_code
            if status in ("sent", "delivered") and not message["date_sent"]:
                message["date_sent"] = format_datetime(self.now().replace(microsecond=0))
        url = sent.fields.get("StatusCallback")
        fields = {
            "MessageSid": sid,
            "SmsSid": sid,
            "MessageStatus": status,
            "SmsStatus": status,
            "AccountSid": self.account,
            "To": message["to"],
            "From": message["from"] or "",
            "ApiVersion": "2010-04-01",
        } | ({"ErrorCode": str(error_code)} if error_code else {})
        return self.signed(url, fields) if url else None

    def client_texts(
        self, from_: str, body: str = "", *, to: str = NUMBER, media: tuple[str, ...] | list[str] = (), sid: str | None = None
    ) -> int:
        """
        A client writes: through the STOP filter, then to the number's webhook. The product's status; 0 when it is down.

        Where the webhook fails, the number's fallback is asked once, with the error in the form; Twilio tries no further.
        https://www.twilio.com/docs/usage/security/availability-reliability
        """
        url, headers, form = self.inbound_request(from_, body, to=to, media=media, sid=sid)
        status = post(url, headers, form)
        if 200 <= status < 400 or to not in self.fallbacks:
            return status
        fields = dict(parse_qsl(form.decode("ascii"), keep_blank_values=True)) | {"ErrorCode": "11200", "ErrorUrl": url}
        return post(*self.signed(self.fallbacks[to], fields))

    def inbound_request(
        self, from_: str, body: str = "", *, to: str = NUMBER, media: tuple[str, ...] | list[str] = (), sid: str | None = None
    ) -> tuple[str, dict[str, str], bytes]:
        """The signed webhook, unposted. The same `sid` again is the same message again."""
        fields = {
            "MessageSid": sid or self.new_inbound_sid(),
            "AccountSid": self.account,
            "From": from_,
            "To": to,
            "Body": body,
            "NumMedia": str(len(media)),
            "NumSegments": str(_segments(body)),
            "SmsStatus": "received",
            "ApiVersion": "2010-04-01",
        }
        fields["SmsSid"] = fields["SmsMessageSid"] = fields["MessageSid"]
        for at, content_type in enumerate(media):
            fields[f"MediaContentType{at}"] = content_type
            fields[f"MediaUrl{at}"] = f"{self.url}/media/{at}"
        keyword = self._filter(from_, to, body)
        if keyword and self.advanced:
            fields["OptOutType"] = keyword
        return self.signed(self.numbers.get(to) or "http://127.0.0.1:9/webhooks/twilio/1/sms", fields)

    def new_inbound_sid(self) -> str:
        with self.lock:
            return f"SM{next(self._counter):032x}"

    def signed(self, url: str, fields: dict[str, str]) -> tuple[str, dict[str, str], bytes]:
        """Signed by Twilio's own package."""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "User-Agent": "TwilioProxy/1.1",
            "X-Twilio-Signature": RequestValidator(self.token).compute_signature(url, fields),
            "I-Twilio-Idempotency-Token": hashlib.sha256(repr(sorted(fields.items())).encode()).hexdigest()[:36],
        }
        return url, headers, urlencode(fields).encode("ascii")

    def _filter(self, from_: str, to: str, body: str) -> str | None:
        """Twilio's STOP filter: the whole message, in any case; it answers by itself and still delivers the webhook."""
        word = body.strip().upper()
        keyword = "STOP" if word in STOP else "START" if word in START else "HELP" if word in HELP else None
        if keyword is None or not self.filtering:
            return None
        with self.lock:
            was = (to, from_) in self.stopped
            if keyword == "STOP":
                self.stopped.add((to, from_))
            elif keyword == "START":
                self.stopped.discard((to, from_))
            if keyword == "HELP" or was != (keyword == "STOP"):
                self.automatic.append((from_, keyword))
        return keyword


def _wrong_content(fields: dict[str, str]) -> tuple[int, str] | None:
    body, callback = fields.get("Body", ""), fields.get("StatusCallback")
    if not body:
        return 21602, "Message body is required."
    if len(body) > 1600:
        return 21617, "The concatenated message body exceeds the 1600 character limit."
    if callback is not None and not re.match(r"https?://[^/_]+/", callback):
        return 21609, f"The StatusCallback URL {callback} is not a valid URL."
    if "ValidityPeriod" in fields and not 1 <= int(fields["ValidityPeriod"]) <= 36_000:
        return 90007, "Invalid validity period value"
    return None


def _error(code: int, message: str, status: int) -> dict[str, Any]:
    return {"code": code, "message": message, "more_info": f"https://www.twilio.com/docs/errors/{code}", "status": status}


def _page(asked: Asked, name: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """One page, with the address of the next: https://www.twilio.com/docs/usage/twilios-response#pagination"""
    size, page = min(int(asked.query.get("PageSize", 50)), 1000), int(asked.query.get("Page", 0))
    shown = rows[page * size : (page + 1) * size]
    more = len(rows) > (page + 1) * size
    following = f"{asked.path}?{urlencode(asked.query | {'Page': page + 1, 'PageSize': size})}" if more else None
    return {name: shown, "page": page, "page_size": size, "uri": asked.path, "next_page_uri": following}


def _moment(text: str) -> datetime:
    return parsedate_to_datetime(text)


def _segments(body: str) -> int:
    """Near enough for a record: 160 or 153 ASCII, 70 or 67 other characters."""
    one, many = (160, 153) if body.isascii() else (70, 67)
    return 1 if len(body) <= one else -(-len(body) // many)


def main() -> None:
    parser = argparse.ArgumentParser(description="A fake Twilio on loopback; its levers are POST /_fake/NAME with JSON arguments.")
    parser.add_argument("--port", type=int, default=8400)
    parser.add_argument("--inbound-url", default="", help="where texts to the number are posted")
    parser.add_argument("--number", default=NUMBER)
    chosen = parser.parse_args()
    fake = FakeTwilio(chosen.port, receipts=("sent", "delivered"))
    fake.numbers = {chosen.number: chosen.inbound_url}
    print(f"fake Twilio: {fake.url} account {fake.account} token {fake.token} number {chosen.number}", flush=True)  # noqa: T201
    fake.serve()


if __name__ == "__main__":
    main()
