"""Proofs of a password, against values that PyMySQL computed, and keys that `cryptography` made."""

from __future__ import annotations

import base64
import hashlib
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.verifier import login
from bot.sandbox.verifier.clock import Fault

NONCE = bytes(range(1, 21))
SHA1 = partial(hashlib.sha1, usedforsecurity=False)
PEM = b"""-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDFOo5SWG0jUauU1RFvdC+0UYWP
izNxs3ketoM4etlkCSPeskzwMo/1gXmwZ35n3TpdTzqoc5y+dXCdZqwbb2zNzut5
UnFtU1dKVBspZglQxWC/RpkqT96hYDh7gPt55nNFUa2lo7iXPReoiy1fR7iPEKoh
GQ6Zs+Oqd+SxYYtwIQIDAQAB
-----END PUBLIC KEY-----
"""
MODULUS = int(
    "c53a8e52586d2351ab94d5116f742fb451858f8b3371b3791eb683387ad9640923deb24cf0328ff58179b0677e67dd3a5d4f3aa8739cbe75709d"
    "66ac1b6f6ccdceeb7952716d53574a541b29660950c560bf46992a4fdea160387b80fb79e6734551ada5a3b8973d17a88b2d5f47b88f10aa2119"
    "0e99b3e3aa77e4b1618b7021",
    16,
)
#: whoever has it can read what was encrypted for PEM; it is used nowhere else
PRIVATE = int(
    "b3972a595923a7f18a27b00c7c4c73d3e2179829cce24fe68e4ceb17d6e574edcdb7ceebb81c92719f404b9d31c129f5275a29b391f2bc8afbcc"
    "97dd47ee22477c3f95f03f8aa016125128972109e1774fe929bf17f68ada6d25c3c6607c1b6bb447495a081854e0414c1033d1af460a903688b1"
    "f0fe7b1f00fefe484a1bb941",
    16,
)


def decrypted(secret: bytes) -> bytes:
    """Return what the owner of the key reads; the mask is grown with hashlib, so that ours does not judge itself."""

    def grown(seed: bytes, size: int) -> bytes:
        return b"".join(SHA1(seed + bytes([0, 0, 0, at])).digest() for at in range(8))[:size]

    padded = pow(int.from_bytes(secret, "big"), PRIVATE, MODULUS).to_bytes(128, "big")
    seed = bytes(a ^ b for a, b in zip(padded[1:21], grown(padded[21:], 20), strict=True))
    block = bytes(a ^ b for a, b in zip(padded[21:], grown(seed, 107), strict=True))
    assert (padded[0], block[:20]) == (0, SHA1(b"").digest())
    return block[20:].lstrip(b"\0")[1:]


@pytest.mark.parametrize(
    ("plugin", "password", "proof"),
    [
        (login.NATIVE, b"secret", "b32bb3a583e1340c0a1108d58b1be49781ad8c2f"),
        (login.SHA2, b"secret", "746ebe205d56a0707acb3e796e834e0dd7b1d61743b26bd5202c7a623230c7c9"),
        (login.NATIVE, b"", ""),
        (login.SHA2, b"", ""),
    ],
)
def test_the_first_proof_is_what_other_clients_send(plugin: str, password: bytes, proof: str) -> None:
    assert login.scrambled(plugin, password, NONCE + b"\0").hex() == proof


def test_a_login_method_that_we_do_not_know_is_named() -> None:
    with pytest.raises(Fault, match="sha256_password"):
        login.scrambled("sha256_password", b"x", NONCE)


@given(st.binary(min_size=6, max_size=60).filter(lambda text: b"\0" not in text))
def test_what_is_encrypted_can_be_read_with_the_key_and_not_without(password: bytes) -> None:
    secret = login.encrypted(password, NONCE, PEM)
    assert password not in secret
    assert login.xor(decrypted(secret), NONCE) == password + b"\0"


def test_a_password_that_does_not_fit_the_key_is_a_fault() -> None:
    with pytest.raises(Fault, match="does not fit"):
        login.encrypted(b"x" * 200, NONCE, PEM)


def pem(der: bytes) -> bytes:
    return b"-----BEGIN PUBLIC KEY-----\n" + base64.b64encode(der) + b"\n-----END PUBLIC KEY-----\n"


DER = base64.b64decode(b"".join(PEM.split(b"\n")[1:-2]))


@pytest.mark.parametrize(
    "key",
    [
        b"",
        b"nonsense",
        b"-----BEGIN",
        pem(b""),
        pem(DER[:40]),
        pem(b"\x30\x84\xff\xff\xff\xff"),
        pem(DER[:-3] + b"\0\0\1"),
    ],
)
def test_what_is_no_key_is_a_fault_and_not_a_crash(key: bytes) -> None:
    with pytest.raises(Fault):
        login.public_key(key)


@given(st.binary(max_size=200))
def test_no_key_crashes_the_client(der: bytes) -> None:
    for key in (der, pem(der)):
        with pytest.raises(Fault):
            login.public_key(key)
