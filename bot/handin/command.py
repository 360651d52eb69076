"""What a learner typed → commands, each a plan or a refusal that teaches. Nothing here ever reaches a shell."""

from __future__ import annotations

from dataclasses import replace

from bot.handin.chatter import is_command, program, strip_helpers
from bot.handin.curl import read_curl
from bot.handin.docker_line import read_docker, settled
from bot.handin.lines import Body, Typed, read_lines
from bot.handin.plan import Command, Plan, Refusal
from bot.handin.project_commands import PASSING, read_project_command
from bot.handin.sharing_plans import piped_login, without_secrets
from bot.handin.typography import unslack
from bot.handin.words import Line, join, split

__all__ = ["looks_like_commands", "read_commands", "unslack"]

MOST_CHARACTERS = 40_000
MOST_LINES = 1_500
MOST_COMMANDS = 20
LONGEST_LINE = 8_000
#: what is kept of a line to be shown again
_SHOWN = 2_000
#: a quoted text may go on over so many lines
_QUOTED_LINES = 40
_QUOTED_TRIES = 4


def looks_like_commands(text: str) -> bool:
    """Tell whether a message (already `unslack`ed) is something to run, and not something said.

    Every line must be a command; the transcript of a terminal, with answers between the commands, is not.
    """
    if len(text) > MOST_CHARACTERS or text.count("\n") > MOST_LINES:
        start = read_lines(text[:LONGEST_LINE])
        return bool(start.lines) and is_command(start.lines[0].text[:_SHOWN])
    body = read_lines(text)
    lines = [line for line in body.lines if not line.text.startswith("#")]
    if body.around or not lines:
        return False
    first = lines[0].text[:_SHOWN]
    if not is_command(first):
        return False
    if "<<" in first or _opens_quote(first):
        return True
    return all(is_command(line.text[:_SHOWN]) for line in lines[1:])


def _opens_quote(text: str) -> bool:
    found = split(text)
    return bool(found) and bool(found[-1].unclosed)


def read_commands(text: str) -> tuple[Command, ...]:
    """Return the commands of a message (already `unslack`ed) in order; () when there is nothing in it.

    The caller runs them one after the other and stops after the first that fails, as `&&` would.
    """
    if len(text) > MOST_CHARACTERS:
        say = f"That message has {len(text):,} characters; up to {MOST_CHARACTERS:,} are fine. Send it in parts."
        return (_refused(text[:80], Refusal("TOO_LONG", say, seen=f"{len(text)}")),)
    if (lines := text.count("\n")) > MOST_LINES:
        say = f"That message has {lines:,} lines; up to {MOST_LINES:,} are fine. Send it in parts."
        return (_refused(text[:80], Refusal("TOO_LONG", say, seen=f"{lines}")),)
    commands: list[Command] = []
    for line in _simple_commands(read_lines(text)):
        if len(commands) == MOST_COMMANDS:
            say = f"That is more than {MOST_COMMANDS} commands in one message. Send them in smaller portions."
            return (_refused(commands[0].line, Refusal("TOO_MANY", say)),)
        commands.append(_read(line))
    return _without_passing(commands)


def _refused(line: str, refusal: Refusal) -> Command:
    return Command(without_secrets(line)[:_SHOWN], refusal)


def _simple_commands(body: Body) -> list[Line]:
    """Return at most one command more than allowed."""
    found: list[Line] = []
    lines = list(body.lines)
    at = 0
    while at < len(lines) and len(found) <= MOST_COMMANDS:
        parts, at = _split_at(lines, at)
        found.extend(parts)
        if any(part.trouble and "<<" in part.text for part in parts):
            break  # what follows is the text of a file, not commands
    return found[: MOST_COMMANDS + 1]


def _split_at(lines: list[Typed], at: int) -> tuple[list[Line], int]:
    """Return the commands of the line at this place, and the place after them; a quote may go on below."""
    line = lines[at]
    if len(line.text) > LONGEST_LINE:
        say = f"One line has {len(line.text):,} characters; up to {LONGEST_LINE:,} are fine."
        return [Line(line.text, [], Refusal("TOO_LONG", say))], at + 1
    found = split(line.text, windows=line.windows)
    if not found or not found[-1].unclosed:
        return found, at + 1
    sign, text, tries = found[-1].unclosed, line.text, _QUOTED_TRIES
    for place in range(at + 1, min(len(lines), at + _QUOTED_LINES)):
        text += "\n" + lines[place].text
        if is_command(lines[place].text[:_SHOWN]) or len(text) > LONGEST_LINE:
            break
        if sign in lines[place].text and (tries := tries - 1) >= 0:
            closed = split(text, windows=line.windows)
            if not closed[-1].unclosed:
                return closed, place + 1
    return found, at + 1


def _read(line: Line) -> Command:
    """Return the command of one line; a first word that is unknown here is answered before its shell signs are."""
    words = strip_helpers(line.words)
    name = program(words)
    if name == "docker-compose":  # the name of Compose's first edition, still in many fingers
        words, name = ["docker", "compose", *words[1:]], "docker"
    if any(word.startswith(("DOCKER_HOST=", "DOCKER_CONTEXT=")) for word in line.words[:2]):
        say = "`DOCKER_HOST` points Docker at another engine. Here you have one, ready to use: leave it out."
        return _refused(line.text, Refusal("OTHER_ENGINE", say, "DOCKER_HOST", join(words)[:_SHOWN]))
    plan: Plan | Refusal
    if (piped := piped_login(line.text)) is not None:
        plan = piped
    elif line.trouble is not None and (name in {"docker", "curl", "ls", "cat", ""} or line.trouble.code != "SHELL"):
        plan = line.trouble
    elif not words:
        plan = Refusal("UNKNOWN_COMMAND", "I see no command in that line.", line.text[:200], "docker help")
    elif name == "docker":
        plan = _misspelt(words, name) or read_docker(words[1:])
    elif name == "curl":
        plan = _misspelt(words, name) or read_curl(words[1:])
    else:
        plan = read_project_command([name or words[0], *words[1:]])
    if isinstance(plan, Refusal):
        plan = settled(replace(plan, seen=without_secrets(plan.seen), nearest=without_secrets(plan.nearest)))
    return Command(without_secrets(line.text)[:_SHOWN], plan)


def _misspelt(words: list[str], name: str) -> Refusal | None:
    typed = words[0].rpartition("/")[2].lower().removesuffix(".exe")
    if typed == name:
        return None
    meant = join([name, *words[1:]])
    say = f"I do not know the command `{words[0][:60]}`. Did you mean `{name}`?"
    return Refusal("UNKNOWN_COMMAND", say, words[0][:200], meant[:_SHOWN], exit_code=127)


def _without_passing(commands: list[Command]) -> tuple[Command, ...]:
    """Leave out `cd app` and `clear` beside other commands: they change nothing, and must not stop the rest."""
    kept = [
        c for c in commands if not (isinstance(c.plan, Refusal) and c.line.split()[:1] and c.line.split()[0] in PASSING)
    ]
    return tuple(kept or commands)
