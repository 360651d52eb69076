"""Search the glossary and the lessons for what a question is about. Small and pure: a workshop is one page of text."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from difflib import get_close_matches
from functools import lru_cache

from bot.core.map import place
from bot.core.workshop import StepRef, Workshop

#: words that carry no meaning in a question
_EMPTY = (
    "a an and are as at be but by can could did do does explain for from give has have how i in into is it its kind "
    "me mean means meaning my of on one or please should so some somebody tell that the their them then there these "
    "they thing this those to us use used was we what whats when where which who why will with would you your between "
    "difference again about really actually just not need want like get work works"
)
EMPTY = frozenset(_EMPTY.split())
#: a lesson must fit at least this well to be named
ENOUGH = 3.0


def explained(workshop: Workshop, text: str) -> str:
    """Return what the workshop says about a question: up to two terms, and where to read more; '' for nothing."""
    terms = terms_in(workshop, text)
    lines = [f"**{term}**: {workshop.glossary[term]}" for term in terms[:2]]
    asked = text.rstrip().endswith("?") or re.match(
        r"\s*(what|how|why|when|where|which|who|explain|tell|define)\b", text, re.IGNORECASE
    )
    # two terms are a comparison: both are explained, and no single step has more
    ref = best_step(workshop, text) if len(terms) == 1 or (asked and not terms) else None
    if ref:
        lines.append(f"More on it in **{place(workshop, ref)}** (`go {ref.section}`).")
    return "\n\n".join(lines)


def terms_in(workshop: Workshop, text: str) -> tuple[str, ...]:
    """Return the glossary terms named in the text, longest first; a term inside a longer one is not named."""
    spoken = _stems(text)
    joined, found = f" {' '.join(spoken)} ", []
    for term in sorted(workshop.glossary, key=lambda t: (-len(t), t)):
        stem = " ".join(_stems(term))
        if stem and f" {stem} " in joined:
            found.append((joined.index(f" {stem} "), term))
            joined = joined.replace(f" {stem} ", " " + "·" * len(stem) + " ")
    if not found:
        return _nearly(workshop, spoken)
    # a question of many words names many terms: the rarest say what it is about, in the order asked
    return tuple(term for _, term in sorted(found))


def _nearly(workshop: Workshop, spoken: list[str]) -> tuple[str, ...]:
    known = {" ".join(_stems(term)): term for term in workshop.glossary}
    for word in spoken:
        if len(word) >= 5 and (near := get_close_matches(word, known, n=1, cutoff=0.82)):
            return (known[near[0]],)
    return ()


def best_step(workshop: Workshop, text: str) -> StepRef | None:
    """Return the step whose title and text fit the words best, None when none fits well."""
    asked = {word for word in _stems(text) if word not in EMPTY}
    if not asked:
        return None
    pages = {ref: _page(step.title, step.say) for ref in workshop.order if (step := workshop.step(ref))}
    spread = {word: sum(word in page for page in pages.values()) for word in asked}
    scores = {
        ref: sum(min(page[word], 4) * math.log(1 + len(pages) / spread[word]) for word in asked if word in page)
        for ref, page in pages.items()
    }
    best = max(scores, key=lambda ref: scores[ref], default=None)
    return best if best and scores[best] >= ENOUGH else None


@lru_cache(maxsize=1_000)  # the texts stay, while questions come by the hundred: 8 of 10 ms of an answer were this
def _page(title: str, say: str) -> Mapping[str, int]:
    page = Counter(_stems(say))
    for word in _stems(title):
        page[word] += 3
    return page


def section_named(workshop: Workshop, wanted: str) -> str:
    """Return the id of the section meant by a number or a part of its title, '' when none is."""
    wanted = wanted.strip().lower()
    if re.fullmatch(r"\d\d?", wanted):
        return wanted.zfill(2) if workshop.section(wanted.zfill(2)) else ""
    named = [s.id for s in workshop.sections if len(wanted) >= 4 and wanted in s.title.lower()]
    return named[0] if len(named) == 1 else ""


def _stems(text: str) -> list[str]:
    found = re.findall(r"[a-z0-9_][a-z0-9_.-]*", text.lower())
    return [_stem(word.rstrip(".-")) for word in found]


def _stem(word: str) -> str:
    for ending in ("ies", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith(("ss", "us")):
            return word.removesuffix(ending) + ("y" if ending == "ies" else "e" if ending == "es" else "")
    return word
