"""Words of the tutor for learners: short, plain, kind, at most one emoji a message. Lessons bring their own."""

from __future__ import annotations

from collections.abc import Sequence

NOT_STARTED = "You have not started yet. Press **Start the workshop** and we begin together."
ALREADY_PASSED = "*You passed this step already. Look around as long as you like.*"
ALREADY_SKIPPED = "*You skipped this step. You can still do it, and it will count as passed.*"
GONE_STEP = "A step that has since been taken out"
OUR_FAULT = "Something broke on our side, not yours. This try does not count."
OUR_TIMEOUT = "We ran out of time looking at this. That is on us: this try does not count."
PLAIN_FAILURE = "Here we expected “{expected}” and saw “{observed}”."
FIRST_STEP = "This is the very first step. Forward is the way: say **next**."
ALREADY_CHECKING = "I am already checking. The card above shows how it goes; one moment, please."
CHECK_FIRST = "I am still checking this step. As soon as the card shows the result, we go on."
NOTHING_TO_CHECK = "There is nothing to check here. Read it, then say **next**."
NOTHING_TO_SKIP = "You passed this step already, so there is nothing to skip."
NO_HINT_NEEDED = "There is nothing to solve here. When you have read it, say **next**."
DONE_NO_HINT = "You are done with this step and need no hint. Say **next** to go on."
LAST_HINT = "That was the last hint: it is the whole solution. You can use it, or skip the step."
NO_SUCH_QUESTION = "That question is no longer part of the workshop. Let us go on where you are."
ALREADY_OVER = (
    "You have been through the whole workshop. Look around as long as you like: `go 02` takes you to a section."
)
FOREIGN_CARD = "This card belongs to somebody else. Send me a direct message and you get your own."
RESET_WHAT = (
    "What shall I set back?\n\n"
    "- `reset step`: this step only\n"
    "- `reset section`: all steps of this section\n"
    "- `reset all`: everything, from the very start"
)
BAD_PATH = "I can only open files inside your project, for example `edit Dockerfile`."
NOTHING_HANDED_IN = "That message had no file in it. Say `edit Dockerfile` and I open a form for it."
NO_COMMANDS = "I saw no command in that. Try `docker ps`, or say **help**."
AFTER_COMMANDS = "Happy with what you see? Then let me check your work."
UP_AGAIN = "`docker compose up -d` makes anew what this changes."
REBUILD = "An image keeps the files it was built with. To use this change, build again and run again."
NO_PICTURES_YET = "Pictures are not ready yet: the browser for them is still being prepared. Everything else works."
NO_PICTURES = "There are no pictures here: whoever runs this bot has turned them off."
LOOKING = "I am already taking a picture of your app; one moment, please."
THANKS = "You are welcome!"
OKAY = "Good. Tell me when you want to go on: **next**, **check** or **hint**."
YES_TO_WHAT = (
    "I am not sure what that is for. To confirm something, press its button; or tell me **next** or **check**."
)
BYE = "See you! Your place is kept. Say **continue** when you are back."
STUCK = "That happens to everybody. Shall I give you a hint for **{title}**? You can also paste what Docker printed."
ANNOYED = (
    "I am sorry, that is annoying. It is often one small thing. Paste what you see, take a hint for **{title}**, "
    "or skip the step: that is fine too."
)
ASK_SOMEBODY = (
    "Of course. Press **Ask an instructor** and write what you would like to know, or send me `ask` and your question. "
    "What they answer stands in a thread here; meanwhile everything goes on."
)
HELP_ASK = (
    "- `ask` and a question: an instructor answers · `consent`, `nudges`, `peers`, `leave`: what your course may do"
)
UNKNOWN_MESSAGE = (
    "I do not know this message. The line that says most is probably:\n\n> {line}\n\n"
    "**Check my work** looks at the real thing and tells you what it finds."
)
PART_OF_ERROR = (
    "That sounds like a part of an error. Paste all of what you see: one of its last lines usually says why."
)
IN_CHANNEL = "We do the workshop in private: send me a direct message and say **start**."
HELP = """\
Here is what you can say. Buttons do the same.

- **next** and **back**: go through the steps
- **check**: let me look at your work
- **hint**: up to three per step, the third is the solution
- **skip**: I do the step for you
- **status**: where you are · `go 02`: to a section
- **summary**, **notebook**, **certificate**, **feedback**: what it all came to
- **reset**: do a step or section again · **rebuild**: bring your containers back
- `edit Dockerfile`: write a file here; a code block or an upload works too, or your whole project as .zip
- `edit FILE 40-60`, `edit FILE near WORD`, `show FILE`: some lines of a long file
- `replace OLD with NEW in FILE`: change a text · **undo**: take the last change back
- **show my app**: a picture · **privacy**: your data
- **registry token**: push from a machine of your own · **use my pushed image**
- `docker …`, `curl …`, `ls`, `cat FILE`: I run it for you; with `-it` in a thread

Ask me about words too (“what is an image?”), or paste an error."""
WHO = "I am Docent, a bot. I take you through the Docker workshop, one small step at a time."


def listed(lines: Sequence[str]) -> str:
    """Return the lines as a bullet list."""
    return "\n" + "\n".join(f"- {line}" for line in lines)


def registry_pass(address: str, namespace: str, token: str, image: str, *, anywhere: bool) -> str:
    """Return what somebody needs to push from a machine of their own."""
    near = "" if anywhere else "\n\nThis registry can be reached from the machine that I run on, and from no other."
    return f"""\
Your pass to the class's registry. I show it **once**. Say `registry token` again for a new one; it makes this one void.

```
docker login {address} -u {namespace}
```

It asks for a password. That is this token:

```
{token}
```

Then tag your image, push it, and tell me `use my pushed image`:

```
docker tag {image} {address}/{namespace}/{image}
docker push {address}/{namespace}/{image}
```{near}"""


def greeting(name: str, place: str) -> str:
    """Return the answer to a hello."""
    if place:
        return f"Hello {name}! You are at **{place}**."
    return f"Hello {name}! Ready when you are."


def not_yet(open_conditions: Sequence[str], *, quiz: bool) -> str:
    """Return the kind refusal of `next`: what is left."""
    if quiz:
        return f"Almost. Before we go on, one look at:\n{listed(open_conditions)}"
    return (
        f"Almost. Still to be proved:\n{listed(open_conditions)}\n\n"
        "Press **Check my work** and I look. A hint helps, and skipping is allowed."
    )


def old_card(then: str, now: str) -> str:
    """Return the answer to a press on an old card."""
    if not now:
        return f"That button belongs to **{then}**. Press **Start the workshop** to begin."
    return f"That button belongs to **{then}**. You are now at **{now}**. Nothing has changed."


def skip_question(title: str) -> str:
    """Return the question before a skip."""
    return (
        f"Skip **{title}**? I then do it for you, so that the next step works. "
        "It will be marked as skipped, not as passed; you can come back to it."
    )


def skipped(title: str, *, acts: bool) -> str:
    """Return what is said after a skip."""
    did = " I am doing it for you now, with the workshop's own solution." if acts else ""
    return f"Skipped: **{title}**.{did}"


def class_hint(text: str) -> str:
    """Return what an instructor wrote for everybody who has this problem."""
    quoted = "\n> ".join(text.strip().split("\n"))
    return f"**From your instructor:**\n> {quoted}"


def unblocked(by: str, title: str, *, acts: bool) -> str:
    """Return what is said when an instructor took a step out of somebody's way."""
    did = "I am doing it for you now, with the workshop's own solution. " if acts else ""
    return (
        f"**{by}**, your instructor, took **{title}** out of your way, so that it does not hold you up. {did}"
        "It counts as skipped, and you can come back to it whenever you like."
    )


def reset_question(scope: str, title: str) -> str:
    """Return the question before a reset: what goes, and what stays."""
    if scope == "all":
        return (
            "Start from the very beginning? **This goes:** your progress, your answers, your containers, images, "
            "volumes and networks, and every file you wrote. **This stays:** the exercise app as it was on the "
            "first day."
        )
    if scope == "section":
        return (
            f"Do section **{title}** again? **This goes:** your progress and answers in this section, and all your "
            "containers, images, volumes and networks. **This stays:** your files and every other section."
        )
    return (
        f"Do the step **{title}** again? **This goes:** its result, answers and hints. "
        "**This stays:** your files, containers and images, and every other step."
    )


def reset_done(scope: str) -> str:
    """Return what is said after a reset."""
    if scope == "all":
        return "Done. Everything is as on the first day. Press **Start the workshop** when you like."
    if scope == "section":
        return (
            "Done. The section is fresh again, and your containers, images, volumes and networks are gone. "
            "Your files are still here. **Rebuild** brings back what you had before this section."
        )
    return "Done. The step is fresh again."


def ahead_of_you(title: str, undone: str) -> str:
    """Return the honest word before a section that builds on what is not done yet."""
    return (
        f"We are jumping ahead to **{title}**. It builds on **{undone}**, which you have not done yet. That is allowed."
    )


def no_such_section(said: str, known: Sequence[str]) -> str:
    """Return the answer to a section that is not there."""
    return f"I have no section “{said}”. There are:\n{listed(known)}\n\nSay for example `go {known[0][:2]}`."


def last_hint_again(solution: str) -> str:
    """Return the answer to a fourth hint."""
    return f"You have had all three hints. The last one was the solution:\n\n> {solution}"


def solution_offer(left: int) -> str:
    """Return the answer to `solution`."""
    if left <= 0:
        return "You have seen the solution already: it was the third hint. You can also skip the step."
    if left == 1:
        return "The next hint is the whole solution. Press **Hint** to see it."
    return f"The third hint is the whole solution; you have {left} hints left. Or skip the step and I do it for you."


def section_over(title: str, recap: str, following: str, *, skipped_steps: int) -> str:
    """Return what is said at the end of a section."""
    skips = f"\n\n*Skipped here: {_steps(skipped_steps)}. You can come back to them any time.*" if skipped_steps else ""
    onward = f"\n\nNext comes **{following}**." if following else ""
    return f"**{title}** is behind you.\n\n{recap.strip()}{skips}{onward}".strip()


def left_over(steps: Sequence[str]) -> str:
    """Return what is said at the last step while earlier ones are open."""
    return f"This is the last step. Still open:\n{listed(steps)}\n\nSay **continue** and I take you there."


def _steps(count: int) -> str:
    return f"{count} step" if count == 1 else f"{count} steps"


def answers_left(left: int) -> str:
    """Return what is said after a file was handed in while questions are open."""
    return f"{'One question' if left == 1 else f'{left} questions'} above still to answer; then let me check your work."


def all_answered(recap: str) -> str:
    """Return what is said after the last right answer of a step."""
    return f"✅ {recap} Say **next** when you are ready." if recap else "✅ Right. Say **next** when you are ready."


def did_you_mean(said: str, nearest: str) -> str:
    """Return the answer to words that nobody understands, with the nearest that we know."""
    return (
        f"I did not understand “{said}”. Did you mean **{nearest}**?\n\n"
        "I know **next**, **check**, **hint**, **back**, **skip**, **status** and **help**, and `docker …` commands."
    )


def not_understood(said: str) -> str:
    """Return the answer to words that are near nothing we know."""
    return (
        f"I did not understand “{said}”. Ask me about a word (“what is a container?”), paste an error, "
        "or say **next**, **check**, **hint** or **help**."
    )


def transcript(commands: Sequence[str]) -> str:
    """Return the answer to a pasted transcript: what was run in it, and that it can be run here."""
    if len(commands) == 1:
        return f"That looks like something you ran elsewhere: `{commands[0]}`. I have run nothing. Shall I, here?"
    shown = listed([f"`{command}`" for command in commands])
    first = f"That looks like something you ran elsewhere. I see {len(commands)} commands:"
    return f"{first}\n{shown}\n\nI have run nothing. Shall I, here?"


def secret(kinds: Sequence[str]) -> str:
    """Return what is said about secrets that somebody sent."""
    first, what = kinds[0], " and ".join(kinds)
    old = "Please change it" if first == "a password" else "Please revoke it"
    return (
        f"That looks like {what}. {old} where it came from and use a new one: what you sent stays in Slack until you "
        "delete it. In my own notes it stands as `****`. I never ask for tokens or passwords of other services."
    )


def docker_typo(line: str) -> str:
    """Return the answer to a command whose first word is misspelt."""
    return f"Did you mean `{line}`? Send it like that and I run it."


PUT_AWAY = (
    "While you were away I put your sandbox away to make room: its containers, images, volumes and networks. "
    "Your progress and your files are all here. **Rebuild** brings it back as it was when you last passed a step, "
    "in a few seconds; then send this again. To go on with an empty one, just send it again."
)
REBUILD_QUESTION = (
    "Rebuild your sandbox? **This goes:** the containers, images, volumes and networks you have now, with the data in "
    "them. **This comes back:** what you had when you last passed a step. **This stays:** your files and your progress."
)
REBUILDING = "I am bringing your sandbox back …"
KEPT = "Good, I keep your sandbox. Any message from you tells me that you still need it."
NOTHING_TO_REBUILD = (
    "There is nothing to bring back yet: I remember your sandbox each time you pass a step that needs one. "
    "It is ready for your commands."
)
SANDBOX_GONE = (
    "Your sandbox is empty, and it was not you who emptied it: something happened to the Docker host. I am sorry. "
    "**Rebuild** brings it back as it was when you last passed a step."
)
NOT_KEPT = "What programs had written into containers and volumes is not kept. Your files are as you left them."


TALK_LOST = (
    "The program of this thread has ended, so nothing was typed. Send me commands outside of the thread, "
    "as you always do."
)
TALK_STOPPED = "I have to restart now, so I ended it. I am sorry; start it again in a minute."
TALK_IDLE = "Nobody typed anything for ten minutes, so I ended it."
TALK_DEAF = "It reads nothing: it was started without `-i`. You see what it prints; `^C` ends it."
TYPE_IN_PRIVATE = (
    "It asks for a password. I pass on what you type and keep none of it; your message stays in Slack until you "
    "delete it."
)


def talk_opened(line: str, *, here: bool) -> str:
    """Return the message whose thread is the terminal of a program; `here` when we are in a thread already."""
    where = "in this thread. **Reply here**" if here else "in the thread of this message. **Reply there**"
    return (
        f"`{line}` runs {where}: each reply is typed in, and what the program says comes back. "
        "`exit` ends most programs; `^C` and `^D` are the keys Ctrl+C and Ctrl+D."
    )


def talk_over(line: str) -> str:
    """Return what stands above the thread of a program that has ended."""
    return f"`{line}` ran in this thread and has ended. To start it again, send the command again."


def talks_already(line: str) -> str:
    """Return the answer to a second program that wants a keyboard."""
    return (
        f"You are still talking with `{line}`, in its thread. One at a time: end it there first (`exit`, or `^D`). "
        "Commands without `-it` work meanwhile."
    )


def stolen_label(things: Sequence[str]) -> str:
    """Return what instructors are told of things that carry our labels and are not ours."""
    shown = "\n".join(f"• `{each}`" for each in things[:5]) + ("\n• …" if len(things) > 5 else "")
    return (
        "Somebody on the Docker host made things that carry Docent's labels. I did not make them, so I left them "
        f"alone, and learners do not see them. Please have a look at who uses the host:\n{shown}"
    )


def warning(left_s: float) -> str:
    """Return the message before a sandbox is put away, in about so many seconds."""
    return (
        f"Your sandbox has been unused for a while. In about {_about(left_s)} I put it away to make room for others. "
        "Your progress and your files stay, and **rebuild** brings it back. Do you still need it as it is?"
    )


def _about(seconds: float) -> str:
    minutes = max(1, round(seconds / 60))
    if minutes < 90:
        return f"{minutes} minutes" if minutes > 1 else "a minute"
    hours = round(minutes / 60)
    return f"{hours} hours" if hours < 48 else f"{round(hours / 24)} days"


def rebuilt(place: str, back: Sequence[str], missing: Sequence[tuple[str, str]], took_s: float) -> str:
    """Return the summary of a rebuild: what came back, and what did not and why."""
    came = listed(_together(back)) if back else ""
    if not missing:
        what = f" What is there again:{came}" if back else " It was empty then, and so it is now."
        return f"Your sandbox is back as it was after **{place}** ({took_s:.0f} s).{what}\n\n{NOT_KEPT}"
    lost = listed([f"{what}: {why}" if why else what for what, why in missing])
    begun = f"This came back:{came}\n\n" if back else ""
    return f"{begun}This did not come back:{lost}\n\nYou can press **Rebuild** again; nothing is done twice."


def _together(back: Sequence[str]) -> list[str]:
    """Return one line a kind: `the images a, b`."""
    kinds: dict[str, list[str]] = {}
    for each in dict.fromkeys(back):
        kind, _, name = each.removeprefix("the ").partition(" ")
        kinds.setdefault(kind, []).append(f"`{name}`")
    return [f"{kind if len(names) == 1 else kind + 's'} {', '.join(names)}" for kind, names in kinds.items()]


def not_applied(title: str, lines: Sequence[str]) -> str:
    """Return what is said when the solution of a skipped step could not be done."""
    return (
        f"I could not do all of **{title}** for you. This did not work:{listed([f'`{line}`' for line in lines])}\n\n"
        "The step stays skipped. The next one may need it: **rebuild** starts afresh; "
        "or say **back** and do it by hand."
    )
