"""What was surely not sent is told apart from what may have arrived, over real sockets."""

from __future__ import annotations

import logging
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.channels.connections import certificates
from bot.channels.transport import ANSWER_BYTES_MAX, HttpTransport, NoAnswer, NotConnected

pytestmark = pytest.mark.slow

SECRET_PATH = "/bot12345:SECRET/sendMessage"


def whole_request(connection: socket.socket) -> bytes:
    """Up to the end of a POST's body; of anything else what comes first."""
    got = connection.recv(65_536)
    while got.startswith(b"POST") and not got.partition(b"\r\n\r\n")[2]:
        got += connection.recv(65_536)
    return got


@contextmanager
def server(answer: Callable[[socket.socket], None], backlog: int = 16) -> Iterator[tuple[str, list[bytes]]]:
    """A raw server that hands each connection to `answer`; gives its address and what it read."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=backlog)
    read: list[bytes] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                read.append(whole_request(connection))
                answer(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"127.0.0.1:{listening.getsockname()[1]}", read
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join()


@pytest.fixture
def transport() -> Iterator[HttpTransport]:
    made = HttpTransport()
    yield made
    made.close()


def say(raw: bytes) -> Callable[[socket.socket], None]:
    return lambda connection: connection.sendall(raw)


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


def drip(connection: socket.socket) -> None:
    """A byte at a time, each well within any single time-out, until the other side gives up."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    connection.settimeout(0.02)
    while True:
        try:
            connection.sendall(b"x")
            if connection.recv(1) == b"":
                return
        except TimeoutError:
            continue
        except OSError:
            return


def test_status_headers_and_body_come_back(transport: HttpTransport) -> None:
    with server(say(b"HTTP/1.1 429 Slow\r\nRetry-After: 3\r\nContent-Length: 2\r\n\r\nno")) as (host, read):
        assert transport.request("POST", f"http://{host}/x?y=1", headers={"A": "b"}, body=b"hello") == (
            429,
            {"retry-after": "3", "content-length": "2"},
            b"no",
        )
    assert read[0].startswith(b"POST /x?y=1 HTTP/1.1")
    assert read[0].endswith(b"\r\n\r\nhello")


def test_a_redirect_is_not_followed(transport: HttpTransport) -> None:
    with server(say(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")) as (host, read):
        assert transport.request("POST", f"http://{host}/", body=b"x")[0] == 302
    assert len(read) == 1


MAYBE = {
    "closed without a word": say(b""),
    "reset": reset,
    "half a status line": say(b"HTTP/1.1 20"),
    "half a body": say(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"),
    "not HTTP": say(b"\x00\x01\x02 nonsense\r\n\r\n"),
    "a body without end": say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"),
    "an encoding that is none": say(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"),
    "a body that drips for ever": drip,
    "a body beyond all bounds": say(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"x" * (ANSWER_BYTES_MAX + 1)),
}


@pytest.mark.parametrize("answer", MAYBE.values(), ids=MAYBE)
def test_after_the_first_byte_it_may_have_arrived(
    transport: HttpTransport, caplog: pytest.LogCaptureFixture, answer: Callable[[socket.socket], None]
) -> None:
    caplog.set_level(logging.DEBUG)
    with server(answer) as (host, read), pytest.raises(NoAnswer) as caught:
        transport.request("POST", f"http://{host}{SECRET_PATH}", body=b"x", timeout_seconds=0.4)
    assert len(read) == 1
    assert "SECRET" not in str(caught.value) + caplog.text


def test_silence_ends_at_the_time_out(transport: HttpTransport) -> None:
    done = threading.Event()
    with server(lambda _: done.wait(5) and None) as (host, read):
        with pytest.raises(NoAnswer):
            transport.request("POST", f"http://{host}/", body=b"x", timeout_seconds=0.1)
        done.set()
    assert len(read) == 1


def test_a_closed_port_took_nothing(transport: HttpTransport, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(NotConnected) as caught:
        transport.request("POST", f"http://127.0.0.1:1{SECRET_PATH}", body=b"x")
    assert "SECRET" not in str(caught.value) + caplog.text
    assert caught.value.retryable


def test_a_failed_handshake_took_nothing(transport: HttpTransport) -> None:
    with server(say(b"HTTP/1.1 400 Bad\r\n\r\n")) as (host, read), pytest.raises(NotConnected):
        transport.request("POST", f"https://{host}{SECRET_PATH}", body=b"x", timeout_seconds=2)
    assert b"POST" not in read[0]


def test_a_handshake_that_never_ends_took_nothing(transport: HttpTransport) -> None:
    done = threading.Event()
    with server(lambda _: done.wait(5) and None) as (host, _):
        with pytest.raises(NotConnected):
            transport.request("POST", f"https://{host}/", body=b"x", timeout_seconds=0.2)
        done.set()


@pytest.mark.parametrize("url", ["http://", "http:///x", "ftp://127.0.0.1/", "nonsense"])
def test_an_address_that_is_none_took_nothing(transport: HttpTransport, url: str) -> None:
    with pytest.raises(NotConnected):
        transport.request("POST", url, body=b"x")


def test_many_threads_share_its_connections(transport: HttpTransport) -> None:
    from tests.fakes.telegram import TOKEN, FakeTelegram

    with FakeTelegram() as fake, ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(transport.request, "POST", f"{fake.url}/bot{TOKEN}/getMe") for _ in range(64)]
        assert {one.result()[0] for one in asked} == {200}
        assert fake.requests == 64


# ---------------------------------------------------------------- certificates


def own_certificate(folder: Path) -> Path:
    """A key and a certificate for 127.0.0.1 that nobody else vouches for, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "line")])
    start = datetime.now(UTC) - timedelta(hours=1)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), start, start + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "own.pem"
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def secure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Path, list[bytes]]]:
    """A server behind TLS: its address, its certificate, and what it read."""
    path = own_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    read: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            read.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return None

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            return None

    with Server(("127.0.0.1", 0), Handler) as made:
        made.socket = context.wrap_socket(made.socket, server_side=True)
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        certificates.cache_clear()
        yield f"https://127.0.0.1:{made.server_address[1]}/", path, read
        made.shutdown()
        thread.join()
        certificates.cache_clear()


def test_a_certificate_that_nobody_vouches_for_takes_nothing(transport: HttpTransport, secure: tuple[str, Path, list[bytes]]) -> None:
    url, _, read = secure
    with pytest.raises(NotConnected):
        transport.request("POST", url, body=b"secret", timeout_seconds=2)
    assert read == []


def test_a_certificate_that_the_machine_trusts_is_enough(
    transport: HttpTransport, secure: tuple[str, Path, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, path, read = secure
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    assert transport.request("POST", url, body=b"secret", timeout_seconds=2)[0] == 204
    assert read == [b"secret"]
