"""The probe against real servers on the loopback, most of them hostile."""

from __future__ import annotations

import gzip
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.verifier.look import MATCH_CAP, TEXT_CAP
from bot.sandbox.verifier.probe import answer
from bot.sandbox.verifier.web import BODY_CAP

Peer = Callable[[socket.socket, bytes], None]


@contextmanager
def server(peer: Peer) -> Iterator[str]:
    """Serve connections one after the other on a loopback port; `peer` gets the socket and the request's head."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        while not over.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                connection.settimeout(5)
                head = b""
                while b"\r\n\r\n" not in head:
                    head += connection.recv(65536)
                peer(connection, head)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)


def replies(*answers: bytes) -> Peer:
    """Return a peer that gives these answers, one a connection, the last one again and again."""
    left = list(answers)

    def peer(connection: socket.socket, head: bytes) -> None:
        connection.sendall(left.pop(0) if len(left) > 1 else left[0])

    return peer


def http_answer(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def ask(op: str, **fields: Any) -> dict[str, Any]:
    return answer(json.dumps({"op": op, "nonce": "n-1", **fields}))


def get(address: str, path: str = "/", **fields: Any) -> dict[str, Any]:
    said = ask("http", requests=[{"url": f"http://{address}{path}", **fields}], deadline_s=3)
    assert said["ok"] is True
    result = said["results"][0]
    assert isinstance(result, dict)
    return result


# --- one request


def test_an_answer_carries_the_nonce_of_its_question() -> None:
    said = answer('{"op": "dns", "name": "localhost", "nonce": "only-this-once"}')
    assert (said["nonce"], said["op"], said["ok"]) == ("only-this-once", "dns", True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "[]",
        "[" * 100_000,
        '{"op": "sql"}',
        '{"op": "http", "requests": []}',
        '{"op": "http", "requests": [{"url": "https://a/"}]}',
        '{"op": "http", "requests": [{"url": "http://a/ b"}]}',
        '{"op": "http", "requests": [{"url": "http://a:99999/"}]}',
        '{"op": "http", "requests": [{"url": "http://a/", "headers": {"X": "a\\nb"}}]}',
        '{"op": "dns"}',
        '{"op": "dns", "name": "a", "deadline_s": -1}',
        '{"op": "tcp", "host": "a", "port": 0}',
        '{"op": "tcp", "host": "a", "port": "http"}',
        '{"op": "files", "paths": ["x"]}',
        '{"op": "files", "paths": ["/x\\u0000"]}',
    ],
)
def test_a_request_that_makes_no_sense_is_answered_and_not_crashed_on(text: str) -> None:
    said = answer(text)
    failed = said if said["ok"] is False else said["results"][0]
    assert failed["error"] == "bad-request"
    assert failed["say"]


#: No texts: a text could be the name of a real host.
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["url", "json", "path", "text"]), inner)
    ),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    ["requests", "paths", "host", "port", "name", "read", "deadline_s", "retry_for_s", "nonce", "query", "logins"]
)


@given(st.sampled_from(["http", "tcp", "dns", "sql", "files", "", "wait"]), st.dictionaries(FIELDS, JUNK))
def test_no_request_crashes_the_probe(op: str, fields: dict[str, Any]) -> None:
    said = answer(json.dumps({**fields, "op": op}))
    assert isinstance(said["ok"], bool)
    assert said["nonce"] == fields.get("nonce")


def test_status_headers_and_body_come_back() -> None:
    with server(replies(http_answer("grün".encode(), "201 Created", "X-Powered-By: Express"))) as address:
        result = get(address)
    assert (result["status"], result["headers"]["x-powered-by"], result["body"]) == (201, "Express", "grün")
    assert (result["bytes"], result["truncated"], result["tries"]) == (5, False, 1)


def test_bytes_that_are_no_text_come_back_as_base64() -> None:
    with server(replies(http_answer(b"\xff\x00"))) as address:
        result = get(address)
    assert result["body_b64"] == "/wA="
    assert "body" not in result


def test_chunks_are_put_together() -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"
    with server(replies(chunked)) as address:
        assert get(address)["body"] == "abcde"


def test_v02_what_is_sent_is_what_was_asked_for_and_says_nothing_of_us() -> None:
    seen: list[bytes] = []

    def peer(connection: socket.socket, head: bytes) -> None:
        seen.append(head)
        connection.sendall(http_answer(b"ok"))

    with server(peer) as address:
        get(address, "/items", method="POST", json={"name": "Milch für alle"}, headers={"X-One": "1"})
    head, _, body = seen[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /items HTTP/1.1\r\nHost: " + address.encode())
    assert b"X-One: 1" in head
    assert b"Content-Type: application/json" in head
    assert b"docent" not in head.lower()
    assert json.loads(body) == {"name": "Milch für alle"}


def test_interim_answers_are_passed_over() -> None:
    with server(replies(b"HTTP/1.1 103 Early Hints\r\n\r\n" + http_answer(b"late"))) as address:
        assert get(address)["body"] == "late"


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    with server(replies(http_answer(b"", "302 Found", "Location: http://169.254.169.254/"))) as address:
        result = get(address)
    assert (result["status"], result["headers"]["location"]) == (302, "http://169.254.169.254/")


# --- several requests


def test_a_later_request_uses_a_field_of_an_earlier_answer() -> None:
    paths: list[bytes] = []

    def peer(connection: socket.socket, head: bytes) -> None:
        paths.append(head.split(b" ")[1])
        connection.sendall(http_answer(b'{"id": "a/b ?\\r\\nX: y", "list": [{"n": 7}]}'))

    with server(peer) as address:
        steps = [
            {"method": "POST", "url": f"http://{address}/items", "json": {"name": "x"}},
            {"method": "DELETE", "url": f"http://{address}/items/${{1.id}}"},
            {"method": "GET", "url": f"http://{address}/n/${{2.list.0.n}}"},
        ]
        said = ask("http", requests=steps)
    assert [result["status"] for result in said["results"]] == [200, 200, 200]
    # a value from a hostile answer stays one part of the path
    assert paths == [b"/items", b"/items/a%2Fb%20%3F%0D%0AX%3A%20y", b"/n/7"]


def test_after_a_request_that_failed_the_rest_is_skipped() -> None:
    with server(replies(http_answer(b"[]"))) as address:
        url = f"http://{address}/"
        said = ask("http", requests=[{"url": url}, {"url": url + "${1.id}"}, {"url": url}])
    assert [result.get("error") for result in said["results"]] == [None, "template", "skipped"]


def test_a_value_for_a_header_cannot_add_a_header() -> None:
    with server(replies(http_answer(b'{"id": "a\\r\\nEvil: 1"}'))) as address:
        url = f"http://{address}/"
        said = ask("http", requests=[{"url": url}, {"url": url, "headers": {"X-Id": "${1.id}"}}])
    assert said["results"][1]["error"] == "bad-request"


# --- waiting


def test_it_tries_again_until_the_app_listens() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
        refused = get(f"127.0.0.1:{port}", retry_for_s=0.2)
        assert (refused["error"], refused["tries"] > 1) == ("refused", True)
        answers: list[dict[str, Any]] = []
        asking = threading.Thread(target=lambda: answers.append(get(f"127.0.0.1:{port}", retry_for_s=2.5)))
        asking.start()
        reserved.listen()
        connection, _ = reserved.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(http_answer(b"up"))
        asking.join(10)
    assert answers[0]["body"] == "up"


def test_a_peer_that_closes_without_a_word_is_tried_again() -> None:
    with server(replies(b"", b"", http_answer(b"now"))) as address:
        result = get(address, retry_for_s=2)
    assert (result["body"], result["tries"]) == ("now", 3)


def test_an_unknown_name_is_told_apart_from_a_closed_port() -> None:
    assert get("no-such-name.invalid:3000")["error"] == "no-such-host"


# --- hostile peers


def test_v04_an_endless_body_is_cut_at_the_cap() -> None:
    def peer(connection: socket.socket, head: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    with server(peer) as address:
        result = get(address)
    assert (result["bytes"], result["truncated"]) == (BODY_CAP, True)


def test_v04_a_body_that_drips_ends_at_the_deadline() -> None:
    gone = threading.Event()

    def peer(connection: socket.socket, head: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while not gone.wait(0.05):
            connection.sendall(b"x")

    with server(peer) as address:
        result = get(address, timeout_s=0.4)
        gone.set()
    assert result["error"] == "timeout"


def test_v04_a_header_that_drips_ends_at_the_deadline() -> None:
    gone = threading.Event()

    def peer(connection: socket.socket, head: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while not gone.wait(0.05):
            connection.sendall(b"X: y\r\n")

    with server(peer) as address:
        result = get(address, timeout_s=0.4)
        gone.set()
    assert result["error"] == "timeout"


def test_v04_a_giant_header_is_refused() -> None:
    with server(replies(http_answer(b"ok", "200 OK", "X-Big: " + "y" * 1_000_000))) as address:
        assert get(address)["error"] == "too-large"


def test_v04_an_endless_chunk_size_is_refused() -> None:
    with server(replies(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"0" * 100_000)) as address:
        assert get(address)["error"] == "too-large"


def test_v04_a_gzip_bomb_is_not_expanded() -> None:
    bomb = gzip.compress(b"\0" * 10_000_000)
    with server(replies(http_answer(bomb, "200 OK", "Content-Encoding: gzip"))) as address:
        result = get(address)
    assert result["bytes"] == len(bomb)
    assert result["headers"]["content-encoding"] == "gzip"


def test_deeply_nested_json_is_no_template_value() -> None:
    with server(replies(http_answer(b"[" * 200_000))) as address:
        url = f"http://{address}/"
        said = ask("http", requests=[{"url": url}, {"url": url + "${1.0}"}])
    assert said["results"][1]["error"] == "template"


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "not-http"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", "not-http"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "not-http"),
        (b"HTTP/1.1 200 OK\r\nConten", "reset"),
        (b"", "empty"),
    ],
)
def test_what_does_not_speak_http_gets_a_code_of_its_own(sent: bytes, code: str) -> None:
    with server(replies(sent)) as address:
        assert get(address)["error"] == code


# --- tcp, dns


def test_an_open_port_is_connected_to_and_its_greeting_read() -> None:
    def greet() -> None:
        with listener.accept()[0] as connection:
            connection.sendall(b"hello")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        greeter = threading.Thread(target=greet)
        greeter.start()
        said = ask("tcp", host="localhost", port=listener.getsockname()[1], read=5)
        greeter.join(10)
    assert (said["ok"], said["address"], said["banner_b64"]) == (True, "127.0.0.1", "aGVsbG8=")


def test_a_closed_port_is_refused() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        said = ask("tcp", host="127.0.0.1", port=reserved.getsockname()[1])
    assert (said["ok"], said["error"]) == (False, "refused")


def test_a_name_has_addresses_or_is_unknown() -> None:
    assert "127.0.0.1" in ask("dns", name="localhost")["addresses"]
    assert ask("dns", name="no-such-name.invalid")["error"] == "no-such-host"


# --- files


def matches(path: Path | str, **wish: Any) -> list[dict[str, Any]]:
    said = ask("files", paths=[{"path": str(path), **wish}])
    assert said["ok"] is True
    found = said["results"][0]["matches"]
    assert isinstance(found, list)
    return found


def test_a_file_is_described_hashed_and_read_as_asked(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("hello\n")
    (tmp_path / "a").chmod(0o640)
    (plain,) = matches(tmp_path / "a")
    assert (plain["exists"], plain["type"], plain["size"], plain["mode"]) == (True, "file", 6, "0640")
    assert not {"text", "sha256"} & plain.keys()
    (read,) = matches(tmp_path / "a", text=True, sha256=True)
    assert read["text"] == "hello\n"
    assert read["sha256"] == "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"


def test_what_is_not_there_is_said_to_be_not_there(tmp_path: Path) -> None:
    assert matches(tmp_path / "nope") == [{"path": str(tmp_path / "nope"), "exists": False}]
    assert matches(tmp_path / "n*") == []


def test_a_pattern_matches_within_folders(tmp_path: Path) -> None:
    for name in ("x/one.js", "y/two.js", "y/three.css"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert [Path(found["path"]).name for found in matches(tmp_path / "*" / "*.js")] == ["one.js", "two.js"]


def test_links_are_followed_and_named_and_broken_ones_do_not_exist(tmp_path: Path) -> None:
    (tmp_path / "to").mkdir()
    (tmp_path / "link").symlink_to("to")
    (tmp_path / "broken").symlink_to("nowhere")
    (tmp_path / "self").symlink_to("self")
    assert [(found["exists"], found["target"]) for found in matches(tmp_path / "link")] == [(True, "to")]
    assert [found["exists"] for name in ("broken", "self") for found in matches(tmp_path / name)] == [False, False]


def test_a_pipe_is_seen_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert [found["type"] for found in matches(tmp_path / "pipe", text=True)] == ["other"]


def test_a_long_text_is_cut_and_a_huge_file_not_hashed(tmp_path: Path) -> None:
    (tmp_path / "long").write_bytes(b"a" * (TEXT_CAP + 1))
    (long,) = matches(tmp_path / "long", text=True)
    assert (len(long["text"]), long["text_truncated"]) == (TEXT_CAP, True)
    with (tmp_path / "huge").open("wb") as sparse:
        sparse.truncate(10**12)
    (huge,) = matches(tmp_path / "huge", sha256=True)
    assert huge["sha256"] is None


def test_more_matches_than_the_cap_are_cut_and_said_so(tmp_path: Path) -> None:
    for number in range(MATCH_CAP + 1):
        (tmp_path / f"f{number}").touch()
    result = ask("files", paths=[f"{tmp_path}/f*"])["results"][0]
    assert (len(result["matches"]), result["truncated"]) == (MATCH_CAP, True)


def test_a_link_into_the_kernels_folders_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "environ").symlink_to("/proc/self/environ")
    (found,) = matches(tmp_path / "environ", text=True)
    assert found["exists"]
    assert "text" not in found
    assert matches("/proc/*") == []


# --- the program


def test_the_program_reads_an_argument_or_standard_input() -> None:
    program = [sys.executable, "-m", "bot.sandbox.verifier.probe"]
    request = '{"op": "dns", "name": "localhost", "nonce": 1}'
    by_argument = subprocess.run([*program, request], capture_output=True, text=True, timeout=20, check=True)
    by_input = subprocess.run(program, input=request, capture_output=True, text=True, timeout=20, check=True)
    assert json.loads(by_argument.stdout)["addresses"] == json.loads(by_input.stdout)["addresses"]
    wrong = subprocess.run([*program, "{}"], capture_output=True, text=True, timeout=20, check=False)
    assert (wrong.returncode, json.loads(wrong.stdout)["error"]) == (2, "bad-request")


def test_waiting_ends_at_once_when_told_to() -> None:
    program = [
        sys.executable,
        "-c",
        "from bot.sandbox.verifier.probe import main; print(1, flush=True); main(['wait'])",
    ]
    with subprocess.Popen(program, stdout=subprocess.PIPE) as waiting:
        assert waiting.stdout is not None
        waiting.stdout.readline()
        waiting.terminate()
        # -15 when the signal came before the wait had begun
        assert waiting.wait(10) in (0, -15)
