"""What a learner of a soak does: mostly what the workshop asks for, now and then something hostile."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from uuid import uuid4

from bot.authoring.load import load_workshop
from bot.localslack.person import NotSeenError, Person
from bot.settings import shipped
from tests.e2e.conftest import come_to, step_that_builds

VERDICT = r"Passed: all|Here is what to look at|We could not tell"
OURS = r"Our side has a problem|Our side|in about \d+ minute|come back|busy"
ANSWER_S, COMMAND_S = 90.0, 45.0
SLICE_S, AFTER_KILL_S = 3.0, 8.0
#: each message of a learner stands alone, so that an answer is known by the number that it carries
_serial = count(1)


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to do. `lines` are sent one after the other; `then` is what the last one is answered with."""

    kind: str  #: check | build | command | hostile
    lines: tuple[str, ...]
    then: str = ""  #: '' for the command itself, as the bot repeats it


def _dockerfile(*instructions: str, base: str = "alpine") -> str:
    return "```Dockerfile\n" + "\n".join([f"FROM {base}", *instructions]) + "\n```"


def _fresh() -> str:
    """Return a word that no cache knows."""
    return uuid4().hex[:12]


def _check(dice: random.Random) -> Job:
    seconds = dice.choice((0, 0, 1, 2))
    broken = dice.random() < 0.3
    last = "RUN false" if broken else "CMD sleep 60"
    made = _dockerfile(f"RUN sleep {seconds} && echo {_fresh()} > /word", last)
    return Job("check", (made, "check"), VERDICT)


def _build(dice: random.Random) -> Job:
    broken = dice.random() < 0.3
    made = _dockerfile(f"RUN echo {_fresh()} > /word", "RUN false" if broken else "RUN true", "CMD sleep 60")
    return Job("build", (made, f"docker build -t app{dice.randrange(3)} ."))


def _command(dice: random.Random) -> Job:
    name = f"c{next(_serial)}"
    choices: list[Callable[[], str]] = [
        lambda: "docker ps -a",
        lambda: "docker image ls",
        lambda: "docker volume ls",
        lambda: f"docker run --rm alpine echo {name}",
        lambda: f"docker run -d --name {name} alpine sleep 300",
        lambda: f"docker volume create v{dice.randrange(4)}",
        lambda: f"docker network create n{dice.randrange(3)}",
        lambda: f"docker network rm n{dice.randrange(3)}",
        lambda: f"docker run --rm -v v{dice.randrange(4)}:/data alpine touch /data/{name}",
        lambda: "docker container prune -f",
        lambda: f"docker rm -f c{dice.randrange(1, 200)}",
    ]
    return Job("command", (dice.choice(choices)(),))


_BOMB = ":(){ :|:& };:"


def _hostile(dice: random.Random) -> Job:
    builds = (
        f"RUN {_BOMB}; sleep 3; echo {_fresh()}",
        f"RUN tail /dev/zero; echo {_fresh()}",
        f"RUN trap '' TERM; (setsid sleep 300 &) ; sleep 4; echo {_fresh()}",
        f"RUN head -c 20000000 /dev/zero | tr '\\0' 'x'; echo {_fresh()}",
        f"RUN seq 1 200000; false; echo {_fresh()}",
    )
    if dice.random() < 0.6:
        return Job("hostile", (_dockerfile(dice.choice(builds)), "docker build -t bad ."))
    runs = (
        "docker run --rm alpine sh -c 'tail /dev/zero'",
        "docker run --rm alpine sh -c 'yes | head -c 3000000'",
        "docker run -v /:/host alpine ls /host",
        "docker system prune -af",
    )
    return Job("hostile", (dice.choice(runs),))


def chosen(dice: random.Random) -> Job:
    """Return the next thing to do: a tenth is hostile, of the rest half are checks."""
    drawn = dice.random()
    if drawn < 0.10:
        return _hostile(dice)
    if drawn < 0.50:
        return _check(dice)
    return _build(dice) if drawn < 0.65 else _command(dice)


class Work:
    """A learner at work in their direct message."""

    def __init__(self, person: Person, back_at: Callable[[], float]) -> None:
        self._person, self._back_at = person, back_at  #: when the bot was last back after a kill

    async def begin(self) -> None:
        """Come to the step whose check builds."""
        workshop = load_workshop(shipped("lessons") / "docker-workshop")
        await come_to(self._person, workshop, step_that_builds(workshop))

    async def do(self, job: Job) -> bool:
        """Give a job and return once it is answered; True when with a verdict. Raises `NotSeenError`."""
        for line in job.lines[:-1]:
            await self._say(line, "Saved|Updated|No change|as it was|unchanged|same|" + OURS, 30, kept=False)
        last = job.lines[-1]
        if job.kind == "check":
            shown = await self._say(last, f"{VERDICT}|nothing to check|no check|{OURS}", ANSWER_S)
            if "Our side" in shown:  # the card goes on by itself once the host is back
                shown = (await self._person.wait_for(VERDICT, ANSWER_S)).text
            return any(word in shown for word in VERDICT.split("|"))
        word = last.split()[1]
        await self._say(last, rf"^\$ docker {word}|not |can|does without|{OURS}", COMMAND_S, kept=False)
        return False

    async def _say(self, text: str, pattern: str, within_s: float, *, kept: bool = True) -> str:
        """Return the answer. What is not `kept` over a kill is not waited for much longer than the bot is back."""
        began = time.monotonic()
        await self._person.say(text)
        while True:
            try:
                return (await self._person.wait_for(pattern, min(SLICE_S, within_s))).text
            except NotSeenError:
                now, back_at = time.monotonic(), self._back_at()
                if now - began > within_s or (not kept and back_at > began and now - back_at > AFTER_KILL_S):
                    raise
