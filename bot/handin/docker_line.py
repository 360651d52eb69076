"""A `docker …` command → its plan, or Docker's own words about what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.handin.compose.line import read_compose_line
from bot.handin.container_plans import plan_container_command
from bot.handin.copy_plans import plan_copy
from bot.handin.docker_flags import ROOT
from bot.handin.docker_verbs import GROUPS, KNOWN, VERBS, WITHOUT, Verb
from bot.handin.flags import FlagFault, Lesson, Parsed, parse_flags
from bot.handin.image_plans import plan_image_command
from bot.handin.kept_plans import plan_kept_command
from bot.handin.look_plans import plan_look
from bot.handin.plan import Plan, Refusal, ShowHelp, ShowVersion
from bot.handin.sharing_plans import plan_sharing
from bot.handin.spelling import nearest
from bot.handin.stopped import Stopped
from bot.handin.words import join, placeholder_refusal, split

#: names that lessons write where a learner's own belongs
_PLACEHOLDERS = frozenset(
    {"the-container-id", "container-id", "container_id", "containerid", "container-name", "container_name"}
    | {"your-container-id", "your-container", "your-image", "image-name", "image_name", "image-id", "image_id"}
    | {"your-user-name", "your-username", "yourusername", "your-docker-id", "your_username", "user-name"}
)
#: the same, before the slash of an image's name
_PLACES = frozenset({"name", "namespace", "your-namespace", "user", "username", "you", "your-name", "docker-id"})
#: a command may have several things to mend, one after the other
_MOST_REPAIRS = 5
_UNREPLACED = frozenset("[]{}<>")
#: the one group whose usage line ends in COMMAND in Docker's client
_SAYS_COMMAND = frozenset({"volume"})


def settled(refusal: Refusal) -> Refusal:
    """Return the refusal with a `nearest` that is accepted as it stands, or none; others than `docker …` are kept."""
    instead = refusal.nearest
    for _ in range(_MOST_REPAIRS):
        if not instead.startswith("docker "):
            break
        found = split(instead)
        again = read_docker(found[0].words[1:]) if len(found) == 1 and found[0].trouble is None else refusal
        if not isinstance(again, Refusal):
            return replace(refusal, nearest=instead)
        instead = again.nearest if again.nearest != instead else ""
    return replace(refusal, nearest="" if instead.startswith("docker ") else instead)


def read_docker(words: Sequence[str]) -> Plan | Refusal:
    """Return what the words after `docker` mean."""
    root = parse_flags(ROOT, words, mixed=False)
    if isinstance(root, FlagFault):
        return _flag_refusal(root, "docker", "[OPTIONS] COMMAND [ARG...]", words)
    if refused := _refused_flag(root, "docker"):
        return refused
    if root.on("version"):
        return ShowVersion(short=True)
    if root.help or not root.rest:
        return ShowHelp()
    return _read_command(root.rest)


def _read_command(words: tuple[str, ...]) -> Plan | Refusal:
    if words[0] == "help":
        return _help(words[1:])
    if words[0] == "compose":
        return read_compose_line(words[1:])
    one, two = words[0], " ".join(words[:2])
    if two in VERBS and " " in two:
        return _read_verb(VERBS[two], words[2:])
    if one in VERBS:
        return _read_verb(VERBS[one], words[1:])
    for known in (two, one):
        if known in WITHOUT and (known != one or one not in GROUPS or len(words) > 1):
            return Refusal(
                "NOT_OFFERED",
                f"`docker {known}` is real, but this workshop does without it: {WITHOUT[known]}.",
                seen=known,
            )
    if one in GROUPS and (len(words) == 1 or words[1] in {"--help", "-h"}):
        return ShowHelp(one)
    return _unknown(words)


def _help(topic: tuple[str, ...]) -> Plan | Refusal:
    if not topic or topic[0] in KNOWN:
        return ShowHelp(" ".join(topic[:2]) if " ".join(topic[:2]) in VERBS else "".join(topic[:1]))
    words = f"unknown help topic: {' '.join(topic)[:200]}"
    near = nearest(topic[0], KNOWN)
    return Refusal(
        "UNKNOWN_COMMAND",
        _meant(f"Docker has no command `{topic[0][:60]}`.", f"docker help {near}" if near else ""),
        seen=topic[0],
        nearest=f"docker help {near}" if near else "docker help",
        docker=True,
        exit_code=1,
        words=words,
    )


def _unknown(words: tuple[str, ...]) -> Refusal:
    """Return Docker's words about a command it does not know, and the one that was probably meant."""
    inside = words[0] in GROUPS and len(words) > 1
    parent = f"docker {words[0]}" if inside else "docker"
    wrong, rest = (words[1], words[2:]) if inside else (words[0], words[1:])
    choices = [path.split()[1] for path in VERBS if path.startswith(f"{words[0]} ")] if inside else sorted(KNOWN)
    near = nearest(wrong, choices)
    if not inside and (glued := next((v for v in VERBS if wrong.startswith(f"{v}-")), "")):
        near, rest = glued, (wrong[len(glued) :], *rest)
    instead = join([*parent.split(), near, *rest]) if near else ""
    usage = f"\n\nUsage:  {parent}{' COMMAND' * (words[0] in _SAYS_COMMAND)}" if inside else ""
    return Refusal(
        "UNKNOWN_COMMAND",
        _meant(f"Docker has no command `{wrong[:60]}`.", instead),
        seen=wrong[:200],
        nearest=instead or "docker help",
        docker=True,
        exit_code=1,
        words=f"docker: unknown command: {parent} {wrong[:200]}{usage}\n\nRun '{parent} --help' for more information",
    )


def _meant(fault: str, instead: str) -> str:
    if instead:
        return f"{fault} Did you mean `{instead}`?"
    return f"{fault} `docker help` lists what I know."


def _read_verb(verb: Verb, words: tuple[str, ...]) -> Plan | Refusal:
    parsed = parse_flags(verb.table, words, mixed=verb.mixed)
    if isinstance(parsed, FlagFault):
        return _flag_refusal(parsed, verb.path, verb.usage, words, verb.told)
    if parsed.help:
        return ShowHelp(verb.path.removeprefix("docker "))
    if refused := _refused_flag(parsed, verb.path) or _unreplaced(verb, parsed) or _wrong_count(verb, parsed):
        return refused
    try:
        plan = (
            plan_container_command(verb, parsed)
            or plan_copy(verb, parsed)
            or plan_image_command(verb, parsed)
            or plan_kept_command(verb, parsed)
            or plan_look(verb, parsed)
            or plan_sharing(verb, parsed)
        )
    except Stopped as stopped:
        return stopped.refusal
    if plan is None:
        raise AssertionError(f"no plan is made for {verb.does}")
    return plan


def _flag_refusal(fault: FlagFault, path: str, usage: str, words: Sequence[str], told: str = "docker") -> Refusal:
    said = {
        "UNKNOWN_OPTION": f"`{path}` has no option `{fault.seen[:60]}`.",
        "OPTION_NEEDS_VALUE": f"`{fault.seen[:60]}` needs a value after it.",
        "BAD_OPTION_VALUE": f"`{fault.seen[:60]}` is not a value for that option.",
    }[fault.code]
    instead = ""
    if fault.instead:
        stem = fault.seen.partition("=")[0]
        fixed = [fault.instead + word[len(stem) :] if word.partition("=")[0] == stem else word for word in words]
        instead = join([*path.split(), *fixed])[:2000]
        said += f" Did you mean `{fault.instead}`?"
    return Refusal(
        fault.code,
        said if instead else f"{said} `{path} --help` shows what there is.",
        seen=fault.seen[:200],
        nearest=instead or f"{path} --help",
        docker=True,
        exit_code=125,
        words=f"{fault.words}\n\nUsage:  {told} {usage}\n\nRun '{told} --help' for more information",
    )


def _refused_flag(parsed: Parsed, path: str) -> Refusal | None:
    """Return the lesson about the first option that is not available here; without it the command is offered."""
    refused = [given for given in parsed.given if given.flag.lesson is not None]
    if not refused:
        return None
    option = join(refused[0].words())[:80]
    lesson = refused[0].flag.lesson or Lesson("NOT_OFFERED", "")
    without = parsed.words_without(*(given.flag.long for given in refused))
    nearest_command = join([*path.split(), *without]) if without or path != "docker" else ""
    return Refusal(lesson.code, lesson.say.format(option=option), seen=option, nearest=nearest_command[:2000])


def _unreplaced(verb: Verb, parsed: Parsed) -> Refusal | None:
    """Return a lesson when a lesson's placeholder was copied as it stands."""
    names = parsed.rest[:1] if verb.does in {"run", "exec"} else parsed.rest
    for name in (*names, *parsed.every("tag")):
        inner = name.strip("[]{}<>").lower()
        if inner in _PLACEHOLDERS or (len(inner) < len(name) - 1 and name[0] in _UNREPLACED):
            return placeholder_refusal(name[:80])
        if "/" in name and name.partition("/")[0].lower() in _PLACEHOLDERS | _PLACES:
            return placeholder_refusal(name.partition("/")[0][:80])
    return None


def _wrong_count(verb: Verb, parsed: Parsed) -> Refusal | None:
    """Return Docker's words when there are too few or too many words."""
    count = len(parsed.rest)
    if count >= verb.at_least and (verb.at_most is None or count <= verb.at_most):
        return None
    tail = "Run"
    if verb.at_most == 0:
        needs = "accepts no arguments"
    elif verb.at_most is None:
        needs, tail = f"requires at least {verb.at_least} argument{'s' * (verb.at_least > 1)}", "See"
    elif verb.at_least == 0:
        needs, tail = f"requires at most {verb.at_most} argument", "SRun"  # as Docker's client really prints it
    elif verb.at_least < verb.at_most:
        needs = f"requires at least {verb.at_least} and at most {verb.at_most} arguments"
    else:
        needs = f"requires {verb.at_most} argument{'s' * (verb.at_most > 1)}"
    say, instead = _count_advice(verb, parsed)
    return Refusal(
        "TOO_FEW_WORDS" if count < verb.at_least else "TOO_MANY_WORDS",
        say,
        seen=join(parsed.rest)[:200],
        nearest=instead[:2000],
        docker=True,
        exit_code=1,
        words=f"{'ERROR: ' * (verb.does == 'build')}docker: '{verb.told}' {needs}\n\n"
        f"Usage:  {verb.told} {verb.usage}\n\n{tail} '{verb.told} --help' for more information",
    )


def _count_advice(verb: Verb, parsed: Parsed) -> tuple[str, str]:
    options = parsed.words_without()[: -len(parsed.rest)] if parsed.rest else parsed.words_without()
    if verb.does == "build":
        return _build_advice(verb, options, parsed.rest)
    if len(parsed.rest) < verb.at_least:
        what = {
            "run": ("Which image shall I run? Its name goes at the end.", "docker images"),
            "exec": ("Say which container, and what to run in it.", "docker ps"),
            "cp": ("Say from where and to where: `docker cp todo:/app/package.json .`", "docker ps -a"),
            "rmi": ("Which image? `docker images` shows their names.", "docker images"),
            "push": ("Which image? It goes by its full name: `docker push NAME/getting-started`.", "docker images"),
            "pull": ("Which image? Its name goes after `pull`.", "docker images"),
            "search": ("What shall I look for? `docker search node`.", "docker search node"),
            "history": ("Which image? `docker images` shows their names.", "docker images"),
            "tag": ("Say which image, then the new name: `docker tag getting-started mine`.", "docker images"),
            "volume rm": ("Which volume? `docker volume ls` shows their names.", "docker volume ls"),
            "network create": ("How shall it be called? `docker network create todo-app`.", "docker network ls"),
            "network rm": ("Which network? `docker network ls` shows their names.", "docker network ls"),
            "connect": ("Say which network, then which container.", "docker network ls"),
            "disconnect": ("Say which network, then which container.", "docker network ls"),
        }
        return what.get(verb.does, ("Which one? `docker ps -a` shows the names.", "docker ps -a"))
    if verb.at_most == 0:
        return f"`{verb.path}` takes no names, only options.", join([*verb.path.split(), *options])
    return f"`{verb.path}` takes one name at a time.", join([*verb.path.split(), *options, parsed.rest[0]])


def _build_advice(verb: Verb, options: tuple[str, ...], rest: tuple[str, ...]) -> tuple[str, str]:
    if not rest:
        return (
            "Almost: `docker build` also needs to know which folder to send. A dot at the end means this one.",
            join([*verb.path.split(), *options, "."]),
        )
    if rest[-1] == "." and len(rest) == 2 and "-t" not in options and "--tag" not in options:
        return "A name for the image goes after `-t`.", join([*verb.path.split(), *options, "-t", *rest])
    return (
        f"`docker build` takes one folder, and I see {len(rest)}: `{join(rest)[:80]}`. Names may not hold blanks.",
        join([*verb.path.split(), *options, "."]),
    )
