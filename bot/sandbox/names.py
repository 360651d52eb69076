"""Names: what a learner calls a thing, and what it is called on the shared host.

On the host every name carries instance and learner, so that two learners may both have a `web` and a
`getting-started`. Labels, not names, say whose a thing is; names make creating it twice impossible.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.handin.reference import normalise

PLAIN_ID = re.compile(r"[a-z0-9]{1,40}")
INSTANCE = re.compile(r"[a-z0-9]{1,20}")
#: The label of every layer that a Docent's build makes, alike for all of them, and the instruction that puts it there.
LAYER = "docent.layer"
MARK = f"LABEL {LAYER}=true"


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


#: Source: moby `pkg/namesgenerator`; a choice of its words
ADJECTIVES = _words(
    "admiring adoring agitated amazing awesome blissful bold brave busy charming clever cool cranky dazzling eager "
    "ecstatic elastic elated elegant epic exciting festive flamboyant focused friendly frosty funny gallant gifted "
    "goofy gracious great happy hopeful hungry inspiring intelligent jolly jovial keen kind laughing loving lucid "
    "magical modest musing mystifying naughty nervous nice nifty nostalgic objective optimistic peaceful pedantic "
    "pensive practical priceless quirky quizzical recursing relaxed reverent romantic serene sharp silly sleepy "
    "stoic strange sweet tender thirsty trusting upbeat vibrant vigilant vigorous wizardly wonderful xenodochial "
    "youthful zealous zen"
)
SURNAMES = _words(
    "agnesi albattani allen archimedes ardinghelli babbage banach bardeen bartik bell bhabha blackwell bohr booth "
    "borg brahmagupta brown buck carson cartwright cerf chandrasekhar chatelet clarke cohen colden curie darwin "
    "davinci diffie dijkstra dubinsky einstein elion engelbart euclid euler faraday fermat fermi feynman franklin "
    "galileo gates goldberg goldwasser hamilton hawking hellman herschel hertz hodgkin hopper hugle hypatia jackson "
    "jang jepsen johnson joliot jones kalam keldysh keller kepler khorana kilby kirch knuth lalande lamarr leakey "
    "leavitt lewin lichterman liskov lovelace lumiere mahavira maxwell mayer mccarthy mcclintock mclean meitner "
    "mendel mirzakhani montalcini morse murdock napier nash newton nightingale nobel noether northcutt noyce panini "
    "pare pascal pasteur payne perlman pike poincare poitras ptolemy raman ramanujan ride ritchie rosalind saha "
    "sammet shannon shaw shockley sinoussi stallman stonebraker swanson swartz tesla thompson torvalds turing "
    "varahamihira visvesvaraya volhard wescoff wiles williams wilson wing wozniak wright yalow yonath"
)


@dataclass(frozen=True, slots=True)
class Owner:
    """A learner on this host, and how their things are called there."""

    instance: str  #: lower-case letters and digits: tells several Docents on one host apart
    learner: str  #: as the rest of Docent knows them

    @property
    def key(self) -> str:
        """Return the learner in lower case, fit for any name; a digest where the id is not plain."""
        lower = self.learner.lower()
        return lower if PLAIN_ID.fullmatch(lower) else "x" + hashlib.sha256(self.learner.encode()).hexdigest()[:16]

    @property
    def labels(self) -> tuple[str, str]:
        """Return the labels that all of the learner's things carry, as the engine filters by them."""
        return f"docent.instance={self.instance}", f"docent.learner={self.key}"

    @property
    def network(self) -> str:
        """Return the name of the learner's own network."""
        return f"docent-{self.instance}-{self.key}"

    @property
    def verifier(self) -> str:
        """Return the name of the verifier container on that network."""
        return f"docentverifier-{self.instance}-{self.key}"

    @property
    def images(self) -> tuple[str, ...]:
        """Return patterns for the engine's tags of the learner's images, with and without a namespace."""
        mine = f"docent-{self.instance}/{self.key}"
        return f"{mine}/*", f"{mine}/*/*", f"{mine}/*/*/*"

    @property
    def fetched_image(self) -> str:
        """Return the repository under which a check keeps what it fetched from the registry."""
        return f"docentfetched-{self.instance}/{self.key}"

    @property
    def check_image(self) -> str:
        """Return the tag that keeps the build of the last check, so that the next one is quick."""
        return f"docentcheck-{self.instance}/{self.key}:latest"

    @property
    def writer(self) -> str:
        """Return the name of the container through which files of the project reach their volume."""
        return f"docentwriter-{self.instance}-{self.key}"

    @property
    def keeper(self) -> str:
        """Return the name of the container in which the project's volumes are looked through."""
        return f"docentkeeper-{self.instance}-{self.key}"

    @property
    def copier(self) -> str:
        """Return the name of the container, and of the image, in which the files of a learner's container are read."""
        return f"docentcopier-{self.instance}-{self.key}"

    def volume(self, name: str) -> str:
        """Return the engine's name of the learner's volume."""
        return f"docent-{self.instance}-{self.key}-{name}"

    def project(self, source: str) -> str:
        """Return the name of the volume that holds a folder of the project; no volume of theirs can have it."""
        part = "" if source == "." else "-" + hashlib.sha256(source.encode()).hexdigest()[:12]
        return f"docentproject-{self.instance}-{self.key}{part}"

    def joined(self, network: str) -> str:
        """Return the engine's name of a network; `bridge` is the one that every learner has."""
        return self.network if network == "bridge" else f"{self.network}-{network}"

    def public_network(self, engine_name: str) -> str:
        """Return what the learner calls a network of theirs."""
        return "bridge" if engine_name == self.network else engine_name.removeprefix(f"{self.network}-")

    def container(self, name: str) -> str:
        """Return the engine's name of the learner's container."""
        return f"docent-{self.instance}-{self.key}-{name}"

    def image(self, reference: str) -> str:
        """Return the engine's tag of the learner's image, e.g. `docent-main/u1/getting-started:latest`."""
        repository, _, tag = normalise(reference).rpartition(":")
        host, slash, rest = repository.partition("/")
        if slash and ":" in host:  # a registry's port cannot stand inside a path
            repository = f"{host.replace(':', '__')}/{rest}"
        return f"docent-{self.instance}/{self.key}/{repository}:{tag}"

    def public(self, engine_tag: str) -> str:
        """Return what the learner calls the engine's tag, '' when it is not one of theirs."""
        mine = f"docent-{self.instance}/{self.key}/"
        if not engine_tag.startswith(mine):
            return ""
        host, slash, rest = engine_tag[len(mine) :].partition("/")
        return f"{re.sub(r'__(?=[0-9]+$)', ':', host)}/{rest}" if slash else host


def transits(engine_tags: Iterable[str], name: str) -> list[str]:
    """Return those of the engine's tags (or digests) that stand for a name in some registry: `127.0.0.1:5000/NAME`."""
    return [tag for tag in engine_tags if ":" in tag.partition("/")[0] and tag.partition("/")[2] == name]


def interpreter_volume(instance: str, verifier: str) -> str:
    """Return the name of the volume that holds the folder of this verifier image."""
    return f"docent-{instance}-verifier-{verifier.removeprefix('sha256:')[:12]}"


def split(reference: str) -> tuple[str, str]:
    """Return repository and tag of a normal reference."""
    repository, _, tag = reference.rpartition(":")
    return repository, tag


def random_name(seed: str, taken: frozenset[str] = frozenset()) -> str:
    """Return a name like Docker's for an unnamed container: `quirky_turing`; the same for the same seed."""
    digest = hashlib.sha256(seed.encode()).digest()
    for turn in range(len(ADJECTIVES)):
        adjective = ADJECTIVES[(digest[0] + turn) % len(ADJECTIVES)]
        surname = SURNAMES[int.from_bytes(digest[1:3], "big") % len(SURNAMES)]
        name = f"{adjective}_{surname}"
        if name not in taken:
            return name
    return f"quirky_turing{digest.hex()[:4]}"
