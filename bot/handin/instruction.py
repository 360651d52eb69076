"""One logical line → one typed instruction, or Docker's words about it.

Source: moby `builder/dockerfile/parser/line_parsers.go` and `instructions/parse.go`; words are BuildKit's, which
learners meet on their own machines (engine 20.10's differ by a prefix only).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from bot.handin.dockerfile_text import DockerfileProblem, LogicalLine, parse_error
from bot.handin.flags import go_quoted
from bot.handin.spelling import nearest

#: instruction → its options, and those that only BuildKit knows
_OPTIONS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "FROM": (frozenset({"platform"}), frozenset()),
    "COPY": (frozenset({"from", "chown"}), frozenset({"chmod", "link", "exclude", "parents"})),
    "ADD": (frozenset({"chown"}), frozenset({"chmod", "link", "exclude", "checksum", "keep-git-dir", "unpack"})),
    "RUN": (frozenset(), frozenset({"mount", "network", "security", "device"})),
    "HEALTHCHECK": (frozenset({"interval", "timeout", "start-period", "retries"}), frozenset({"start-interval"})),
}
KEYWORDS = (
    *("FROM", "RUN", "CMD", "LABEL", "EXPOSE", "ENV", "ADD", "COPY", "ENTRYPOINT", "VOLUME", "USER", "WORKDIR", "ARG"),
    *("ONBUILD", "STOPSIGNAL", "HEALTHCHECK", "SHELL", "MAINTAINER"),
)
#: may be written as a JSON list
_LISTS = frozenset({"RUN", "CMD", "ENTRYPOINT", "SHELL", "ADD", "COPY", "VOLUME"})
_ONE = frozenset({"WORKDIR", "USER", "STOPSIGNAL", "MAINTAINER"})
_SOME = frozenset({"EXPOSE", "ENV", "LABEL", "ARG", "VOLUME", "HEALTHCHECK", "ONBUILD"})
_STAGE = re.compile(r"[a-z][a-z0-9-_.]*", re.IGNORECASE)
_HEREDOC = re.compile(r"(?:^|\s)\d{0,3}<<-?[\"']?[A-Za-z_]")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction. `words` are the list's items when `json`, else the words between blanks."""

    keyword: str
    args: str  #: what follows the keyword and its options
    words: tuple[str, ...]
    json: bool
    options: tuple[tuple[str, str], ...]
    text: str  #: all of it on one line, as typed
    line: int
    end_line: int

    def option(self, name: str) -> str:
        """Return the value of an option, '' without it."""
        return dict(self.options).get(name, "")


def read_instruction(line: LogicalLine) -> Instruction | DockerfileProblem:
    """Return the instruction of one logical line."""
    typed = line.text.replace("\t", " ").split(" ", 1)[0]
    keyword = typed.upper()
    if keyword not in KEYWORDS:
        return _unknown(line, typed)
    rest = line.text[len(typed) :].strip(" \t")
    options: list[tuple[str, str]] = []
    while rest.startswith("--"):
        option, rest = _first_word(rest)
        if option == "--":
            break
        problem = _judge_option(keyword, option, line)
        if problem:
            return problem
        name, _, value = option[2:].partition("=")
        if name in dict(options):
            say = f"`--{name}` stands twice on line {line.line}. Only one of them can count."
            fault = parse_error(line.line, f"Duplicate flag specified: {name}")
            return DockerfileProblem(line.line, "BAD_OPTION", say, fault)
        options.append((name, value))
    items = _json_list(rest) if keyword in _LISTS else None
    if isinstance(items, str):
        say = f"Every part of the list on line {line.line} needs double quotes of its own."
        return DockerfileProblem(line.line, "BAD_LIST", say, parse_error(line.line, items))
    words = items if items is not None else tuple(rest.split())
    made = Instruction(keyword, rest, words, items is not None, tuple(options), line.text, line.line, line.end_line)
    return _judge_words(made) or made


def _first_word(text: str) -> tuple[str, str]:
    parts = text.split(None, 1)
    return parts[0], parts[1] if len(parts) > 1 else ""


def _json_list(rest: str) -> tuple[str, ...] | str | None:
    """Return the items, Docker's words about a list of other things than texts, or None when it is no list.

    Like Docker's, the reader stops at the closing bracket and never looks at what follows.
    """
    if not rest.startswith("["):
        return None
    mixed = "when using JSON array syntax, arrays must be comprised of strings only"
    try:
        value, _ = _DECODER.raw_decode(rest)
    except ValueError:
        return None
    except RecursionError:
        return mixed
    return tuple(value) if all(isinstance(item, str) for item in value) else mixed


def _no_constant(name: str) -> object:
    raise ValueError(name)


_DECODER = json.JSONDecoder(parse_constant=_no_constant)


def _judge_option(keyword: str, option: str, line: LogicalLine) -> DockerfileProblem | None:
    known, buildkit = _OPTIONS.get(keyword, (frozenset(), frozenset()))
    name, equals, value = option[2:].partition("=")
    if name in buildkit:
        say = (
            f"`{keyword} --{name}` on line {line.line} needs BuildKit, Docker's newer builder. "
            "This workshop uses the classic one; the same can be said without it."
        )
        return DockerfileProblem(line.line, "BUILDKIT", say)
    if name not in known:
        say = f"`{keyword}` has no option `--{name[:40]}` (line {line.line})."
        return DockerfileProblem(
            line.line, "UNKNOWN_OPTION", say, parse_error(line.line, f"unknown flag: --{name[:100]}")
        )
    if not equals or not value or set(value) & set("\"'\\`"):
        say = f"`--{name}` on line {line.line} is written `--{name}=VALUE`, without quotes or blanks."
        return DockerfileProblem(
            line.line, "BAD_OPTION", say, parse_error(line.line, f"missing a value on flag: {name}")
        )
    return None


def _unknown(line: LogicalLine, typed: str) -> DockerfileProblem:
    """Return Docker's words about a line that begins with no instruction, and our guess why."""
    near = nearest(typed, KEYWORDS)
    meant = f" (did you mean {near}?)" if near else ""
    words = parse_error(line.line, f"unknown instruction: {typed[:100]}{meant}")
    where = f"Line {line.line} begins with `{typed[:40]}`"
    if typed.startswith(("```", "~~~")):
        say = f"Line {line.line} is the mark of a code block, copied along. Leave such lines out."
        return DockerfileProblem(line.line, "CODE_FENCE", say, words)
    if typed in {"$", ">", "%", "PS"} or typed.endswith(("$", "#", ">")):
        return DockerfileProblem(
            line.line, "PROMPT", f"{where}: that is a terminal's prompt sign. Leave it out.", words
        )
    if near:
        return DockerfileProblem(line.line, "UNKNOWN_INSTRUCTION", f"{where}. Did you mean `{near}`?", words)
    if typed.lower() in {"docker", "curl"}:
        say = f"{where}: that is a command for this chat. Send it as a message, not in the Dockerfile."
    elif typed.lower() in {
        "npm",
        "node",
        "yarn",
        "cd",
        "mkdir",
        "apk",
        "apt-get",
        "apt",
        "pip",
        "python",
        "echo",
        "sh",
    }:
        say = f"{where}: to run a program while building, put `RUN` before it."
    elif typed.startswith(("//", "/*", "--", ";")):
        say = f"{where}: a comment in a Dockerfile begins with `#`."
    else:
        say = f"{where}, which is no instruction. Each line begins with one, such as `FROM`, `COPY`, `RUN` or `CMD`."
    return DockerfileProblem(line.line, "UNKNOWN_INSTRUCTION", say, words)


def _judge_words(made: Instruction) -> DockerfileProblem | None:
    keyword, count, line = made.keyword, len(made.words), made.line
    fault = ""
    if keyword == "FROM":
        return _judge_from(made)
    if keyword in {"RUN", "COPY", "ADD"} and not made.json and _HEREDOC.search(made.args):
        say = (
            f"Line {line} uses `<<`, which needs BuildKit, Docker's newer builder. Join the commands with `&&` instead."
        )
        return DockerfileProblem(line, "BUILDKIT", say)
    if keyword in {"COPY", "ADD"} and count < 2:
        fault = (
            f"{keyword} requires at least two arguments, but only one was provided. Destination could not be determined"
        )
    elif keyword in _ONE and not made.args:
        fault = f"{keyword} requires exactly one argument"
    elif keyword in _SOME and not made.args:
        fault = f"{keyword} requires at least one argument"
    elif keyword == "SHELL" and not made.json:
        fault = "SHELL requires the arguments to be in JSON form"
    elif keyword in {"ENV", "LABEL"}:
        fault = _pair_fault(made)
    elif keyword == "HEALTHCHECK" and made.words[0].upper() not in {"CMD", "NONE"}:
        fault = f"Unknown type {go_quoted(made.words[0].upper()[:60])} in HEALTHCHECK (try CMD)"
    elif keyword == "VOLUME" and "" in made.words:
        fault = "VOLUME specified can not be an empty string"
    return _fault(made, fault) if fault else None


def _fault(made: Instruction, fault: str) -> DockerfileProblem:
    examples = {
        "COPY": "COPY . .", "ADD": "COPY . .", "WORKDIR": "WORKDIR /app", "USER": "USER node", "EXPOSE": "EXPOSE 3000",
        "ENV": "ENV NAME=value", "LABEL": "LABEL name=value", "ARG": "ARG NAME=value", "VOLUME": "VOLUME /data",
        "SHELL": 'SHELL ["/bin/sh", "-c"]', "HEALTHCHECK": "HEALTHCHECK CMD curl -f http://localhost:3000",
        "STOPSIGNAL": "STOPSIGNAL SIGTERM", "FROM": "FROM node:24-alpine",
    }  # fmt: skip
    example = examples.get(made.keyword, made.keyword)
    say = f"Line {made.line}, `{made.text[:60]}`, is not complete. It looks like this: `{example}`."
    return DockerfileProblem(made.line, "BAD_INSTRUCTION", say, parse_error(made.line, fault))


def _pair_fault(made: Instruction) -> str:
    """Return Docker's words when `NAME=value` (or the old `NAME value`) does not fit."""
    if "=" not in made.words[0]:
        return "" if len(made.words) > 1 else f"{made.keyword} must have two arguments"
    bare = _unquoted_words(made.args)
    wrong = next((word for word in bare if "=" not in word), None)
    if wrong is None:
        return ""
    return f"Syntax error - can't find = in {go_quoted(wrong[:100])}. Must be of the form: name=value"


def _unquoted_words(text: str) -> list[str]:
    """Return the words of a text, where quotes and backslashes keep blanks inside a word."""
    words: list[str] = []
    word: list[str] = []
    quote = ""
    signs = iter(text)
    for sign in signs:
        if sign == "\\" and quote != "'":
            word.append(sign + next(signs, ""))
        elif sign in {"'", '"'} and quote in {"", sign}:
            quote = "" if quote else sign
            word.append(sign)
        elif sign in " \t" and not quote:
            if word:
                words.append("".join(word))
            word = []
        else:
            word.append(sign)
    return [*words, "".join(word)] if word else words


def pairs(made: Instruction) -> tuple[tuple[str, str], ...]:
    """Return the `NAME=value` pairs of ENV and LABEL as typed, quotes included; the old form `NAME value` too."""
    if not made.words:
        return ()
    if "=" not in made.words[0]:
        return ((made.words[0], made.args[len(made.words[0]) :].strip()),)
    return tuple((name, value) for name, _, value in (word.partition("=") for word in _unquoted_words(made.args)))


def _judge_from(made: Instruction) -> DockerfileProblem | None:
    words = made.words
    if len(words) == 1 or (len(words) == 3 and words[1].upper() == "AS"):
        if len(words) == 3 and not _STAGE.fullmatch(words[2]):
            name = go_quoted(words[2][:60])
            fault = f"invalid name for build stage: {name}, name can't start with a number or contain symbols"
            say = f"`{words[2][:40]}` cannot name a stage. It begins with a letter; letters and digits follow."
            return DockerfileProblem(made.line, "BAD_STAGE", say, parse_error(made.line, fault))
        return None
    words_of_docker = parse_error(made.line, "FROM requires either one or three arguments")
    if any(word.startswith("#") for word in words):
        say = f"Line {made.line}: a comment cannot stand behind an instruction. Put it on a line of its own."
        return DockerfileProblem(made.line, "BAD_INSTRUCTION", say, words_of_docker)
    say = f"Line {made.line}: `FROM` takes one image, as in `FROM node:24-alpine`."
    return DockerfileProblem(made.line, "BAD_INSTRUCTION", say, words_of_docker)
