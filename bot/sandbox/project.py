"""`ls` and `cat` of the project's files. Pure: the files are in the database, not on a disk."""

from __future__ import annotations

from collections.abc import Mapping

from bot.handin.plan import ListFiles, Output, ShowFiles
from bot.sandbox.screen import shown


def list_files(plan: ListFiles, files: Mapping[str, bytes]) -> Output:
    """Return `ls`."""
    loose: dict[str, int | None] = {}
    blocks, errors = [], []
    for path in plan.paths:
        plain = _plain(path)
        inside = _children(files, plain)
        if plain in files:
            loose[path] = len(files[plain])
        elif inside or not plain:
            text = _lines(inside, plan)
            blocks.append(f"{path}:\n{text}" if len(plan.paths) > 1 else text)
        else:
            errors.append(f"ls: cannot access '{path}': No such file or directory")
    if loose:
        blocks.insert(0, _lines(loose, plan))
    return Output("\n".join([*errors, "\n\n".join(blocks)]).strip("\n"), 2 if errors else 0)


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
