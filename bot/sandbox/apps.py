"""Which of a learner's containers is the app that they would open in a browser. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.sights import NotSeen, Wanted, Why
from bot.handin.plan import PublishedPort
from bot.handin.reference import normalise
from bot.sandbox.belongings import which_container
from bot.sandbox.things import Container

USUAL = 3000  #: the host port of the workshop's app
EXITED = re.compile(r"Exited \((\d+)\)")


@dataclass(frozen=True, slots=True)
class App:
    """A running container with the port under which its page is found."""

    container: Container
    port: PublishedPort

    @property
    def address(self) -> str:
        """Return what the learner would open on a machine of their own."""
        return f"http://localhost:{self.port.host}/"


def chosen(mine: Sequence[Container], wanted: Wanted) -> App | NotSeen:
    """Return the app that is meant; `mine` are all containers of the learner, newest first."""
    if wanted.name:
        named = which_container(wanted.name, mine)
        if not isinstance(named, Container):
            return NotSeen(Why.UNKNOWN, wanted.name)
        mine = (named,)
    apps = [App(each, port) for each in mine if each.running for port in each.ports if port.protocol == "tcp"]
    if not apps:
        return _none(mine)
    usual = [app for app in apps if app.port.host == USUAL]
    if usual:
        return usual[0]
    if len({app.container.id for app in apps}) == 1:
        return next((app for app in apps if app.port.container == wanted.port), apps[0])
    fitting = [app for app in apps if _fits(app, wanted)]
    if len(fitting) == 1:
        return fitting[0]
    return NotSeen(Why.SEVERAL, among=tuple(dict.fromkeys(app.container.name for app in apps)))


def _fits(app: App, wanted: Wanted) -> bool:
    return app.port.container == wanted.port and normalise(app.container.image) == normalise(wanted.image)


def _none(mine: Sequence[Container]) -> NotSeen:
    """Return why no container can be looked at: the one that comes nearest to an app is named."""
    running = [each for each in mine if each.running]
    ended = [each for each in mine if not each.running]
    stopped = next((each for each in ended if each.ports), None if running else next(iter(ended), None))
    if stopped:
        code = EXITED.match(stopped.status)
        return NotSeen(Why.ENDED, stopped.name, more=code[1] if code else "")
    if running:
        return NotSeen(Why.UNPUBLISHED, running[0].name)
    return NotSeen(Why.NOTHING)
