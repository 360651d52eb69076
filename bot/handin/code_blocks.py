"""A message with code blocks → the files in it: blocks that something names, and Dockerfiles."""

from __future__ import annotations

import re

from bot.handin.instruction import KEYWORDS
from bot.handin.paths import inside

_FENCE = re.compile(r"```|~~~")
_PATH = re.compile(r"(?:\./)?[\w.@+-]{1,60}(?:/[\w.@+-]{1,60}){0,8}")
_ENDINGS = frozenset(
    {
        "js",
        "mjs",
        "cjs",
        "ts",
        "json",
        "html",
        "css",
        "md",
        "yaml",
        "yml",
        "txt",
        "sh",
        "py",
        "sql",
        "toml",
        "svg",
        "jsx",
    }
    | {
        "ini",
        "conf",
        "env",
        "xml",
        "csv",
        "lock",
        "dockerfile",
        "dockerignore",
        "gitignore",
        "tsx",
        "npmrc",
        "j2",
        "cnf",
    }
)
#: words that may stand beside a file's name in the line above its text
_BESIDE = frozenset(
    {
        "here",
        "is",
        "my",
        "the",
        "this",
        "new",
        "file",
        "named",
        "called",
        "save",
        "as",
        "write",
        "to",
        "in",
        "into",
        "content",
    }
    | {
        "of",
        "contents",
        "create",
        "it",
        "now",
        "and",
        "a",
        "put",
        "be",
        "should",
        "with",
        "update",
        "changed",
        "edit",
        "for",
    }
)
#: languages that a block may be marked with
_LANGUAGES = frozenset(
    {
        "bash",
        "sh",
        "shell",
        "console",
        "text",
        "plain",
        "plaintext",
        "js",
        "javascript",
        "json",
        "html",
        "css",
        "yaml",
        "yml",
    }
    | {"md", "markdown", "python", "py", "sql", "typescript", "ts", "xml", "ini", "toml", "diff"}
)
_COMMENT = re.compile(r"(?:#|//|--|;|/\*|<!--)\s*(.*?)\s*(?:\*/|-->)?")

#: `cat > FILE <<EOF`, as tutorials write a file in a shell
_HERE = re.compile(
    r"(?:(?:bash|sh|console)\n)?(?:\$ )?cat\s*(?:>\s*(?P<first>[\w./-]+)\s*)?<<-?\s*"
    r"(?P<quote>['\"]?)(?P<end>\w+)(?P=quote)\s*(?:>\s*(?P<last>[\w./-]+)\s*)?\n(?P<text>.*?\n)\s*(?P=end)",
    re.DOTALL,
)


def read_code_blocks(text: str) -> list[tuple[str, str]]:
    """Return (path, content) of every file in a message (already `unslack`ed), [] when its blocks are something else.

    A file's name stands in the line above its block, behind the opening fence, or in the block's first line.
    """
    text = text.replace("\r\n", "\n")
    if here := _HERE.fullmatch(text.strip().strip("`").strip()):
        path = _path(here["first"] or here["last"])
        return [(path, here["text"])] if path else []
    parts = _FENCE.split(text)
    found: list[tuple[str, str]] = []
    for before, block in zip(parts[::2], parts[1::2], strict=False):
        named = _named_above(before) or None
        file = _read_block(block, named)
        if file:
            found.append(file)
    return found


def _read_block(block: str, named: str | None) -> tuple[str, str] | None:
    first, newline, rest = block.lstrip(" ").partition("\n")
    mark = first.strip()
    if newline and mark.lower() in {"dockerfile", "docker"} | _LANGUAGES:
        named = named or ("Dockerfile" if mark.lower().startswith("docker") else None)
        block = rest
    elif newline and (inner := _named_inside(mark)):
        named, block = inner, rest
    elif not mark:
        block = rest
        first, newline, rest = block.partition("\n")
        if newline and (inner := _named_inside(first.strip())):
            named, block = inner, rest
    if named is None and not is_dockerfile(block):
        return None
    if not block.strip():
        return None
    return named or "Dockerfile", block.rstrip() + "\n"


def _path(word: str) -> str:
    """Return the project path that a word is, '' when it is none."""
    word = word.strip("`*_\"'():,")
    if not _PATH.fullmatch(word):
        return ""
    name = word.rpartition("/")[2]
    if name.lower() != "dockerfile" and name.rpartition(".")[2].lower() not in _ENDINGS:
        return ""
    if "." not in name and name.lower() != "dockerfile":
        return ""
    path = inside(word)
    return path if path and path != "." else ""


def _named_above(before: str) -> str:
    """Return the file named by the last line before a block; a line that says anything else names none."""
    lines = [line for line in before.split("\n") if line.strip()]
    if not lines or len(lines[-1]) > 200:
        return ""
    words = lines[-1].strip(" #>*-").split()
    paths = [path for word in words if (path := _path(word))]
    others = [word.strip("`*_\"'():,.!;").lower() for word in words if not _path(word)]
    return paths[0] if len(paths) == 1 and all(word in _BESIDE or not word for word in others) else ""


def _named_inside(line: str) -> str:
    """Return the file named by a block's first line: `Dockerfile`, `# Dockerfile`, `// src/index.js`, `js src/x.js`."""
    match = _COMMENT.fullmatch(line) if len(line) <= 200 else None
    words = (match[1] if match else line).removeprefix("file:").removeprefix("File:").split()
    if len(words) == 2 and words[0].lower() in _LANGUAGES:
        words = words[1:]
    return _path(words[0]) if len(words) == 1 else ""


def is_dockerfile(text: str) -> bool:
    """Tell whether a text without a name is a Dockerfile: it begins with FROM, or reads like nothing else."""
    lines = [line.split() for line in text.split("\n") if line.strip() and not line.lstrip().startswith("#")]
    if not lines:
        return False
    first = lines[0]
    if first[0] == "FROM" and len(first) > 1:
        return True
    if first[0].lower() == "from" and len(first) in {2, 4} and (len(first) == 2 or first[2].lower() == "as"):
        return True
    keyed = sum(words[0] in KEYWORDS for words in lines)
    return keyed >= 2 and keyed * 2 > len(lines) and (first[0].isupper() or first[0] in KEYWORDS)
