"""The worst that can be handed in, each small enough to be sent: `CASES` gives name → kind, bytes, what is refused."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.handin.archive import read_archive
from bot.handin.command import looks_like_commands, read_commands, unslack
from bot.handin.compose.read import read_compose
from bot.handin.decision import decided, judge_command, judge_dockerfile, judge_up
from bot.handin.ignore import ignored, read_patterns
from bot.handin.plan import BuildPlan, Refusal

SERVED = ("node:24-alpine", "alpine:latest", "ubuntu:latest", "mysql:8.0", "nicolaka/netshoot:latest")
OWN = ("getting-started:latest",)
MIB = 1024 * 1024
KB = 1024


@dataclass(frozen=True, slots=True)
class Case:
    """One hand-in; `make` is only called where it is needed, so that no process holds them all."""

    kind: str  #: dockerfile, compose, command, archive or ignore
    make: Callable[[], bytes]


def dockerfile(content: bytes) -> Any:
    found = judge_dockerfile(content, BuildPlan(("x:latest",)), SERVED, OWN)
    decided("dockerfile", content, found)
    return found


def compose(content: bytes) -> Any:
    found = judge_up(read_compose(content, project="x", env_file=b"A=" + b"x" * 4000), SERVED, OWN)
    decided("compose", content, found)
    return found


def command(content: bytes) -> Any:
    text = unslack(content.decode("utf-8", "replace"))
    looks_like_commands(text)
    return [judge_command(each, SERVED, OWN) for each in read_commands(text)]


def archive(content: bytes) -> Any:
    found = read_archive("app.zip", content)
    decided("archive", content, found)
    return found


PATHS = [f"{'a' * 100}/{'a' * 90}{n:03}" for n in range(500)]


def ignore(content: bytes) -> Any:
    found = read_patterns(content)
    return found if isinstance(found, Refusal) else [ignored(path, found) for path in PATHS]


JUDGES: Mapping[str, Callable[[bytes], Any]] = {
    "dockerfile": dockerfile,
    "compose": compose,
    "command": command,
    "archive": archive,
    "ignore": ignore,
}
HARMLESS: Mapping[str, bytes] = {
    "dockerfile": b"FROM alpine\nRUN x\n",
    "compose": b"services: {a: {image: alpine}}",
    "command": b"docker run alpine",
    "archive": b"",
    "ignore": b"node_modules\n",
}


def _text(text: str) -> Callable[[], bytes]:
    return text.encode


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return out.getvalue()


def tarred(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as made:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            made.addfile(info, io.BytesIO(content))
    return out.getvalue()


def _overlapping() -> bytes:
    """A directory of 20,000 entries that all mean one member."""
    content = zipped({"a": b"x" * 60_000})
    at, end = content.index(b"PK\x01\x02"), content.index(b"PK\x05\x06")
    entry, count = content[at:end], 20_000
    return (
        content[:at]
        + entry * count
        + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(entry) * count, at, 0)
    )


def _link() -> bytes:
    info = tarfile.TarInfo("a")
    info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
    return info.tobuf() + bytes(1024)


def _bytes(count: int) -> bytes:
    """Bytes that do not pack well, and are texts."""
    return b"".join(struct.pack(">Q", n * 0x9E3779B97F4A7C15 % 2**64).hex().encode() for n in range(count // 16 + 1))[
        :count
    ]


LETTERS = "abcdefghij"
LAUGHS = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)
)
MERGES = "a: &a {x: y}\n" + "".join(
    f"{b}: &{b} {{<<: [{','.join([f'*{a}'] * 20)}]}}\n" for a, b in zip("abcdef", "bcdefg", strict=True)
)
SERVICE = "services:\n  app:\n    image: alpine\n"

DOCKERFILES = {
    "D37 2,000 instructions": _text("FROM alpine\n" + "RUN x\n" * 2_000),
    "D39 5,000 stages": _text("FROM alpine\n" * 5_000),
    "D40 ARGs that double forty times": _text(
        "".join(f"ARG A{n}=$A{n - 1}$A{n - 1}xx\n" for n in range(1, 41)) + "FROM $A40\n"
    ),
    "D40 ENVs that double in a folder": _text(
        "FROM alpine\nENV A0=/xxxxxxxx\n"
        + "".join(f"ENV A{n}=$A{n - 1}$A{n - 1}\n" for n in range(1, 40))
        + "WORKDIR $A39\n"
    ),
    "D40 many pairs in many ENVs": _text(
        "FROM alpine\n" + ("ENV " + " ".join(f"A{n}=${{A{n - 1}:-x}}y" for n in range(60)) + "\n") * 58
    ),
    "D40 braces inside one another": _text("FROM " + "${A:-" * 1_500 + "\n"),
    "D25 500 volumes of variables": _text("FROM alpine\nVOLUME " + "$A " * 2_600 + "\n"),
    "D31 wide EXPOSE": _text("FROM alpine\nEXPOSE " + "1-65535 " * 990 + "\n"),
    "D32 many labels": _text("FROM alpine\nLABEL " + " ".join(f"a{n}=b" for n in range(900)) + "\n"),
    "D50 CMD of 100,000 words": _text("FROM alpine\nCMD [" + ", ".join(['"x"'] * 100_000) + "]\n"),
    "D50 brackets in a list": _text("FROM alpine\nCMD " + "[" * 7_900 + "\n"),
    "D50 MAINTAINER of a megabyte": _text("FROM alpine\nMAINTAINER " + "x" * MIB),
    "D50 64 KB of quotes": _text("FROM alpine\n" + ("ENV A=" + "\"'" * 3_990 + "\n") * 8),
    "D44 64 KB of empty lines": _text("\n" * 65_000),
    "D44 64 KB of letters": _text("FROM alpine\n#" + "ä" * 32_000),
    "D44 UTF-16": lambda: ("FROM alpine\n" * 2_000).encode("utf-16"),
    "D44 continued lines": _text("FROM alpine\nRUN x \\\n" + "\\\n" * 3_500),
    "D15 10,000 directives": _text("# a=b\n" * 10_000 + "FROM alpine\n"),
    "D01 a base of 8,000 letters": _text("FROM " + "alpine" * 1_300 + "\n"),
    "D06 a stage of 6,000 digits": _text("FROM alpine\nCOPY --from=" + "9" * 6_000 + " / /\n"),
    "D11 names that are nearly archives": _text("FROM alpine\nADD " + ".tar.gz" * 1_100 + "! /\n"),
    "D09 letters that are nearly an address": _text("FROM alpine\nADD " + "a." * 3_900 + " /\n"),
    "a word of 8,000 letters": _text("FROM alpine\n" + "R" * 7_900 + "\n"),
    "accepted: 60 long instructions": _text("FROM alpine\n" + ("RUN echo " + "x" * 1_000 + "\n") * 59),
}
COMPOSE = {
    "C55 the merge-key bomb of 515 bytes": MERGES.encode,
    "C54 a billion laughs": LAUGHS.encode,
    "C56 an alias to itself": _text("a: &x {self: *x}\n"),
    "C57 20,000 brackets": _text("[" * 20_000),
    "C57 20,000 dashes": _text("- " * 20_000),
    "C57 deep keys": _text("".join(f"{' ' * n}a:\n" for n in range(350))),
    "C52 defaults 10,000 deep": _text(f"{SERVICE}    user: {'${A:-' * 10_000}\n"),
    "C52 wide values": _text(
        SERVICE + "    environment:\n" + "".join(f"      A{n}: '{'${A}' * 900}'\n" for n in range(14))
    ),
    "C60 a megabyte of comment": _text("#" + "x" * MIB),
    "C64 a command of 20,000 words": _text(f"{SERVICE}    command: [{', '.join(['x'] * 20_000)}]\n"),
    "C64 a command of quotes": _text(SERVICE + "    command: '" + '"' * 60_000 + "'\n"),
    "C49 10,000 edges": _text(
        "services:\n  a:\n    image: alpine\n    depends_on:\n" + "".join(f"      - s{n}\n" for n in range(4_900))
    ),
    "C49 ten services in a knot": _text(
        "services:\n"
        + "".join(
            f"  s{n}: {{image: alpine, depends_on: [{', '.join(f's{m}' for m in range(10) if m < n)}]}}\n"
            for n in range(10)
        )
    ),
    "C59 many keys": _text("".join(f"x-{n}: {n}\n" for n in range(2_400))),
    "C16 many mounts": _text(
        SERVICE + "    volumes:\n" + "".join(f"      - ./{'a/' * 90}:/x{n}\n" for n in range(300))
    ),
    "C36 many ports": _text(SERVICE + "    ports:\n" + "".join(f"      - {n}:{n}\n" for n in range(1_000, 3_400))),
    "C61 digits and colons": _text(f"{SERVICE}    ports: [{'1:' * 30_000}1]\n"),
    "C62 a number of 60,000 digits": _text(f"{SERVICE}    cpus: {'9' * 60_000}\n"),
    "C65 names of 60,000 letters": _text(f"? {'s' * 60_000}\n: x\n"),
    "a key that is nearly one": _text("services: {a: {image: alpine, ? " + "privilege" * 6_000 + " : x}}"),
    "accepted: ten full services": _text(
        "services:\n"
        + "".join(
            f"  s{n}:\n    image: alpine\n    environment:\n" + "".join(f"      A{m}: {'x' * 40}\n" for m in range(90))
            for n in range(10)
        )
    ),
    "accepted: 4,900 values": _text(f"x-a: [{'x,' * 4_900}]\n{SERVICE}"),
}
COMMANDS = {
    "R27 a line of 30 KB": _text("docker run " + "x" * 30_000),
    "R27 10,000 options": _text("docker run " + "-e A=1 " * 10_000 + "alpine"),
    "R27 1,100 options": _text("docker run " + "-e A=1 " * 1_100 + "alpine"),
    "R27 unknown options": _text("docker run " + "--privilegedd " * 570 + "alpine"),
    "R27 an option of 7,900 letters": _text("docker run --" + "volume" * 1_300 + " alpine"),
    "R27 an image of 7,900 letters": _text("docker run " + "alpine" * 1_300),
    "R27 4,000 commands": _text("docker ps\n" * 4_000),
    "R27 1,500 commands": _text("docker run alpine echo x\n" * 1_500),
    "R22 790 semicolons": _text("docker ps;" * 790),
    "R22 quotes that never close": _text("docker run alpine '\n" * 1_900),
    "R22 many quotes": _text("docker run alpine " + "'\"" * 3_900),
    "R22 brackets": _text("docker run alpine " + "$(" * 3_900),
    "R22 backslashes": _text("docker run alpine " + "\\" * 7_900),
    "R01 many mounts": _text("docker run " + "-v a:/b " * 950 + "alpine"),
    "R02 commas": _text("docker run --mount " + "," * 7_900 + " alpine"),
    "R02 quotes": _text("docker run --mount '" + '"' * 7_900 + "' alpine"),
    "R05 fields of a network": _text("docker run --network " + "alias=a," * 950 + " alpine"),
    "R14 many ports": _text("docker run " + "-p 1-65535:1-65535 " * 400 + "alpine"),
    "R25 braces": _text("docker ps --format '" + "{{.Names}}" * 780 + "'"),
    "R25 a template that is nearly one": _text("docker inspect -f '" + "{{.a.b" * 1_300 + "' web"),
    "R20 letters after prompts": _text("user@host:~" + "/a" * 3_900 + " docker ps"),
    "R20 prompts": _text(("$ " * 3_900 + "\n") * 5),
    "R20 a prompt of Windows": _text("C:\\" + "a\\" * 3_900 + " docker ps"),
    "a message of 40,000 letters": _text("d" * 39_999),
    "40,000 blanks": _text("docker" + " " * 39_000 + "ps"),
    "a login with a long pipe": _text("echo " + "x " * 3_900 + "| docker login --password-stdin"),
    "curl to a long host": _text("curl http://" + "a." * 3_900 + "/"),
    "curl with many headers": _text("curl " + "-H 'A: b' " * 790 + "localhost:3000"),
    "compose with many words": _text("docker compose up " + "a " * 3_900),
    "a Slack message of links": _text("<http://a|" * 3_900),
    "accepted: as long as may be": _text("docker run alpine sh -c '" + "x" * 7_900 + "'"),
    "accepted: twenty commands": _text("docker run -e A=1 alpine echo x\n" * 20),
}
ARCHIVES = {
    "A01 zip bomb, 200 MB in 200 KB": lambda: zipped({f"a{n}": b"\0" * (20 * MIB) for n in range(10)}),
    "A01 tar bomb behind node_modules": lambda: gzip.compress(tarred({"node_modules/a": b"\0" * (63 * MIB)}), 9),
    "A01 a tar bomb that is just under the ratio": lambda: gzip.compress(
        tarred({"node_modules/a": _bytes(400 * KB) + b"\0" * (60 * MIB)}), 9
    ),
    "A01 20,000 names for one member": _overlapping,
    "A02 20,000 members": lambda: zipped({f"node_modules/{n}": b"" for n in range(19_999)}, 0),
    "A02 20,001 heads of a tar": lambda: tarfile.TarInfo("node_modules/x").tobuf() * 20_001,
    "A02 an archive in an archive": lambda: zipped({f"{n}.zip": zipped({"a": b"x" * 60_000}) for n in range(400)}),
    "A05 a link": _link,
    "A07 a name of a megabyte": lambda: tarred({"x" * MIB: b""}),
    "A09 500 names that differ in capitals": lambda: zipped(
        {f"{'a' * 190}{n}": b"" for n in range(499)} | {f"{'A' * 190}{n}": b"" for n in range(1)}
    ),
    "A10 gzip that ends too early": lambda: gzip.compress(_bytes(4 * MIB))[:-9],
    "A16 ten megabytes": lambda: b"PK\x03\x04" + b"x" * (10 * MIB - 4),
    "accepted: a project of 4.9 MB": lambda: zipped({f"src/f{n}.txt": _bytes(61_000) for n in range(80)}),
    "accepted: 499 files in a tar": lambda: gzip.compress(
        tarred({f"src/f{n}.txt": _bytes(10_000) for n in range(499)})
    ),
    "accepted: old encodings": lambda: zipped(
        {f"f{n}.txt": ("äxxxxxxxxx" * 550).encode("cp1252") * 10 for n in range(80)}, 0
    ),
}
IGNORES = {
    "the pattern of 13 letters": _text("*a*a*a*a*a*ab"),
    "stars and letters": _text("*a" * 99 + "b"),
    "100 lines of them": _text(("*a" * 90 + "b\n") * 100),
    "any folders": _text("**/a/**/b\n" * 50),
    "64 KB": _text("*a" * 32_000),
}
CASES: Mapping[str, Case] = {
    f"{kind}: {name}": Case(kind, make)
    for kind, table in (
        ("dockerfile", DOCKERFILES),
        ("compose", COMPOSE),
        ("command", COMMANDS),
        ("archive", ARCHIVES),
        ("ignore", IGNORES),
    )
    for name, make in table.items()
}


def outcome(found: Any) -> str:
    """Return the code that was refused with, or `accepted`."""
    if isinstance(found, list):
        found = next(
            (plan for each in found if isinstance(plan := each[0] if isinstance(each, tuple) else each, Refusal)), None
        )
    return found.code if isinstance(found, Refusal) else "accepted"
