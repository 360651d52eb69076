"""Who may not use the host for a while, why, what that stops, and how it is said."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from bot.core.fairness.budget import Budget
from bot.core.fairness.words import about
from bot.handin.compose.commands import BuildServices, Compose, ExecService, TurnServices, Up
from bot.handin.plan import (
    BuildPlan,
    CopyIn,
    CreateVolume,
    ExecPlan,
    Plan,
    PullImage,
    PushImage,
    RunPlan,
    StartContainers,
)

LIMITS_S = 900.0  #: for so long somebody is paused whose things were stopped at limits again and again


class Why(StrEnum):
    """Why somebody is paused."""

    CPU = "cpu"  #: used up what processor time one person has
    LIMITS = "limits"  #: was stopped at limits again and again
    DISK = "disk"  #: holds more of the disk than one person has


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause until the time `until`, on a clock that only goes forward; of the disk: until there is room."""

    why: Why
    until: float = 0.0


def stops(why: Why, plan: Plan | None) -> bool:
    """Tell whether a pause keeps from this plan (None: a check). Looking, stopping and removing always work."""
    match plan:
        case None | BuildPlan() | RunPlan() | Compose(act=Up() | BuildServices()):
            return True
        case StartContainers() | ExecPlan() | Compose(act=TurnServices() | ExecService()) | PushImage():
            return why is not Why.DISK
        case PullImage() | CreateVolume() | CopyIn():
            return why is Why.DISK
        case _:
            return False


def paused(why: Why, budget: Budget, wait_s: float, held_mb: float = 0.0) -> str:
    """Return what a learner is told who is paused: what was used, what the limit is, when it goes on."""
    match why:
        case Why.CPU:
            what = (
                f"Your builds and containers have used {budget.cpu_s:.0f} seconds of a processor, which is what one "
                f"person has here; {budget.cpu_s_per_hour / 60:.0f} come back each minute."
            )
        case Why.LIMITS:
            what = "Your builds were stopped at a limit of this host many times within half an hour."
        case Why.DISK:
            return (
                f"Your images, containers and volumes take {held_mb:,.0f} MB of the disk, and {budget.disk_mb:,.0f} MB "
                "is what one person has here. `docker system df` shows what takes room; when you have removed what you "
                "do not need (`docker rm`, `docker rmi`, `docker volume rm`, `docker system prune -f`), go on."
            )
        case _:
            assert_never(why)
    return (
        f"{what} So that there is enough for everybody, I run nothing new for you for about {about(wait_s)}, and tell "
        "you then. Reading, writing files, hints and questions work as always, and this costs you nothing. "
        "If you need it sooner, ask your instructors: they can let you go on."
    )


def stopped(names: tuple[str, ...]) -> str:
    """Return what is added where running containers were stopped, '' for none."""
    if not names:
        return ""
    shown = ", ".join(f"`{name}`" for name in names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    return f"I have stopped {shown}; nothing in it is lost, `docker start` starts it again then."


GO_ON = "You can go on now: I run things for you again."
LET_GO_ON = "Your instructors let you go on. Have fun!"


NOT_PAUSED = "They are not paused any more."
FOR_INSTRUCTORS = "Only instructors can let somebody go on."


def let_go(name: str) -> str:
    """Return what instructors read once somebody may go on."""
    return f"**{name}** may go on."


def told_staff(name: str, why: Why, budget: Budget, wait_s: float, held_mb: float = 0.0) -> str:
    """Return what instructors are told about somebody who is paused."""
    match why:
        case Why.CPU:
            what = f"has used {budget.cpu_s:.0f} seconds of a processor, as no workshop does"
        case Why.LIMITS:
            what = "was stopped at limits many times: a build that takes too long, prints too much or grows too big"
        case Why.DISK:
            return f"**{name}** holds {held_mb:,.0f} MB of the disk ({budget.disk_mb:,.0f} MB each), and was told so."
        case _:
            assert_never(why)
    return (
        f"**{name}** {what}, and is paused for about {about(wait_s)}. Perhaps something runs in a circle: "
        "a word may help. They were told kindly, and lose nothing."
    )
