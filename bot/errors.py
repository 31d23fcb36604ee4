"""
Every error that we raise on purpose, with its policy.

    CheckinError
    ├── WrongUse            the person at the keyboard can mend it; exit code 2
    │   ├── BadSettings     the environment
    │   ├── BadFile         a flow, a lexicon, a catalog: carries every Fault
    │   └── NotFound        no such client, flag, programme
    ├── NotAllowed          outside the caseload, or of the wrong role
    ├── KeyLost             the key ring does not open this database
    ├── Busy                the write queue is full; the provider tries again
    ├── StorageFailed       the database refused, or is away
    ├── BadRequest          a webhook or form that is not what it must be
    │   └── BadSignature    it does not come from the provider
    └── SendFailed          a provider did not take a message
        ├── NotSent         it surely did not arrive: try again
        │   └── Throttled   too fast: try again after `retry_after_seconds`
        ├── Unreachable     the address is wrong, blocked or opted out: never again
        ├── Misconfigured   our account, sender or token: a person must act
        └── OutcomeUnknown  it may have arrived: ask before sending again

Messages say *where: what failed with which code; what follows*. Never a text, a number, a name or a token:
errors reach logs.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.values import Fault, Reason


class CheckinError(Exception):
    """The root of all our errors."""

    retryable = False


class WrongUse(CheckinError):
    """Something the person at the keyboard can mend. The text says what to do."""


class BadSettings(WrongUse):
    """Settings in the environment are wrong; all of them are named at once."""


class BadFile(WrongUse):
    """A file does not hold what it must. `faults` lists every one of them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class NotFound(WrongUse):
    """There is nothing of that name or id."""


class NotAllowed(CheckinError):
    """The person may not see or do this. Says neither what nor about whom."""


class KeyLost(CheckinError):
    """The key ring does not open this database. Says what is lost and where the ring is looked for."""


class Busy(CheckinError):
    """Too much waits to be written; nothing was stored, and the sender should try again."""

    retryable = True


class StorageFailed(CheckinError):
    """The database refused a statement (a bug of ours), or cannot be reached (`retryable`). Names tables and codes, never values."""


class BadRequest(CheckinError):
    """A request that is not what the provider documents."""


class BadSignature(BadRequest):
    """A request that was not signed by whom it claims to be from."""


class SendFailed(CheckinError):
    """A provider did not take a message. Says channel and code, never text or address."""

    def __init__(self, message: str, *, code: str = "", reason: Reason = Reason.provider_down) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason


class NotSent(SendFailed):
    """The message surely did not reach the provider: it may be tried again."""

    retryable = True


class Throttled(NotSent):
    """We were too fast; the provider took nothing."""

    def __init__(self, message: str, *, code: str = "", retry_after_seconds: float = 1.0) -> None:
        super().__init__(message, code=code)
        self.retry_after_seconds = retry_after_seconds


class Unreachable(SendFailed):
    """The address is wrong, blocked or opted out: trying again cannot help. `reason` says which."""


class Misconfigured(SendFailed):
    """Our account, token or sender is refused: the sender is paused until a person mends it."""


class OutcomeUnknown(SendFailed):
    """The request may or may not have arrived: ask the provider before sending again."""
