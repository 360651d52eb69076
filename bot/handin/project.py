"""What may be a file of a learner's project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from bot.handin.code_blocks import read_code_blocks
from bot.handin.paths import LONGEST_PATH, inside
from bot.handin.plan import Refusal
from bot.handin.spelling import distance
from bot.handin.typography import HIDDEN

__all__ = [
    "MOST_FILES",
    "MOST_FILE_BYTES",
    "MOST_LOCK_BYTES",
    "MOST_PROJECT_BYTES",
    "judge_file",
    "most_bytes",
    "near_names",
    "read_code_blocks",
]

MOST_FILE_BYTES = 64 * 1024
#: what installers write is long, and `npm ci` does nothing without it
MOST_LOCK_BYTES = 512 * 1024
_LOCKS = frozenset({"package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml"})
MOST_PROJECT_BYTES = 5 * 1024 * 1024
MOST_FILES = 500
_DEEPEST = 12
#: binary files that an app's page may need: ending → how such a file begins
_PICTURES = {
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpg": (b"\xff\xd8\xff",),
    "jpeg": (b"\xff\xd8\xff",),
    "gif": (b"GIF87a", b"GIF89a"),
    "ico": (b"\x00\x00\x01\x00",),
    "webp": (b"RIFF",),
    "woff": (b"wOFF",),
    "woff2": (b"wOF2",),
}
_ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!", b"\x28\xb5\x2f\xfd")
#: endings that editors and phones hang onto a file's name
_HUNG_ON = (".txt", ".md", ".doc", ".docx", ".rtf", ".text", ".log", ".bak", ".yml", ".yaml", ".sh")

#: endings that stand for the same kind of text
_KIN = (frozenset({"yml", "yaml", "json"}), frozenset({"js", "mjs", "cjs", "jsx", "ts"}), frozenset({"html", "htm"}))


class Room:
    """What is in a project so far, by all that a new file could get in the way of."""

    def __init__(self, project: Mapping[str, bytes]) -> None:
        self.files: dict[str, bytes] = {}
        self.size = 0
        self.twins: dict[str, str] = {}  #: name in small letters → name
        self.folders: set[str] = set()
        for name, content in project.items():
            self.add(name, content)

    def add(self, name: str, content: bytes) -> None:
        """Put a file in, or in place of the one that has its name."""
        self.size += len(content) - len(self.files.get(name, b""))
        self.files[name] = content
        self.twins[name.casefold()] = name
        self.folders.update(folders(name))


def folders(name: str) -> Iterator[str]:
    """Yield the folders around a file, the outermost first."""
    return (name[:at] for at, sign in enumerate(name) if sign == "/")


def judge_file(path: str, content: bytes, project: Mapping[str, bytes] | Room | None = None) -> str | Refusal:
    """Return the path to keep the file under, or why it cannot be kept.

    `project` is what is there already; a file of the same path is replaced. Limits: 64 KB a file (512 KB a lock
    file), 500 files, 5 MB in all.
    """
    name = _judge_path(path)
    if isinstance(name, Refusal):
        return name
    room = project if isinstance(project, Room) else Room(project or {})
    return _judge_content(name, content) or _judge_room(name, content, room) or name


def most_bytes(path: str) -> int:
    """Return how large a file of this name may be."""
    return MOST_LOCK_BYTES if path.rpartition("/")[2] in _LOCKS else MOST_FILE_BYTES


def _judge_path(path: str) -> str | Refusal:
    shown = "".join(sign if sign.isprintable() else "⟨?⟩" for sign in path[:80])
    clean = path.strip().removeprefix("file://")
    name = inside(clean)
    if len(path) > LONGEST_PATH:
        return Refusal("BAD_PATH", f"That name has {len(path)} characters; up to {LONGEST_PATH} are fine.", shown)
    if name is None or ".." in clean.replace("\\", "/").split("/"):
        return Refusal("BAD_PATH", f"`{shown}` is outside your project. Use a name such as `src/index.js`.", shown)
    if name == ".":
        return Refusal("BAD_PATH", "The file needs a name, such as `Dockerfile`.", shown)
    parts = name.split("/")
    if any(sign in HIDDEN or not sign.isprintable() for sign in name):
        return Refusal(
            "BAD_PATH", f"`{shown}` holds a character that one cannot see. Please type the name anew.", shown
        )
    if len(parts) > _DEEPEST or any(
        part != part.strip() or part.endswith(".") or set(part) & set('<>:"|?*') for part in parts
    ):
        say = f"`{shown}` is not a name I can keep: letters, digits, `.`, `-`, `_` and `/` are fine."
        return Refusal("BAD_PATH", say, shown)
    if parts[0] == ".git" or "node_modules" in parts:
        return Refusal(
            "NOT_NEEDED", f"`{parts[0]}` is not kept here: `npm install` in your Dockerfile makes what it holds.", shown
        )
    if parts[0].startswith(".docent"):
        return Refusal("BAD_PATH", "Names that begin with `.docent` are mine. Please choose another.", shown)
    return name


def _judge_content(name: str, content: bytes) -> Refusal | None:
    if len(content) > (most := most_bytes(name)):
        say = f"`{name}` has {len(content) / 1024:,.0f} KB; a file may have up to {most // 1024} KB."
        return Refusal("TOO_LARGE", say, name)
    ending = name.rpartition(".")[2].lower()
    if content.startswith(_PICTURES.get(ending, (b"\x00never",))):
        return None
    if content.startswith(_ARCHIVES) or content[257:262] == b"ustar":
        say = f"`{name}` is an archive, and no file of a project. Send what is in it, or one .zip of it all."
        return Refusal("ARCHIVE", say, name)
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        say = f"`{name}` was saved as UTF-16 (Notepad says “Unicode”). Please save it as UTF-8 and send it again."
        return Refusal("ENCODING", say, name)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = "\x00"
    if "\x00" in text:
        say = f"`{name}` is not a text. I keep texts, and small pictures and fonts (png, jpg, ico, gif, webp, woff)."
        return Refusal("BINARY", say, name)
    return None


def _judge_room(name: str, content: bytes, room: Room) -> Refusal | None:
    """Return a refusal when the file does not fit beside the others."""
    if name not in room.files and len(room.files) >= MOST_FILES:
        return Refusal("TOO_MANY", f"Your project has {len(room.files)} files, and that is the most it can hold.", name)
    size = room.size - len(room.files.get(name, b"")) + len(content)
    if size > MOST_PROJECT_BYTES:
        say = f"With `{name}` your project would have {size / 1024 / 1024:.1f} MB; up to 5 MB are fine."
        return Refusal("TOO_LARGE", say, name)
    if (twin := room.twins.get(name.casefold(), name)) != name:
        say = f"There is `{twin}` already. Names that differ in capitals only get mixed up; which one shall it be?"
        return Refusal("NAME_CLASH", say, name, f"edit {twin}")
    if name in room.folders:
        return Refusal("NAME_CLASH", f"`{name}` is a folder in your project. Please choose another name.", name)
    if blocking := next((folder for folder in folders(name) if folder in room.files), ""):
        return Refusal("NAME_CLASH", f"`{blocking}` is a file, so nothing can lie inside of it.", name)
    return None


def near_names(path: str, existing: Iterable[str]) -> tuple[str, ...]:
    """Return the files whose name was probably meant to be this one (`dockerfile`, `Dockerfile.txt`), nearest first."""
    found = [(rank, other) for other in existing if other != path and (rank := _likeness(path, other))]
    return tuple(other for _, other in sorted(found))


def _likeness(path: str, other: str) -> int:
    """Return 1 (same but for capitals) to 5 (same name with another ending), 0 when they are not alike."""
    wanted, name = path.casefold(), other.casefold()
    if wanted == name:
        return 1
    bare = next((name.removesuffix(ending) for ending in _HUNG_ON if name.endswith(ending)), name).rstrip(". ")
    if bare == wanted:
        return 2
    folder, _, last = wanted.rpartition("/")
    if any(folder == where and len(last) > 4 and distance(last, what) <= 2 for where, what in _split(name, bare)):
        return 3
    if any(last == what for _, what in _split(name, bare)):
        return 4
    return 5 if _same_but_ending(last, name.rpartition("/")[2]) else 0


def _split(*paths: str) -> Iterator[tuple[str, str]]:
    for path in paths:
        folder, _, name = path.rpartition("/")
        yield folder, name


def _same_but_ending(wanted: str, name: str) -> bool:
    """Tell whether these are one name: `Dockerfile.dev`, `compose.yml` or `compose`, but not another kind of file."""
    stem, _, ending = wanted.rpartition(".")
    if not stem:  # a name without an ending, or one that is nothing but its ending
        return name.startswith(f"{wanted}.")
    if name == stem:
        return True
    other_stem, _, other = name.rpartition(".")
    return other_stem == stem and any({ending, other} <= kin for kin in _KIN)
