"""Everything on an engine, and what of it is nobody's."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field, fields, replace

from bot.sandbox.janitor.books import Books
from bot.sandbox.janitor.seal import What
from tests.second_engine import SecondEngine

OWN_NETWORKS = {"bridge", "host", "none"}


@dataclass(frozen=True)
class Leftovers:
    """Names by kind; of images the ids, layers that no name leads to included."""

    containers: dict[str, str] = field(default_factory=dict)  #: name → kind, '' where no label says one
    networks: dict[str, str] = field(default_factory=dict)
    volumes: dict[str, str] = field(default_factory=dict)
    images: dict[str, str] = field(default_factory=dict)  #: id → its names

    def _all(self) -> list[dict[str, str]]:
        return [self.containers, self.networks, self.volumes, self.images]

    def total(self) -> int:
        """Return how many things these are."""
        return sum(len(getattr(self, each.name)) for each in fields(self))

    def beyond(self, before: Leftovers) -> Leftovers:
        """Return what was not there before."""
        both = zip(self._all(), before._all(), strict=True)
        return Leftovers(*({name: kind for name, kind in had.items() if name not in known} for had, known in both))

    def nobodys(self, books: Books) -> Leftovers:
        """Return what neither a learner has nor the books know."""
        kinds = {What.CONTAINER: self.containers, What.NETWORK: self.networks, What.VOLUME: self.volumes}
        left = {
            what: {
                n: k
                for n, k in had.items()
                if k not in {"learner", "network", "volume", "project", "verifier"}
                or (books.entry(what, n) is None and len(n) != 64)
            }
            for what, had in kinds.items()
        }
        return Leftovers(left[What.CONTAINER], left[What.NETWORK], left[What.VOLUME])

    def __str__(self) -> str:
        counts = (f"{len(getattr(self, each.name))} {each.name}" for each in fields(self))
        shown = [f"{name} ({kind})" for f in fields(self) for name, kind in list(getattr(self, f.name).items())[:5]]
        return ", ".join(counts) + (": " + "; ".join(shown[:12]) if shown else "")


def listed(engine: SecondEngine) -> Leftovers:
    """Return what is on an engine."""
    with closing(engine.client()) as client:

        def kind(raw: dict[str, dict[str, str]]) -> str:
            return (raw.get("Labels") or {}).get("docent.kind", "")

        return Leftovers(
            {c["Names"][0].removeprefix("/"): kind(c) for c in client.containers(all=True)},
            {n["Name"]: kind(n) for n in client.networks() if n["Name"] not in OWN_NETWORKS},
            {v["Name"]: kind(v) for v in client.volumes()["Volumes"] or ()},
            {i["Id"]: " ".join(i.get("RepoTags") or ()) for i in client.images(all=True)},
        )


def told(engine: SecondEngine, left: Leftovers) -> Leftovers:
    """Return the same with how its images were made in place of their names."""
    with closing(engine.client()) as client:
        made = {}
        for each in left.images:
            raw = client.inspect_image(each)
            command = " ".join(raw["ContainerConfig"].get("Cmd") or ())
            made[each[7:19]] = f"{raw['Created'][11:23]} on {raw['Parent'][7:19]} in {raw['Container'][:12]}: {command}"
        return replace(left, images=made)
