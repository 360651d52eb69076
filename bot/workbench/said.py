"""What is said when a project changes, and what a word about a file means; nothing is done here."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.core.messages import FileSaved, Note, Offer
from bot.core.workshop import StepRef
from bot.handin.compose.read import FILE_NAMES, ComposeProblem, read_compose
from bot.handin.dockerfile import Dockerfile, parse_dockerfile
from bot.handin.paths import FOLDER
from bot.handin.plan import Output, RemoveFiles
from bot.handin.project import near_names
from bot.ports import Undone

DIFF_LINES = 40


def our_side(what: str) -> Note:
    """Return the message for a fault of ours."""
    return Note(f"**Our side:** {what} Nothing of yours is lost; please try again in a moment.")


def removed(plan: RemoveFiles, files: Mapping[str, bytes]) -> tuple[tuple[str, ...], Output]:
    """Return the paths that `rm` takes away, and what it prints."""
    gone: list[str] = []
    errors: list[str] = []
    for path in plan.paths:
        inside = [each for each in files if each.startswith(f"{path}/")]
        if path in files:
            gone.append(path)
        elif inside and plan.folders:
            gone += inside
        elif inside:
            errors.append(f"rm: cannot remove '{path}': Is a directory")
        elif not plan.force:
            errors.append(f"rm: cannot remove '{path}': No such file or directory")
    return tuple(dict.fromkeys(gone)), Output("\n".join(errors), 1 if errors else 0)


def place_of(path: str, project: Mapping[str, bytes]) -> str:
    """Return where a handed-in file belongs: a bare name that one file of the project has, in whatever folder, is
    meant for that file (an upload cannot say its folder)."""
    if "/" in path or path in project:
        return path
    same = [known for known in project if known.rsplit("/", 1)[-1] == path]
    return same[0] if len(same) == 1 else path


def no_such_file(path: str, project: Mapping[str, bytes]) -> str:
    """Return what to say about a file that is not in the project, with the one that was probably meant."""
    near = near_names(path, project)
    meant = f" Did you mean `{near[0]}`?" if near else " `ls` shows what is there."
    return f"There is no `{path}` in your project.{meant} Nothing has changed."


def undone_message(path: str, undone: Sequence[Undone], ref: StepRef | None) -> Note | FileSaved:
    """Return what to say about a change that was taken back; `path` is the file that was asked about, or ''."""
    if not undone:
        what = f"`{path}`" if path else "any file"
        return Note(f"I remember no earlier version of {what}, so nothing has changed.")
    if len(undone) > 1:
        back, gone = sum(each.now is not None for each in undone), sum(each.now is None for each in undone)
        said = [
            f"{_files(back)} as before" if back else "",
            f"{_files(gone)} gone again that came with it" if gone else "",
        ]
        return Note(f"The last change is taken back: {', '.join(filter(None, said))}. `ls` shows your project.")
    (only,) = undone
    if only.now is None:
        return Note(f"`{only.path}` was new, so it is gone again.")
    return saved_message(only.path, only.was or b"", only.now, ref)


def saved_message(path: str, before: bytes | None, content: bytes, ref: StepRef | None, odd: str = "") -> FileSaved:
    """Return what to say about a kept file: its size, what changed, and what looks odd about it."""
    text = content.decode("utf-8", "replace")
    diff = ""
    if before is not None and before != content:
        lines = difflib.unified_diff(
            before.decode("utf-8", "replace").splitlines(), text.splitlines(), "before", "now", lineterm="", n=1
        )
        diff = "\n".join(list(lines)[2 : DIFF_LINES + 2])
    warning = dockerfile_warning(text) if path.rsplit("/", 1)[-1] == "Dockerfile" else ""
    warning = compose_warning(content) if path in FILE_NAMES else warning
    warning = "\n".join(filter(None, (odd, warning)))
    offers = (Offer.CHECK,) if ref else ()
    return FileSaved(path, len(content), len(text.splitlines()), before is None, diff, warning, offers, ref)


def dockerfile_warning(text: str) -> str:
    """Return what looks odd about a Dockerfile, '' when nothing does."""
    parsed = parse_dockerfile(text)
    if isinstance(parsed, Dockerfile):
        return "\n".join(parsed.warnings[:3])
    return f"It is saved, but Docker will not read it yet: {parsed.say}"


def compose_warning(content: bytes) -> str:
    """Return why Compose cannot read the file, '' when it can; what depends on `.env` is not judged here."""
    read = read_compose(content, project=FOLDER)
    if not isinstance(read, ComposeProblem) or read.code in {"ENV_FILE", "INTERPOLATION"}:
        return ""
    return f"It is saved, but Compose will not read it yet: {read.say}"


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count:,} files"


def came_back(changes: Mapping[str, bytes | None]) -> str:
    """Return what to say about files that containers wrote or removed, '' when there are none."""
    if not changes:
        return ""
    wrote = [path for path, content in changes.items() if content is not None]
    gone = [path for path, content in changes.items() if content is None]
    parts = [f"wrote {_named(wrote)}"] if wrote else []
    parts += [f"removed {_named(gone)}"] if gone else []
    return f"A container {' and '.join(parts)} in your project. `undo` takes that back."


def _named(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
    return ", ".join(f"`{path}`" for path in paths[:3]) + more


def with_note(output: Output, say: str) -> Output:
    """Return the output with one more sentence of ours below."""
    return replace(output, note=f"{output.note} {say}".strip()) if say else output
