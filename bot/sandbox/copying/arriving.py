"""What was found in a container → what comes into the project, in the words of Docker's client. Pure.

Source: github.com/docker/cli 28 `cli/command/container/cp.go`; github.com/moby/moby `pkg/archive/copy.go`.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from bot.handin.plan import CopyOut, Output, Refusal
from bot.handin.project import judge_file
from bot.handin.returning import Aside
from bot.sandbox import console
from bot.sandbox.folders import below
from bot.sandbox.project import stays
from bot.sandbox.screen import shown

BLOCK = 512  #: of a tar
MOST_NAMED = 3


def arrived(plan: CopyOut, seen: Mapping[str, Any], files: Mapping[str, bytes]) -> Output:
    """Return what becomes of what was found in a container, in a project of these files. Pure."""
    match seen["kind"]:
        case "file":
            return _arrived_file(plan, base64.b64decode(seen["content"]), files)
        case "folder":
            return _arrived_folder(plan, seen, files)
        case "missing":
            words = f"Could not find the file {plan.source} in container {plan.name}"
            return Output(f"Error response from daemon: {words}", 1)
        case "link":
            say = f"`{shown(plan.source)}` is a link to `{shown(str(seen['target']))[:200]}`."
            return Output("", 1, note=f"{say} A project has plain files only. With `-L`, what it leads to is copied.")
        case kind:
            why = "large" if kind == "large" else "other"
            left = stays((Aside(plan.source, why, int(seen.get("size") or 0)),))
            return Output("", 1, note=left)


def _arrived_file(plan: CopyOut, content: bytes, files: Mapping[str, bytes]) -> Output:
    name = plan.source.rstrip("/").rpartition("/")[2]
    target = plan.target
    if target == "." or (target not in files and below(target, files)):
        target = name if target == "." else f"{target}/{name}"
    elif plan.folder:
        return Output("not a directory" if target in files else "no such directory", 1)
    judged = judge_file(target, content, files)
    if isinstance(judged, Refusal):
        return Output("", 1, note=judged.say)
    return _copied(plan, {judged: content}, tar_bytes({"": content}), "")


def _arrived_folder(plan: CopyOut, seen: Mapping[str, Any], files: Mapping[str, bytes]) -> Output:
    if plan.target in files:
        return Output("cannot copy directory", 1)
    there = plan.target == "." or bool(below(plan.target, files))
    name = "" if plan.source.endswith("/.") or not there else plan.source.rstrip("/").rpartition("/")[2]
    into = "/".join(part for part in (plan.target, name) if part not in {"", "."})
    project, kept = dict(files), dict[str, bytes]()
    aside = [Aside(str(path), str(why), int(size)) for path, why, size in seen["aside"]]
    for path, packed in sorted(seen["files"].items()):
        content = base64.b64decode(packed)
        judged = judge_file(f"{into}/{path}" if into else path, content, project)
        if isinstance(judged, Refusal):
            aside.append(Aside(path, "refused", len(content), judged.say))
        else:
            project[judged] = kept[judged] = content
    note = stays(tuple(aside))
    if not kept:
        return Output(
            "", 1, note=note or f"`{shown(plan.source)}` has no files in it, and a project has no empty folders."
        )
    return _copied(plan, kept, tar_bytes(kept), note)


def _copied(plan: CopyOut, kept: Mapping[str, bytes], size: int, note: str) -> Output:
    text = "" if plan.quiet else f"Successfully copied {console.size(size)} to {plan.written}"
    named = ", ".join(f"`{path}`" for path in list(kept)[:3]) + (f" and {len(kept) - 3} more" if len(kept) > 3 else "")
    return Output(
        text, note=" ".join(filter(None, (f"Your project has {named} now.", note))), brought=tuple(kept.items())
    )


def tar_bytes(files: Mapping[str, bytes]) -> int:
    """Return how long an archive of the files (by their paths in it, '' for one alone) is: what the client reports."""
    folders = {"/".join(path.split("/")[:depth]) for path in files if path for depth in range(path.count("/") + 1)}
    blocks = sum(1 + -(-len(content) // BLOCK) for content in files.values()) + len(folders) + 2
    return blocks * BLOCK
