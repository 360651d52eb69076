"""Keep what stood in sandboxes when steps passed, and from which files images were built (`bot.ports.Standings`).

A file's content is kept once for each learner, whatever number of images was built from it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from bot.core.standing import COMPOSE, Standing, StandingContainer, StandingImage, State
from bot.core.workshop import StepRef
from bot.handin.plan import BuildPlan, CreateNetwork, CreateVolume, RunPlan
from bot.handin.written import read, read_plan, written
from bot.progress.database import Database, insert_once
from bot.progress.store import ensure_learner
from bot.progress.tables import builds, contents, standings

NEW_BUILDS = 6  #: so many are kept before a step has passed with them


class SqlStandings:
    """The standings on an open database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep_build(self, learner: str, image: str, plan: BuildPlan, files: Mapping[str, bytes]) -> None:
        """Remember how an image of theirs was built, and from which files."""
        await self._database.run(_keep_build, learner, image, plan, files)

    async def builds(self, learner: str) -> Mapping[str, BuildPlan]:
        """Return how their images were built, by id."""
        return await self._database.look(_builds, learner)

    async def build_files(self, learner: str, image: str) -> Mapping[str, bytes]:
        """Return the files that an image was built from; {} when that is not known."""
        return await self._database.look(_build_files, learner, image)

    async def keep_standing(self, learner: str, ref: StepRef, standing: Standing) -> None:
        """Remember what stood in the sandbox when this step passed; the newest of a step counts."""
        await self._database.run(_keep_standing, learner, ref, standing)

    async def standings(self, learner: str) -> Sequence[StepRef]:
        """Return the steps of which a standing is kept, newest first."""
        return await self._database.look(_standings, learner)

    async def standing(self, learner: str, ref: StepRef) -> Standing | None:
        """Return what stood when this step passed."""
        return await self._database.look(_standing, learner, ref)

    async def forget_standings(self, learner: str) -> None:
        """Forget all standings and builds of theirs."""
        await self._database.run(_forget, learner)


def _keep_build(db: sa.Connection, learner: str, image: str, plan: BuildPlan, files: Mapping[str, bytes]) -> None:
    ensure_learner(db, learner)
    tree = {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
    for path, digest in tree.items():
        db.execute(insert_once(db, contents, learner=learner, digest=digest, content=files[path]))
    db.execute(builds.delete().where(builds.c.learner == learner, builds.c.image == image))
    db.execute(builds.insert().values(learner=learner, image=image, plan=written(plan), tree=tree))
    _tidy(db, learner)


def _builds(db: sa.Connection, learner: str) -> dict[str, BuildPlan]:
    rows = db.execute(sa.select(builds.c.image, builds.c.plan).where(builds.c.learner == learner))
    read = {image: read_plan(plan, BuildPlan) for image, plan in rows}
    return {image: plan for image, plan in read.items() if plan is not None}


def _build_files(db: sa.Connection, learner: str, image: str) -> dict[str, bytes]:
    which = sa.select(builds.c.tree).where(builds.c.learner == learner, builds.c.image == image)
    tree: Mapping[str, str] = db.execute(which).scalar_one_or_none() or {}
    rows = db.execute(
        sa.select(contents.c.digest, contents.c.content).where(
            contents.c.learner == learner, contents.c.digest.in_(set(tree.values()))
        )
    )
    found = {digest: bytes(content) for digest, content in rows}
    return {path: found[digest] for path, digest in tree.items()}


def _keep_standing(db: sa.Connection, learner: str, ref: StepRef, standing: Standing) -> None:
    ensure_learner(db, learner)
    same = (standings.c.learner == learner, standings.c.section == ref.section, standings.c.step == ref.step)
    db.execute(standings.delete().where(*same))
    values = {"learner": learner, "section": ref.section, "step": ref.step, "standing": standing_json(standing)}
    db.execute(standings.insert().values(values))
    _tidy(db, learner)


def _standings(db: sa.Connection, learner: str) -> list[StepRef]:
    columns = sa.select(standings.c.section, standings.c.step)
    rows = db.execute(columns.where(standings.c.learner == learner).order_by(standings.c.id.desc()))
    return [StepRef(section, step) for section, step in rows]


def _standing(db: sa.Connection, learner: str, ref: StepRef) -> Standing | None:
    same = (standings.c.learner == learner, standings.c.section == ref.section, standings.c.step == ref.step)
    found = db.execute(sa.select(standings.c.standing).where(*same)).scalar_one_or_none()
    return None if found is None else read_standing(found)


def _forget(db: sa.Connection, learner: str) -> None:
    for table in (standings, builds, contents):
        db.execute(table.delete().where(table.c.learner == learner))


def _tidy(db: sa.Connection, learner: str) -> None:
    """Forget builds that no standing needs and that are not new, and the files that no build needs."""
    mine = db.execute(sa.select(standings.c.standing).where(standings.c.learner == learner)).scalars()
    needed = {image for standing in mine for image, _ in standing["images"]}
    columns = sa.select(builds.c.id, builds.c.image, builds.c.tree)
    kept: set[str] = set()
    rows = db.execute(columns.where(builds.c.learner == learner).order_by(builds.c.id.desc())).all()
    for number, row in enumerate(rows):
        if number >= NEW_BUILDS and row.image not in needed and not row.image.startswith(COMPOSE):
            db.execute(builds.delete().where(builds.c.id == row.id))
        else:
            kept |= set(row.tree.values())
    db.execute(contents.delete().where(contents.c.learner == learner, contents.c.digest.not_in(kept)))


def standing_json(standing: Standing) -> dict[str, Any]:
    """Return a standing as JSON values."""
    return {
        "volumes": [written(each) for each in standing.volumes],
        "networks": [written(each) for each in standing.networks],
        "images": [[each.id, list(each.tags)] for each in standing.images],
        "containers": [
            [
                *(each.name, written(each.plan), each.image, each.state, list(each.networks)),
                *(each.service, written(each.project)),
            ]
            for each in standing.containers
        ],
    }


def read_standing(value: Mapping[str, Any]) -> Standing:
    """Return the standing that `standing_json` wrote; what this version cannot read any more is left out."""
    containers = (
        StandingContainer(name, plan, image, State(state), tuple(networks), service, read(project))
        for name, told, image, state, networks, service, project in value["containers"]
        if (plan := read_plan(told, RunPlan)) is not None
    )
    return Standing(
        volumes=tuple(filter(None, (read_plan(each, CreateVolume) for each in value["volumes"]))),
        networks=tuple(filter(None, (read_plan(each, CreateNetwork) for each in value["networks"]))),
        images=tuple(StandingImage(image, tuple(tags)) for image, tags in value["images"]),
        containers=tuple(containers),
    )
