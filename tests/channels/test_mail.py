"""What only mail does: headers that nobody can forge, encryption that is insisted on, and a server's no read by its numbers."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.channels import registry
from bot.channels.channel import Outgoing, SenderConfig
from bot.channels.mail import Mail
from bot.errors import Misconfigured, NotSent, OutcomeUnknown, SendFailed, Throttled, Unreachable
from bot.values import Reason
from tests.channels.harness import WorldClock
from tests.fakes import mail
from tests.fakes.mail import FakeMailServer

TO = "ana@office.example.org"
TEXT = "Checkline: critical flag for C-001.\n\nhttps://line.example.org/flags/7"
CONFIG = SenderConfig(10, "mail", mail.FROM, mail.USER, mail.PASSWORD)


@pytest.fixture
def server() -> Iterator[FakeMailServer]:
    with FakeMailServer() as fake:
        yield fake


def sender(server: FakeMailServer, context: ssl.SSLContext | None = None) -> Mail:
    return Mail(replace(CONFIG, base_url=server.url), WorldClock(), seconds=3.0, context=context)


def send(server: FakeMailServer, text: str = TEXT, to: str = TO, outbox_id: int = 4711) -> str:
    return sender(server).send(Outgoing(outbox_id, to, text, language="pt_BR")).provider_message_id


def test_the_id_is_ours_and_the_same_at_every_attempt(server: FakeMailServer) -> None:
    server.fault("450 4.2.0 at content")
    with pytest.raises(NotSent):
        send(server)
    assert send(server) == "<4711.10@line.example.org>"
    assert [str(one["Message-ID"]) for one in server.messages] == ["<4711.10@line.example.org>"]


def test_the_header_says_who_writes_and_that_nobody_should_answer(server: FakeMailServer) -> None:
    send(server)
    (message,) = server.messages
    shown = {name: str(message[name]) for name in ("From", "To", "Subject", "Date", "Auto-Submitted", "Content-Language")}
    assert shown == {
        "From": f"Checkline <{mail.FROM}>",
        "To": TO,
        "Subject": "Checkline: critical flag for C-001.",
        "Date": "Mon, 02 Mar 2026 09:00:00 +0000",
        "Auto-Submitted": "auto-generated",
        "Content-Language": "pt-BR",
    }
    assert server.accepted[0].text == TEXT
    assert server.accepted[0].fields == {"from": mail.FROM}


ODD_TEXTS = {
    "a forged header": "Checkline: x\r\nBcc: everybody@example.org\r\n\r\nbody",
    "a dot alone ends nothing": "first\n.\nMAIL FROM:<x@example.org>\n..\nlast",
    "Arabic": "تنبيه: علامة حرجة\n\nافتح الرابط",
    "a very long first line": "x" * 5000,
    "lone surrogates": "a\ud800b",
    "only blanks": "  \n ",
}


@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS)
def test_no_text_adds_a_header_or_a_command(server: FakeMailServer, text: str) -> None:
    send(server, text)
    (message,) = server.messages
    assert message["Bcc"] is None
    assert server.commands == ["EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"]
    kept = text.replace("\r\n", "\n").replace("\ud800", "\ufffd")
    assert server.accepted[0].text.rstrip("\n") == kept.rstrip("\n")
    assert max(map(len, server.raw[0].split(b"\r\n"))) <= 998


ODD_ADDRESSES = ["", "ana", "a@b\r\nRCPT TO:<c@d>", "<a@b>", "a b@example.org", "a@b, c@d", '"a\\"b"@example.org', "ä@example.org", "a@"]


@pytest.mark.parametrize("to", ODD_ADDRESSES)
def test_what_is_no_plain_address_is_never_handed_over(server: FakeMailServer, to: str) -> None:
    with pytest.raises(Unreachable) as caught:
        send(server, to=to)
    assert caught.value.reason is Reason.bad_address
    assert server.commands == []


NOES: dict[str, tuple[str, type[SendFailed], Reason]] = {
    "greylisting": ("450 4.2.1 at to", NotSent, Reason.provider_down),
    "a full disk": ("452 4.3.1 at data", NotSent, Reason.provider_down),
    "too many recipients": ("452 4.5.3 at to", Throttled, Reason.provider_down),
    "slow down, by policy": ("450 4.7.1 at to", Throttled, Reason.provider_down),
    "not now, after the message": ("451 4.3.0 at content", NotSent, Reason.provider_down),
    "no such mailbox": ("550 5.1.1 at to", Unreachable, Reason.bad_address),
    "no such mailbox, without a word more": ("550 at to", Unreachable, Reason.bad_address),
    "a full mailbox": ("552 5.2.2 at to", Unreachable, Reason.refused),
    "not wanted, by policy": ("550 5.7.1 at to", Unreachable, Reason.refused),
    "taken for rubbish": ("554 5.7.1 at content", Unreachable, Reason.refused),
    "we may not write from this address": ("553 5.7.1 at from", Misconfigured, Reason.misconfigured),
}


@pytest.mark.parametrize(("fault", "error", "reason"), NOES.values(), ids=NOES)
def test_a_no_is_read_by_its_numbers(server: FakeMailServer, fault: str, error: type[SendFailed], reason: Reason) -> None:
    server.fault(fault)
    with pytest.raises(error) as caught:
        send(server)
    assert type(caught.value) is error
    assert caught.value.reason is reason
    assert fault.partition(" at ")[0] in caught.value.code
    assert TO not in str(caught.value)
    assert server.accepted == []


def test_a_server_that_hangs_up_before_the_message_has_taken_nothing(server: FakeMailServer) -> None:
    server.fault("hang-up at to")
    with pytest.raises(NotSent) as caught:
        send(server)
    assert caught.value.code == "no-connection"
    assert server.accepted == []


# ------------------------------------------------------------ encryption


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate of localhost, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.2"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


def contexts(certificate: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """The server's, and a client's that trusts it."""
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(certificate)
    return ours, ssl.create_default_context(cafile=str(certificate))


@pytest.mark.parametrize("tls", [False, True], ids=["STARTTLS", "TLS"])
def test_a_message_goes_encrypted(certificate: Path, tls: bool) -> None:
    theirs, trusts = contexts(certificate)
    with FakeMailServer(context=theirs, tls=tls) as server:
        line = sender(server, trusts)
        assert "takes the login" in line.check().detail
        line.send(Outgoing(1, TO, TEXT))
        assert [one.text for one in server.accepted] == [TEXT]
        assert ("STARTTLS" in server.commands) is not tls


@pytest.mark.parametrize("tls", [False, True], ids=["STARTTLS", "TLS"])
def test_a_certificate_that_nobody_vouches_for_gets_neither_login_nor_message(certificate: Path, tls: bool) -> None:
    theirs, _ = contexts(certificate)
    with FakeMailServer(context=theirs, tls=tls) as server:
        with pytest.raises(NotSent):
            sender(server, ssl.create_default_context()).send(Outgoing(1, TO, TEXT))
        assert "AUTH" not in server.commands
        assert server.accepted == []


def test_a_certificate_of_another_host_gets_nothing_either(certificate: Path) -> None:
    theirs, trusts = contexts(certificate)
    with FakeMailServer(context=theirs) as server:
        line = sender(server, trusts)
        line.config = replace(line.config, base_url=server.url.replace("localhost", "127.0.0.1"))
        with pytest.raises(NotSent):
            line.send(Outgoing(1, TO, TEXT))
        assert "AUTH" not in server.commands


def test_without_the_encryption_that_was_asked_for_nothing_is_sent(server: FakeMailServer) -> None:
    line = sender(server)
    line.config = replace(line.config, base_url=server.url.replace("smtp+plain", "smtp"))
    with pytest.raises(Misconfigured) as caught:
        line.send(Outgoing(1, TO, TEXT))
    assert "starttls" in str(caught.value)
    assert server.commands == ["EHLO", "QUIT"]


def test_a_server_without_logins_is_no_place_for_one() -> None:
    with FakeMailServer(logins=False) as server, pytest.raises(Misconfigured):
        sender(server).send(Outgoing(1, TO, TEXT))


# ------------------------------------------------------------ the whole time


def test_one_time_out_is_over_all_steps(server: FakeMailServer) -> None:
    server.fault("hang")
    line = sender(server)
    line.seconds = 0.3
    with pytest.raises(OutcomeUnknown):
        line.send(Outgoing(1, TO, TEXT))
    line.seconds = 0.0
    with pytest.raises(NotSent):
        line.send(Outgoing(1, TO, TEXT))


FAULTY = {
    "no server": ({"base_url": ""}, "CHECKLINE_SMTP_HOST"),
    "http": ({"base_url": "https://mail.example.org"}, "smtp://HOST"),
    "a login in the address": ({"base_url": "smtp://u:p@mail.example.org"}, "smtp://HOST"),
    "a port that is none": ({"base_url": "smtp://mail.example.org:x"}, "smtp://HOST"),
    "a password in clear": ({"base_url": "smtp+plain://mail.example.org"}, "everybody"),
    "a name without a password": ({"base_url": "smtp://mail.example.org", "secret": ""}, "neither"),
    "two addresses": ({"base_url": "smtp://mail.example.org", "address": "a@b.org,c@d.org"}, "alerts@example.org"),
}


@pytest.mark.parametrize(("wrong", "said"), FAULTY.values(), ids=FAULTY)
def test_wrong_settings_are_said(wrong: dict[str, str], said: str) -> None:
    (fault,) = registry.faults(replace(CONFIG, **wrong))  # type: ignore[arg-type]
    assert said in fault
    assert mail.PASSWORD not in fault
