"""Load a workshop's folder: `workshop.yaml`, `mistakes.yaml` and a `section.yaml` in every `NN-name/`.

Everything that is amiss is told at once, with its file, line and place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.authoring.pages import Page, PageError, read_page
from bot.core.specs import SPECS
from bot.core.verdict import codes_for
from bot.core.workshop import Failure, Mistake, Section, Workshop
from bot.errors import AuthorError

__all__ = ["MistakesFile", "Problem", "load_workshop", "read_workshop"]

Place = tuple[str | int, ...]
SECTION_FOLDER = re.compile(r"(\d\d)-[a-z0-9-]+")
#: what is said in place of pydantic's words, by error type
PLAIN = {"missing": "is missing", "extra_forbidden": "is not known here"}


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that an author has to mend. `line` is 0 where there is none."""

    file: str  #: below the workshop's folder
    line: int
    place: str  #: e.g. `steps[1].conditions[0].with.port`
    say: str

    def __str__(self) -> str:
        """Return `file:line: place: what is amiss`."""
        at = f"{self.file}:{self.line}" if self.line else self.file
        return f"{at}: {self.place}: {self.say}" if self.place else f"{at}: {self.say}"


class MistakesFile(BaseModel):
    """Shape of `mistakes.yaml`: words for failure codes that every lesson shares, and signatures of known mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    codes: dict[str, Failure] = {}
    mistakes: tuple[Mistake, ...] = ()


def load_workshop(folder: Path) -> Workshop:
    """Return the workshop in the folder. Raises: AuthorError with every problem, one a line."""
    workshop, problems = read_workshop(folder)
    if workshop is None or problems:
        found = "\n".join(f"  {problem}" for problem in sorted(problems))
        raise AuthorError(f"The lessons in {folder} cannot be used yet:\n{found}")
    return workshop


def read_workshop(folder: Path) -> tuple[Workshop | None, list[Problem]]:
    """Return the workshop, None when its shape is wrong, and the problems of shape found on the way."""
    if not folder.is_dir():
        return None, [Problem(str(folder), 0, "", "there is no such folder")]
    problems: list[Problem] = []
    mistakes = _mistakes(folder, problems)
    sections = [
        section
        for path in sorted(folder.glob("*/section.yaml"))
        if (section := _section(folder, path, mistakes.codes, problems)) is not None
    ]
    page = _page(folder, folder / "workshop.yaml", problems)
    if page is None:
        return None, problems
    raw = page.data if isinstance(page.data, dict) else {}
    try:
        return Workshop.model_validate({**raw, "sections": sections, "mistakes": mistakes.mistakes}), problems
    except ValidationError as error:
        told = any(problem.file.endswith("section.yaml") for problem in problems)
        found = [p for p in _problems(page, error) if not (told and p.place.startswith("sections"))]
        return None, problems + found


def _page(folder: Path, path: Path, problems: list[Problem]) -> Page | None:
    name = path.relative_to(folder).as_posix()
    try:
        return read_page(path, name)
    except PageError as error:
        problems.append(Problem(name, error.line, "", str(error)))
        return None


def _mistakes(folder: Path, problems: list[Problem]) -> MistakesFile:
    path = folder / "mistakes.yaml"
    page = _page(folder, path, problems) if path.exists() else None
    if page is None:
        return MistakesFile()
    try:
        return MistakesFile.model_validate(page.data or {})
    except ValidationError as error:
        problems.extend(_problems(page, error))
        return MistakesFile()


def _section(folder: Path, path: Path, codes: Mapping[str, Failure], problems: list[Problem]) -> Section | None:
    page = _page(folder, path, problems)
    if page is None:
        return None
    named = SECTION_FOLDER.fullmatch(path.parent.name)
    try:
        section = Section.model_validate(_with_shared_words(page.data, codes))
    except ValidationError as error:
        problems.extend(_problems(page, error))
        return None
    if named is None or named.group(1) != section.id:
        say = f"the folder must be called `{section.id}-name`, as the section's id is {section.id}"
        problems.append(Problem(page.name, page.line(("id",)), "id", say))
    return section


def _with_shared_words(data: Any, codes: Mapping[str, Failure]) -> Any:
    """Return the section's data with the words that a condition leaves out taken from `mistakes.yaml`."""
    if not isinstance(data, dict):
        return data
    steps = [
        {**step, "conditions": [_worded(c, codes) for c in step["conditions"]]}
        if isinstance(step, dict) and isinstance(step.get("conditions"), list)
        else step
        for step in _list(data.get("steps"))
    ]
    return {**data, "steps": steps} if "steps" in data else data


def _worded(condition: Any, codes: Mapping[str, Failure]) -> Any:
    model = SPECS.get(str(condition.get("probe"))) if isinstance(condition, dict) else None
    if model is None:
        return condition
    try:
        needed = codes_for(model.model_validate(condition.get("with") or {}))  # type: ignore[arg-type]
    except ValidationError:
        return condition  # told with its place by the section's own validation
    own = condition.get("fail") or {}
    if not isinstance(own, dict):
        return condition
    fail = {**own}
    for code in needed & codes.keys():
        given = own.get(code) or {}
        fail[code] = {**codes[code].model_dump(), **given} if isinstance(given, dict) else given
    return {**condition, "fail": fail}


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else []


def _problems(page: Page, error: ValidationError) -> list[Problem]:
    found = list(_flat(error))
    # a list whose items are amiss also counts as too short: the items say it better
    inner = {place[:size] for place, _ in found for size in range(len(place))}
    return [
        Problem(page.name, page.line(place), _dotted(place), say)
        for place, say in found
        if place not in inner or "at least" not in say
    ]


def _flat(error: ValidationError) -> Iterable[tuple[Place, str]]:
    """Yield (place, what is amiss); a condition whose probe is unknown is not also blamed for its `with`."""
    found = error.errors(include_url=False)
    probes = {tuple(e["loc"][:-1]) for e in found if e["loc"] and e["loc"][-1] == "probe"}
    for each in found:
        place = tuple(part for part in each["loc"] if not str(part).endswith("Spec"))
        if "with" in place and place[: place.index("with")] in probes:
            continue
        reason = each.get("ctx", {}).get("error")
        yield place, PLAIN.get(each["type"], str(reason) if reason else each["msg"])


def _dotted(place: Place) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return text.removeprefix(".")


def dump(data: Any) -> str:
    """Return data as YAML, keys in the order given."""
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True)
