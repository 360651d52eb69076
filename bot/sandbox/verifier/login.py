"""How a client proves to a MySQL server that it knows a password. Pure, and without OpenSSL.

`mysql_native_password` is what MariaDB and MySQL 5 ask for, `caching_sha2_password` what MySQL 8 asks for. Without
TLS the latter wants the password itself the first time, encrypted with a key that the server sends.
Source: MySQL source documentation, "Authentication Methods"; RFC 8017 §7.1 (OAEP), §A.1.1 (RSAPublicKey).
"""

import os
from binascii import Error, a2b_base64

from bot.sandbox.verifier.clock import Fault
from bot.sandbox.verifier.digest import sha1, sha256

NATIVE, SHA2 = "mysql_native_password", "caching_sha2_password"
NONCE = 20  #: bytes that a server sends to be mixed with the password
SHA1_SIZE = 20
#: bytes of a key: below, a password does not fit; above, nobody uses them
SMALLEST_KEY, LARGEST_KEY = 64, 1024


def scrambled(plugin: str, password: bytes, nonce: bytes) -> bytes:
    """Return the first proof that this method asks for; nothing for an empty password. Raises: Fault."""
    if plugin not in (NATIVE, SHA2):
        raise Fault("other-login", f"the server asks for the login method {plugin[:60]}")
    if not password:
        return b""
    if plugin == NATIVE:
        once = sha1(password)
        return xor(once, sha1(nonce[:NONCE] + sha1(once)))
    once = sha256(password)
    return xor(once, sha256(sha256(once) + nonce[:NONCE]))


def xor(one: bytes, other: bytes) -> bytes:
    """Return the bytes of `one`, each mixed with that of `other`, which is repeated as often as needed."""
    return bytes(byte ^ other[at % len(other)] for at, byte in enumerate(one))


def encrypted(password: bytes, nonce: bytes, pem: bytes) -> bytes:
    """Return the password, mixed with the nonce, under the server's public key. Raises: Fault."""
    modulus, exponent = public_key(pem)
    size = (modulus.bit_length() + 7) // 8
    padded = oaep(xor(password + b"\0", nonce[:NONCE]), size, os.urandom(SHA1_SIZE))
    return pow(int.from_bytes(padded, "big"), exponent, modulus).to_bytes(size, "big")


def oaep(message: bytes, size: int, seed: bytes) -> bytes:
    """Return the message padded to `size` bytes, with SHA-1 and no label. Raises: Fault when it is too long."""
    room = size - len(message) - 2 * SHA1_SIZE - 2
    if room < 0:
        raise Fault("other-login", "the password does not fit into the server's key")
    block = sha1(b"") + bytes(room) + b"\x01" + message
    masked = xor(block, mask(seed, len(block)))
    return b"\0" + xor(seed, mask(masked, SHA1_SIZE)) + masked


def mask(seed: bytes, size: int) -> bytes:
    """Return `size` bytes grown from the seed (MGF1 with SHA-1)."""
    blocks = (sha1(seed + at.to_bytes(4, "big")) for at in range(size // SHA1_SIZE + 1))
    return b"".join(blocks)[:size]


def public_key(pem: bytes) -> tuple[int, int]:
    """Return modulus and exponent of an RSA key in PEM, as `PUBLIC KEY`. Raises: Fault."""
    try:
        lines = [line for line in pem.split(b"\n") if line.strip() and not line.startswith(b"-----")]
        outer = inside(a2b_base64(b"".join(lines)), 0x30)
        _, rest = part(outer, 0x30)  # which kind of key it is
        bits, _ = part(rest, 0x03)
        numbers = inside(bits[1:], 0x30)
        first, rest = part(numbers, 0x02)
        second, _ = part(rest, 0x02)
    except (Error, IndexError, ValueError):
        raise Fault("not-mysql", "the server sent something else than its key") from None
    modulus, exponent = int.from_bytes(first, "big"), int.from_bytes(second, "big")
    # a hostile key must not keep us busy
    if not SMALLEST_KEY <= (modulus.bit_length() + 7) // 8 <= LARGEST_KEY or not 1 < exponent < 1 << 32:
        raise Fault("not-mysql", "the server sent a key that nobody uses")
    return modulus, exponent


def inside(der: bytes, kind: int) -> bytes:
    """Return what one DER value of this kind holds. Raises: IndexError, ValueError."""
    return part(der, kind)[0]


def part(der: bytes, kind: int) -> tuple[bytes, bytes]:
    """Return what the first DER value holds, and what comes after it. Raises: IndexError, ValueError."""
    if der[0] != kind:
        raise ValueError("another kind of value")
    size, at = der[1], 2
    if size & 0x80:
        at = 2 + (size & 0x7F)
        size = int.from_bytes(der[2:at], "big")
    if at + size > len(der):
        raise ValueError("a value that is cut off")
    return der[at : at + size], der[at + size :]
