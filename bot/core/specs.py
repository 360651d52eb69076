"""What a condition can ask for (contract between lessons and the sandbox that gathers evidence).

A new probe is one spec here, one evidence in `bot.core.evidence`, one function in `bot.sandbox.probes` and one row in
`bot.core.verdict`. Specs are pydantic because authors write them.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Spec(BaseModel):
    """A spec as written under `with:`; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class AnswerSpec(Spec):
    """The learner chose the right option of a question of this step."""

    question: str


class FileSpec(Spec):
    """A project file exists under exactly this path, is not empty and, for a Dockerfile, parses."""

    path: str
    empty: bool = False  #: it may be empty
    gone: bool = False  #: the other way round: there is no such file any more
    parse: Literal["dockerfile"] | None = None
    base: str | None = None  #: glob the first FROM must match, e.g. `node:*`
    contains: str | None = None  #: a text that must be in it
    lacks: str | None = None  #: a text that must be gone from it


class BuildSpec(Spec):
    """The learner's project builds; or else what they made of it elsewhere and pushed is their image here."""

    dockerfile: str = "Dockerfile"
    image: str | None = None  #: the image that may be handed in so


class ImageSpec(Spec):
    """The learner has an image of this name, and it is put together as asked."""

    image: str
    workdir: str | None = None
    cmd: tuple[str, ...] | None = None  #: exec form
    has: tuple[str, ...] = ()  #: paths that must be in the image
    lacks: tuple[str, ...] = ()  #: paths that must not be


class ContainerSpec(Spec):
    """A container of the learner's runs from this image, detached and published as asked."""

    image: str
    port: int | None = None  #: container port
    host_port: int | None = None
    address: str | None = None  #: e.g. `127.0.0.1`
    log: str | None = None  #: a line that the container must have printed
    pushed: bool = False  #: started under the name that it has in the learner's namespace of the registry
    sole: bool = False  #: no container of an older build, and none that does not run, is left beside it
    wait_s: float = 10


class Expect(Spec):
    """What one HTTP answer must be; only what is given is compared."""

    status: int = 200
    type: str | None = None  #: start of the Content-Type
    contains: str | None = None
    lacks: str | None = None  #: a text that must not be in it any more
    json_: Literal["list", "object"] | None = Field(default=None, alias="json")
    lists: str | None = None  #: a JSON list with an object one of whose values equals this text
    not_lists: str | None = None


class HttpAsk(Spec):
    """One request; `${nonce}` and `${N.field}` (field of the N-th JSON answer, from 1) are filled in."""

    get: str | None = None
    post: str | None = None
    put: str | None = None
    delete: str | None = None
    body: dict[str, str | bool | int | None] | None = None
    expect: Expect = Expect()

    @property
    def method_and_path(self) -> tuple[str, str]:
        """Return e.g. `("GET", "/items")`."""
        for method in ("get", "post", "put", "delete"):
            path = getattr(self, method)
            if path is not None:
                return method.upper(), path
        return "GET", "/"


class HttpSpec(Spec):
    """The app answers as asked: in the learner's own running container, or in a fresh one of the image."""

    image: str
    port: int
    fresh: bool = False  #: start a container of our own from the image for this probe
    pushed: bool = False  #: the same, from what the learner's namespace of the registry has under this name
    asks: tuple[HttpAsk, ...] = Field(min_length=1)
    wait_s: float = 10


class CacheSpec(Spec):
    """A change of the source does not fetch the libraries again; a change of what asks for them does."""

    dockerfile: str = "Dockerfile"
    source: str = "src/static/index.html"
    packages: str = "package.json"


class ContextSpec(Spec):
    """What `.dockerignore` keeps out does not get into the image, although the project has it."""

    dockerfile: str = "Dockerfile"
    plant: str = "node_modules/.planted"  #: below the project and below the image's working folder


class VolumeSpec(Spec):
    """A running container of the image keeps its data in this volume."""

    image: str
    volume: str
    target: str


class ScenarioSpec(Spec):
    """What is posted outlives the container, because of the volume and of nothing else."""

    image: str
    port: int
    items: str = "/items"
    wait_s: float = 10


class BindSpec(Spec):
    """The project is mounted where a running container of a plain base works, and a program watches it."""

    image: str  #: glob that the base must match, e.g. `node:*`
    runs: str = r"\bnodemon\b|--watch\b"  #: regular expression over the command lines of what runs in it
    wait_s: float = 40  #: for that program to be there


class LiveSpec(Spec):
    """A change of a source file is served by the very container that runs: same id, same start, same image."""

    image: str  #: glob that its base must match
    port: int
    file: str = "src/index.js"  #: JavaScript that the app runs
    ask: str = "/items"
    wait_s: float = 20  #: for the app to answer at all


class Member(Spec):
    """A running container of this image; others on the network are to find it under `alias`."""

    image: str
    alias: str | None = None


class NetworkSpec(Spec):
    """A network that the learner made joins these containers."""

    network: str
    members: tuple[Member, ...] = ()


class DnsSpec(Spec):
    """On this network the name leads to a running container of the image, and its port is open."""

    network: str
    name: str
    image: str
    port: int
    wait_s: float = 30


class LogsSpec(Spec):
    """A container of the image has printed this since it was started last."""

    image: str
    prints: str  #: regular expression, `^` and `$` are those of a line
    says: str  #: what `prints` is in words, as learners read it
    lacks: str | None = None  #: regular expression of what must not be there
    wait_s: float = 30


class SqlSpec(Spec):
    """What is added, ticked and removed through the app is a row of the database, each time."""

    app: str  #: its image
    port: int
    database: str  #: its image
    network: str = ""  #: where both are looked for first
    schema_: str = Field(default="todos", alias="schema", pattern=r"^\w+$")
    table: str = Field(default="todo_items", pattern=r"^\w+$")
    items: str = "/items"
    wait_s: float = 30


class HistorySpec(Spec):
    """The image's own history shows that libraries were fetched before the sources came, and no secret."""

    image: str


class RegistrySpec(Spec):
    """The learner's namespace of the registry has this image, and it is the one that they have built."""

    image: str  #: below the namespace, e.g. `getting-started`
    like: str  #: their own image that it must be; one that was handed in from outside has none to compare with


class ServiceWish(Spec):
    """What a compose file must say of one service; only what is given is compared."""

    name: str
    image: str | None = None  #: glob
    port: int | None = None  #: container port
    host_port: int | None = None
    address: str | None = None  #: e.g. `127.0.0.1`
    workdir: str | None = None
    folder: str | None = None  #: where the project is seen
    data: str | None = None  #: where a volume with a name is seen
    settings: dict[str, str] = {}  #: environment; `*` is any value, `@` the name of a service of the file


class ComposeSpec(Spec):
    """The project has a compose file that Compose can read and that describes these services."""

    services: tuple[ServiceWish, ...] = Field(min_length=1)


class ServicesSpec(Spec):
    """These services of the compose file run as the file says now, together on a network of the project."""

    services: tuple[str, ...] = Field(min_length=1)
    wait_s: float = 20


class StaysSpec(Spec):
    """The learner took the project down and up with its volume; an item outlives doing so once more."""

    app: str  #: its service
    database: str  #: the service whose volume has to stay
    port: int
    items: str = "/items"
    wait_s: float = 75  #: for the app to answer, after its database has come up again


ProbeSpec = (
    AnswerSpec
    | FileSpec
    | BuildSpec
    | ImageSpec
    | ContainerSpec
    | HttpSpec
    | CacheSpec
    | ContextSpec
    | VolumeSpec
    | ScenarioSpec
    | BindSpec
    | LiveSpec
    | NetworkSpec
    | DnsSpec
    | LogsSpec
    | SqlSpec
    | HistorySpec
    | RegistrySpec
    | ComposeSpec
    | ServicesSpec
    | StaysSpec
)
ProbeName = Annotated[str, Field(pattern="^[a-z]+$")]

#: `probe:` in a lesson → the shape of its `with:`
SPECS: dict[str, type[Spec]] = {
    "answer": AnswerSpec,
    "file": FileSpec,
    "build": BuildSpec,
    "image": ImageSpec,
    "container": ContainerSpec,
    "http": HttpSpec,
    "cache": CacheSpec,
    "context": ContextSpec,
    "volume": VolumeSpec,
    "scenario": ScenarioSpec,
    "bind": BindSpec,
    "live": LiveSpec,
    "network": NetworkSpec,
    "dns": DnsSpec,
    "logs": LogsSpec,
    "sql": SqlSpec,
    "history": HistorySpec,
    "registry": RegistrySpec,
    "compose": ComposeSpec,
    "services": ServicesSpec,
    "stays": StaysSpec,
}
