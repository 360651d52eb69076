"""Judge what several builds of one project have in common: what the cache saves, what `.dockerignore` keeps out."""

from __future__ import annotations

from bot.core.evidence import CacheSeen, ContextSeen
from bot.core.judging import builds
from bot.core.results import Failed, Passed, Result
from bot.core.specs import BuildSpec, CacheSpec, ContextSpec

CACHE_CODES = builds.CODES | {"NO_INSTALL", "INSTALL_AGAIN", "INSTALL_STALE", "MISSING_FILE"}
CONTEXT_CODES = builds.CODES | {"NOT_IGNORED"}


def judge_cache(spec: CacheSpec, seen: CacheSeen) -> Result:
    """Return whether the libraries are fetched again exactly when what asks for them has changed."""
    if seen.missing:
        return Failed("MISSING_FILE", expected=seen.missing, observed="no such file")
    if not seen.build.ok:
        return builds.judge(BuildSpec(dockerfile=spec.dockerfile), seen.build)
    if not seen.installs:
        return Failed("NO_INSTALL", expected="a RUN line with npm install", observed="no line that fetches libraries")
    again = next((each for each in seen.installs if each.after_source), None)
    if again:
        return Failed("INSTALL_AGAIN", expected=f"no new fetch after a change of {spec.source}", observed=again.command)
    if not any(each.after_packages for each in seen.installs):
        only = seen.installs[-1].command
        return Failed("INSTALL_STALE", expected=f"a new fetch after a change of {spec.packages}", observed=only)
    return Passed(f"a change of {spec.source} keeps the fetched libraries")


def judge_context(spec: ContextSpec, seen: ContextSeen) -> Result:
    """Return whether the planted file stayed out of the image."""
    if not seen.build.ok:
        return builds.judge(BuildSpec(dockerfile=spec.dockerfile), seen.build)
    if seen.there:
        return Failed("NOT_IGNORED", expected=f"{spec.plant.partition('/')[0]} in .dockerignore", observed=seen.path)
    return Passed(f"{spec.plant.partition('/')[0]} of the project stays out")
