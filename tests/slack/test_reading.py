"""What a message is taken for, before anybody decides what it means."""

from __future__ import annotations

import pytest

from bot.core.events import (
    AskedToLetGoOn,
    AskedToSee,
    AskedToSeeApp,
    FilledForm,
    OpenedEditor,
    SaidSomething,
    TypedCommands,
    WroteFiles,
)
from bot.core.messages import Editor, FilePage, Note, Offer
from bot.core.workshop import StepRef
from bot.handin.plan import Refusal
from bot.handin.windows import Spot
from bot.slack.blocks import render
from bot.slack.buttons import read_value
from bot.slack.forms import editor_view
from bot.slack.reading import read_form, read_message, read_press

REF = StepRef("03", "edit")


@pytest.mark.parametrize(
    "text",
    [
        "replace `docker ps` with `docker ps -a` in notes.txt",
        "replace ```\nFROM node\nRUN x\n``` with ```\nFROM node\nRUN y\n``` in Dockerfile",
    ],
)
def test_a_replacement_is_no_command_and_no_file_whatever_its_texts_look_like(text: str) -> None:
    assert read_message(text) == SaidSomething(text)


def test_signs_that_slack_writes_another_way_arrive_as_typed() -> None:
    said = read_message("replace `a &lt; b &amp;&amp; c` with `&lt;p&gt;` in x.js")
    assert said == SaidSomething("replace `a < b && c` with `<p>` in x.js")


def test_commands_and_code_blocks_are_still_what_they_are() -> None:
    assert isinstance(read_message("docker ps"), TypedCommands)
    assert isinstance(read_message("```\nFROM node:24-alpine\nWORKDIR /app\n```"), WroteFiles)


@pytest.mark.parametrize(
    ("editor", "event"),
    [
        (Editor("a.js", "", REF, mark="new"), FilledForm("a.js", "typed", mark="new")),
        (Editor("src/a.js", "", REF, 40, 58, "f00d"), FilledForm("src/a.js", "typed", 40, 58, "f00d")),
        (Editor("odd:name", "", None, 1, 1, "f00d"), FilledForm("odd:name", "typed", 1, 1, "f00d")),
    ],
)
def test_a_saved_form_says_which_lines_of_which_file_it_is(editor: Editor, event: FilledForm) -> None:
    channel, _, rest = editor_view(editor, "U1", "D1")["private_metadata"].partition("|")
    assert channel == "D1"
    assert read_form(read_value(rest).detail, "typed") == event


def test_the_buttons_of_a_page_lead_to_the_lines_around_it() -> None:
    page = FilePage("src/a.js", 61, 120, 200, "x", (Offer.PAGE_BACK, Offer.EDIT_LINES, Offer.PAGE_ON), ref=REF)
    (row,) = [block for block in render(page, "U1").blocks if block["type"] == "actions"]
    assert [read_press(b["action_id"], b["value"], "U1") for b in row["elements"]] == [
        AskedToSee("src/a.js", Spot(60, 60), turned=True),
        OpenedEditor("src/a.js", Spot(61, 120)),
        AskedToSee("src/a.js", Spot(121, 121), turned=True),
    ]
    assert read_press("offer:edit", "U1||Dockerfile", "U1") == OpenedEditor("Dockerfile")


BUILD, RUN = "docker build -t getting-started .", "docker run -dp 127.0.0.1:3000:3000 getting-started"
MOUNTED = '-w /app --mount "type=bind,src={here},target=/app" node:24-alpine sh -c "npm install && npm run dev"'
#: what people paste → how many commands it is
PASTES = [
    ("prompts", f"$ {BUILD}\n$ {RUN}", 2),
    ("a fence with a language", f"```bash\n$ {BUILD}\n$ {RUN}\n```", 2),
    ("comments", f"# build it\n{BUILD}\n\n# and run it\n{RUN}  # detached", 2),
    ("only a comment before", f"# build it\n{BUILD}", 1),
    ("a list with numbers", f"1. {BUILD}\n2. {RUN}", 2),
    ("bullets and backticks", "• `docker stop todo`\n• `docker rm todo`", 2),
    ("backslashes", "docker run -dp 127.0.0.1:3000:3000 \\\n  " + MOUNTED.format(here="$(pwd)"), 1),
    ("PowerShell", "PS C:\\app> docker run -dp 127.0.0.1:3000:3000 `\n  " + MOUNTED.format(here="${PWD}"), 1),
    ("cmd", "C:\\app>docker run -dp 127.0.0.1:3000:3000 ^\n " + MOUNTED.format(here="%cd%"), 1),
    ("a phone", "docker run –d —name todo --mount “type=volume,src=todo-db,target=/etc/todos” getting-started", 1),
    ("zsh", f"ada@mbp app % {BUILD}\nada@mbp app % docker images", 2),
    ("sudo and &&", f"sudo {BUILD} && sudo {RUN}", 2),
    ("semicolons", "docker stop todo; docker rm todo", 2),
    ("a folder first", f"cd getting-started-app\n{BUILD}", 1),
    ("blanks that do not break", BUILD.replace(" ", "\u00a0"), 1),
    (
        "options on their own line",
        "docker run -d\n--mount type=volume,src=todo-db,target=/etc/todos getting-started",
        1,
    ),
    ("a quotation", f"> {BUILD}", 1),
    ("asked for", "please run docker ps", 1),
    ("asked for, in backticks", "Run: `docker ps -a`", 1),
]


@pytest.mark.parametrize(("name", "text", "count"), PASTES, ids=[row[0] for row in PASTES])
def test_commands_are_read_however_they_were_pasted(name: str, text: str, count: int) -> None:
    event = read_message(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
    assert isinstance(event, TypedCommands)
    assert [isinstance(command.plan, Refusal) for command in event.commands] == [False] * count


@pytest.mark.parametrize(
    "text",
    [
        "cat > Dockerfile <<EOF\nFROM node:24-alpine\nWORKDIR /app\nEOF",
        "```\n$ cat <<'EOF' > Dockerfile\nFROM node:24-alpine\nWORKDIR /app\nEOF\n```",
    ],
)
def test_a_file_that_a_shell_would_write_is_a_file(text: str) -> None:
    sent = text.replace("<", "&lt;").replace(">", "&gt;")
    assert read_message(sent) == WroteFiles((("Dockerfile", b"FROM node:24-alpine\nWORKDIR /app\n"),), "code block")


@pytest.mark.parametrize("name", ["", "web"])
def test_the_button_for_a_picture_names_the_container(name: str) -> None:
    (row,) = [
        block for block in render(Note("…", (Offer.SHOW_APP,), REF, name), "U1").blocks if block["type"] == "actions"
    ]
    button = row["elements"][0]
    assert button["text"]["text"] == "Show my app"
    assert read_press(button["action_id"], button["value"], "U1") == AskedToSeeApp(name)


def test_the_button_below_a_transcript_runs_its_commands() -> None:
    note = Note("…", (Offer.RUN,), REF, f"{BUILD}\n{RUN}")
    (row,) = [block for block in render(note, "U1").blocks if block["type"] == "actions"]
    event = read_press(row["elements"][0]["action_id"], row["elements"][0]["value"], "U1")
    assert isinstance(event, TypedCommands)
    assert [command.line for command in event.commands] == [BUILD, RUN]


def test_instructors_are_offered_to_let_somebody_go_on() -> None:
    row = render(Note("**Ada** is paused.", (Offer.LET_GO_ON,), scope="U1"), "").blocks[-1]
    (button,) = row["elements"]
    assert read_press(button["action_id"], button["value"], "U9") == AskedToLetGoOn("U1")
