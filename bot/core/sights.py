"""What a picture of a learner's app shows, or why there is none, and how both are told in words. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.core.cards import one_line
from bot.core.specs import ContainerSpec, HttpSpec, ScenarioSpec
from bot.core.words import listed
from bot.core.workshop import Step

FAILED = 400  #: the first status of those that say that something went wrong
ALT_TEXT = 300  #: characters of the page that are told to those who do not see it


class Why(StrEnum):
    """Why there is no picture."""

    NOTHING = "nothing"  #: no container
    ENDED = "ended"  #: the newest container has stopped
    UNPUBLISHED = "unpublished"  #: one runs, and publishes no port
    UNKNOWN = "unknown"  #: there is no container of the name they said
    SEVERAL = "several"  #: two or more could be meant
    CLOSED = "closed"  #: it runs and publishes, and nobody listens
    SILENT = "silent"  #: the connection is taken and nothing comes
    AWAY = "away"  #: the page leads to another place
    DOWNLOAD = "download"  #: a file to keep, not a page
    EMPTY = "empty"  #: an error and no page with it
    BUSY = "busy"  #: the page keeps the browser busy
    BROKEN = "broken"  #: the page ended the browser


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which app is meant: a container by `name`, else the one on host port 3000, else the only one, else what fits."""

    name: str = ""
    image: str = ""  #: what the present step's checks ask for
    port: int = 0  #: the same, inside the container


@dataclass(frozen=True, slots=True)
class AppSeen:
    """A picture of an app."""

    png: bytes
    container: str
    address: str  #: as the learner would open it
    status: int
    title: str = ""
    text: str = ""
    items: int = 0  #: things of a list on it, 0 when that is not known


@dataclass(frozen=True, slots=True)
class NotSeen:
    """No picture, and why. `among` are the containers that could be meant."""

    why: Why
    container: str = ""
    address: str = ""
    port: int = 0  #: inside the container
    among: tuple[str, ...] = ()
    more: str = ""  #: where it leads, the status, the exit code


Sight = AppSeen | NotSeen


def wanted(step: Step | None, name: str = "") -> Wanted:
    """Return which app is meant: the one they name, or what this step's checks ask."""
    specs = (condition.with_ for condition in step.conditions) if step and not name else ()
    spec = next((each for each in specs if isinstance(each, HttpSpec | ScenarioSpec | ContainerSpec)), None)
    return Wanted(name, spec.image if spec else "", (spec.port if spec else 0) or 0)


def told(seen: AppSeen) -> str:
    """Return what a picture shows, for those who do not see it. The page's own words stand in quotation marks."""
    page = f"a page called “{one_line(seen.title, 80)}”" if seen.title else "a page without a title"
    said = [f"Your app in a browser at {seen.address}: {page}."]
    if seen.items:
        said.append("There is 1 item on it." if seen.items == 1 else f"There are {seen.items} items on it.")
    said.append(f"It says: “{one_line(seen.text, ALT_TEXT)}”" if seen.text else "There is no text on it.")
    return " ".join(said)


def above(seen: AppSeen, *, asked: bool) -> str:
    """Return the sentence above a picture."""
    if seen.status >= FAILED:
        return (
            f"Your app answered with an error ({seen.status}). This is the page that came with it; "
            f"docker logs {seen.container} may tell more."
        )
    # without a scheme it is no link: on the reader's own machine there is nothing
    place = seen.address.removeprefix("http://").rstrip("/")
    return f"This is what a browser shows at {place}." if asked else f"And this is what a browser shows at {place} now."


#: why there is no picture, and what to do
SAID = {
    Why.NOTHING: "There is nothing to take a picture of yet: none of your containers runs. Start your app first.",
    Why.ENDED: "There is nothing to see: your container `{name}` does not run{code}. {logs}",
    Why.UNPUBLISHED: (
        "Your container `{name}` runs, but it publishes no port, so no browser gets to it. "
        "Start it with `-p 127.0.0.1:3000:3000`."
    ),
    Why.UNKNOWN: "You have no container called `{name}`. `docker ps` shows those that run.",
    Why.SEVERAL: "Several of your containers could be meant. Which one?\n{among}",
    Why.CLOSED: (
        "Your container `{name}` runs, but nobody answers at port {port} inside it. "
        "Perhaps it is still starting: try again in a moment. {logs}"
    ),
    Why.SILENT: "Your container `{name}` took the call at port {port} and then said nothing. {logs}",
    Why.AWAY: "The page of `{name}` leads to `{more}`. My browser sees your own app and nothing else.",
    Why.DOWNLOAD: "`{name}` answers with a file to download, and not with a page.",
    Why.EMPTY: "`{name}` answered, but there was no page in the answer ({more}). {logs}",
    Why.BUSY: "The page of `{name}` keeps the browser busy, so there is no picture. Is there an endless loop in it?",
    Why.BROKEN: "The page of `{name}` needs more room than the browser has here, so there is no picture.",
}


def unseen(sight: NotSeen) -> str:
    """Return why there is no picture, and what to do."""
    name = one_line(sight.container, 60)
    return SAID[sight.why].format(
        name=name,
        port=sight.port,
        code=f" (exit code {sight.more})" if sight.more else "",
        more=one_line(sight.more, 80),
        logs=f"`docker logs {name}` tells what it said.",
        among=listed([f"`show my app {each}`" for each in sight.among[:8]]),
    )
