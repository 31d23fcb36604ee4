"""
The dead-man ping: once a minute a word leaves this machine to a watcher that raises the alarm when it stays away.

It goes out only while everything that people rely on was just seen to work: the database answers, the tick has run, no flag is
overdue, clockless or untold, nobody is unreachable, and no urgent message is stuck. Silence is the alarm, so that it also
comes when the machine, its power or its network is gone. The ping says nothing but that.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.errors import CheckinError
from bot.ports import Transport
from storage.auditing import Audit

log = structlog.get_logger(__name__)

TICKED_WITHIN: Final = timedelta(seconds=60)
TIMEOUT_SECONDS: Final = 10.0


class DeadMan:
    """
    Pings `url`; an empty one never.

    url: of a watcher that expects a GET each minute, such as a check of Healthchecks (https://healthchecks.io/docs/http_api/).
        It is a secret: who knows it can keep the watcher quiet.
    """

    def __init__(self, url: str, transport: Transport) -> None:
        self._url, self._transport = url, transport

    def ping(self, audit: Audit, ticked_at: datetime | None, machine_now: datetime) -> bool:
        """
        Ping if `audit` found everything sound and the tick ran lately; whether a ping was taken.

        ticked_at: when the last tick ended without failing, on the machine's clock.
        """
        if not self._url or not audit.sound or ticked_at is None or machine_now - ticked_at > TICKED_WITHIN:
            return False
        try:
            status, _, _ = self._transport.request("GET", self._url, timeout_seconds=TIMEOUT_SECONDS)
        except CheckinError as error:
            log.warning("dead-man ping failed", action="ping", error=type(error).__name__)
            return False
        if status >= 300:
            log.warning("dead-man ping was refused", action="ping", status=status)
        return status < 300
