"""Which container is the learner's app."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.core.sights import NotSeen, Wanted, Why
from bot.handin.plan import PublishedPort
from bot.sandbox.apps import App, chosen
from bot.sandbox.things import Container


def container(
    name: str, *ports: tuple[int, int], state: str = "running", image: str = "", udp: bool = False
) -> Container:
    published = tuple(PublishedPort(inside, host, "127.0.0.1", "udp" if udp else "tcp") for host, inside in ports)
    status = {"exited": "Exited (3) 2 minutes ago", "created": "Created"}.get(state, "Up 2 minutes")
    return Container(
        id=name.encode().hex().ljust(64, "0"),
        engine_name=f"docent-{name}",
        name=name,
        image=image or name,
        image_id="sha256:0",
        command="node",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        state=state,
        status=status,
        ip="10.0.0.2",
        exposed=(),
        ports=published,
        kind="learner",
        learner="u1",
        attempt=0,
        detached=True,
        remove=False,
    )


APP, OTHER = container("app", (3000, 3000)), container("other", (8080, 80))
DATABASE = container("db")
TESTED, GREEN = container("tested", (8081, 3000), image="getting-started"), container("green", (8082, 3000))
STEP = Wanted(image="getting-started", port=3000)


@pytest.mark.parametrize(
    ("mine", "wanted", "name"),
    [
        ((APP,), Wanted(), "app"),
        ((DATABASE, APP), Wanted(), "app"),
        ((OTHER, APP, TESTED), STEP, "app"),  # what they would open themselves goes before what a step asks for
        ((OTHER,), STEP, "other"),
        ((OTHER, TESTED, GREEN), STEP, "tested"),
        ((OTHER, APP), Wanted("other"), "other"),
        ((container("old", (3000, 3000), state="exited"), OTHER), Wanted(), "other"),
    ],
)
def test_the_app_is_what_they_would_open_themselves(mine: tuple[Container, ...], wanted: Wanted, name: str) -> None:
    app = chosen(mine, wanted)
    assert isinstance(app, App)
    assert app.container.name == name


@pytest.mark.parametrize(
    ("mine", "wanted", "seen"),
    [
        ((), Wanted(), NotSeen(Why.NOTHING)),
        ((DATABASE,), Wanted(), NotSeen(Why.UNPUBLISHED, "db")),
        ((container("dns", (53, 53), udp=True),), Wanted(), NotSeen(Why.UNPUBLISHED, "dns")),
        ((container("app", (3000, 3000), state="exited"),), Wanted(), NotSeen(Why.ENDED, "app", more="3")),
        ((DATABASE, container("app", (3000, 3000), state="exited")), Wanted(), NotSeen(Why.ENDED, "app", more="3")),
        ((DATABASE, container("job", state="exited")), Wanted(), NotSeen(Why.UNPUBLISHED, "db")),
        ((container("job", state="exited"),), Wanted(), NotSeen(Why.ENDED, "job", more="3")),
        ((container("new", (3000, 3000), state="created"),), Wanted(), NotSeen(Why.ENDED, "new")),
        ((OTHER, TESTED), Wanted(), NotSeen(Why.SEVERAL, among=("other", "tested"))),
        ((APP, DATABASE), Wanted("db"), NotSeen(Why.UNPUBLISHED, "db")),
        ((APP,), Wanted("web"), NotSeen(Why.UNKNOWN, "web")),
    ],
)
def test_where_there_is_no_app_it_is_told_why(mine: tuple[Container, ...], wanted: Wanted, seen: NotSeen) -> None:
    assert chosen(mine, wanted) == seen
