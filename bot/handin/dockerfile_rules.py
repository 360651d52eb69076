"""The rules for single instructions of a Dockerfile, one function each, in one table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from bot.handin.build_state import BuildState
from bot.handin.dockerfile import Dockerfile, Instruction
from bot.handin.instruction import pairs
from bot.handin.paths import of_the_kernel
from bot.handin.plan import Refusal

MOST_PORTS = 20
MOST_LABELS = 20
MOST_VOLUMES = 5
MOST_LIST = 200
#: labels that this host (or a tool on it) acts upon
RESERVED_LABELS = ("docent.", "com.docker.", "io.docker.", "org.dockerproject.", "org.testcontainers")
#: looks from the sign that there must be, so that a long word is walked over once
_REMOTE = re.compile(r"(?<=[a-z0-9+.-])://|git@|(?<=[\w.-])@[\w.-]++:", re.IGNORECASE)
_ARCHIVE = re.compile(r"\.(?:tar|tgz|tbz2?|txz|tzst|gz|bz2|xz|zst|lzma|zip|7z)(?:\.\w{1,4})?/?", re.IGNORECASE)
_ENDING = 12  #: letters of the longest ending that `_ARCHIVE` knows
#: no volumes over these; a folder inside of one (`/etc/todos`) is fine
_SYSTEM = frozenset(
    {"/", "/etc", "/bin", "/sbin", "/lib", "/lib64", "/usr", "/boot", "/root", "/var", "/var/run", "/run"}
)
_SIGNALS = frozenset("TERM INT QUIT HUP USR1 USR2 KILL WINCH".split()) | frozenset("1 2 3 9 10 12 15 28".split())  # noqa: SIM905
BUILDER_ARGUMENTS = frozenset({"http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy"})


def judge_instructions(dockerfile: Dockerfile) -> Refusal | None:
    """Return the lesson about the first instruction that may not be built, None when all may."""
    state = BuildState(dockerfile)
    for made in dockerfile.instructions:
        if len(made.words) > MOST_LIST and made.json:
            return _refuse("TOO_MANY", made, f"the list has {len(made.words)} parts; up to {MOST_LIST} are fine")
        judge = _JUDGES.get(made.keyword)
        if judge and (refusal := judge(made, state)):
            return refusal
        state.take(made)
    return None


def _refuse(code: str, made: Instruction, why: str) -> Refusal:
    return Refusal(code, f"Line {made.line}, `{made.text[:60]}`: {why}.", seen=made.text[:200], exit_code=1)


def _judge_copy(made: Instruction, state: BuildState) -> Refusal | None:
    source = made.option("from")
    if not source:
        return None
    if source.lower() in state.stage_names or source in map(str, range(state.stage)):
        return None
    known = ", ".join(f"`{name}`" for name in sorted(state.stage_names))
    also = f" The stages before it are {known}" if known else " There is no stage before it"
    return _refuse("FOREIGN_COPY", made, f"`--from={source[:40]}` is no earlier stage of this file.{also}")


def _judge_add(made: Instruction, state: BuildState) -> Refusal | None:
    for word in made.words[:-1]:
        bare = re.sub(r"[\"'\\`]", "", word)
        if "$" in bare:
            return _refuse("ADD_VARIABLE", made, "a name from a variable is only for `COPY`. Use `COPY` here")
        if _REMOTE.search(bare) or "github.com" in bare.lower():
            return _refuse(
                "ADD_URL",
                made,
                "`ADD` would fetch from the internet, and there is none here. Use files of your project",
            )
        if any(map(_ARCHIVE.fullmatch, _endings(bare))):
            return _refuse("ADD_ARCHIVE", made, "`ADD` would unpack an archive. Use `COPY` with the files themselves")
    return None


def _endings(word: str) -> Iterator[str]:
    """Yield the last parts of a file's name that an archive could have: `.gz`, `.tar.gz`."""
    last = word[-_ENDING:]
    return (last[at:] for at, sign in enumerate(last) if sign == ".")


def _judge_workdir(made: Instruction, state: BuildState) -> Refusal | None:
    return _judge_folder(made, made.args, state, "belongs to the kernel. Choose a folder such as `/app`")


def _judge_folder(
    made: Instruction, text: str, state: BuildState, why: str, *, whole: frozenset[str] = frozenset()
) -> Refusal | None:
    """Return a refusal for a folder of the kernel, or one of `whole` itself."""
    folder = state.folder(text)
    if folder is None:
        return _refuse("UNKNOWN_VARIABLE", made, "I do not know the variable in it. Write the folder itself")
    if folder in whole or of_the_kernel(folder):
        return _refuse("SYSTEM_FOLDER", made, f"`{folder[:60]}` {why}")
    return None


def _judge_volume(made: Instruction, state: BuildState) -> Refusal | None:
    state.volumes += len(made.words)
    if state.volumes > MOST_VOLUMES:
        return _refuse("TOO_MANY", made, f"up to {MOST_VOLUMES} volumes are fine in one Dockerfile")
    why = "belongs to the system. Choose a folder such as `/data`"
    refusals = (_judge_folder(made, word, state, why, whole=_SYSTEM) for word in made.words)
    return next((refusal for refusal in refusals if refusal), None)


def _judge_expose(made: Instruction, state: BuildState) -> Refusal | None:
    for word in made.words:
        first, _, last = word.partition("/")[0].partition("-")
        if "$" in word:
            state.ports += 1
        elif (first + last).isascii() and first.isdigit() and last.isdigit() and len(first + last) <= 10:
            state.ports += max(1, int(last) - int(first) + 1)
        else:
            state.ports += 1
    if state.ports > MOST_PORTS:
        return _refuse(
            "TOO_MANY", made, f"that makes {state.ports} ports; up to {MOST_PORTS} are fine. An app usually has one"
        )
    return None


def _judge_label(made: Instruction, state: BuildState) -> Refusal | None:
    for name, _ in pairs(made):
        state.labels += 1
        bare = re.sub(r"[\"'\\`]", "", name).lower()
        if "$" in bare or bare.startswith(RESERVED_LABELS):
            return _refuse("RESERVED_LABEL", made, f"the label `{bare[:40]}` is used by this host. Choose another name")
    if state.labels > MOST_LABELS:
        return _refuse("TOO_MANY", made, f"up to {MOST_LABELS} labels are fine")
    return None


def _judge_arg(made: Instruction, _state: BuildState) -> Refusal | None:
    for word in made.words:
        name = re.sub(r"[\"'\\`]", "", word).partition("=")[0]
        if name.lower() in BUILDER_ARGUMENTS or name.upper().startswith("BUILDKIT_"):
            return _refuse("BUILDER_ARGUMENT", made, "this name steers the builder itself. Choose another")
    return None


def _judge_onbuild(made: Instruction, _state: BuildState) -> Refusal | None:
    return _refuse("ONBUILD", made, "`ONBUILD` acts in somebody's later build; this workshop does without it")


def _judge_signal(made: Instruction, _state: BuildState) -> Refusal | None:
    if made.args.upper().removeprefix("SIG") in _SIGNALS:
        return None
    return _refuse("BAD_SIGNAL", made, "a container could not be stopped with that. `SIGTERM` is the usual one")


_JUDGES: dict[str, Callable[[Instruction, BuildState], Refusal | None]] = {
    "COPY": _judge_copy,
    "ADD": _judge_add,
    "WORKDIR": _judge_workdir,
    "VOLUME": _judge_volume,
    "EXPOSE": _judge_expose,
    "LABEL": _judge_label,
    "ARG": _judge_arg,
    "ONBUILD": _judge_onbuild,
    "STOPSIGNAL": _judge_signal,
}
