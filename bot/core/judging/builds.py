"""Judge a build: whether it went through, else at which instruction it stopped and why."""

from __future__ import annotations

from bot.core.diagnosis import BUILD_SIGNS, named
from bot.core.evidence import BuildSeen
from bot.core.results import Failed, Passed, Result
from bot.core.specs import BuildSpec

CODES = frozenset({"REFUSED", "BUILD_FAILED"} | {sign.code for sign in BUILD_SIGNS})

#: what each cause would need, in a few words
EXPECTED = {
    "REFUSED": "a recipe that this class can build",
    "NO_DOCKERFILE": "a file called Dockerfile",
    "NO_FROM": "FROM as the first instruction",
    "EMPTY_DOCKERFILE": "instructions in the Dockerfile",
    "UNKNOWN_INSTRUCTION": "an instruction that it knows",
    "BASE_NOT_FOUND": "a base image that exists",
    "COPY_NOT_FOUND": "a path that is in the project",
    "NO_PACKAGE_JSON": "that file in the image before it runs",
    "NO_YARN": "npm, which comes with Node",
    "NOT_FETCHED": "packages that npm can reach",
    "COMMAND_NOT_FOUND": "a program that is in the image",
    "OUT_OF_MEMORY": "a build that fits into memory",
    "BUILD_FAILED": "every instruction to go through",
}
#: what is said to have been seen where the signature itself finds nothing worth showing
OBSERVED = {
    "NO_FROM": "Another instruction stands in front of it.",
    "NO_DOCKERFILE": "no Dockerfile",
    "NO_PACKAGE_JSON": "no package.json",
    "OUT_OF_MEMORY": "the build was stopped",
}


def judge(spec: BuildSpec, seen: BuildSeen) -> Result:
    """Return whether the project builds from the asked Dockerfile, or was built elsewhere and pushed."""
    if seen.ok and not seen.refused:
        return Passed(f"{spec.dockerfile} built in {seen.took_s:.1f} s")
    if seen.pushed:
        return Passed(f"built elsewhere and pushed as {seen.pushed}")
    # the line that stopped the build says more than what scrolled by before it
    found = named(BUILD_SIGNS, seen.refused) or named(BUILD_SIGNS, seen.line) or named(BUILD_SIGNS, seen.log)
    if found:
        code, what = found
        return Failed(
            code, EXPECTED[code], OBSERVED.get(code) or what or seen.step or seen.line, detail=seen.refused or seen.log
        )
    if seen.refused:
        return Failed("REFUSED", EXPECTED["REFUSED"], seen.refused)
    observed = ": ".join(part for part in (seen.step, seen.line) if part) or "it stopped without a word"
    return Failed("BUILD_FAILED", EXPECTED["BUILD_FAILED"], observed, detail=seen.log)
