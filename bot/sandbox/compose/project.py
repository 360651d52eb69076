"""Which project an act is about: the learner's compose file as it is now, and what is there of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bot.core.evidence import ComposeSeen
from bot.handin.compose.commands import Source
from bot.handin.compose.plan import ComposePlan, ComposeProblem, ServicePlan
from bot.handin.compose.read import find_compose, read_compose
from bot.handin.decision import decided
from bot.handin.paths import FOLDER, HOME
from bot.handin.plan import Output, Refusal
from bot.sandbox.belongings import containers
from bot.sandbox.compose import printing
from bot.sandbox.decisions import keep
from bot.sandbox.names import Owner
from bot.sandbox.setup import Setup
from bot.sandbox.things import Container

FAILED = 1
Files = Mapping[str, bytes]
MOST_NOTES = 2


@dataclass(frozen=True, slots=True)
class Project:
    """A compose file that could be read, and the containers that are there under its project's name."""

    plan: ComposePlan
    file: str
    there: tuple[Container, ...]

    @property
    def name(self) -> str:
        """Return the project's name."""
        return self.plan.project

    @property
    def orphans(self) -> tuple[Container, ...]:
        """Return the containers whose service is not in the file (any more)."""
        known = {service.name for service in self.plan.services}
        return tuple(each for each in self.there if each.service not in known)

    def container(self, service: str) -> Container | None:
        """Return the container of a service, None when there is none."""
        return next((each for each in self.there if each.service == service), None)

    def of(self, services: Collection[str]) -> tuple[Container, ...]:
        """Return the containers of these services, or of all the file's when none is named; by name."""
        wanted = services or {service.name for service in self.plan.services}
        return tuple(sorted((c for c in self.there if c.service in wanted), key=lambda each: each.name))


def read_project(files: Mapping[str, bytes], source: Source) -> tuple[ComposePlan, str] | ComposeProblem:
    """Return what the learner's compose file means, and its name; or the first problem."""
    file = source.file or find_compose(files)
    if isinstance(file, ComposeProblem):
        return file
    if file not in files:
        say = f"There is no `{file}` in your project. `ls` shows what is there."
        return ComposeProblem(0, say, f"open {HOME}/{file}: no such file or directory", "NO_FILE", file)
    env = source.env_file or ".env"
    if source.env_file and env not in files:
        words = f"couldn't find env file: {HOME}/{env}"
        return ComposeProblem(0, f"There is no `{env}` in your project.", words, "ENV_FILE", env)
    plan = read_compose(files[file], project=FOLDER, env_file=files.get(env), file=file, name=source.name)
    return plan if isinstance(plan, ComposeProblem) else (plan, file)


def compose_seen(files: Mapping[str, bytes]) -> ComposeSeen:
    """Return the learner's compose file as a judge looks at it."""
    found = read_project(files, Source())
    if isinstance(found, ComposeProblem):
        return ComposeSeen(problem=found)
    plan, file = found
    return ComposeSeen(file, plan)


async def look(setup: Setup, owner: Owner, files: Mapping[str, bytes], source: Source) -> Project | Output:
    """Return the project, or what Compose says about its file."""
    found = read_project(files, source)
    if isinstance(found, ComposeProblem):
        if (file := source.file or find_compose(files)) in files:
            keep(owner, decided("compose", files[str(file)], found.refusal()))
        return refused(found.refusal())
    plan, file = found
    mine = await containers(setup, owner)
    return Project(plan, file, tuple(each for each in mine if each.project == plan.project))


def refused(refusal: Refusal) -> Output:
    """Return a refusal as the output of a command."""
    return Output(refusal.words or refusal.say, FAILED, note=refusal.say if refusal.words else "")


def unknown(plan: ComposePlan, names: Sequence[str]) -> Output | None:
    """Return Compose's words about the first name that is no service of the file."""
    known = [service.name for service in plan.services]
    wrong = next((name for name in names if name not in known), None)
    if wrong is None:
        return None
    note = f"The services of your file are: {', '.join(f'`{name}`' for name in known)}."
    return Output(f"no such service: {wrong}", FAILED, note=note)


def chosen(plan: ComposePlan, names: Sequence[str], profiles: Sequence[str], *, alone: bool) -> tuple[ServicePlan, ...]:
    """Return the services that `up` is about, in the order in which they start."""
    known = {service.name: service for service in plan.services}
    wanted = list(names) or [
        each.name
        for each in plan.services
        if not each.profiles or set(each.profiles) & {*profiles, "*" if profiles else ""}
    ]
    for name in wanted if not alone else ():
        wanted.extend(need.service for need in known[name].depends_on if need.service not in wanted)
    return tuple(service for service in plan.services if service.name in wanted)


def warnings(plan: ComposePlan) -> list[str]:
    """Return Compose's warnings about the file, one a line."""
    return [printing.warning(each) for each in plan.warnings]


def note(plan: ComposePlan) -> str:
    """Return our sentences about what works otherwise here, the first few."""
    return " ".join(plan.notes[:MOST_NOTES])
