"""`ls` and `cat` of the project's files. Pure: the files are in the database, not on a disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.handin.plan import ListFiles, Output, ShowFiles
from bot.handin.project import MOST_FILE_BYTES
from bot.handin.returning import Aside
from bot.sandbox.screen import shown

MOST_SAID = 3


def list_files(plan: ListFiles, files: Mapping[str, bytes], aside: Sequence[Aside] = ()) -> Output:
    """Return `ls`; what containers have in the mounted project and cannot be kept (`aside`) is listed and explained."""
    loose: dict[str, int | None] = {}
    blocks, errors, told = [], [], list[Aside]()
    for path in plan.paths:
        plain = _plain(path)
        inside = _children(files, plain) | _left(aside, plain)
        told += [each for each in aside if plain in ("", each.path) or each.path.startswith(f"{plain}/")]
        if plain in files:
            loose[path] = len(files[plain])
        elif only := next((each for each in aside if each.path == plain), None):
            loose[path] = None if only.folder else only.size
        elif inside or not plain:
            text = _lines(inside, plan)
            blocks.append(f"{path}:\n{text}" if len(plan.paths) > 1 else text)
        else:
            errors.append(f"ls: cannot access '{path}': No such file or directory")
    if loose:
        blocks.insert(0, _lines(loose, plan))
    text = "\n".join([*errors, "\n\n".join(blocks)]).strip("\n")
    return Output(text, 2 if errors else 0, note=stays(tuple(dict.fromkeys(told))))


def _left(aside: Sequence[Aside], folder: str) -> dict[str, int | None]:
    """Return the names in a folder that are in containers only."""
    here = (each for each in aside if each.path.rpartition("/")[0] == folder and each.path != ".")
    return {shown(each.path.rpartition("/")[2]): None if each.folder else each.size for each in here}


def stays(aside: Sequence[Aside]) -> str:
    """Return why things are in the containers and not in the project."""
    said = [_why(each) for each in aside[:MOST_SAID]]
    more = len(aside) - len(said)
    return " ".join([*said, f"And {more} more."] if more else said)


def _why(each: Aside) -> str:
    path = shown(each.path)
    match each.why:
        case "filled":
            return f"`{path}` is filled by a program, so it stays with your containers and is not part of your project."
        case "many":
            return f"`{path}` has too many new files for a project ({each.size:,}), so they stay with your containers."
        case "large":
            most = f"{MOST_FILE_BYTES // 1024} KB"
            return f"`{path}` has {each.size / 1024:,.0f} KB, and a file of a project up to {most}: it stays there."
        case "link":
            return f"`{path}` is a link. Only plain files come back from containers."
        case "refused":
            return f"`{path}` stays with your containers. {each.say}"
        case _:
            return f"`{path}` is no plain file that I can keep, so it stays with your containers."


def show_files(plan: ShowFiles, files: Mapping[str, bytes]) -> Output:
    """Return `cat`."""
    parts, code = [], 0
    for path in plan.paths:
        plain = _plain(path)
        if plain in files:
            parts.append(_readable(plain, files[plain]))
            continue
        code = 1
        is_folder = not plain or _children(files, plain)
        parts.append(f"cat: {path}: {'Is a directory' if is_folder else 'No such file or directory'}")
    return Output(shown("\n".join(part.rstrip("\n") for part in parts)), code)


def _readable(path: str, data: bytes) -> str:
    if b"\0" in data:
        return f"({path} is not text: {len(data)} bytes)"
    return data.decode("utf-8", "replace")


def _plain(path: str) -> str:
    return "/".join(part for part in path.split("/") if part not in ("", "."))


def _children(files: Mapping[str, bytes], folder: str) -> dict[str, int | None]:
    """Return the names in a folder: size of a file, None for a folder."""
    prefix = f"{folder}/" if folder else ""
    found: dict[str, int | None] = {}
    for path, data in files.items():
        if path.startswith(prefix):
            name, deeper, _ = path[len(prefix) :].partition("/")
            found[name] = None if deeper else len(data)
    return found


def _lines(entries: Mapping[str, int | None], plan: ListFiles) -> str:
    names = sorted(
        (name for name in entries if plan.all or not name.startswith(".")), key=lambda n: n.lstrip(".").lower()
    )
    if not plan.long:
        return "\n".join(names)
    width = max((len(str(entries[name] or 4096)) for name in names), default=1)
    rows = []
    for name in names:
        size = entries[name]
        kind = "drwxr-xr-x" if size is None else "-rw-r--r--"
        rows.append(f"{kind} 1 you you {4096 if size is None else size:>{width}} {name}")
    return "\n".join(rows)
