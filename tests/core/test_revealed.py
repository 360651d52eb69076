"""Whoever sends a secret of another service is told, and nothing that is kept or said repeats it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from bot.authoring.load import load_workshop
from bot.classroom import describe
from bot.core.ending.pages import talked
from bot.core.events import (
    AskedToReplace,
    Event,
    FilledForm,
    GaveFeedback,
    Mentioned,
    SaidSomething,
    TypedCommands,
    UploadedProject,
    WroteFiles,
)
from bot.core.learner import Learner
from bot.core.messages import Note
from bot.core.turn import KeepFeedback, Say
from bot.core.tutor import decide
from bot.core.workshop import StepRef
from bot.handin.command import read_commands
from bot.settings import shipped

WORKSHOP = load_workshop(shipped("lessons") / "docker-workshop")
ADA = Learner("U1", "Ada", at=StepRef("02", WORKSHOP.sections[1].steps[0].id))
NOW = datetime(2026, 1, 1, tzinfo=UTC)
SLACK, GITHUB, AWS = "xoxb-1234567890-abcdefghij", "ghp_0123456789abcdefghij", "AKIAIOSFODNN7EXAMPLE"
KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk=\n-----END OPENSSH PRIVATE KEY-----"
OURS = "docent-" + "aB3_" * 8
ASKS = re.compile(
    r"\b(?:paste|post|send|give|tell|type|share|enter)\b[^.\n`]{0,40}"
    r"\b(?:tokens?|passwords?|secrets?|private key|api key)\b",
    re.IGNORECASE,
)


def said(event: Event) -> list[str]:
    return [
        a.message.text
        for a in decide(WORKSHOP, ADA, event, NOW).actions
        if isinstance(a, Say) and isinstance(a.message, Note)
    ]


@pytest.mark.parametrize(
    ("case", "event", "what"),
    [
        ("S14 said", SaidSomething(f"my token is {SLACK}"), "a Slack token"),
        ("S14 asked in a channel", Mentioned(f"why does {GITHUB} not work"), "a GitHub token"),
        ("S14 in a command", TypedCommands(read_commands(f"docker run -e K={AWS} alpine env")), "an AWS key"),
        ("S14 docker login", TypedCommands(read_commands("docker login -u ada -p hunter2")), "a password"),
        (
            "S14 piped",
            TypedCommands(read_commands("echo hunter2 | docker login --password-stdin")),
            "a password",
        ),
        ("S14 in a file", WroteFiles(((".env", f"A={SLACK}".encode()),), "upload"), "a Slack token"),
        ("S14 in a project", UploadedProject("p.zip", (("id_rsa", KEY.encode()),)), "a private key"),
        ("S14 in a form", FilledForm("Dockerfile", f"ENV K={GITHUB}"), "a GitHub token"),
        ("S14 in a change", AskedToReplace("Dockerfile", "x", SLACK), "a Slack token"),
        ("S14 in feedback", GaveFeedback(3, f"use {SLACK}"), "a Slack token"),
        ("S14 two at once", SaidSomething(f"{SLACK} {GITHUB}"), "a Slack token and a GitHub token"),
    ],
)
def test_whoever_sends_a_secret_is_told_once_to_revoke_it(
    case: str, event: Event, what: str, seen: Callable[[object], None]
) -> None:
    told = [text for text in said(event) if "looks like" in text and what in text]
    assert len(told) == 1
    assert "revoke it" in told[0] or "change it" in told[0]
    for secret in (SLACK, GITHUB, AWS, "hunter2", "b3Blbn"):
        assert secret not in describe(event), "the journal"
        assert all(secret not in text for text in said(event)), "the answers"
    seen("told to revoke it; **** in the journal")


@pytest.mark.parametrize(
    "event",
    [
        SaidSomething("what is a token?"),
        TypedCommands(read_commands(f"docker login -u ada -p {OURS}")),
        TypedCommands(read_commands("docker login -u ada")),
        TypedCommands(read_commands("docker run -e MYSQL_ROOT_PASSWORD=secret mysql:8.0")),
        WroteFiles((("compose.yaml", b"MYSQL_PASSWORD: secret"),), "upload"),
    ],
)
def test_what_the_workshop_itself_asks_for_is_no_secret_of_others(event: Event) -> None:
    assert not [text for text in said(event) if "revoke" in text or "looks like a" in text]


def test_s14_a_secret_is_kept_in_no_notebook_and_no_feedback() -> None:
    event = SaidSomething(f"what is wrong with {SLACK} ?")
    page = talked(event, decide(WORKSHOP, ADA, event, NOW))
    assert page is None or SLACK not in page.wrote + page.came
    given = decide(WORKSHOP, ADA, GaveFeedback(3, f"use {SLACK}"), NOW).actions
    assert [a.better for a in given if isinstance(a, KeepFeedback)] == ["use xoxb-****"]


def test_a_secret_at_the_place_where_the_journal_cuts_is_hidden_before() -> None:
    for lead in range(150, 215):
        assert "1234" not in describe(SaidSomething("x" * lead + " " + SLACK)), lead


def test_s14_nothing_we_say_asks_for_a_secret(seen: Callable[[object], None]) -> None:
    files = [*(shipped("lessons") / "docker-workshop").rglob("*.yaml"), *(shipped("bot").rglob("words.py"))]
    asks = [f"{path.name}: {found[0]}" for path in files for found in ASKS.finditer(path.read_text())]
    assert asks == []
    assert ASKS.search("Please paste your Slack token here"), "it would be found"
    seen(f"{len(files)} files of words ask for none")
