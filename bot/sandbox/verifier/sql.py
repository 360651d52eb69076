"""The op ``sql``: a small MySQL client in which every length and every wait has a cap.

The server is hostile: it may be a learner's own program. It is never sent a file (we do not offer LOCAL INFILE, and an
answer that asks for one ends the conversation), a long answer is cut off, and one password at a time is tried.
Source: MySQL source documentation, "Client/Server Protocol"; error numbers from its "Server Error Message Reference".
"""

import socket
from binascii import hexlify

from bot.sandbox.verifier.clock import Clock, Fault, Json, number, retried, string, whole
from bot.sandbox.verifier.login import SHA2, encrypted, scrambled
from bot.sandbox.verifier.wire import Reader, connected

PACKET_CAP = 64 * 1024
PACKETS_CAP = 1_000
ROWS_CAP = 100
LOGINS_CAP = 8
#: LONG_PASSWORD, LONG_FLAG, PROTOCOL_41, TRANSACTIONS, SECURE_CONNECTION, PLUGIN_AUTH; not LOCAL_FILES (0x80),
#: not MULTI_STATEMENTS
CAPABILITIES = 0x1 | 0x4 | 0x200 | 0x2000 | 0x8000 | 0x80000
UTF8MB4 = 45
OK, MORE, LOCAL_FILE, END, FAILED = 0x00, 0x01, 0xFB, 0xFE, 0xFF
FAST_ENOUGH, WHOLE_PASSWORD, ASK_FOR_KEY = b"\x03", b"\x04", b"\x02"
CODES = {
    1040: "not-ready",
    1044: "denied",
    1045: "denied",
    1049: "no-database",
    1053: "not-ready",
    1142: "denied",
    1146: "no-table",
}


def sql(request: Json, clock: Clock) -> Json:
    """Return the rows of one query with the first login that is accepted; values are texts or null. Raises: Fault."""
    host, port = string(request, "host"), whole(request, "port", 3306, 1, 65535)
    query = bound(string(request, "query"), request.get("values", []))
    logins = request.get("logins")
    if (
        not isinstance(logins, list)
        or not 1 <= len(logins) <= LOGINS_CAP
        or not all(isinstance(e, dict) for e in logins)
    ):
        raise Fault("bad-request", f"logins must be a list of 1 to {LOGINS_CAP} objects")
    people = [(string(each, "user"), string(each, "password", "")) for each in logins]
    timeout_s, retry_for_s = number(request, "timeout_s", 5.0), number(request, "retry_for_s", 0)

    def once() -> Json:
        denied = Fault("denied", "no login was tried")
        for user, password in people:
            try:
                return {"rows": asked(host, port, (user, password), query, clock.until(timeout_s)), "user": user}
            except Fault as fault:
                if fault.code != "denied":
                    raise
                denied = fault
        raise denied

    result = retried(once, retry_for_s, clock)
    if "error" in result:
        raise Fault(result["error"], result["say"])
    return result


def bound(query: str, values: object) -> str:
    """Return the query with each ``?`` replaced by a value that cannot be read as anything else. Raises: Fault."""
    parts = query.split("?")
    if not isinstance(values, list) or len(values) != len(parts) - 1 or not all(isinstance(v, str) for v in values):
        raise Fault("bad-request", "values must be one text for each ? of the query")
    filled = [f"_utf8mb4 x'{hexlify(value.encode()).decode()}'" for value in values]
    return parts[0] + "".join(value + part for value, part in zip(filled, parts[1:], strict=True))


def asked(host: str, port: int, login: tuple[str, str], query: str, clock: Clock) -> list[list[str | None]]:
    """Return the rows. Raises: Fault."""
    with connected(host, port, clock) as peer:
        talk = Talk(peer, clock)
        log_in(talk, *login)
        talk.count = 0
        talk.send(b"\x03" + query.encode())
        return rows(talk)


class Talk:
    """Packets to and from the server, each with the number that follows the last one's."""

    def __init__(self, peer: socket.socket, clock: Clock) -> None:
        self.peer, self.clock, self.reader, self.count, self.seen = peer, clock, Reader(peer, clock), 0, 0

    def next(self) -> bytes:
        """Return what the next packet holds; never empty. Raises: Fault, also for what the server refuses."""
        self.seen += 1
        head = self.exactly(4)
        size = int.from_bytes(head[:3], "little")
        if self.seen > PACKETS_CAP or not 0 < size <= PACKET_CAP:
            raise Fault("too-large" if size else "not-mysql", "the server's answer has an odd size")
        self.count = (head[3] + 1) % 256
        packet = self.exactly(size)
        if packet[0] == FAILED:
            raise refused(packet)
        return packet

    def exactly(self, size: int) -> bytes:
        """Return so many bytes. Raises: Fault."""
        got = b"".join(self.reader.up_to(size))
        if len(got) < size:
            raise Fault("reset", "the connection closed in the middle of an answer")
        return got

    def send(self, packet: bytes) -> None:
        """Send one packet. Raises: Fault."""
        self.peer.settimeout(self.clock.left())
        try:
            self.peer.sendall(len(packet).to_bytes(3, "little") + bytes([self.count]) + packet)
        except OSError:
            raise Fault("reset", "the connection broke while asking") from None
        self.count = (self.count + 1) % 256


def refused(packet: bytes) -> Fault:
    """Return the server's own words as a fault."""
    words = packet[3:].decode("utf-8", "replace")
    plain = words[6:] if words.startswith("#") else words
    return Fault(CODES.get(int.from_bytes(packet[1:3], "little"), "sql"), plain[:300])


def log_in(talk: Talk, user: str, password: str) -> None:
    """Return once the server has accepted the login. Raises: Fault."""
    plugin, nonce = greeted(talk.next())
    secret, name = password.encode(), user.encode()
    proof = scrambled(plugin, secret, nonce)
    head = CAPABILITIES.to_bytes(4, "little") + PACKET_CAP.to_bytes(4, "little") + bytes([UTF8MB4]) + bytes(23)
    talk.send(head + name + b"\0" + bytes([len(proof)]) + proof + plugin.encode() + b"\0")
    while (packet := talk.next())[0] != OK:
        if packet[0] == END and len(packet) > 1:  # another method, with a nonce of its own
            named, _, nonce = packet[1:].partition(b"\0")
            plugin = named.decode("ascii", "replace")
            talk.send(scrambled(plugin, secret, nonce))
        elif packet[0] == MORE and packet[1:] == WHOLE_PASSWORD and plugin == SHA2:
            talk.send(ASK_FOR_KEY)
            talk.send(encrypted(secret, nonce, talk.next()[1:]))
        elif packet[0] != MORE or packet[1:] != FAST_ENOUGH:
            raise Fault("not-mysql", "the server did not go on with the login")


def greeted(packet: bytes) -> tuple[str, bytes]:
    """Return the login method and the nonce of a server's greeting. Raises: Fault."""
    version, mark, rest = packet[1:].partition(b"\0")
    if packet[0] != 10 or not mark or len(rest) < 44 or len(version) > 200:
        raise Fault("not-mysql", "what listens there does not speak MySQL")
    nonce = rest[4:12] + rest[31:43]
    plugin = rest[44:].partition(b"\0")[0] or b"mysql_native_password"
    return plugin.decode("ascii", "replace"), nonce


def rows(talk: Talk) -> list[list[str | None]]:
    """Return the rows of the answer to a query. Raises: Fault."""
    first = talk.next()
    if first[0] == OK:
        return []
    if first[0] == LOCAL_FILE:
        raise Fault("not-mysql", "the server asked for a file")
    columns = first[0]
    for _ in range(columns):
        talk.next()
    talk.next()  # the end of the columns
    found: list[list[str | None]] = []
    while not ended(packet := talk.next()):
        if len(found) == ROWS_CAP:
            raise Fault("too-large", f"the answer has more than {ROWS_CAP} rows")
        found.append(row(packet, columns))
    return found


def ended(packet: bytes) -> bool:
    """Tell whether a packet is the end of the rows; a row may begin with the same byte, but is longer."""
    return packet[0] == END and len(packet) < 9


def row(packet: bytes, columns: int) -> list[str | None]:
    """Return the values of one row. Raises: Fault."""
    values: list[str | None] = []
    at = 0
    for _ in range(columns):
        lead = packet[at : at + 1]
        if lead == b"\xfb":
            values.append(None)
            at += 1
            continue
        wide = {b"\xfc": 2, b"\xfd": 3, b"\xfe": 8}.get(lead, 0)
        start = at + 1 + wide
        size = int.from_bytes(packet[at + 1 : start] if wide else lead, "little")
        if not lead or start + size > len(packet):
            raise Fault("not-mysql", "a row of the answer is cut off")
        values.append(packet[start : start + size].decode("utf-8", "replace"))
        at = start + size
    return values
