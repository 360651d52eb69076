"""How the reading of a compose file gives up early: inside this room only, its door answers with a value."""

from __future__ import annotations

from bot.handin.compose.plan import ComposeProblem


class Broken(Exception):
    """Carries a problem from deep inside the reading to its door; never leaves `bot.handin`."""

    def __init__(self, problem: ComposeProblem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def broken(line: int, code: str, say: str, words: str = "", seen: str = "") -> Broken:
    """Return what to raise; the line leads the sentence where there is one, and nothing typed can break it."""
    lead = f"Line {line}: " if line else ""
    said = "".join(sign if sign.isprintable() else "⟨?⟩" for sign in " ".join(say.split()))
    shown = "".join(sign if sign.isprintable() or sign == "\n" else "\ufffd" for sign in words)
    return Broken(ComposeProblem(line, f"{lead}{said}", shown, code, seen[:200]))
