"""`ls`, `cat` and `rm` of the project, and a kind word about everything else that people type into a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from bot.handin.docker_verbs import VERBS
from bot.handin.paths import inside
from bot.handin.plan import ListFiles, Plan, Refusal, RemoveFiles, ShowFiles
from bot.handin.spelling import nearest
from bot.handin.words import join

_MOST_PATHS = 20
_EDITORS = ("nano", "vim", "vi", "emacs", "code", "notepad", "gedit", "subl", "ed", "micro", "pico", "touch", "tee")
_WRITERS = ("echo", "printf", "mkdir", "cp", "mv", "rmdir", "sed", "awk", "chmod", "chown", "copy", "move", "ln")
_IN_CONTAINER = ("npm", "npx", "node", "yarn", "pnpm", "python", "python3", "pip", "apt", "apt-get", "apk")
_READERS = ("head", "tail", "less", "more", "bat", "grep", "find", "tree", "wc", "stat", "file", "du", "diff")
_SHELLS = ("bash", "sh", "zsh", "ash", "powershell", "pwsh", "cmd", "wsl", "ssh", "su", "export", "set", "env", "alias")
_HOST = ("ps", "kill", "top", "lsof", "netstat", "ss", "ping", "systemctl", "service", "brew", "whoami", "uname", "df")
_OTHER_TOOLS = ("podman", "kubectl", "docker-machine", "minikube", "nerdctl", "make", "terraform")
_FETCH = ("wget", "iwr", "Invoke-WebRequest", "http", "httpie")
_QUIET = ("clear", "cls", "exit")

#: first words that are answered here
KNOWN = frozenset(
    {"ls", "dir", "cat", "type", "pwd", "cd", "git", "rm", "docker-compose"}.union(
        _EDITORS, _WRITERS, _IN_CONTAINER, _READERS, _SHELLS, _HOST, _OTHER_TOOLS, _FETCH, _QUIET
    )
)
#: the commands offered besides `docker`
OFFERED = ("docker", "curl", "ls", "cat", "rm")

#: leaves the rest of a message alone when it stands among others: `cd app && docker build .`
PASSING = frozenset({"cd", "clear", "cls"})


def read_project_command(words: Sequence[str]) -> Plan | Refusal:
    """Return what a command that is neither `docker` nor `curl` means here."""
    name, rest = words[0], tuple(words[1:])
    if name in {"ls", "dir"}:
        return _ls(rest)
    if name in {"cat", "type"}:
        return _cat(rest)
    if name == "rm":
        return _rm(rest)
    if name in _LESSONS:
        return _LESSONS[name](name, rest)
    return _unknown(name, rest)


def _outside(path: str) -> Refusal:
    return Refusal(
        "OUTSIDE_PROJECT", f"`{path[:60]}` is outside your project. `ls` shows what is in it.", path[:200], "ls"
    )


def _paths(words: Sequence[str]) -> tuple[str, ...] | Refusal:
    if len(words) > _MOST_PATHS:
        return Refusal("TOO_MANY", f"I see {len(words)} paths; up to {_MOST_PATHS} are fine.", str(len(words)))
    found = []
    for word in words:
        path = inside(word)
        if path is None:
            return _outside(word)
        found.append(path)
    return tuple(found)


def _ls(words: tuple[str, ...]) -> Plan | Refusal:
    letters = "".join(word[1:] for word in words if word.startswith("-") and not word.startswith("--"))
    long_options = [word for word in words if word.startswith("--") and word not in {"--all", "--almost-all"}]
    if strange := "".join(letter for letter in letters if letter not in "laAh1Ftr"):
        return Refusal(
            "UNKNOWN_OPTION",
            f"`ls` knows `-l` and `-a` here, not `-{strange[0]}`.",
            f"-{strange[0]}",
            "ls -la",
            docker=True,
            exit_code=2,
            words=f"ls: invalid option -- '{strange[0]}'\nTry 'ls --help' for more information.",
        )
    if long_options:
        return Refusal(
            "UNKNOWN_OPTION",
            f"`ls` knows `-l` and `-a` here, not `{long_options[0][:60]}`.",
            long_options[0][:200],
            "ls -la",
        )
    paths = _paths([word for word in words if not word.startswith("-")])
    if isinstance(paths, Refusal):
        return paths
    every = bool({"a", "A"} & set(letters)) or "--all" in words or "--almost-all" in words
    return ListFiles(paths or (".",), long="l" in letters, all=every)


def _cat(words: tuple[str, ...]) -> Plan | Refusal:
    options = [word for word in words if word.startswith("-")]
    if options:
        return Refusal(
            "UNKNOWN_OPTION",
            f"`cat` shows files, without options here: leave out `{options[0][:60]}`.",
            options[0][:200],
        )
    if not words:
        return Refusal("TOO_FEW_WORDS", "Which file? `ls` shows their names.", nearest="ls")
    paths = _paths(words)
    return paths if isinstance(paths, Refusal) else ShowFiles(paths)


def _target(rest: tuple[str, ...]) -> str:
    """Return the file that was probably meant."""
    return (
        next(
            (path for word in rest if not word.startswith("-") and (path := inside(word)) not in {None, "."}),
            "Dockerfile",
        )
        or ""
    )


def _edit(name: str, rest: tuple[str, ...]) -> Refusal:
    path = _target(rest)
    say = f"`{name}` needs a screen of its own. Say `edit {path}` to write it here, or send its text as a code block."
    return Refusal("EDIT_HERE", say, name, f"edit {path}")


def _write(name: str, _rest: tuple[str, ...]) -> Refusal:
    say = f"`{name}` is not needed here: say `edit NAME` to write a file (`edit src/new.js` also makes the folder)."
    return Refusal("EDIT_HERE", say, name, "edit Dockerfile")


def _rm(words: tuple[str, ...]) -> Plan | Refusal:
    """Return the removal of project files, as `rm` reads it."""
    options = [word for word in words if word.startswith("-") and word != "--"]
    letters = "".join(word[1:] for word in options if not word.startswith("--"))
    known = {"--force", "--recursive", "--verbose"}
    strange = next((f"-{each}" for each in letters if each not in "frRv"), "")
    strange = strange or next((word for word in options if word.startswith("--") and word not in known), "")
    if strange:
        return Refusal(
            "UNKNOWN_OPTION", f"`rm` knows `-f` and `-r` here, not `{strange[:60]}`.", strange[:200], exit_code=1
        )
    given = [word for word in words if not word.startswith("-")]
    if not given:
        return Refusal("TOO_FEW_WORDS", "Which file? `ls` shows their names.", nearest="ls")
    paths = _paths(given)
    if isinstance(paths, Refusal):
        return paths
    if "." in paths:
        say = "That would be your whole project. Name the files; `reset all` starts the workshop over."
        return Refusal("WHOLE_PROJECT", say, given[0][:200], "ls")
    if any(sign in path for path in paths for sign in "*?["):
        say = "`*` is filled in by a shell, and there is no shell here: name each file. `ls` shows them."
        return Refusal("SHELL", say, given[0][:200], "ls")
    force = "f" in letters or "--force" in options
    return RemoveFiles(paths, force=force, folders=bool({"r", "R"} & set(letters)) or "--recursive" in options)


def _in_container(name: str, _rest: tuple[str, ...]) -> Refusal:
    say = (
        f"`{name}` is not installed beside your project, and need not be: it lives inside an image. "
        "A `RUN` line in your Dockerfile runs it while building; words after the name in `docker run` do so later."
    )
    return Refusal("INSIDE_AN_IMAGE", say, name)


def _read(name: str, rest: tuple[str, ...]) -> Refusal:
    path = _target(rest) if rest else ""
    say = f"I do not have `{name}`. `ls` lists your project's files, and `cat NAME` shows one."
    return Refusal("NOT_OFFERED", say, name, f"cat {path}" if path else "ls")


def _shell(name: str, _rest: tuple[str, ...]) -> Refusal:
    say = f"`{name}` belongs to a shell, and there is no shell here: I run `docker`, `curl`, `ls` and `cat`."
    return Refusal("SHELL", say, name)


def _host(name: str, _rest: tuple[str, ...]) -> Refusal:
    if name == "ps":
        return Refusal("MISSING_DOCKER", "For your containers it is `docker ps`.", name, "docker ps")
    say = f"`{name}` looks at a whole machine, and this one is shared. `docker ps` shows your part of it."
    return Refusal("NOT_OFFERED", say, name, "docker ps")


def _other_tool(name: str, _rest: tuple[str, ...]) -> Refusal:
    return Refusal("NOT_OFFERED", f"`{name}` is another tool; this workshop is about `docker`.", name, "docker help")


def _fetch(name: str, rest: tuple[str, ...]) -> Refusal:
    address = next((word for word in rest if not word.startswith("-")), "http://localhost:3000")
    return Refusal(
        "NOT_OFFERED", f"I do not have `{name}`, but `curl` does the same.", name, join(["curl", address])[:2000]
    )


def _git(name: str, rest: tuple[str, ...]) -> Refusal:
    if rest[:1] == ("clone",):
        return Refusal(
            "ALREADY_HERE",
            "The app's files are already in your project: no need to fetch them. `ls` shows them.",
            name,
            "ls",
        )
    return Refusal(
        "NOT_OFFERED", "`git` is not needed here; your project is kept for you. `ls` shows its files.", name, "ls"
    )


def _cd(name: str, rest: tuple[str, ...]) -> Refusal:
    where = f"`{join(rest)[:60]}`" if rest else "there"
    return Refusal(
        "ONE_FOLDER", f"No need to go to {where}: you are always in your project's folder. `ls` shows it.", name, "ls"
    )


def _pwd(name: str, _rest: tuple[str, ...]) -> Refusal:
    return Refusal("ONE_FOLDER", "You are in your project's folder, as always here. `ls` shows its files.", name, "ls")


def _nothing(name: str, _rest: tuple[str, ...]) -> Refusal:
    return Refusal(
        "NOT_OFFERED", f"`{name}` is for a terminal window; this is a chat, so there is nothing to do.", name
    )


_LESSONS = {
    **dict.fromkeys(_OTHER_TOOLS, _other_tool),
    **dict.fromkeys(_EDITORS, _edit),
    **dict.fromkeys(_WRITERS, _write),
    **dict.fromkeys(_IN_CONTAINER, _in_container),
    **dict.fromkeys(_READERS, _read),
    **dict.fromkeys(_SHELLS, _shell),
    **dict.fromkeys(_HOST, _host),
    **dict.fromkeys(_FETCH, _fetch),
    **dict.fromkeys(_QUIET, _nothing),
    "git": _git,
    "cd": _cd,
    "pwd": _pwd,
}


def _unknown(name: str, rest: tuple[str, ...]) -> Refusal:
    """Return the nearest command; a Docker command without its first word is completed."""
    if name in VERBS and name != "images":
        return Refusal(
            "MISSING_DOCKER",
            f"Docker's commands begin with `docker`: `docker {name}`.",
            name,
            join(["docker", name, *rest])[:2000],
        )
    near = nearest(name, OFFERED)
    say = f"I do not know the command `{name[:60]}`."
    if near:
        return Refusal(
            "UNKNOWN_COMMAND", f"{say} Did you mean `{near}`?", name[:200], join([near, *rest])[:2000], exit_code=127
        )
    return Refusal(
        "UNKNOWN_COMMAND",
        f"{say} I run `docker`, `curl`, `ls` and `cat`; `docker help` lists more.",
        name[:200],
        "docker help",
        exit_code=127,
    )
