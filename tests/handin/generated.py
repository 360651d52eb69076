"""Hand-ins made at random out of real ones, and what must hold for each of them.

`run` takes samples of the tests and of the lessons, mixes their lines, words and bytes, and judges what comes out. What
is refused is fine; what is accepted must be inside of the allow-list as this file writes it down, on its own and not in
the words of the policy; and the engine's request made of it must hold nothing but the keys of the golden tests.
"""

from __future__ import annotations

import random
import re
import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from posixpath import normpath
from typing import Any

import yaml

from bot.handin.archive import Unpacked, read_archive
from bot.handin.archive_tar import is_tar
from bot.handin.bases import emit
from bot.handin.command import read_commands
from bot.handin.compose.plan import ComposePlan
from bot.handin.compose.read import read_compose
from bot.handin.decision import judge_command, judge_dockerfile, judge_up
from bot.handin.plan import BuildPlan, ExecPlan, Refusal, RunPlan
from bot.handin.project import judge_file
from bot.sandbox import recipe
from bot.sandbox.compose.recipe import completed, run_plan
from bot.sandbox.names import Owner
from tests.handin import test_archive, test_options, test_policy
from tests.handin.compose import test_policy as compose_policy

LESSONS = Path(__file__).parents[2] / "lessons" / "docker-workshop"
SERVED = ("node:24-alpine", "alpine:latest")
OWN = ("getting-started:latest",)
PINS = {name: f"sha256:{number:064x}" for number, name in enumerate((*SERVED, *OWN), 1)}
OWNER = Owner("main", "U1")
BY = recipe.Making(OWNER, cgroup="/docent-main-run")
LONGEST = 1_500  #: of a text that is mixed further

Sample = str | bytes
NAMES = tuple(name.encode() for name in test_archive.PROJECT)
INNOCENT = 12  #: the last samples of each kind are accepted as they are


# --- what is mixed


def samples(kind: str) -> Sequence[Sample]:
    """Return the recorded hand-ins of a kind, shortened."""
    files = [path for path in LESSONS.rglob("*") if path.is_file() and "node_modules" not in path.parts]
    if kind == "archive":
        plain = [make(test_archive.PROJECT) for _, make in test_archive.MAKERS]
        return [*(make() for _, make, _ in test_archive.REFUSED), *plain, *plain]
    found: list[str] = []
    if kind == "dockerfile":
        found += [_text(text) for _, text, _ in test_policy.REFUSED]
        found += [path.read_text("utf-8") for path in files if path.name.startswith("Dockerfile")]
        found += [text for _, text in test_policy.HELD_LATER]
        found += test_policy.FINE
    elif kind == "compose":
        found += [f"services:\n  app:\n    image: alpine\n    {line}\n" for _, line, _ in compose_policy.IN_A_SERVICE]
        found += [_text(text) for _, text, _ in compose_policy.WHOLE_FILES]
        found += [path.read_text("utf-8") for path in files if path.name.startswith("compose")]
        found += [compose_policy.FINE] * INNOCENT
    else:
        found += [line for _, line, _ in test_policy.COMMANDS]
        found += [f"docker {path} {option} alpine" for path, option, _ in test_options.refused()]
        lessons = (yaml.safe_load(path.read_text("utf-8")) for path in files if path.name == "section.yaml")
        found += [line for lesson in lessons for line in _said(lesson)]
    return [each[:LONGEST] for each in found]


def _text(text: str | bytes) -> str:
    return text if isinstance(text, str) else text.decode("utf-8", "replace")


def _said(node: Any) -> list[str]:
    """Return every command that a lesson says."""
    if isinstance(node, Mapping):
        here = [node["say"]] if isinstance(node.get("say"), str) and node["say"].startswith("docker ") else []
        return here + [line for value in node.values() for line in _said(value)]
    return [line for value in node for line in _said(value)] if isinstance(node, list) else []


#: what is strewn in: signs that readers of texts trip over, and words that an attacker would want in a plan
STREWN = (
    *(
        "\\",
        "\\\n",
        "`",
        '"',
        "'",
        "$",
        "${",
        "}",
        ":-",
        "=",
        "==",
        "#",
        " ",
        "\t",
        "\r\n",
        "\n",
        "\n\n",
        ",",
        ";",
        "&&",
        "|",
        "<<EOF",
        "<<",
    ),
    *(
        "[",
        "]",
        "{",
        "}",
        "- ",
        ": ",
        "? ",
        "&a ",
        "*a",
        "<<: ",
        "!!",
        "|\n",
        ">\n",
        "---\n",
        "%",
        "\u202e",
        "\u200b",
        "\x00",
        "\ufeff",
        "ä",
    ),
    *(
        "--",
        "-",
        "--privileged",
        "--network=host",
        "--pid",
        "-v /:/h",
        "--mount type=bind,src=/,dst=/h",
        "-w /proc",
        "-e",
        "--device",
    ),
    *(
        "/",
        "..",
        "../..",
        "/proc/self/fd/7",
        "/sys",
        "/var/run/docker.sock",
        "~",
        "C:\\",
        "//",
        ".",
        "./",
        "a/../../b",
        "${PWD}",
    ),
    *(
        "http://x",
        "git@x:y",
        "x.tar.gz",
        "evil",
        "evil.example/x",
        "sha256:" + "0" * 64,
        "alpine",
        "node:24-alpine",
        "getting-started",
        "scratch",
    ),
    *(
        "FROM ",
        "ADD ",
        "COPY --from=",
        "RUN ",
        "ONBUILD ",
        "ARG ",
        "ENV ",
        "WORKDIR ",
        "VOLUME ",
        "LABEL ",
        "EXPOSE ",
        "STOPSIGNAL ",
        " AS a",
        "# escape=`\n",
    ),
    *(
        "privileged: true",
        "network_mode: host",
        "pid: host",
        "volumes: ['/:/h']",
        "image: evil",
        "build: ..",
        "cap_add: [ALL]",
        "external: true",
    ),
    *(
        "docent.learner=u2",
        "com.docker.compose.project=x",
        "http_proxy=x",
        "BUILDKIT_SYNTAX=x",
        "1-65535",
        "host",
        "container:x",
        "none",
    ),
)


def mixed(random_: random.Random, of: Sequence[Sample]) -> Sample:
    """Return one sample changed in a few places, parts of others put in; half of them begin as an innocent one."""
    last = of[-INNOCENT:]
    sample, other = random_.choice(last if random_.random() < 0.5 else of), random_.choice(of)
    if isinstance(sample, bytes):
        return _mixed_bytes(random_, sample, other)
    assert isinstance(other, str)
    for _ in range(random_.choice((1, 1, 2, 3, 5))):
        by_line = random_.random() < 0.4
        parts, others = (
            text.splitlines(True) if by_line else re.split(r"(\s+|[=:/,])", text) for text in (sample, other)
        )
        parts, others = parts or [""], others or [""]
        at, how = random_.randrange(len(parts)), random_.random()
        if how < 0.3:
            parts[at] = random_.choice(others)
        elif how < 0.5:
            parts.insert(at, random_.choice(others))
        elif how < 0.6:
            del parts[at]
        elif how < 0.7:
            parts.insert(at, parts[random_.randrange(len(parts))])
        elif how < 0.9:
            parts.insert(at, random_.choice(STREWN))
        else:
            place = random_.randrange(len(parts[at]) + 1)
            parts[at] = parts[at][:place] + random_.choice(STREWN) + parts[at][place:]
        sample = "".join(parts)[:LONGEST]
    return sample


def _mixed_bytes(random_: random.Random, sample: bytes, other: Sample) -> bytes:
    content = bytearray(sample)
    if random_.random() < 0.7:
        return _other_head(random_, content)
    for _ in range(random_.choice((1, 1, 2, 4))):
        at = random_.randrange(len(content) + 1)
        how = random_.random()
        if how < 0.5 and content:
            content[min(at, len(content) - 1)] = random_.choice((0, 1, 0xFF, 0x80, random_.randrange(256)))
        elif how < 0.7:
            content[at:at] = random_.randbytes(random_.randrange(1, 8))
        elif how < 0.85:
            del content[at : at + random_.randrange(1, 40)]
        elif isinstance(other, bytes) and other:
            place = random_.randrange(len(other))
            content[at : at + 64] = other[place : place + 64]
    return bytes(content)


def _other_head(random_: random.Random, content: bytearray) -> bytes:
    """Return the archive with one of its names or heads changed, sums put right, so that it is read to its end."""
    if is_tar(bytes(content[:512])):
        at = random_.choice([n for n in range(0, len(content) - 511, 512) if is_tar(bytes(content[n : n + 512]))])
        start, end = random_.choice(((0, 100), (0, 100), (100, 108), (124, 136), (156, 157), (157, 257), (345, 500)))
        place = at + random_.randrange(start, end)
        content[place : place + 1] = random_.choice((b"/", b".", b"\0", b"7", b"5", b"2", b"L", b"\x80", b"\n", b"A"))
        content[at + 148 : at + 156] = b" " * 8
        content[at + 148 : at + 156] = f"{sum(content[at : at + 512]):06o}\0 ".encode()
        return bytes(content)
    name = random_.choice((*NAMES, b"src/index.js", b"README", b"a"))
    other = bytes(random_.choice((sign, sign, sign, *b"/.\\: \0A\n")) for sign in name)
    return bytes(content).replace(name, other)


# --- what must hold


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_KEYWORDS = _words(
    """FROM RUN CMD LABEL EXPOSE ENV ADD COPY ENTRYPOINT VOLUME USER WORKDIR ARG STOPSIGNAL HEALTHCHECK SHELL
    MAINTAINER"""
)
BODY = _words(
    """Image Cmd Env WorkingDir User Hostname Tty OpenStdin StdinOnce Healthcheck StopTimeout Labels HostConfig
    NetworkingConfig Entrypoint"""
)
HOST = _words(
    """CapDrop CapAdd SecurityOpt PidsLimit Memory MemorySwap OomKillDisable OomScoreAdj NanoCpus CpuShares Ulimits
    ShmSize IpcMode AutoRemove RestartPolicy LogConfig CgroupParent NetworkMode Dns DnsOptions DnsSearch Tmpfs Mounts
    Init ReadonlyRootfs"""
)
REMOTE = re.compile(r"(?i)(https?|ftp|git|ssh)://|git@|\$|\.(tar|tgz|zip)(\.\w{1,4})?(\s|$)")
KERNEL = re.compile(r"/+(proc|sys|dev)(/|$)")


def check_dockerfile(sample: Sample) -> bool:
    """Judge a Dockerfile; tell whether it was accepted. Raises: AssertionError."""
    found = judge_dockerfile(_text(sample).encode("utf-8", "replace"), BuildPlan(()), SERVED, OWN)
    if isinstance(found, Refusal):
        assert found.code, found
        assert found.say, found
        return False
    stages, escape = {"scratch"}, "\\"
    lines = [line for line in emit(found.read, PINS).splitlines() if line]
    assert len(lines) <= 61
    for number, line in enumerate(lines):
        if line.startswith("#"):
            assert (number, line) == (0, "# escape=`"), line
            escape = "`"
            continue
        assert not line.rstrip(" \t").endswith(escape), line
        word = line.split(None, 1)[0].upper()
        rest = line[len(word) :].strip()
        assert word in _KEYWORDS, line
        if word == "FROM":
            base, *name = rest.split()
            base = base.partition(" ")[0]
            assert base in {*PINS.values(), *stages}, line
            stages |= {name[1].lower()} if name else set()
        elif word in {"COPY", "ADD"}:
            _check_copy(word, rest, stages)
        elif word == "RUN":
            assert not rest.startswith("--"), line
        elif word == "LABEL":
            assert not rest.lower().lstrip("\"'").startswith(("docent.", "com.docker.", "io.docker.")), line
        elif word in {"WORKDIR", "VOLUME"} and not set("$\\`[") & set(rest):
            assert not KERNEL.match(normpath(rest.replace('"', "").replace("'", ""))), line
    return True


def _check_copy(word: str, rest: str, stages: set[str]) -> None:
    options = re.match(r"(?:--\S+\s+)*", rest)
    for option in (options[0] if options else "").split():
        name, _, value = option.partition("=")
        assert name in {"--chown", "--from"}, rest
        assert name != "--from" or value.isdigit() or value.lower() in stages, rest
    sources = " ".join(re.split(r"[\s,]+", rest.rstrip(" ]"))[:-1])
    assert word != "ADD" or not REMOTE.search(sources), rest


def check_request(request: recipe.Request) -> None:
    """Raise `AssertionError` where a container is asked for with more than the golden keys."""
    host: Any = request.body["HostConfig"]
    assert request.body.keys() <= BODY, request.body.keys() - BODY
    assert host.keys() <= HOST, host.keys() - HOST
    assert host["CapDrop"] == ["ALL"]
    assert host["SecurityOpt"] == ["no-new-privileges:true"]
    assert 0 < host["Memory"] <= 256 * recipe.MIB
    assert host["Memory"] == host["MemorySwap"]
    assert 0 < host["PidsLimit"] <= 128
    assert 0 < host["NanoCpus"] <= 1_000_000_000
    assert host["NetworkMode"] == "none" or host["NetworkMode"].startswith("docent-main-u1"), host["NetworkMode"]
    assert host["RestartPolicy"].get("MaximumRetryCount", 0) <= 3
    assert request.name.startswith("docent-main-u1-")
    for mount in host.get("Mounts", ()):
        assert mount["Type"] == "volume", mount
        assert mount.get("Source", "docent-main-u1-").startswith(("docent-main-u1-", "docentproject-main-u1")), mount
        assert mount.get("VolumeOptions", {}).keys() <= {"NoCopy", "Labels"}, mount
        assert not KERNEL.match(mount["Target"]), mount
        assert mount["Target"] != "/"
    for place, options in host.get("Tmpfs", {}).items():
        assert options == recipe.TMPFS
        assert place not in {"/", "/proc"}
    labels: Any = request.body["Labels"]
    assert labels["docent.learner"] == "u1"
    assert labels["docent.kind"] == "learner"
    assert not KERNEL.match(str(request.body["WorkingDir"]))


def check_command(sample: Sample) -> bool:
    """Judge a message of commands; tell whether one was accepted. Raises: AssertionError."""
    accepted = False
    for command in read_commands(_text(sample)):
        found, decisions = judge_command(command, SERVED, OWN)
        assert bool(decisions[-1].code) is isinstance(found, Refusal)
        accepted |= not isinstance(found, Refusal)
        if isinstance(found, RunPlan):
            check_request(
                recipe.container(found, "web", recipe.ImageFacts("sha256:0", found.image, ("/data",)), found.ports, BY)
            )
        elif isinstance(found, ExecPlan):
            assert not KERNEL.match(found.workdir), found
        elif isinstance(found, BuildPlan):
            assert ".." not in found.context.split("/")
            assert not found.context.startswith("/")
            assert "://" not in found.context
            names = {name.lower() for name, _ in found.build_args}
            assert not names & {"http_proxy", "https_proxy", "buildkit_syntax"}
    return accepted


def check_compose(sample: Sample) -> bool:
    """Judge a compose file; tell whether it was accepted. Raises: AssertionError."""
    found = judge_up(read_compose(_text(sample), project="x", env_file=b"A=1\nPORT=3000\n"), SERVED, OWN)
    if isinstance(found, Refusal):
        assert found.code
        return False
    assert isinstance(found, ComposePlan)
    for service in found.services:
        facts = recipe.ImageFacts("sha256:0", service.image, ("/data",))
        request = recipe.container(run_plan(service), service.container, facts, service.ports, BY)
        check_request(completed(request, service, recipe.Limits()))
        if service.build:
            assert ".." not in service.build.context.split("/")
    return True


def check_archive(sample: Sample) -> bool:
    """Open a packed project; tell whether it was accepted. Raises: AssertionError."""
    assert isinstance(sample, bytes)
    found = read_archive("app.zip", sample)
    if isinstance(found, Refusal):
        assert found.say.isprintable()
        return False
    assert isinstance(found, Unpacked)
    kept: dict[str, bytes] = {}
    for path, content in found.files:
        assert judge_file(path, content, kept) == path
        assert not path.startswith("/")
        assert ".." not in path.split("/")
        kept[path] = content
    return True


CHECKS: Mapping[str, Callable[[Sample], bool]] = {
    "dockerfile": check_dockerfile,
    "compose": check_compose,
    "command": check_command,
    "archive": check_archive,
}


class Escaped(AssertionError):
    """Something was accepted, or broke, that must not; says which hand-in it was."""


def run(kind: str, seed: int, count: int) -> Counter[str]:
    """Make and judge so many hand-ins; return how many there were, and how many were accepted. Raises: Escaped."""
    # of its own and known: the same seed makes the same hand-ins
    random_, of, check = random.Random(f"{kind} {seed}"), samples(kind), CHECKS[kind]  # noqa: S311
    told: Counter[str] = Counter()
    different = set()
    for _ in range(count):
        sample = mixed(random_, of)
        different.add(zlib.crc32(sample.encode("utf-8", "replace") if isinstance(sample, str) else sample))
        try:
            told[f"{kind} accepted"] += check(sample)
        except Exception as error:
            raise Escaped(f"{kind}, seed {seed}: {sample!r}") from error
    told[kind], told[f"{kind} different"] = count, len(different)
    return told
