"""What may be built and run on the shared host. An allow-list: what no rule knows is refused with a lesson.

Pure; it sees plans and parsed Dockerfiles only, and is the last word before `bot.sandbox.recipe`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from difflib import get_close_matches

from bot.handin.bases import Base, Ground, emit, resolve_bases
from bot.handin.build_state import BuildState
from bot.handin.dockerfile import Dockerfile, Instruction
from bot.handin.instruction import pairs
from bot.handin.paths import inside
from bot.handin.plan import BuildPlan, Refusal, RunPlan
from bot.handin.reference import Reference, normalise, parse_reference

__all__ = ["RESERVED_LABELS", "emit", "judge_build", "judge_run"]

MOST_INSTRUCTIONS = 60
MOST_STAGES = 10
MOST_PORTS = 20
MOST_LABELS = 20
MOST_VOLUMES = 5
MOST_LIST = 200
#: labels that this host (or a tool on it) acts upon
RESERVED_LABELS = ("docent.", "com.docker.", "io.docker.", "org.dockerproject.", "org.testcontainers")
_FRONTEND = re.compile(r"(?:docker\.io/)?docker/dockerfile(?::1(?:\.\d{1,3}){0,2})?")
_REMOTE = re.compile(r"[a-z][a-z0-9+.-]*://|git@|[\w.-]+@[\w.-]+:", re.IGNORECASE)
_ARCHIVE = re.compile(r"\.(?:tar|tgz|tbz2?|txz|tzst|gz|bz2|xz|zst|lzma|zip|7z)(?:\.\w{1,4})?/?$", re.IGNORECASE)
_KERNEL = ("/proc", "/sys", "/dev")
_SYSTEM = (*_KERNEL, "/etc", "/bin", "/sbin", "/lib", "/lib64", "/usr", "/boot", "/root", "/var/run", "/run")
_SIGNALS = frozenset("TERM INT QUIT HUP USR1 USR2 KILL WINCH".split()) | frozenset("1 2 3 9 10 12 15 28".split())  # noqa: SIM905
_PROXIES = frozenset({"http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy"})


def judge_build(
    dockerfile: Dockerfile, plan: BuildPlan, allowed_bases: Collection[str], own_images: Collection[str] = ()
) -> Refusal | None:
    """Return None when the build may be sent to the engine, else the first lesson.

    `allowed_bases` and `own_images` hold `name:tag`s; a name without a tag means `latest`.
    """
    refusal = _judge_plan(plan) or _judge_frontend(dockerfile) or _judge_size(dockerfile)
    if refusal:
        return refusal
    grounds = resolve_bases(dockerfile, plan.build_args)
    served = {normalise(name) or name for name in allowed_bases}
    own = {normalise(name) or name for name in own_images}
    for base in grounds:
        if refusal := _judge_base(base, served, own):
            return refusal
    return _judge_instructions(dockerfile)


def _judge_instructions(dockerfile: Dockerfile) -> Refusal | None:
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


def _judge_plan(plan: BuildPlan) -> Refusal | None:
    """Return a refusal for a plan that the parser of commands would never have made."""
    if inside(plan.context) != plan.context or inside(plan.dockerfile) in {None, "."}:
        return Refusal(
            "OUTSIDE_PROJECT", "Builds here use your own project and nothing beside it.", seen=plan.context[:200]
        )
    for name, _ in plan.build_args:
        if name.lower() in _PROXIES or name.upper().startswith("BUILDKIT_"):
            return Refusal(
                "BUILDER_ARGUMENT",
                f"`--build-arg {name[:60]}` steers the builder itself. Leave it out.",
                seen=name[:200],
            )
    return None


def _judge_frontend(dockerfile: Dockerfile) -> Refusal | None:
    if not dockerfile.frontend or _FRONTEND.fullmatch(dockerfile.frontend):
        return None
    say = f"`# syntax={dockerfile.frontend[:60]}` loads another builder. Leave out that line."
    return Refusal("FRONTEND", say, seen=dockerfile.frontend[:200], exit_code=1)


def _judge_size(dockerfile: Dockerfile) -> Refusal | None:
    count = len(dockerfile.instructions)
    if count > MOST_INSTRUCTIONS:
        say = f"This Dockerfile has {count} instructions; up to {MOST_INSTRUCTIONS} are fine here."
        return Refusal("TOO_MANY", say, exit_code=1)
    if len(dockerfile.stages) > MOST_STAGES:
        say = f"This Dockerfile has {len(dockerfile.stages)} stages; up to {MOST_STAGES} are fine here."
        return Refusal("TOO_MANY", say, exit_code=1)
    return None


def _judge_base(base: Base, served: Collection[str], own: Collection[str]) -> Refusal | None:
    if base.fault:
        say = f"Line {base.line}: I cannot read the image in `FROM {base.seen[:60]}`."
        words = f"ERROR: failed to build: failed to solve: {base.fault}"
        return Refusal("BAD_BASE", say, seen=base.seen[:200], docker=True, exit_code=1, words=words)
    if base.ground is not Ground.IMAGE or base.name in served or base.name in own:
        return None
    shown = sorted(name.removesuffix(":latest") for name in served)
    say = f"`FROM {base.seen[:60]}` (line {base.line}) is not an image I can offer: there is no internet here."
    if base.name != (normalise(base.seen) or base.seen):
        say = say.replace("(line", f"means `{base.name[:60]}` (line", 1)
    near = _near_base(base.name, served)
    say += f" Did you mean `FROM {near}`?" if near else ""
    return Refusal(
        "UNKNOWN_BASE",
        f"{say} You can build on: {', '.join(shown)}, and your own images.",
        seen=base.seen[:200],
        exit_code=1,
    )


def _near_base(name: str, served: Collection[str]) -> str:
    reference = parse_reference(name)
    repository = reference.repository if isinstance(reference, Reference) else name
    same = [each for each in sorted(served) if each.partition(":")[0] == repository]
    return (same or get_close_matches(name, sorted(served), n=1, cutoff=0.75) or [""])[0]


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
        if _ARCHIVE.search(bare):
            return _refuse("ADD_ARCHIVE", made, "`ADD` would unpack an archive. Use `COPY` with the files themselves")
    return None


def _judge_workdir(made: Instruction, state: BuildState) -> Refusal | None:
    return _judge_folder(made, made.args, state, _KERNEL, "belongs to the kernel. Choose a folder such as `/app`")


def _judge_folder(made: Instruction, text: str, state: BuildState, closed: Sequence[str], why: str) -> Refusal | None:
    folder = state.folder(text)
    if folder is None:
        return _refuse("UNKNOWN_VARIABLE", made, "I do not know the variable in it. Write the folder itself")
    if (folder == "/" and closed is _SYSTEM) or any(folder == root or folder.startswith(f"{root}/") for root in closed):
        return _refuse("SYSTEM_FOLDER", made, f"`{folder[:60]}` {why}")
    return None


def _judge_volume(made: Instruction, state: BuildState) -> Refusal | None:
    state.volumes += len(made.words)
    if state.volumes > MOST_VOLUMES:
        return _refuse("TOO_MANY", made, f"up to {MOST_VOLUMES} volumes are fine in one Dockerfile")
    for word in made.words:
        if refusal := _judge_folder(
            made, word, state, _SYSTEM, "belongs to the system. Choose a folder such as `/data`"
        ):
            return refusal
    return None


def _judge_expose(made: Instruction, state: BuildState) -> Refusal | None:
    for word in made.words:
        first, dash, last = word.partition("/")[0].partition("-")
        if "$" in word:
            state.ports += 1
        elif dash and (first + last).isascii() and first.isdigit() and last.isdigit() and len(first + last) <= 10:
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
        if name.lower() in _PROXIES or name.upper().startswith("BUILDKIT_"):
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


def judge_run(plan: RunPlan, allowed_images: Collection[str], own_images: Collection[str]) -> Refusal | None:
    """Return None when the container may be made, else a lesson or Docker's words about an unknown image.

    Both collections hold `name:tag`s; `own_images` also the learner's image IDs (`sha256:…`), which may be
    named by the start of the ID.
    """
    for name, _ in plan.labels:
        if name.lower().startswith(RESERVED_LABELS):
            return Refusal(
                "RESERVED_LABEL", f"The label `{name[:40]}` is used by this host. Choose another name.", seen=name[:200]
            )
    wanted = normalise(plan.image)
    known = {normalise(name) or name for name in (*allowed_images, *own_images)}
    if wanted in known or _own_id(plan.image, own_images):
        return None
    return _unknown_image(plan.image, wanted, known)


def _own_id(image: str, own_images: Collection[str]) -> bool:
    digits = image.removeprefix("sha256:")
    if not re.fullmatch(r"[0-9a-f]{4,64}", digits):
        return False
    return any(name.startswith(f"sha256:{digits}") for name in own_images)


def _unknown_image(image: str, wanted: str, known: Collection[str]) -> Refusal:
    reference = parse_reference(image)
    names = sorted(name for name in known if not name.startswith("sha256:"))
    near = get_close_matches(wanted or image, names, n=1, cutoff=0.6)
    words = f"Unable to find image '{wanted or image[:200]}' locally\ndocker: Error response from daemon: "
    if isinstance(reference, Reference) and reference.domain:
        words += f'Get "https://{reference.domain[:100]}/v2/": dial tcp: lookup {reference.domain[:100]}: no such host'
    else:
        repository = reference.repository if isinstance(reference, Reference) else image[:200]
        words += f"pull access denied for {repository}, repository does not exist or may require 'docker login': "
        words += "denied: requested access to the resource is denied"
    say = f"There is no image `{image[:60]}` here."
    say += f" Did you mean `{near[0].removesuffix(':latest')}`?" if near else " `docker images` shows what there is."
    return Refusal(
        "UNKNOWN_IMAGE",
        say,
        seen=image[:200],
        nearest="docker images",
        docker=True,
        exit_code=125,
        words=f"{words}\n\nRun 'docker run --help' for more information",
    )
