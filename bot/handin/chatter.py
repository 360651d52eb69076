"""Whether a line was typed as a command or said as a sentence: `docker ps` runs, `docker is great` is answered."""

from __future__ import annotations

import re

from bot.handin.docker_verbs import KNOWN as DOCKER_WORDS
from bot.handin.docker_verbs import VERBS
from bot.handin.project_commands import KNOWN as PROJECT_WORDS
from bot.handin.spelling import distance


def _set(*rows: str) -> frozenset[str]:
    return frozenset(word for row in rows for word in row.split())


#: words that follow a name in a sentence, never in a command
_SENTENCE = _set(
    "is isn't isnt are aren't was were does doesn't doesnt do don't dont did didn't didnt has hasn't have had",
    "can can't cant cannot could couldn't will won't wont would wouldn't should shouldn't may might must",
    "says said say tells told gives gave give shows showed show prints printed fails failed fail failing complains",
    "keeps kept works worked working work runs hangs hung takes took stops crashes crashed",
    "vs versus and or but because then when if since so that which what who where why how",
    "not never always still just already also only again too very really no please pls plz thanks thank",
    "me my mine us our you your i i'm im we it its it's he she they them their this these those",
    "a an the any some every to of in on for with from at by as into about without after before",
    "error errors message command commands question",
)
_VERDICTS = _set("is fails failed does doesn't doesnt says gives works not and or isn't isnt")
#: things one talks about
_TOPICS = _set(
    "desktop hub engine daemon containers container image images file files dockerfile tutorial workshop client cli",
    "users people world stuff layer layers basics question swarm kubernetes network networks volume volumes registry",
)
#: first words that are English too: they need something that looks like a command behind them
_ENGLISH = _set(
    "code make find file less more head tail top kill set export service touch echo tree node git type move copy exit",
    "clear su ed stat diff python sh cat ls ping ss http alias micro sed ln cmd wc bat env cd yarn npm",
)
_ADDRESS = re.compile(r"(?:https?://\S+|\S*[a-zA-Z0-9]\.[a-zA-Z]\S*|\S*localhost\S*|127\.\S+|\S+:\d+\S*|\S+/\S*)")
_SWITCHES = _set("-d -i -t -it -itd -dit --rm --detach -a -q -f")
_ONE_WORD = _set("ls pwd dir cls docker curl")


def _bare(word: str) -> str:
    return word.strip("\"'.,!?:;()").lower()


def _name(word: str) -> str:
    """Return the program that a first word names: `/usr/bin/docker` and `Docker.exe` are `docker`."""
    return word.rstrip(";").rpartition("/")[2].lower().removesuffix(".exe")


def strip_helpers(words: list[str]) -> list[str]:
    """Return the words without `sudo`, `winpty` and settings in front of the command."""
    at = 0
    while at < len(words) - 1 and (
        words[at] in {"sudo", "winpty", "time", "command", "doas"}
        or re.fullmatch(r"[A-Z_][A-Z0-9_]{0,60}=\S*", words[at])
    ):
        at += 1
        while at < len(words) - 1 and words[at - 1] == "sudo" and words[at] in {"-E", "-n", "-H"}:
            words = words[:at] + words[at + 1 :]
    return words[at:]


def program(words: list[str]) -> str:
    """Return the program that a line starts, `docker` and `curl` also when misspelt; '' when it starts none."""
    if not words:
        return ""
    name = _name(words[0])
    if name in {"docker", "curl"} or name in PROJECT_WORDS:
        return name
    if len(words) > 1 and 4 <= len(name) <= 9 and name.isalpha():
        second = words[1].lower()
        if distance(name, "docker") <= 2 and (second.startswith("-") or _near_docker_word(second)):
            return "docker"
        if distance(name, "curl") <= 2 and (second.startswith("-") or _ADDRESS.fullmatch(second)):
            return "curl"
    return ""


def _near_docker_word(word: str) -> bool:
    return word in DOCKER_WORDS or (len(word) > 3 and any(distance(word, known) <= 1 for known in DOCKER_WORDS))


def is_command(line: str) -> bool:
    """Tell whether the line was meant to be run."""
    words = strip_helpers(re.split(r"\s#", line, maxsplit=1)[0].split())
    name = program(words)
    if name and name in {"docker", *_ONE_WORD} and _has_shell_sign(words[1:]):
        return True
    if not name:
        return _is_bare_docker_command(words)
    if words[0].endswith((":", ",", "!", "?")) or (words[-1].endswith("?") and "://" not in line and "'" not in line):
        return False
    rest = words[1:]
    if name == "docker":
        return _is_docker(rest)
    if name == "curl":
        return not rest or rest[0].startswith("-") or bool(_ADDRESS.fullmatch(rest[0])) or len(rest) == 1
    return _is_project(name, rest)


def _is_bare_docker_command(words: list[str]) -> bool:
    """Tell whether a line such as `run -d getting-started` only lacks its `docker`."""
    return len(words) > 1 and words[0] in VERBS and words[1].startswith("-") and len(words[1]) > 1


def _first_name(words: list[str]) -> str:
    """Return the first word that is neither an option nor stands behind one."""
    for place, word in enumerate(words):
        if not word.startswith("-") and (place == 0 or words[place - 1][0] != "-" or words[place - 1] in _SWITCHES):
            return word
    return ""


def _is_docker(rest: list[str]) -> bool:
    if not rest or rest[0].startswith("-"):
        return True
    verb = _bare(rest[0])
    if verb == "help":
        return len(rest) == 1 or _bare(rest[1]) in DOCKER_WORDS
    if verb in DOCKER_WORDS:
        return _fits_verb(verb, rest[1:])
    if verb in _SENTENCE or verb in _TOPICS:
        return False
    # an unknown word: a slip when it is near a known one, or when it stands like a command
    return _near_docker_word(verb) or len(rest) == 1 or any(not word.isalpha() for word in rest[1:]) or len(rest) == 2


def _fits_verb(verb: str, rest: list[str]) -> bool:
    if not rest:
        return True
    first = _bare(_first_name(rest))
    if verb in {"container", "image", "volume", "network", "system", "compose", "buildx", "builder"}:
        return first not in _SENTENCE and (len(rest) == 1 or rest[0].isascii())
    if verb == "tag":
        return len(rest) == 2
    if first in _SENTENCE:
        # behind an option it may be a name of the learner's, but these are never names
        return rest[0].startswith("-") and first not in _VERDICTS
    if verb in {"images", "ps", "version", "info"}:
        return len(rest) == 1 or any(word.startswith("-") for word in rest)
    return True


def _is_project(name: str, rest: list[str]) -> bool:
    if not rest:
        return name in _ONE_WORD or name not in _ENGLISH
    first = rest[0]
    if first.startswith("-") and len(first) > 1:
        return True
    if name == "service" and first[0] == '"':  # as Compose begins what it says of a service
        return False
    if _bare(first) in _SENTENCE and first[0] not in "\"'":
        return False
    if name not in _ENGLISH or len(rest) == 1:
        return True
    return (
        any(sign in word for word in rest for sign in "./\\=:$\"'>*")
        or first == "Dockerfile"
        or _has_shell_sign(rest)
        or any(word[0] == "-" for word in rest)
        or _is_known_pair(name, first)
    )


def _has_shell_sign(words: list[str]) -> bool:
    return any(word[0] in "|>&;" or word.startswith(("$(", "--")) for word in words)


def _is_known_pair(name: str, first: str) -> bool:
    """Tell whether the word is one that this tool takes first."""
    tools = {
        "npm": "install run start ci init test",
        "yarn": "install run add dev",
        "git": "clone init pull add commit push status",
    }
    return first in tools.get(name, "").split()
