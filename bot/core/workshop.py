"""The workshop as authors write it: workshop › section › step › condition (contract; the models are the schema).

Frozen pydantic models, because this is where YAML comes in; `bot.authoring.load` reads the files,
`bot.authoring.lint` checks what a shape alone cannot. Texts are Markdown with `${learner}` and the like.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator
from pydantic.json_schema import SkipJsonSchema

from bot.core.specs import SPECS, ProbeSpec
from bot.handin.replacing import asks_to_replace


class Model(BaseModel):
    """A part of a lesson; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class StepRef(NamedTuple):
    """Which step: `("02", "dockerfile")`; written `02/dockerfile`."""

    section: str
    step: str

    def __str__(self) -> str:
        """Return `section/step`."""
        return f"{self.section}/{self.step}"

    @classmethod
    def parse(cls, text: str) -> StepRef:
        """Return the ref written as `section/step`."""
        section, _, step = text.partition("/")
        return cls(section, step)


class Option(Model):
    """One option of a question; `why` is said when it is chosen."""

    text: str = Field(max_length=75)
    right: bool = False
    why: str = Field(max_length=300)


class Question(Model):
    """A quiz question with one right option."""

    id: str
    ask: str = Field(max_length=500)
    options: tuple[Option, ...] = Field(min_length=2, max_length=5)


class Failure(Model):
    """What is said for one failure code (`{expected}`, `{observed}` filled in); hints: nudge, pointer, solution."""

    say: str = Field(max_length=200)
    hints: tuple[str, str, str]


class Condition(Model):
    """One thing that a check proves."""

    id: str
    title: str = Field(max_length=75)
    probe: str
    with_: ProbeSpec = Field(default={}, alias="with", validate_default=True)
    needs: tuple[str, ...] = ()
    fail: dict[str, Failure] = {}

    @field_validator("probe")
    @classmethod
    def _known(cls, probe: str) -> str:
        if probe not in SPECS:
            raise ValueError(f"unknown probe {probe!r}; known: {', '.join(sorted(SPECS))}")
        return probe

    @field_validator("with_", mode="before")
    @classmethod
    def _spec_by_probe(cls, spec: Any, info: ValidationInfo) -> Any:
        probe = info.data.get("probe")
        if isinstance(spec, BaseModel) or probe is None:
            return spec
        return SPECS[probe].model_validate(spec or {})


class Act(Model):
    """One thing a learner does; exactly one key. Used by `solve` and `wrong`."""

    say: str | None = None  #: a message, e.g. `docker build -t getting-started .`
    file: str | None = None  #: path of the project file that `from` replaces
    from_: str | None = Field(default=None, alias="from")  #: path below the workshop's folder
    remove: str | None = None  #: project file to delete
    answer: dict[str, int] | None = None  #: question id → option index (from 0)
    prints: str = ""  #: regular expression that the output of `say` must have in it, when the step is about that

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        given = [name for name in ("say", "file", "remove", "answer") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"an act does exactly one of say, file, remove, answer; this one has {given or 'none'}")
        if (self.file is None) != (self.from_ is None):
            raise ValueError("`file` and `from` go together")
        if self.prints and self.say is None:
            raise ValueError("`prints` goes with `say`")
        return self

    @property
    def runs(self) -> bool:
        """Tell whether it is a command, and not a change of files or an answer."""
        return self.say is not None and not asks_to_replace(self.say)


class Wrong(Model):
    """A known wrong answer and the code that it must fail with."""

    id: str
    acts: tuple[Act, ...]
    expect: str
    why: str = ""


class Intended(Model):
    """A failure that the lesson wants the learner to meet: what is said, as praise, when a command prints it."""

    sign: str  #: regular expression over the output
    say: str = Field(max_length=400)


class Handin(Model):
    """What the learner gives for this step (only used to say so and to offer the right buttons)."""

    files: tuple[str, ...] = ()
    commands: bool = False


class Step(Model):
    """One step: something said, perhaps something to do, perhaps conditions that prove it."""

    id: str
    title: str = Field(max_length=75)
    minutes: float = Field(gt=0)
    say: str = Field(max_length=2800)
    handin: Handin = Handin()
    intended: tuple[Intended, ...] = ()
    questions: tuple[Question, ...] = ()
    conditions: tuple[Condition, ...] = ()
    hints: tuple[str, str, str] | None = None  #: the step's own ladder, when no failure gives a better one
    recap: str = ""  #: said after the pass: what you just proved
    picture: bool = False  #: the first pass is followed by a picture of the learner's app
    solve: tuple[Act, ...] = ()
    wrong: tuple[Wrong, ...] = ()

    @property
    def checked(self) -> bool:
        """Tell whether anything has to be proved before the learner moves on."""
        return bool(self.conditions)

    @property
    def needs_sandbox(self) -> bool:
        """Tell whether a check of this step starts containers (a quiz does not)."""
        return any(c.probe != "answer" for c in self.conditions)

    def question(self, question_id: str) -> Question | None:
        """Return the question of that id."""
        return next((q for q in self.questions if q.id == question_id), None)


class Section(Model):
    """One section: about five minutes, a handful of steps."""

    id: str = Field(pattern=r"^\d\d$")
    title: str = Field(max_length=75)
    minutes: float
    objectives: tuple[str, ...]
    steps: tuple[Step, ...] = Field(min_length=1)
    recap: str = ""
    #: the earlier sections whose solutions this one stands on; None: all of them
    builds_on: tuple[str, ...] | None = None

    def step(self, step_id: str) -> Step | None:
        """Return the step of that id."""
        return next((s for s in self.steps if s.id == step_id), None)


Channel = Literal["build", "run", "cli", "compose"]  #: where a text is printed; cli is Docker's client and its engine
SectionId = Annotated[str, Field(pattern=r"^\d\d$")]


class Mistake(Model):
    """A known mistake by what Docker, npm, Node or the database prints; `{found}` is the signature's first group."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    #: what it is: a mistake, something worth knowing that needs no mending, or only the sign that something failed
    kind: Literal["mistake", "information", "generic"] = "mistake"
    sections: tuple[
        SectionId, ...
    ] = ()  #: where it is met; with `channels` it decides between those that print the same
    channels: tuple[Channel, ...] = ()
    sign: str  #: regular expression, tried in order: specific before generic; see `bot.core.signs`
    sample: str = ""  #: a real text that the sign must find, before any other sign does
    say: str = Field(max_length=300)
    praise: dict[SectionId, str] = {}  #: section → what is said there, where this failure is part of the lesson
    hints: tuple[str, str, str]


class Onward(Model):
    """Something to learn after the workshop."""

    title: str = Field(max_length=75)
    say: str = Field(max_length=300)


class Workshop(Model):
    """The whole workshop. `glossary`, `mistakes` and the lessons themselves answer free text."""

    id: str
    title: str
    minutes: float
    image: str  #: the image's name that learners build, filled in as `${image}`
    #: filled in as `${namespace}`; not written by authors, each learner's own is put here by `seen_by`
    namespace: SkipJsonSchema[str] = "your-namespace"
    app: str  #: folder of the exercise app that a new learner's project starts with
    sections: tuple[Section, ...] = Field(min_length=1)
    glossary: dict[str, str] = {}
    mistakes: tuple[Mistake, ...] = ()
    onward: tuple[Onward, ...] = ()  #: said at the end
    own_machine: str = Field("", max_length=2_000)  #: said at the end: how to do the same without Docent

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))

    def seen_by(self, namespace: str) -> Workshop:
        """Return the workshop as the learner with this namespace reads it."""
        return self.model_copy(update={"namespace": namespace}) if namespace else self

    @cached_property
    def order(self) -> tuple[StepRef, ...]:
        """Return every step in the order learners meet them."""
        return tuple(StepRef(section.id, step.id) for section in self.sections for step in section.steps)

    def section(self, section_id: str) -> Section | None:
        """Return the section of that id."""
        return next((s for s in self.sections if s.id == section_id), None)

    def step(self, ref: StepRef) -> Step | None:
        """Return the step, or None when an edited workshop has none of that name any more."""
        section = self.section(ref.section)
        return section.step(ref.step) if section else None

    def after(self, ref: StepRef) -> StepRef | None:
        """Return the next step, None at the end."""
        index = self.order.index(ref) + 1
        return self.order[index] if index < len(self.order) else None

    def before(self, ref: StepRef) -> StepRef | None:
        """Return the step before, None at the beginning."""
        index = self.order.index(ref)
        return self.order[index - 1] if index else None

    def conditions(self) -> Iterator[tuple[StepRef, Condition]]:
        """Yield every condition with the step it belongs to."""
        for section in self.sections:
            for step in section.steps:
                for condition in step.conditions:
                    yield StepRef(section.id, step.id), condition
