"""interim: replaced by bot.handin.dockerfile + bot.handin.policy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.handin.plan import BuildPlan, Refusal
from bot.handin.reference import normalise
from bot.sandbox.build_log import Instruction


@dataclass(frozen=True, slots=True)
class Accepted:
    """A Dockerfile that the policy let through."""

    instructions: tuple[Instruction, ...]
    text: str  #: for the engine: every base is a pinned image id
    bases: tuple[str, ...]  #: public names of the bases
    written_bytes: int


def read(plan: BuildPlan, files: Mapping[str, bytes], bases: Mapping[str, str]) -> Accepted | Refusal:
    """Return what the learner's Dockerfile asks for, or why it cannot be built here."""
    data = files.get(plan.dockerfile)
    if data is None:
        return Refusal(
            "NO_DOCKERFILE",
            f"There is no {plan.dockerfile}.",
            docker=True,
            exit_code=1,
            words=f"ERROR: failed to read dockerfile: open {plan.dockerfile}: no such file or directory",
        )
    logical = re.sub(r"\\\n", " ", data.decode())
    out, used, instructions = [], [], []
    for number, line in enumerate(logical.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        keyword = line.split()[0].upper()
        instructions.append(Instruction(keyword, line, number))
        if keyword == "FROM":
            name = normalise(line.split()[1])
            if name not in bases:
                return Refusal("UNKNOWN_BASE", f"{name} is not served here")
            used.append(name)
            line = f"FROM {bases[name]}"
        out.append(line)
    return Accepted(tuple(instructions), "\n".join(out) + "\n", tuple(used), len(data))
