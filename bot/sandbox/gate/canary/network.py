"""Attempts to reach what is outside: the internet, the host, the metadata address, other networks' names."""

from __future__ import annotations

import os
import secrets
import socket
import struct
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.sandbox.gate.canary.said import Said, name_of, refused, stopped, succeeded

PATIENCE_S = 1.2
OUTSIDE, OUTSIDE_V6, METADATA = "1.1.1.1", "2606:4700:4700::1111", "169.254.169.254"
RESOLVER = "127.0.0.11"


def knock(address: str, port: int, word: bytes = b"") -> Said:
    """Open a TCP connection; that it is refused shows that somebody was reached."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as line:
        line.settimeout(PATIENCE_S)
        try:
            line.connect((address, port))
            line.sendall(word)
        except TimeoutError:
            return {"got": "silent", "why": f"{address}:{port}", "at": 0}
        except ConnectionRefusedError:
            return succeeded(f"{address}:{port} answered: refused")
        except OSError as error:
            return stopped(name_of(error.errno))
    return succeeded(f"{address}:{port} answered: connected")


def datagram(address: str, port: int, word: bytes) -> Said:
    """Send one datagram; one that can be sent has a way out."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as line:
        line.settimeout(PATIENCE_S)
        line.connect((address, port))
        line.send(word)
        try:
            line.recv(512)
        except TimeoutError:
            return {"got": "silent", "why": f"{address}:{port}", "at": 0}
        except ConnectionRefusedError:
            return succeeded(f"{address}:{port} answered: refused")
    return succeeded(f"{address}:{port} answered")


def ping(address: str) -> Said:
    """Send an echo request, by a raw socket or where there is none by one for pings."""
    for kind in (socket.SOCK_RAW, socket.SOCK_DGRAM):
        try:
            with socket.socket(socket.AF_INET, kind, socket.IPPROTO_ICMP) as line:
                line.settimeout(PATIENCE_S)
                line.sendto(struct.pack("!BBHHH", 8, 0, 0xF7FF, 0, 0), (address, 0))
                line.recv(512)
        except TimeoutError:
            return {"got": "silent", "why": address, "at": 0}
        except OSError as error:
            said = refused(error)
            if said["why"] not in {"EPERM", "EACCES"}:
                return said
        else:
            return succeeded(f"{address} answered")
    return said


def neighbours() -> Said:
    """Greet all on the wire by IPv6, where a bridge has an address of its own that nobody gave it."""
    why = "EADDRNOTAVAIL"
    for index, name in socket.if_nameindex():
        if name == "lo":
            continue
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as line:
            try:
                line.sendto(b"canary", ("ff02::1", 9, 0, index))
            except OSError as error:
                why = name_of(error.errno)
            else:
                return succeeded(f"sent by {name}")
    return stopped(why)


def foreign_name(name: str) -> Said:
    """Ask for a name that only the internet knows, and see where the question goes.

    `came_home`: the container's own resolver passed it on to nobody but this container itself.
    """
    asked = _question(name)
    home = threading.Event()
    try:
        answering = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        answering.bind(("127.0.0.1", 53))
        answering.settimeout(PATIENCE_S * 2)
    except OSError as error:
        return {"got": "broken", "why": f"port 53: {name_of(error.errno)}", "at": 0}

    def answer() -> None:
        try:
            while True:
                question, sender = answering.recvfrom(2048)
                if name.split(".", maxsplit=1)[0].encode() in question:
                    home.set()
                answering.sendto(question[:2] + b"\x81\x82" + question[4:], sender)  # SERVFAIL
        except OSError:
            return

    listening = threading.Thread(target=answer, daemon=True)
    listening.start()
    said = [_asked(server, asked) for server in _resolvers()]
    answering.close()
    came_home = home.is_set()
    for each in said:
        if each["got"] == "succeeded":
            return {**each, "came_home": came_home}
    silent = next((each for each in said if each["got"] == "silent"), None)
    return {**(silent or (said[0] if said else stopped("no resolver"))), "came_home": came_home}


def _resolvers() -> Sequence[str]:
    lines = Path("/etc/resolv.conf").read_text().splitlines()
    return [words[1] for words in map(str.split, lines) if len(words) > 1 and words[0] == "nameserver"][:3]


def _question(name: str) -> bytes:
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    return struct.pack("!6H", secrets.randbelow(65536), 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!2H", 1, 1)


def _asked(server: str, question: bytes) -> Said:
    family = socket.AF_INET6 if ":" in server else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as line:
        line.settimeout(PATIENCE_S)
        try:
            line.connect((server, 53))
            line.send(question)
            answer = line.recv(2048)
        except TimeoutError:
            return {"got": "silent", "why": server, "at": 0}
        except OSError as error:
            return refused(error)
    code = answer[3] & 15
    # only who knows the whole world's names says "no such name"
    return succeeded(f"{server} looked it up") if code in (0, 3) else stopped(f"answer {code}")


def way_out() -> Said:
    """Return whether there is a way out: a route, and somebody on the wire who answers as its gateway.

    To be asked after the knocking, when the kernel has looked for that gateway.
    """
    lines = [line.split() for line in Path("/proc/net/route").read_text().splitlines()[1:]]
    out = [(words[0], words[2]) for words in lines if words[1] == "00000000"]
    if not out:
        return stopped("no way out")
    through, raw = out[0]
    gateway = socket.inet_ntoa(bytes.fromhex(raw)[::-1])
    rows = [line.split() for line in Path("/proc/net/arp").read_text().splitlines()[1:]]
    known = {row[0] for row in rows if int(row[2], 16) & 2}
    # a route without a gateway (a point-to-point line) is a way out by itself
    if gateway == "0.0.0.0" or gateway in known:  # noqa: S104 - nothing is bound
        return succeeded(f"by {through}, {gateway}")
    return stopped("nobody answers as the gateway")


def attacks(
    nonce: str, hosts: Sequence[str], near: Sequence[str], port: int, name: str
) -> dict[str, Callable[[], Said]]:
    """Return the attacks by name. `near`: addresses of the host on our own wire; `port`: where it listens for us."""
    word = f"canary {nonce}\n".encode()
    made: dict[str, Callable[[], Said]] = {
        "egress_tcp": lambda: knock(OUTSIDE, 443),
        "egress_udp": lambda: datagram(OUTSIDE, 53, _question(name)),
        "egress_icmp": lambda: ping(OUTSIDE),
        "egress_v6": lambda: knock(OUTSIDE_V6, 443),
        "wire_v6": neighbours,
        "metadata": lambda: knock(METADATA, 80),
        "dns": lambda: foreign_name(name),
    }
    for at, address in enumerate(near):
        for knocked in (port, 22, 2375):
            made[f"gateway_{at}_{knocked}"] = lambda a=address, p=knocked: knock(a, p, word)  # type: ignore[misc]
        made[f"gateway_{at}_udp"] = lambda a=address: datagram(a, port, word)  # type: ignore[misc]
    for at, address in enumerate(hosts):
        for knocked in (port, 2375):
            made[f"host_{at}_{knocked}"] = lambda a=address, p=knocked: knock(a, p, word)  # type: ignore[misc]
        made[f"host_{at}_udp"] = lambda a=address: datagram(a, port, word)  # type: ignore[misc]
    return made


def flood(lines: int) -> None:
    """Print so many lines of 64 KB."""
    row = b"canary " * 9362 + b"\n"
    for _ in range(lines):
        os.write(1, row)


def linger(seconds: float) -> None:
    """Do nothing, and refuse to end when asked."""
    import signal

    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(seconds)
