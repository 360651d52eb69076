"""What an image's history shows, in the words of both builders."""

from __future__ import annotations

import pytest

from bot.core.evidence import HistorySeen
from bot.core.judging.layers import copies_sources, secrets, short
from bot.core.verdict import CODES, Failed, Passed, judge
from tests.core.test_verdict import condition

HISTORY = condition("history", image="getting-started")
NOP = "/bin/sh -c #(nop) "
INSTALL = "/bin/sh -c npm install --omit=dev"
ALL, PACKAGES = f"{NOP}COPY dir:0a1b2c3d4e5f60718293 in . ", f"{NOP}COPY multi:0a1b2c3d4e5f60718293 in ./ "
CMD, WORKDIR = f'{NOP} CMD ["node" "src/index.js"]', f"{NOP}WORKDIR /app"
GOOD = (CMD, ALL, INSTALL, PACKAGES, WORKDIR)
BUILDKIT = (
    'CMD ["node" "src/index.js"]',
    "COPY . . # buildkit",
    "RUN /bin/sh -c npm ci --omit=dev # buildkit",
    "COPY package.json package-lock.json ./ # buildkit",
    "WORKDIR /app",
)


def image(*newest_first: str) -> HistorySeen:
    return HistorySeen(True, newest_first)


@pytest.mark.parametrize(
    ("seen", "code", "observed"),
    [
        (HistorySeen(False), "NOT_BUILT", "no image yet"),
        (HistorySeen(False, others=("getting_started:latest",)), "CLOSE_NAME", "getting_started"),
        (image(CMD, INSTALL, ALL, WORKDIR), "SOURCES_FIRST", "COPY … ."),
        (image(CMD, INSTALL, ALL, INSTALL, PACKAGES), "SOURCES_FIRST", "COPY … ."),
        (image(*BUILDKIT[:1], *BUILDKIT[2:], "COPY . . # buildkit"), "SOURCES_FIRST", "COPY . ."),
        (image(CMD, ALL, WORKDIR), "NO_INSTALL_LAYER", "no such layer"),
        (image(CMD, f"{NOP} ENV NPM_TOKEN=abc", *GOOD[1:]), "SECRET_IN_IMAGE", "NPM_TOKEN"),
        (image(CMD, ALL, f"|1 API_KEY=abc {INSTALL}", PACKAGES), "SECRET_IN_IMAGE", "API_KEY"),
        (image(CMD, ALL, INSTALL, "ARG DB_PASSWORD", PACKAGES), "SECRET_IN_IMAGE", "DB_PASSWORD"),
    ],
)
def test_what_is_amiss_has_its_own_code_and_no_secret_is_repeated(seen: HistorySeen, code: str, observed: str) -> None:
    result = judge(HISTORY, seen)
    assert isinstance(result, Failed)
    assert (result.code, result.observed) == (code, observed)
    assert "abc" not in f"{result.expected}{result.observed}{result.detail}"
    assert code in CODES["history"]


@pytest.mark.parametrize("layers", [GOOD, BUILDKIT, (CMD, f"{NOP} ENV NODE_ENV=production PUBLIC_KEY=x", *GOOD[1:])])
def test_libraries_below_the_sources_pass(layers: tuple[str, ...]) -> None:
    assert isinstance(judge(HISTORY, image(*layers)), Passed)


@pytest.mark.parametrize(
    ("made_by", "names"),
    [
        ("ENV A=1 secret_key=2", ("secret_key",)),
        ("ENV TOKEN abc", ("TOKEN",)),
        ("/bin/sh -c echo password=1", ()),
        ("|2 A=1 PASSWD=2 /bin/sh -c npm install", ("PASSWD",)),
        ("ENV PATH=/usr/bin:/secret", ()),
        ("ENV HELP=ask for the password", ()),
        ("ENV HELP ask for the password", ()),
    ],
)
def test_a_secret_is_known_by_the_name_of_the_setting(made_by: str, names: tuple[str, ...]) -> None:
    assert secrets(made_by) == names


@pytest.mark.parametrize(
    ("made_by", "sources"),
    [
        ("COPY package*.json ./ # buildkit", False),
        ("COPY --chown=node:node package.json yarn.lock ./ # buildkit", False),
        ("COPY src ./src # buildkit", True),
        ("COPY --from=build /app /app # buildkit", False),
        (f"{NOP}COPY file:0a1b2c3d4e5f60718293 in /app/package.json ", False),
        (INSTALL, False),
    ],
)
def test_only_what_tells_npm_what_to_fetch_may_come_first(made_by: str, sources: bool) -> None:
    assert copies_sources(made_by) is sources


def test_a_layer_is_quoted_as_it_stands_in_a_dockerfile() -> None:
    assert short(INSTALL) == "npm install --omit=dev"
