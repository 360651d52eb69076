"""`docker ps`, `images`, `volume ls`, `network ls`: the usual table, the rows and the form that were asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.handin.plan import BindMount, Listing, PublishedPort, VolumeMount
from bot.sandbox import listing, sieve
from bot.sandbox.belongings import Picture
from bot.sandbox.listing import IMAGES, NETWORKS, PS, VOLUMES, listed
from bot.sandbox.lists import container_row, image_row
from bot.sandbox.names import Owner
from bot.sandbox.things import Container, Network, Volume
from bot.sandbox.user_networks import network_row
from bot.sandbox.volumes import volume_row

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
OWNER = Owner("main", "U1")
WEB = Container(
    id="ab" * 32,
    engine_name=OWNER.container("web"),
    name="web",
    image="getting-started",
    image_id="sha256:" + "1" * 64,
    command="node src/index.js",
    created_at=NOW - timedelta(minutes=3),
    state="running",
    status="Up 3 minutes",
    ip="",
    exposed=((3000, "tcp"), (9229, "tcp")),
    ports=(PublishedPort(3000, 3000, "127.0.0.1"),),
    kind="learner",
    learner="u1",
    attempt=0,
    detached=True,
    remove=False,
    mounts=(VolumeMount("todo-db", "/etc/todos"), BindMount(".", "/app")),
    networks=(OWNER.network, OWNER.joined("todo-app")),
    labels=(("mood", "good"),),
)
OLD = replace(
    WEB, id="cd" * 32, name="old", image="alpine", image_id="sha256:" + "2" * 64, state="exited",
    status="Exited (3) 2 hours ago", ports=(), mounts=(), labels=(("mood", "bad"), ("of", "ada")),
    networks=(OWNER.network,), created_at=NOW - timedelta(hours=2),
)  # fmt: skip
MINE = (WEB, OLD)


def rows(*chosen: Container) -> list[listing.Row]:
    return [container_row(OWNER, each, each.image, NOW, whole=False) for each in chosen]


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ((), "web old"),
        ((("name", "we"),), "web"),
        ((("name", "^/old$"),), "old"),
        ((("name", "^ol$"),), ""),
        ((("name", "we"), ("name", "ol")), "web old"),
        ((("id", "cdcd"),), "old"),
        ((("status", "exited"),), "old"),
        ((("exited", "3"),), "old"),
        ((("exited", "0"),), ""),
        ((("label", "mood"),), "web old"),
        ((("label", "mood=bad"),), "old"),
        ((("label", "mood"), ("label", "of")), "old"),
        ((("ancestor", "alpine:latest"),), "old"),
        ((("ancestor", "1111"),), "web"),
        ((("before", "web"),), "old"),
        ((("since", "old"),), "web"),
        ((("volume", "todo-db"),), "web"),
        ((("volume", "/app"),), "web"),
        ((("network", "todo-app"),), "web"),
        ((("network", "bridge"),), "web old"),
        ((("publish", "3000/tcp"),), "web"),
        ((("publish", "3000"), ("status", "exited")), ""),
        ((("expose", "9229"),), "web old"),
        ((("health", "none"),), "web old"),
    ],
)
def test_filters_let_through_what_fits_all_of_them(filters: sieve.Filters, names: str) -> None:
    found = sieve.kept(MINE, filters, sieve.containers(OWNER, MINE))
    assert " ".join(each.name for each in found) == names


def test_the_usual_table_of_containers() -> None:
    assert listed(PS, rows(WEB, OLD), Listing()).text.splitlines() == [
        "CONTAINER ID   IMAGE             COMMAND               CREATED         STATUS                   "
        "PORTS                                NAMES",
        'abababababab   getting-started   "node src/index.js"   3 minutes ago   Up 3 minutes             '
        "127.0.0.1:3000->3000/tcp, 9229/tcp   web",
        'cdcdcdcdcdcd   alpine            "node src/index.js"   2 hours ago     Exited (3) 2 hours ago   '
        "                                     old",
    ]
    empty = "CONTAINER ID   IMAGE     COMMAND   CREATED   STATUS    PORTS     NAMES"
    assert listed(PS, [], Listing("table")).text == empty


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{.Names}}: {{ .Image }}", "web: getting-started\nold: alpine"),
        ("{{json .Ports}}", '"127.0.0.1:3000-\\u003e3000/tcp, 9229/tcp"\n""'),
        ("{{.Mounts}}|{{.LocalVolumes}}|{{.Networks}}|{{.Labels}}",
         "todo-db,/home/you/gett…|1|bridge,todo-app|mood=good\n|0|bridge|mood=bad,of=ada"),
        ("{{.Names}}\\t{{.State}}", "web\trunning\nold\texited"),
        ("table {{.Names}}\\t{{.Status}}",
         "NAMES     STATUS\nweb       Up 3 minutes\nold       Exited (3) 2 hours ago"),
        ("no fields", "no fields\nno fields"),
    ],
)  # fmt: skip
def test_a_list_in_the_form_that_was_asked_for(template: str, text: str) -> None:
    assert listed(PS, rows(WEB, OLD), Listing(template)).text == text


def test_a_list_as_json_is_one_object_a_line_as_the_cli_writes_it() -> None:
    assert listed(PS, rows(WEB), Listing("json")).text == (
        '{"Command":"\\"node src/index.js\\"","CreatedAt":"2026-11-23 11:57:00 +0000 UTC","ID":"abababababab",'
        '"Image":"getting-started","Labels":"mood=good","LocalVolumes":"1","Mounts":"todo-db,/home/you/gett…",'
        '"Names":"web","Networks":"bridge,todo-app","Platform":null,"Ports":"127.0.0.1:3000-\\u003e3000/tcp, 9229/tcp",'
        '"RunningFor":"3 minutes ago","Size":"0B","State":"running","Status":"Up 3 minutes"}'
    )


def test_an_unknown_field_is_answered_as_go_does() -> None:
    out = listed(PS, rows(WEB), Listing("{{.Names}} {{.Nosuch}}"))
    assert out.exit_code == 1
    assert out.text == (
        'failed to execute template: template: :1:13: executing "" at <.Nosuch>: '
        "can't evaluate field Nosuch in type *formatter.ContainerContext"
    )
    assert listed(PS, [], Listing("{{.Nosuch}}")).exit_code == 0


def test_quiet_wins_over_a_format_and_says_so() -> None:
    assert listed(PS, rows(WEB), Listing("{{.Names}}"), quiet="ID").text.splitlines() == [
        "WARNING: Ignoring custom format, because both --format and --quiet are set.",
        "abababababab",
    ]


@pytest.mark.parametrize(
    ("filters", "tags"),
    [
        ((("reference", "getting*"),), "getting-started:latest"),
        ((("reference", "getting-started:v*"),), ""),
        ((("reference", "ada/*"),), "ada/todo:v1"),
        ((("reference", "*"),), "getting-started:latest"),
        ((("dangling", "true"),), "-"),
        ((("dangling", "false"),), "getting-started:latest ada/todo:v1"),
        ((("before", "getting-started"),), "ada/todo:v1 -"),
        ((("since", "ada/todo:v1"),), "getting-started:latest"),
        ((("label", "stage=test"),), "ada/todo:v1"),
    ],
)
def test_images_are_filtered_by_name_age_and_label(filters: sieve.Filters, tags: str) -> None:
    mine = (
        Picture("sha256:" + "1" * 64, ("getting-started:latest",), NOW, 2_000_000),
        Picture("sha256:" + "2" * 64, ("ada/todo:v1",), NOW - timedelta(days=1), 3, labels=(("stage", "test"),)),
        Picture("sha256:" + "3" * 64, (), NOW - timedelta(days=2), 4),
    )
    found = sieve.kept(mine, filters, sieve.images(mine))
    assert " ".join((each.tags or ("-",))[0] for each in found) == tags


def test_images_with_their_digests() -> None:
    image = Picture("sha256:" + "1" * 64, ("ada/todo:v1",), NOW, 1_988_404, digests=("ada/todo@sha256:abc",))
    row = image_row(image, "ada/todo:v1", NOW, whole=False)
    wanted = "ada/todo sha256:abc 1.99MB 1.988MB\nmine <none> 1.99MB 1.988MB"
    template = Listing("{{.Repository}} {{.Digest}} {{.Size}} {{.VirtualSize}}")
    assert listed(IMAGES, [row, image_row(image, "mine:v1", NOW, whole=False)], template).text == wanted
    assert listed(IMAGES, [row, row], Listing(), quiet="ID").text == "1" * 12


def test_volumes_and_networks_are_filtered_and_shaped_too() -> None:
    kept = [Volume("x-todo-db", "todo-db", "", (("a", "b"),)), Volume("x-other", "other", "", ())]
    used = {"x-todo-db": True}
    for filters, names in (
        ((("dangling", "true"),), ["other"]),
        ((("name", "todo"),), ["todo-db"]),
        ((("label", "a=b"), ("driver", "local")), ["todo-db"]),
        ((("driver", "nfs"),), []),
    ):
        assert [each.name for each in sieve.kept(kept, filters, sieve.volumes(used))] == names
    assert listed(VOLUMES, [volume_row(kept[0])], Listing("{{.Name}} {{.Labels}} {{.Links}}")).text == "todo-db a=b N/A"
    made = [
        Network("1" * 64, "n-todo", "todo-app"),
        Network("2" * 64, "n", "bridge"),
        Network("3", "h", "host", "host"),
    ]
    for more, names in (
        ((("type", "custom"),), ["todo-app"]),
        ((("driver", "bridge"),), ["todo-app", "bridge"]),
        ((("name", "todo"), ("scope", "local")), ["todo-app"]),
        ((("dangling", "true"),), ["todo-app"]),
    ):
        assert [each.name for each in sieve.kept(made, more, sieve.networks({}))] == names
    row = network_row(replace(made[0], created="2026-11-23T12:00:00.5Z"), whole=False)
    template = Listing("{{.ID}} {{.Internal}} {{.CreatedAt}}")
    assert listed(NETWORKS, [row], template).text == f"{'1' * 12} false 2026-11-23 12:00:00.5 +0000 UTC"
