"""Names, connections and bytes from a hostile peer; the ops ``tcp`` and ``dns``."""

import socket
from binascii import b2a_base64
from collections.abc import Iterator

from bot.sandbox.verifier.clock import Clock, Fault, Json, number, retried, string, whole


def addresses(name: str) -> list[str]:
    """Return the IP addresses of a name, in the resolver's order. Raises: Fault."""
    try:
        found = socket.getaddrinfo(name.encode("ascii"), None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Fault("no-such-host", f"the name {name} is not known on this network") from None
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def connected(host: str, port: int, clock: Clock) -> socket.socket:
    """Return a connected socket, trying every address of the host. Raises: Fault."""
    fault = Fault("no-such-host", f"the name {host} has no address")
    for address in addresses(host):
        try:
            return socket.create_connection((address, port), timeout=clock.left())
        except TimeoutError:
            fault = Fault("timeout", f"{host}:{port} did not answer")
        except ConnectionRefusedError:
            fault = Fault("refused", f"nothing listens at {host}:{port}")
        except OSError as error:
            fault = Fault("unreachable", f"{host}:{port} cannot be reached: {error.strerror}")
    raise fault


class Reader:
    """Bytes from a hostile peer: each receive ends at the clock, buffered bytes are bounded by what was asked."""

    def __init__(self, peer: socket.socket, clock: Clock) -> None:
        self.peer, self.clock, self.kept = peer, clock, b""

    def more(self, at_most: int = 65536) -> bytes:
        """Return the next bytes, empty at the end. Raises: Fault."""
        if self.kept:
            got, self.kept = self.kept[:at_most], self.kept[at_most:]
            return got
        self.peer.settimeout(self.clock.left())
        try:
            return self.peer.recv(at_most)
        except TimeoutError:
            raise Fault("timeout", "the answer did not come to its end in time") from None
        except OSError:
            raise Fault("reset", "the connection broke in the middle of the answer") from None

    def until(self, mark: bytes, cap: int, what: str) -> bytes:
        """Return the bytes before ``mark`` and drop the mark. Raises: Fault past ``cap``."""
        seen = bytearray()
        while (at := seen.find(mark)) < 0:
            if len(seen) > cap:
                raise Fault("too-large", f"{what} is longer than {cap} bytes")
            got = self.more()
            if not got:
                raise Fault("reset" if seen else "empty", f"the connection closed before {what} was complete")
            seen += got
        self.kept = bytes(seen[at + len(mark) :]) + self.kept
        if at > cap:
            raise Fault("too-large", f"{what} is longer than {cap} bytes")
        return bytes(seen[:at])

    def up_to(self, count: int) -> Iterator[bytes]:
        """Yield ``count`` bytes in pieces, fewer when the peer closes first."""
        while count > 0 and (got := self.more(min(count, 65536))):
            count -= len(got)
            yield got


def tcp(request: Json, clock: Clock) -> Json:
    """Return whether a port accepts, and its first bytes when ``read`` asks for them. Raises: Fault."""
    host, port, read = string(request, "host"), whole(request, "port", 0, 1, 65535), whole(request, "read", 0, 0, 4096)
    timeout_s, retry_for_s = number(request, "timeout_s", 5.0), number(request, "retry_for_s", 0)

    def once() -> Json:
        turn = clock.until(timeout_s)
        with connected(host, port, turn) as peer:
            banner = Reader(peer, turn).more(read) if read else b""
            return {"address": peer.getpeername()[0], "banner_b64": b2a_base64(banner, newline=False).decode()}

    result = retried(once, retry_for_s, clock)
    if "error" in result:
        raise Fault(result["error"], result["say"])
    return result


def dns(request: Json, clock: Clock) -> Json:
    """Return the addresses of a name. Raises: Fault."""
    return {"addresses": addresses(string(request, "name"))}
