"""What builds leave is told from everything else, whoever built, and goes when no build can need it."""

from __future__ import annotations

import json
import secrets
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.handin.plan import BuildPlan
from bot.sandbox.accepted import Accepted, read
from bot.sandbox.context import packed
from bot.sandbox.engine import Engine
from bot.sandbox.host import Host
from bot.sandbox.janitor.layers import LEASE, Layers, spent
from tests.second_engine import SecondEngine, second_engine

Seen = Callable[[object], None]
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
MARKED = {"docent.layer": "true"}


def image(labels: Mapping[str, str] | None, hours: float = 1, *names: str) -> dict[str, Any]:
    at = (NOW - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S.123456789Z")
    return {"Created": at, "RepoTags": list(names), "RepoDigests": [], "Config": {"Labels": labels}}


@pytest.mark.parametrize(
    ("what", "raw", "expected"),
    [
        ("a layer of a build", image(MARKED), True),
        ("one that a build may stand on", image(MARKED, 0), False),
        ("one that became an image", image(MARKED, 1, "docent-main/u1/app:latest"), False),
        ("one with a digest", {**image(MARKED), "RepoDigests": ["docent-main/u1/app@sha256:00"]}, False),
        ("one on an image of a learner here", image({**MARKED, "docent.instance": "main"}), True),
        ("one on an image of another Docent's learner", image({**MARKED, "docent.instance": "other"}), False),
        ("a stranger's", image({"maintainer": "them"}), False),
        ("a stranger's without labels", image(None), False),
    ],
)
def test_f32_only_what_a_docent_built_and_nobody_may_need_is_spent(
    what: str, raw: dict[str, Any], expected: bool
) -> None:
    assert spent(raw, "main", NOW - timedelta(minutes=5)) is expected, what


@pytest.fixture(scope="module")
def second() -> Iterator[SecondEngine]:
    with second_engine() as made:
        yield made


@pytest.fixture
async def engine(second: SecondEngine) -> AsyncIterator[Engine]:
    made = Engine(second.url)
    yield made
    made.close()


async def build(engine: Engine, dockerfile: str) -> str:
    """Have the engine build, as it does when nobody listens; return the id of the last layer."""
    said = bytearray()
    params = {"dockerfile": ".docent-dockerfile", "rm": "1", "forcerm": "1", "networkmode": "none"}
    tar = packed({"a": b"a"}, dockerfile).tar

    def take(chunk: bytes) -> bool:
        said.extend(chunk)
        return True

    assert await Host(engine).build(tar, params, deadline_s=60, on_bytes=take) is None
    made = [each for line in said.splitlines() if (each := json.loads(line).get("stream", "")).startswith(" ---> ")]
    return str(next(each for each in reversed(made) if "Running" not in each)[6:]).strip()


def ours(base: str, lines: str) -> str:
    """Return the text that goes to an engine for a learner's Dockerfile."""
    found = read(BuildPlan(()), {"Dockerfile": f"FROM alpine\n{lines}".encode()}, {"alpine:latest": base}, {})
    assert isinstance(found, Accepted)
    return found.text


@pytest.mark.engine
async def test_f01_what_a_build_made_that_nobody_noted_goes_and_strangers_layers_stay(
    engine: Engine, seen: Seen
) -> None:
    host = Host(engine)
    base = await host.image("alpine:latest")
    assert base is not None
    word = secrets.token_hex(4)
    lines = f"RUN echo {word} > /one\nCOPY a /a\n"
    left = [await build(engine, ours(base.id, lines))]
    left.append(await build(engine, ours(base.id, f"RUN echo {word} > /two\nRUN false\n")))
    scratch = read(BuildPlan(()), {"Dockerfile": b"FROM scratch\nCOPY a /a\n"}, {}, {})
    assert isinstance(scratch, Accepted)
    left.append(await build(engine, scratch.text))
    stood_on = await build(engine, ours(base.id, f"RUN echo {word} > /used\n"))
    held = (await host.must("POST", "/containers/create", body={"Image": stood_on})).json["Id"]
    named = await build(engine, ours(base.id, f"RUN echo {word} > /named\n"))
    await host.tag(named, "theirs:latest")
    strangers = await build(engine, f"FROM {base.id}\n{lines}")  # the same, word for word, from the same base

    layers = Layers(engine, "main")
    assert await layers.sweep(datetime.now(UTC) - LEASE) == 0, "a build may stand on them"
    later = datetime.now(UTC) + timedelta(minutes=1)
    gone = await layers.sweep(later)
    assert [await host.image(each) for each in left] == [None] * 3
    assert None not in [await host.image(each) for each in (stood_on, named, strangers, base.id)]
    await host.remove(held)
    assert await layers.sweep(later) == 1, "and what it stood on is the named one's too"
    seen(f"{gone} layers of builds that nobody heard of gone, a stranger's equal ones stay")
