"""A small real Bolt app that uses everything the page and the terminal have to show."""

# ruff: noqa: E501 - a payload reads by the row

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def section(text: str, **more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(text), **more}


def button(label: str, action_id: str, **more: Any) -> Json:
    return {"type": "button", "text": plain(label), "action_id": action_id, **more}


def option(text: str, value: str) -> Json:
    return {"text": plain(text), "value": value}


def task(title: str, status: str, words: str = "") -> Json:
    card: Json = {"type": "task_card", "task_id": title, "title": title, "status": status}
    if words:
        parts = [{"type": "rich_text_section", "elements": [{"type": "text", "text": words}]}]
        card["output"] = {"type": "rich_text", "elements": parts}
    return card


WELCOME = [
    {"type": "header", "text": plain("Section 2 · Write the recipe")},
    section(
        "A *Dockerfile* is a recipe for an image: each line is one step. :whale:\n"
        "Write one for the to-do app, then build it with `docker build -t getting-started .`"
    ),
    section("```FROM node:24-alpine\nWORKDIR /app\nCOPY . .\nRUN npm install --omit=dev\nCMD [\"node\", \"src/index.js\"]```"),
    {"type": "context", "elements": [mrkdwn("About 4 minutes · step 2 of 5 · `docker run` also works")]},
    {
        "type": "actions",
        "block_id": "do",
        "elements": [
            button("Write the Dockerfile", "write", style="primary"),
            button("Check my work", "check"),
            button("Hint", "hint"),
            {
                "type": "static_select",
                "action_id": "go",
                "placeholder": plain("Go to a section"),
                "options": [option("1 · First container", "one"), option("2 · Write the recipe", "two")],
            },
            {"type": "overflow", "action_id": "more", "options": [option("Skip this step", "skip"), option("Start again", "reset")]},
        ],
    },
]  # fmt: skip

QUIZ = [
    section("*Which line sets the working folder?*"),
    {
        "type": "actions",
        "block_id": "quiz",
        "elements": [
            {
                "type": "radio_buttons",
                "action_id": "answer",
                "options": [option("RUN cd /app", "run"), option("WORKDIR /app", "workdir"), option("ENTRYPOINT /app", "entry")],
            }
        ],
    },
]  # fmt: skip


def verdict(done: bool) -> list[Json]:
    tasks = [
        task("The image builds", "complete", "getting-started · 62 MB · 2.4 s"),
        task("The app answers on port 3000", "error" if done else "in_progress", "Expected 200 from /items, got nothing" if done else ""),
        task("The list survives a restart", "pending"),
    ]  # fmt: skip
    blocks: list[Json] = [
        {"type": "plan", "title": "Checking your work" if not done else "2 of 3 are done", "tasks": tasks}
    ]
    if done:
        blocks += [
            {
                "type": "container",
                "title": plain("What the container printed"),
                "is_collapsible": True,
                "default_collapsed": True,
                "child_blocks": [
                    section("```Using sqlite database at /etc/todos/todo.db\nError: listen EADDRINUSE :::3000```")
                ],
            },
            {"type": "actions", "elements": [button("Check again", "check", style="primary"), button("Hint", "hint")]},
        ]
    return blocks


FORM: Json = {
    "type": "modal",
    "callback_id": "recipe",
    "title": plain("Your Dockerfile"),
    "submit": plain("Save"),
    "close": plain("Not now"),
    "blocks": [
        section("It is saved in your project. You can change it as often as you like."),
        {
            "type": "input",
            "block_id": "file",
            "label": plain("Dockerfile"),
            "hint": plain("The first line begins with FROM."),
            "element": {"type": "plain_text_input", "action_id": "text", "multiline": True, "placeholder": plain("FROM …")},
        },
        {
            "type": "input",
            "block_id": "base",
            "label": plain("Base image"),
            "optional": True,
            "element": {
                "type": "static_select",
                "action_id": "pick",
                "options": [option("node:24-alpine", "node"), option("alpine", "alpine")],
            },
        },
        {
            "type": "input",
            "block_id": "sure",
            "label": plain("Before you save"),
            "optional": True,
            "element": {"type": "checkboxes", "action_id": "box", "options": [option("Build it at once", "build"), option("Tell my class", "tell")]},
        },
    ],
}  # fmt: skip

HOME: Json = {
    "type": "home",
    "blocks": [
        {"type": "header", "text": plain("Your workshop")},
        section("*3 of 10* sections done · about 40 minutes to go", accessory=button("Continue", "continue", style="primary")),
        {"type": "divider"},
        {"type": "section", "fields": [mrkdwn(":white_check_mark: *1* First container"), mrkdwn(":white_check_mark: *2* Write the recipe"),
                                        mrkdwn(":large_blue_circle: *3* Update the app"), mrkdwn(":white_circle: *4* Share it")]},
        {"type": "context", "elements": [mrkdwn("You can leave at any time: your progress is kept.")]},
    ],
}  # fmt: skip


async def opened(event: Json, client: Any) -> None:
    if event["tab"] == "home":
        await client.views_publish(user_id=event["user"], view=HOME)


async def wrote(event: Json, say: Any, client: Any) -> None:
    if event.get("bot_id"):
        return
    await answer(event, say, client)


async def mentioned(event: Json, say: Any) -> None:
    await say(text=f"Hello <@{event['user']}>, let us talk here.", thread_ts=event.get("thread_ts") or event["ts"])


async def commanded(ack: Any, respond: Any, command: Json) -> None:
    await ack()
    await respond(text=f"You asked for *{command['text'] or 'help'}*.", response_type="ephemeral")


async def pressed_write(ack: Any, body: Json, client: Any) -> None:
    await ack()
    await client.views_open(trigger_id=body["trigger_id"], view=FORM)


async def saved(ack: Any, body: Json, view: Json, client: Any) -> None:
    text = view["state"]["values"]["file"]["text"]["value"]
    if not text.startswith("FROM"):
        await ack(
            response_action="errors",
            errors={"file": "The first line should begin with FROM. Yours begins with " + repr(text[:12])},
        )
        return
    if "ENTRYPOINT" in text:
        more = {
            "type": "modal",
            "title": plain("One question"),
            "close": plain("Back"),
            "blocks": [section("Why *ENTRYPOINT*?")],
        }
        await ack(response_action="push", view=more)
        return
    await ack()
    picked = view["state"]["values"]["sure"]["box"]["selected_options"]
    await client.chat_postMessage(
        channel=body["user"]["id"], text=f"Saved {len(text)} characters, {len(picked)} boxes ticked."
    )


async def pressed_check(ack: Any, respond: Any) -> None:
    await ack()
    await respond(text="Checking", blocks=verdict(False), replace_original=True)
    await asyncio.sleep(0.2)
    await respond(text="2 of 3 are done", blocks=verdict(True), replace_original=True)


async def pressed_hint(ack: Any, respond: Any) -> None:
    await ack()
    await respond(text="Look at the *first word* of each line.", response_type="ephemeral", replace_original=False)


async def answered(ack: Any, action: Json, say: Any) -> None:
    await ack()
    right = action["selected_option"]["value"] == "workdir"
    await say(
        text=":white_check_mark: Right: WORKDIR does." if right else "Not quite: `cd` is forgotten after its line."
    )


async def anything_else(ack: Any, action: Json, body: Json, client: Any) -> None:
    await ack()
    chosen = (action.get("selected_option") or {}).get("value") or action["action_id"]
    await client.chat_postMessage(channel=body["user"]["id"], text=f"You chose {chosen}.")


def whale_app(app: Any) -> None:
    """Give `app` its listeners."""
    app.event("app_home_opened")(opened)
    app.event("message")(wrote)
    app.event("app_mention")(mentioned)
    app.command("/docent")(commanded)
    app.action("write")(pressed_write)
    app.view("recipe")(saved)
    app.action("check")(pressed_check)
    app.action("hint")(pressed_hint)
    app.action("answer")(answered)
    app.action(re.compile("."))(anything_else)


async def answer(event: Json, say: Any, client: Any) -> None:
    """Answer a direct message by what is in it."""
    text = event.get("text", "")
    channel, ts = event["channel"], event["ts"]
    if files := event.get("files"):
        await say(text=f"Got {', '.join(file['name'] for file in files)}.")
    elif text == "quiz":
        await say(text="A question", blocks=QUIZ)
    elif text == "build":
        await client.assistant_threads_setStatus(channel_id=channel, thread_ts=ts, status="is building your image…")
    elif text == "table":
        rows = [["ID", "IMAGE", "PORTS"], ["2f1c", "getting-started", "3000/tcp"], ["9ab0", "mysql:8.0", "3306/tcp"]]
        cells = [[{"type": "raw_text", "text": cell} for cell in row] for row in rows]
        markdown = "### What is running\n- **two** containers\n- one network\n\n```sh\ndocker ps\n```\n> Tip: add `-a` to see stopped ones."
        await say(
            text="Two containers", blocks=[{"type": "markdown", "text": markdown}, {"type": "table", "rows": cells}]
        )
    elif event.get("thread_ts"):
        await say(text="In the thread, then.", thread_ts=event["thread_ts"])
    elif text == "ticks":
        await say(text="<script>alert(1)</script> <!channel> `open ``` *x", thread_ts=None)
    else:
        await say(text="Section 2", blocks=WELCOME)


@pytest.fixture
async def whale(local: Any) -> Any:
    """The workspace with the app connected to it."""
    app = local.app()
    whale_app(app)
    await local.connect(app)
    return local
