"""The golden file of requests: what the engine receives for each kind of thing that Docent asks of it.

    python -m tests.sandbox.golden > tests/sandbox/golden_requests.txt     writes it anew; read the difference

Recorded from the engine in memory while a learner goes a way that asks for everything: what stands there came over the
socket. Ids, nonces, seals and times are masked; of each kind one request is shown.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress

from bot.core.sights import Wanted
from bot.core.specs import BuildSpec, HttpAsk, HttpSpec, ImageSpec
from bot.errors import HostError
from bot.handin.plan import (
    BindMount,
    BuildPlan,
    CopyOut,
    CreateNetwork,
    CreateVolume,
    ExecPlan,
    KillContainers,
    ListVolumes,
    PublishedPort,
    ReadLogs,
    RemoveContainers,
    RunPlan,
    StopContainers,
    VolumeMount,
)
from bot.sandbox.recipe import Limits
from bot.sandbox.sandbox import DockerSandbox
from tests.fake_engine.engine import FakeEngine, fake_engine
from tests.fake_engine.objects import Did, shell
from tests.fake_engine.routes import Received

MASKS = (
    (re.compile(r"\b[0-9a-f]{64}\b"), "<id>"),
    (re.compile(r'("docent\.sig": ")[0-9a-f]+'), r"\1<seal>"),
    (re.compile(r"\b[0-9a-f]{16}\b"), "<nonce>"),
    (re.compile(r'("docent\.since": ")[0-9.]+'), r"\1<time>"),
    (re.compile(r"\b17[0-9]{8}\.[0-9]+"), "<time>"),
)
#: of the body of an exec, what is shown of words that are whole programs
LONGEST_WORD = 200
MISSING = b'{"kind": "missing"}'  #: what our programs inside of containers find
#: depends on what the host has, and is left out here: `test_recipe.py` holds it
HOSTS = ("cgroupparent", "CgroupParent")
SHOWN_HEADERS = ("content-type", "x-registry-config", "x-registry-auth", "upgrade", "connection")


def kind(asked: Received) -> str:
    """Return what a request is for; requests of one kind differ in names and ids only."""

    path = re.sub(r"^/(containers|exec|networks|volumes)/(?!json$|create$)[^/]+", r"/\1/…", asked.path)
    path = re.sub(r"^/images/(?!json$).+?(/json|/tag|/push|)$", r"/images/…\1", path)
    line = f"{asked.method} {path}"
    if asked.line in {"POST /containers/create", "POST /volumes/create", "POST /networks/create"}:
        return f"{line}: {(asked.json.get('Labels') or {}).get('docent.kind')}"
    if line == "POST /containers/…/exec":
        whose = re.sub("-.*", "", asked.path.split("/")[2])
        return f"{line}: {whose if whose.startswith('docent') else 'learner'}"
    if line == "GET /images/json":
        return f"{line} by {'+'.join(json.loads(asked.params.get('filters', '{}')))}"
    return line


def told(asked: Received) -> Iterator[str]:
    """Yield one request as lines."""
    yield f"{asked.method} /v{asked.version}{asked.path}"
    for name, value in sorted(each for each in asked.params.items() if each[0] not in HOSTS):
        yield f"  ?{name} = {value}"
    for name in SHOWN_HEADERS:
        if name in asked.headers:
            yield f"  {name}: {asked.headers[name]}"
    if asked.headers.get("content-type") == "application/json" and asked.body:
        yield json.dumps(_shortened(asked.json), indent=2, sort_keys=True, ensure_ascii=False)
    elif asked.body:
        yield "  (a tar)"


def _shortened(value: object) -> object:
    if isinstance(value, dict):
        return {key: _shortened(each) for key, each in value.items() if key not in HOSTS}
    if isinstance(value, list):
        return [_shortened(each) for each in value]
    if isinstance(value, str) and len(value) > LONGEST_WORD:
        return f"{value[:40]}… ({'a program of ours' if 'import' in value else 'a question'})"
    return value


def masked(text: str) -> str:
    for mask, by in MASKS:
        text = mask.sub(by, text)
    return text


async def way(engine: FakeEngine) -> None:
    """Go a way that asks an engine for one thing of each kind."""
    objects = engine.objects
    base, verifier = objects.add_image("alpine:latest"), objects.add_image("docent-verifier:latest")
    browser = objects.add_image("docent-browser:latest")

    async def found() -> str:
        return browser

    sandbox = DockerSandbox("golden", {"alpine:latest": base}, verifier, Limits(), url=engine.url, browser=found)
    objects.programs = lambda command: Did(0, MISSING) if any("import" in word for word in command) else shell(command)
    files = {"Dockerfile": b'FROM alpine\nCOPY . .\nCMD ["sleep", "60"]\n', "src/index.js": b"1\n"}
    mounts = (VolumeMount("data", "/data"), BindMount("src", "/src"))
    ports = (PublishedPort(3000, 3000, "127.0.0.1"),)
    for plan in (
        BuildPlan(("app:latest",), build_args=(("GREETING", "hello"),)),
        CreateVolume("data"),
        CreateNetwork("net"),
        RunPlan("app", name="web", detach=True, ports=ports, env=(("A", "1"),), mounts=mounts, networks=("net",)),
        RunPlan("alpine", ("echo", "hello"), "once"),
        ExecPlan("web", ("echo", "x"), env=(("B", "2"),), workdir="/src"),
        ReadLogs("web", tail=10),
        CopyOut("web", "/etc/hostname", ".", "."),
        ListVolumes(),
    ):
        with suppress(HostError):
            await sandbox.run("U1", plan, files, lambda _: None)
    http = HttpSpec(image="app", port=3000, asks=(HttpAsk(get="/"),))
    for spec in (BuildSpec(), ImageSpec(image="app"), http, http.model_copy(update={"fresh": True})):
        with suppress(HostError, KeyError):
            await sandbox.probe("U1", spec, files, attempt=7, again=False)
    with suppress(HostError):
        await sandbox.camera.look("U1", Wanted())
    with suppress(HostError):
        await sandbox.collect("U1", files)
    await sandbox.release(7)
    for last in (KillContainers(("web",)), StopContainers(("web",)), RemoveContainers(("web",), force=True)):
        await sandbox.run("U1", last, files, lambda _: None)
    await sandbox.clean("U1")
    await sandbox.close()


async def recorded() -> str:
    """Return the text of the golden file."""
    async with fake_engine() as engine:
        await way(engine)
    texts: defaultdict[str, set[str]] = defaultdict(set)
    for asked in engine.received:
        texts[kind(asked)].add(masked("\n".join(told(asked))))
    # not the one that came first: some come at once
    return "\n\n".join(f"### {name}\n{min(texts[name])}" for name in sorted(texts)) + "\n"


if __name__ == "__main__":
    import sys

    import structlog

    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    print(asyncio.run(recorded()), end="")  # noqa: T201 - what it is for
