"""The MySQL client against a server on the loopback that is honest, lazy or hostile."""

from __future__ import annotations

import hashlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from bot.sandbox.verifier import login
from bot.sandbox.verifier.probe import answer
from bot.sandbox.verifier.sql import bound
from tests.sandbox.verifier.test_login import NONCE, PEM, decrypted

OK = b"\x00\x00\x00\x02\x00\x00\x00"
EOF = b"\xfe\x00\x00\x02\x00"
DENIED = b"\xff\x15\x04#28000Access denied for user 'root'@'10.0.0.2' (using password: YES)"
NO_TABLE = b"\xff\x7a\x04#42S02Table 'todos.todo_items' doesn't exist"


class Wire:
    """The server's end of one connection."""

    def __init__(self, peer: socket.socket) -> None:
        self.peer, self.count = peer, 0

    def send(self, *packets: bytes) -> None:
        for packet in packets:
            self.peer.sendall(len(packet).to_bytes(3, "little") + bytes([self.count % 256]) + packet)
            self.count += 1

    def read(self) -> bytes:
        head = self._exactly(4)
        self.count = head[3] + 1
        return self._exactly(int.from_bytes(head[:3], "little"))

    def _exactly(self, size: int) -> bytes:
        got = b""
        while len(got) < size:
            piece = self.peer.recv(size - len(got))
            if not piece:
                raise OSError
            got += piece
        return got


Behaviour = Callable[[Wire], None]


@contextmanager
def serving(*turns: Behaviour) -> Iterator[int]:
    """Serve connections on a loopback port, each as the next of these, the last one again and again."""
    listener = socket.create_server(("127.0.0.1", 0))
    left = list(turns)

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                connection.settimeout(5)
                (left.pop(0) if len(left) > 1 else left[0])(Wire(connection))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)


def greeting(plugin: str = login.NATIVE) -> bytes:
    """Return a server's first packet."""
    fixed = b"\x08\x00\x00\x00" + NONCE[:8] + b"\0" + b"\xff\xf7" + b"\x2d" + b"\x02\x00" + b"\xff\xdf" + b"\x15"
    return b"\x0a8.0.39\0" + fixed + bytes(10) + NONCE[8:] + b"\0" + plugin.encode() + b"\0"


def column() -> bytes:
    return b"\x03def\x00\x00\x00\x01c\x00\x0c\x2d\x00\xff\x00\x00\x00\xfd\x00\x00\x1f\x00\x00"


def answers(*packets: bytes) -> Behaviour:
    """Return a server that lets everybody in and answers the query so."""

    def serve(wire: Wire) -> None:
        wire.send(greeting())
        wire.read()
        wire.send(OK)
        wire.read()
        wire.send(*packets)

    return serve


def ask(at: int, **fields: Any) -> dict[str, Any]:
    request = {
        "op": "sql",
        "nonce": "n-1",
        "host": "127.0.0.1",
        "port": at,
        "deadline_s": 3,
        "logins": [{"user": "root", "password": "secret"}],
        "query": "select 1",
    }
    return answer(json.dumps(request | fields))


def test_rows_come_back_as_texts_and_nulls() -> None:
    with serving(answers(b"\x02", column(), column(), EOF, b"\x011\xfb", b"\x02tw\xfc\x03\x00abc", EOF)) as port:
        said = ask(port)
    assert (said["ok"], said["rows"], said["user"]) == (True, [["1", None], ["tw", "abc"]], "root")


def test_the_proof_of_the_password_is_sent_and_never_the_password() -> None:
    seen: list[bytes] = []

    def serve(wire: Wire) -> None:
        wire.send(greeting())
        seen.append(wire.read())
        wire.send(DENIED)

    with serving(serve) as port:
        said = ask(port)
    assert said["error"] == "denied"
    assert login.scrambled(login.NATIVE, b"secret", NONCE) in seen[0]
    assert b"secret" not in seen[0]


def test_it_goes_on_with_another_login_method_when_the_server_asks() -> None:
    seen: list[bytes] = []

    def serve(wire: Wire) -> None:
        wire.send(greeting(login.SHA2))
        wire.read()
        wire.send(b"\xfe" + login.NATIVE.encode() + b"\0" + NONCE[::-1] + b"\0")
        seen.append(wire.read())
        wire.send(OK)
        wire.read()
        wire.send(OK)

    with serving(serve) as port:
        assert ask(port)["rows"] == []
    assert seen == [login.scrambled(login.NATIVE, b"secret", NONCE[::-1])]


def mysql_8(*, knows: bool, seen: list[bytes]) -> Behaviour:
    """Return a server with today's method; when it does not know the password yet, it wants it whole."""

    def serve(wire: Wire) -> None:
        wire.send(greeting(login.SHA2))
        once = hashlib.sha256(b"secret").digest()
        right = login.xor(once, hashlib.sha256(hashlib.sha256(once).digest() + NONCE).digest())
        if right not in wire.read():
            wire.send(DENIED)
            return
        if knows:
            wire.send(b"\x01\x03")
        else:
            wire.send(b"\x01\x04")
            assert wire.read() == b"\x02"
            wire.send(b"\x01" + PEM)
            seen.append(wire.read())
        wire.send(OK)
        wire.read()
        wire.send(b"\x01", column(), EOF, b"\x011", EOF)

    return serve


@pytest.mark.parametrize("knows", [True, False])
def test_mysql_8_lets_us_in_whether_it_knows_us_or_not(knows: bool) -> None:
    seen: list[bytes] = []
    with serving(mysql_8(knows=knows, seen=seen)) as port:
        assert ask(port)["rows"] == [["1"]]
    assert [login.xor(decrypted(secret), NONCE) for secret in seen] == ([] if knows else [b"secret\0"])


def test_the_next_login_is_tried_when_one_is_denied() -> None:
    def denies(wire: Wire) -> None:
        wire.send(greeting())
        wire.read()
        wire.send(DENIED)

    two = [{"user": "root", "password": "old"}, {"user": "app", "password": "secret"}]
    with serving(denies, answers(b"\x01", column(), EOF, b"\x011", EOF)) as port:
        assert ask(port, logins=two)["user"] == "app"
    with serving(denies) as port:
        said = ask(port, logins=two)
    assert said["error"] == "denied"
    assert "Access denied" in said["say"]


def test_a_database_that_is_not_up_yet_is_asked_again() -> None:
    def busy(wire: Wire) -> None:
        wire.send(b"\xff\x10\x04Too many connections")

    with serving(busy, busy, answers(OK)) as port:
        said = ask(port, retry_for_s=2)
    assert (said["ok"], said["tries"]) == (True, 3)


HOSTILE: dict[str, tuple[Behaviour, str]] = {
    "silence": (lambda wire: None, "reset"),
    "another protocol": (lambda wire: wire.peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "too-large"),
    "a short greeting": (lambda wire: wire.send(b"\x0a8.0\0"), "not-mysql"),
    "an empty packet": (lambda wire: wire.send(b""), "not-mysql"),
    "a long packet": (lambda wire: wire.peer.sendall(b"\xff\xff\xff\x00" + b"x" * 100), "too-large"),
    "a method nobody knows": (lambda wire: wire.send(greeting("mysql_clear_password")), "other-login"),
    "V06 a file, please": (answers(b"\xfb/etc/passwd"), "not-mysql"),
    "no table": (answers(NO_TABLE), "no-table"),
    "rows without end": (answers(b"\x01", column(), EOF, *[b"\x011"] * 101, EOF), "too-large"),
    "columns without end": (answers(b"\xfa", *[column()] * 20), "reset"),
    "a row that is cut off": (answers(b"\x01", column(), EOF, b"\x09ab"), "not-mysql"),
    "a row of length that lies": (answers(b"\x01", column(), EOF, b"\xfe" + b"\xff" * 8 + b"a"), "not-mysql"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_a_hostile_server_says_has_a_code_and_crashes_nothing(name: str) -> None:
    behaviour, code = HOSTILE[name]
    with serving(behaviour) as port:
        said = ask(port)
    assert (said["ok"], said["error"]) == (False, code), said


def test_a_server_that_says_more_and_more_ends_at_the_cap() -> None:
    def endless(wire: Wire) -> None:
        wire.send(greeting())
        wire.read()
        while True:
            wire.send(b"\x01\x03")

    with serving(endless) as port:
        assert ask(port)["error"] == "too-large"


def test_a_key_asked_for_by_the_wrong_method_gets_no_password() -> None:
    def serve(wire: Wire) -> None:
        wire.send(greeting(login.NATIVE))
        wire.read()
        wire.send(b"\x01\x04")

    with serving(serve) as port:
        assert ask(port)["error"] == "not-mysql"


@pytest.mark.parametrize("value", ["x", "'; drop table todo_items; --", "ö", "\\", "", "0x41", "?"])
def test_a_value_stays_a_value(value: str) -> None:
    query = bound("select ?, 1", [value])
    assert query == f"select _utf8mb4 x'{value.encode().hex()}', 1"


@pytest.mark.parametrize(
    "fields",
    [
        {"values": ["too many"]},
        {"query": "select ?"},
        {"query": "select ?", "values": [1]},
        {"logins": []},
        {"logins": ["root"]},
        {"logins": [{"password": "x"}]},
        {"port": 0},
        {"query": None},
    ],
)
def test_a_question_that_makes_no_sense_is_told_so(fields: dict[str, Any]) -> None:
    assert ask(3306, **fields)["error"] == "bad-request"
