"""Several builds of one project: what the cache saves and what stays out, on paper and on the real engine."""

from __future__ import annotations

import json

import pytest

from bot.core.evidence import BuildSeen, CacheSeen, ContextSeen, Install
from bot.core.specs import CacheSpec, ContextSpec
from bot.handin.plan import BuildPlan
from bot.sandbox.host import Host
from bot.sandbox.rebuilds import FETCHES, fetching_stage, installs, made_of, with_field
from tests.sandbox.conftest import Learner

RUN = "/bin/sh -c npm install --omit=dev"
GOOD = """FROM node:24-alpine
WORKDIR /app
COPY package*.json ./
RUN npm install --omit=dev
COPY . .
CMD ["node", "src/index.js"]
"""
STAGED = """FROM node:24-alpine AS deps
WORKDIR /app
COPY package*.json ./
RUN npm install --omit=dev
FROM node:24-alpine
WORKDIR /app
COPY --from=deps /app/node_modules ./node_modules
COPY . .
"""


@pytest.mark.parametrize(
    ("text", "fetches"),
    [
        (RUN, True),
        ("RUN /bin/sh -c npm ci # buildkit", True),
        ("/bin/sh -c yarn", True),
        ("/bin/sh -c yarn install --production", True),
        ("/bin/sh -c npm run build", False),
        ("/bin/sh -c rm yarn.lock", False),
        ("/bin/sh -c #(nop) COPY dir:0 in /app", False),
    ],
)
def test_what_fetches_libraries_is_known(text: str, fetches: bool) -> None:
    assert bool(FETCHES.search(text)) is fetches


def test_an_instruction_was_done_again_when_its_image_is_another_one() -> None:
    top, old = ("/bin/sh -c #(nop) CMD", "sha256:9"), ("/bin/sh -c npm install -g npm", "1")
    before = (top, (RUN, "sha256:2"), old)
    again = (top, (RUN, "sha256:3"), old)
    assert installs(before, before, again, frozenset({old[0]})) == (Install("npm install --omit=dev", False, True),)
    assert installs(before, again, again, frozenset({old[0]})) == (Install("npm install --omit=dev", True, True),)
    assert installs((top,), (top,), (top,), frozenset()) == ()


def test_an_engine_that_names_no_images_tells_by_the_time() -> None:
    assert made_of({"Id": "sha256:1", "Created": 5, "CreatedBy": "x"}) == ("x", "sha256:1")
    assert made_of({"Id": "<missing>", "Created": 5, "CreatedBy": "x"}) == ("x", "5")


def test_the_stage_that_fetches_is_the_one_to_look_at() -> None:
    assert fetching_stage(GOOD) == ""
    assert fetching_stage(STAGED) == "deps"
    assert fetching_stage(STAGED.replace(" AS deps", "").replace("--from=deps", "--from=0")) == "0"
    assert fetching_stage("CPOY x") == ""


def test_a_package_file_is_changed_without_changing_what_it_asks_for() -> None:
    changed = json.loads(with_field(b'{"name": "x", "dependencies": {"a": "1"}}', "ab12"))
    assert changed.pop("docentCheck") == "ab12"
    assert changed == {"name": "x", "dependencies": {"a": "1"}}
    assert with_field(b"no json", "ab12") != b"no json"


async def cache(learner: Learner, dockerfile: str) -> CacheSeen:
    learner.files["Dockerfile"] = dockerfile.encode()
    seen = await learner.sandbox.probe("U1", CacheSpec(), learner.files, attempt=7, again=False)
    assert isinstance(seen, CacheSeen)
    assert seen.build.ok, seen.build.log
    return seen


@pytest.mark.engine
@pytest.mark.parametrize(
    ("dockerfile", "again"),
    [
        (GOOD, [(False, True)]),
        (STAGED, [(False, True)]),
        (GOOD.replace("COPY package*.json ./\n", "COPY . .\n", 1), [(True, True)]),
        (GOOD.replace("CMD", "RUN npm install --omit=dev\nCMD"), [(False, True), (True, True)]),
        (GOOD.replace("RUN npm install --omit=dev\n", ""), []),
    ],
    ids=["good", "two stages", "everything first", "twice", "none"],
)
async def test_fetching_again_is_seen_on_the_engine(
    learner: Learner, host: Host, dockerfile: str, again: list[tuple[bool, bool]]
) -> None:
    seen = await cache(learner, dockerfile)
    assert [(each.after_source, each.after_packages) for each in seen.installs] == again
    nameless = [image for image in await host.images(*learner.sandbox._setup.owner("U1").labels) if not image.tags]
    assert nameless == [], "the variants are removed again"


@pytest.mark.engine
async def test_an_image_that_the_learner_has_named_is_not_removed(learner: Learner, host: Host) -> None:
    learner.files["Dockerfile"] = GOOD.encode()
    await learner.do(BuildPlan(("getting-started:latest",)))
    await cache(learner, GOOD)
    assert await host.image(learner.sandbox._setup.owner("U1").image("getting-started:latest")) is not None


@pytest.mark.engine
async def test_a_build_that_stops_is_the_evidence(learner: Learner) -> None:
    learner.files["Dockerfile"] = b"FROM node:24-alpine\nRUN npn install\n"
    for spec in (CacheSpec(), ContextSpec()):
        seen = await learner.sandbox.probe("U1", spec, learner.files, attempt=7, again=False)
        assert isinstance(seen, CacheSeen | ContextSeen)
        assert isinstance(seen.build, BuildSeen)
        assert not seen.build.ok
        assert "npn" in seen.build.log


@pytest.mark.engine
@pytest.mark.parametrize(("ignored", "there"), [(b"node_modules\n", False), (b"# nothing\n", True)])
async def test_a_planted_file_is_in_the_image_unless_it_is_ignored(
    learner: Learner, host: Host, ignored: bytes, there: bool
) -> None:
    learner.files |= {"Dockerfile": GOOD.encode(), ".dockerignore": ignored}
    seen = await learner.sandbox.probe("U1", ContextSpec(), learner.files, attempt=7, again=False)
    assert isinstance(seen, ContextSeen)
    assert (seen.build.ok, seen.path, seen.there) == (True, "/app/node_modules/.planted", there)
    assert not [image for image in await host.images(*learner.sandbox._setup.owner("U1").labels) if not image.tags]
