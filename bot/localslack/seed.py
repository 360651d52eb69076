"""Who and what is in a fresh workspace."""

from __future__ import annotations

from bot.localslack.values import Channel, Kind, Person, Role
from bot.localslack.world import BOT_USER, World

WORKSHOP = "C0WORKSHOP"
INSTRUCTORS = "C0INSTRUCTORS"

PEOPLE = (
    Person("U0ADA", "ada", "Ada", Role.LEARNER),
    Person("U0GRACE", "grace", "Grace", Role.LEARNER),
    Person("U0LINUS", "linus", "Linus", Role.LEARNER),
    Person("U0MARGARET", "margaret", "Margaret", Role.LEARNER),
    Person("U0BARBARA", "barbara", "Barbara", Role.INSTRUCTOR),
)


def crowd(count: int) -> tuple[Person, ...]:
    """Return `count` more learners, for load runs: the same ones each time."""
    return tuple(
        Person(f"U0L{n:04d}", f"learner{n:04d}", f"Learner {n:04d}", Role.LEARNER) for n in range(1, count + 1)
    )


def furnish(world: World, more_learners: int = 0) -> None:
    """Put the people and channels into an empty world."""
    people = PEOPLE + crowd(more_learners)
    for person in people:
        world.add_person(person)
    created = int(world.now().timestamp())
    everybody = frozenset(p.id for p in people) | {BOT_USER}
    staff = frozenset(p.id for p in people if p.role is Role.INSTRUCTOR)
    host = next(iter(staff))
    topic = "Ask each other here. Docent answers when you mention it."
    world.put_channel(Channel(WORKSHOP, "docker-workshop", Kind.PUBLIC, everybody, host, created, topic))
    world.put_channel(Channel(INSTRUCTORS, "docent-instructors", Kind.PRIVATE, staff | {BOT_USER}, host, created))
