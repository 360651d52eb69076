"""Every kind of message that Docent can send, with a text of somebody else's wherever one may stand."""

from __future__ import annotations

from bot.core.messages import (
    CheckCard,
    CheckState,
    CommandOutput,
    ConditionLine,
    Editor,
    FeedbackCard,
    FilePage,
    FileSaved,
    Hardest,
    HintCard,
    Mark,
    Message,
    Note,
    Offer,
    ProgramSaid,
    QuestionCard,
    SectionProgress,
    SectionSum,
    StatusCard,
    StepCard,
    SummaryCard,
    Survey,
    Welcome,
)
from bot.core.panels import Field, Kind, Panel, Press, Row, Sheet, Tone
from bot.core.verdict import Blocked, Failed, Fault, NotYet, Passed, TimedOut
from bot.core.workshop import Option, Question, StepRef
from bot.handin.plan import Output

REF = StepRef("02", "dockerfile")
QUESTION = Question(
    id="q",
    ask="What does `docker build` make?",
    options=(Option(text="An image", right=True, why="Yes."), Option(text="A container", why="Not yet.")),
)


def lines(text: str) -> tuple[ConditionLine, ...]:
    """Return one condition of every outcome."""
    return (
        ConditionLine("a", text[:75], Passed(text[:200])),
        ConditionLine("b", "It serves", Failed("NOT_LISTENING", text, text, detail=text), say=text[:200]),
        ConditionLine("c", "It keeps items", Blocked("b"), blocked_by=text[:75]),
        ConditionLine("d", "It starts", NotYet(text[:100])),
        ConditionLine("e", "It answers", TimedOut("http")),
        ConditionLine("f", "It ends", Fault(text[:200])),
        ConditionLine("g", "It is next", running=True),
    )


SECTIONS = tuple(SectionProgress(f"{n:02}", f"Section {n}", 5, n % 3, 1, 4, list(Mark)[n % 4]) for n in range(1, 11))
SUMS = tuple(
    SectionSum(f"{n:02}", "Build the image " * 4, 5, None if n == 1 else 60.0 * n, n % 3, n % 2, 5, n, n)
    for n in range(1, 11)
)


def messages(text: str) -> list[Message]:
    """Return messages of every kind and state."""
    return [
        Note(text, tuple(Offer), REF, "step"),
        Welcome(text, text[:75] or "x", 45, tuple((f"{n:02}", text[:75], 5) for n in range(1, 11))),
        StepCard(REF, text[:75], text[:75] or "x", 1, 5, 2, text[:2_800], tuple(Offer)[:6], "Dockerfile"),
        QuestionCard(REF, QUESTION),
        QuestionCard(REF, QUESTION, 0),
        QuestionCard(REF, QUESTION, 1),
        *(HintCard(REF, rung, text, text[:75]) for rung in (1, 2, 3)),
        *(
            CheckCard(
                REF,
                7,
                text[:75] or "x",
                state,
                lines(text),
                say=text[:2_800],
                ahead=3,
                eta_s=17.0,
                hint=text[:400],
                recap=text[:400],
                offers=(Offer.CHECK, Offer.HINT),
            )
            for state in CheckState
        ),
        CommandOutput(text[:2_000], Output(text, 125, 1.0, text[:300])),
        CommandOutput("docker ps", Output("")),
        ProgramSaid(text, over=True, note=text[:200]),
        ProgramSaid(""),
        FileSaved(text[:100] or "x", 10, 2, False, text, text[:500], (Offer.CHECK,), REF),
        Note(text[:300], (Offer.EDIT,), REF, "a.js", text),
        FilePage(text[:200], 1, 60, 133, text, (Offer.PAGE_BACK, Offer.EDIT_LINES, Offer.PAGE_ON), text[:100], REF),
        StatusCard(text[:80], text[:75] or "x", SECTIONS, text[:150], True, False, (Offer.CONTINUE, Offer.HELP)),
        SummaryCard(
            text[:75] or "x",
            45,
            SUMS,
            300,
            Hardest(text[:75], text[:90], 4, passed=True),
            text[:900],
            tuple(Offer)[-4:],
        ),
        SummaryCard("x", 45, SUMS[:1], 300),
        FeedbackCard(text, 4, text, "3 of 43 steps", again=True),
        FeedbackCard("", 0, text[:3_000], "3 of 43 steps"),
        panel(text),
        Panel("x", rows=tuple(Row(text, presses=(Press("a.b", "Look", str(n)),)) for n in range(60))),
    ]


def panel(text: str) -> Panel:
    """Return what instructors see, with somebody's words in every place."""
    presses = tuple(Press("alert.claim", text[:80] or "x", text, tone, text[:80], text[:400]) for tone in Tone)
    whole = Row(text, text, text, "U1", presses)
    return Panel(text, text[:200], (whole, Row(text[:300], presses=presses[:1]), Row()), presses, text)


def sheets(text: str) -> tuple[Sheet, ...]:
    """Return forms of instructors, with somebody's words in every place."""
    choices = tuple((f"v{n}", text[:90] or "x") for n in range(3))
    values = {Kind.ONE: "v1", Kind.MANY: "v1\nv2", Kind.PEOPLE: "U1\nU2", Kind.CHANNEL: "C1"}
    values |= {Kind.DAY: "2026-01-31", Kind.TIME: "1770000000", Kind.LINE: text, Kind.TEXT: text}
    fields = tuple(Field(kind, text[:80] or "x", kind, values[kind], choices, text[:200]) for kind in Kind)
    empty = tuple(Field(kind, "x", kind, "", choices, optional=True) for kind in Kind)
    rows = tuple(Row(text[:400], presses=(Press("board.page", "Next", str(n)),)) for n in range(120))
    return (
        Sheet("cohort.make", text[:90] or "x", (Row(text, text, text),), fields, about=text),
        Sheet("cohort.make", "x", fields=empty),
        Sheet("board.page", "x", rows, presses=(Press("board.page", "Next", "2"),)),
        Sheet("board.page", "x"),
        Sheet("board.page", "x", rows, fields, presses=rows[0].presses, fields_first=True),
    )


def home(text: str) -> StatusCard:
    """Return somebody's Home."""
    name = text[:75] or "x"
    return StatusCard(name, name, SECTIONS, text[:150], True, False, (Offer.CONTINUE, Offer.HELP))


def forms(text: str) -> tuple[Editor | Survey, ...]:
    """Return a form of every kind."""
    return (
        Survey(3, text),
        Editor(text[:200] or "x", text[:3_000], REF),
        Editor("a" * 200, "", REF, 40_000, 49_999, "f" * 16),
    )
