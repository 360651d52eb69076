"""Take away every rule of the policy, one at a time, and see a test fail: `deploy/test --mutants [WORDS]`.

Each mutant is one change to one module: a condition that refuses never holds, or holds the other way round; one part of
an `and` or `or` is left out; a row, a word or a key of a table is left out, or loses its lesson; a limit is lifted; a
pattern fits everything or nothing. It is loaded in place of the module in a forked process, and the quick tests of what
learners hand in run until one fails. `SAME` holds the mutants that change nothing, with the reason.
"""

from __future__ import annotations

import ast
import copy
import importlib.abc
import importlib.util
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import hypothesis  # noqa: F401 - loaded once, before the forks
import pydantic  # noqa: F401
import pytest
import rich.table  # noqa: F401
import yaml
from rich.console import Console

console = Console(soft_wrap=True, highlight=False)
ROOT = Path(__file__).parents[2]
SAME_FILE = Path(__file__).with_name("mutants.yaml")
AT_ONCE = 2
DEADLINE_S = 120
LIFTED = 10**9
AS_IT_IS = "as it is"
#: a list of names in one text; sentences are no rules
NAMES = re.compile(r"\s*[\w/-]+(?:\s+[\w/-]+){2,}\s*")
#: tables that are no rules: they tell what to say, or what to mend
NO_RULES = frozenset({"LONG_OPTIONS", "KEYWORDS"})
DOCKERFILE = ("tests/handin/test_policy.py", "tests/handin/test_dockerfile.py", "tests/handin/test_decision.py")
COMMAND = (
    "tests/handin/test_options.py",
    "tests/handin/test_policy.py",
    "tests/handin/test_command.py",
    "tests/handin/test_docker_flags.py",
    "tests/handin/test_docker_line.py",
)
COMPOSE = tuple(
    f"tests/handin/compose/test_{name}.py" for name in ("keys", "policy", "read", "events", "interpolation")
)
ARCHIVE = ("tests/handin/test_archive.py", "tests/handin/test_project.py")
#: module → the tests that are to notice
TARGETS: dict[str, Sequence[str]] = {
    "policy": (*DOCKERFILE, "tests/handin/compose/test_policy.py"),
    "dockerfile_rules": DOCKERFILE,
    "build_state": DOCKERFILE,
    "bases": DOCKERFILE,
    "expansion": DOCKERFILE,
    "docker_flags": COMMAND,
    "run_plan": COMMAND,
    "mounts": COMMAND,
    "places": COMMAND,
    "paths": (*COMMAND, "tests/handin/compose/test_policy.py"),
    "env_files": (*COMMAND, "tests/handin/test_env_files.py"),
    "ignore": ("tests/handin/test_ignore.py",),
    "compose.policy": COMPOSE,
    "compose.keys": COMPOSE,
    "compose.mounts": COMPOSE,
    "compose.build": COMPOSE,
    "compose.things": COMPOSE,
    "compose.parts": COMPOSE,
    "archive": ARCHIVE,
    "archive_member": ARCHIVE,
    "archive_tar": ARCHIVE,
    "archive_zip": ARCHIVE,
}


Change = Callable[[Any], object]


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """Yield (what was changed, the whole module) for every change there is."""
    tree = ast.parse(source)
    inside = {
        each: function.name
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for each in ast.walk(function)
    }
    for number, node in enumerate(ast.walk(tree)):
        for what, change in changes(node):
            other = copy.deepcopy(tree)
            change(next(each for at, each in enumerate(ast.walk(other)) if at == number))
            where = f"{inside[node]}: " if node in inside else ""
            yield where + what, ast.unparse(ast.fix_missing_locations(other))


def changes(node: ast.AST) -> Iterator[tuple[str, Change]]:
    """Yield (what, how) for the changes of one node; `how` is given the same node of another tree."""
    if isinstance(node, ast.If) and any(isinstance(each, ast.Return | ast.Raise) for each in node.body):
        shown = ast.unparse(node.test)[:70]
        yield f"never: if {shown}", lambda it: setattr(it, "test", ast.Constant(False))
        yield f"inverted: if {shown}", lambda it: setattr(it, "test", ast.UnaryOp(ast.Not(), it.test))
    if isinstance(node, ast.BoolOp):
        for at, part in enumerate(node.values):
            yield f"without: {ast.unparse(part)[:70]}", lambda it, at=at: it.values.pop(at)
    if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.expr):
        yield from table(node)
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "_flags":
        yield from options(node)


def table(node: ast.Assign | ast.AnnAssign) -> Iterator[tuple[str, Change]]:
    """Yield the changes of a constant: limits, patterns, and the rows of tables."""
    name = ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
    if not name.strip("_").replace("_", "").isupper() or name in NO_RULES or node.value is None:
        return
    if isinstance(node.value, ast.Constant | ast.BinOp) and not isinstance(getattr(node.value, "value", 0), str):
        yield f"lifted: {name}", lambda it: setattr(it, "value", ast.Constant(LIFTED))
    for number, part in enumerate(ast.walk(node.value)):
        for what, change in row(part) if not isinstance(node.value, ast.Constant) else ():  # words are no rules
            yield (
                f"{name} {what}",
                lambda it, number=number, change=change: change(list(ast.walk(it.value))[number]),
            )


def row(part: ast.AST) -> Iterator[tuple[str, Change]]:
    """Yield the changes of a part of a table."""
    if isinstance(part, ast.Call) and ast.unparse(part.func) == "re.compile":
        for pattern in ("(?s:.*)", "(?!)"):
            yield f"is {pattern}", lambda it, to=pattern: it.args.__setitem__(0, ast.Constant(to))
    elif isinstance(part, ast.Dict):
        for at, key in enumerate(part.keys):
            shown = ast.unparse(key or part.values[at])[:40]
            yield f"without {shown}", lambda it, at=at: (it.keys.pop(at), it.values.pop(at))
    elif isinstance(part, ast.Set | ast.Tuple | ast.List):
        for at, element in enumerate(part.elts):
            yield f"without {ast.unparse(element)[:40]}", lambda it, at=at: it.elts.pop(at)
    elif isinstance(part, ast.Constant) and isinstance(part.value, str) and NAMES.fullmatch(part.value):
        for word in part.value.split():
            kept = " ".join(each for each in part.value.split() if each != word)
            yield f"without {word}", lambda it, kept=kept: setattr(it, "value", kept)


def options(node: ast.Call) -> Iterator[tuple[str, Change]]:
    """Yield the changes of a row of options: a word is left out, or all of them are let through."""
    spec = node.args[0]
    if not isinstance(spec, ast.Constant):
        return
    for word in str(spec.value).split():
        kept = " ".join(each for each in str(spec.value).split() if each != word)
        yield f"without --{word}", lambda it, kept=kept: it.args.__setitem__(0, ast.Constant(kept))
    if len(node.args) == 3:
        yield f"let through: {spec.value}", lambda it: it.args.pop()


class Instead(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads one module from a text in place of its file."""

    def __init__(self, name: str, source: str, path: Path) -> None:
        self.name, self.source, self.path = name, source, path

    def find_spec(self, name: str, path: object = None, target: object = None) -> object:
        """Return how to load the module, None for all others."""
        return importlib.util.spec_from_file_location(name, self.path, loader=self) if name == self.name else None

    def create_module(self, spec: object) -> None:
        """Leave it to Python."""

    def exec_module(self, module: ModuleType) -> None:
        """Run the text."""
        exec(compile(self.source, str(self.path), "exec"), module.__dict__)  # noqa: S102 - this is what a mutant is


def started(name: str, source: str, tests: Sequence[str]) -> int:
    """Return the process that runs these tests with this text as the module; nothing of the bot is loaded before."""
    if child := os.fork():
        return child
    code = 1
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(1, 2)
        signal.alarm(DEADLINE_S)
        sys.meta_path.insert(0, Instead(f"bot.handin.{name}", source, path_of(name)))
        quick = [
            "-m",
            "not engine and not hypothesis",
            "-k",
            "not without_end",
            "--tb=no",
            "--no-summary",
            "--assert=plain",
        ]
        words = ["-x", "-q", "-p", "no:cacheprovider", *quick]
        # one file first: most mutants die there, and the others need not be read
        code = int(pytest.main([*words, tests[0]])) or (len(tests) > 1 and int(pytest.main([*words, *tests[1:]])))
    finally:
        os._exit(code)


def path_of(name: str) -> Path:
    return ROOT / "bot" / "handin" / f"{name.replace('.', '/')}.py"


def all_of(names: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Yield (module, what was changed, the text) of all mutants; first each module as it is, which must live."""
    for name in names:
        yield name, AS_IT_IS, path_of(name).read_text("utf-8")
    for name in names:
        for what, source in mutants(path_of(name).read_text("utf-8")):
            yield name, what, source


def main(names: Sequence[str]) -> int:
    """Try the mutants of these modules, or of all; print those that live and are not known to change nothing."""
    os.chdir(ROOT)
    known: dict[str, dict[str, str]] = yaml.safe_load(SAME_FILE.read_text("utf-8")) or {}
    began, tried, dead, alive, same = time.monotonic(), 0, 0, [], 0
    running: dict[int, tuple[str, str]] = {}
    waiting = all_of(names or list(TARGETS))
    while True:
        while len(running) < AT_ONCE and (following := next(waiting, None)):
            name, what, source = following
            running[started(name, source, TARGETS[name])] = (name, what)
        if not running:
            break
        child, status = os.wait()
        name, what = running.pop(child)
        tried += what != AS_IT_IS
        if what == AS_IT_IS and status:
            console.print(f"{name}: its tests fail as it is")
            return 2
        if status:
            dead += 1
        elif what in known.get(name, {}):
            same += 1
        elif what != AS_IT_IS:
            alive.append(f"{name}: {what}")
            console.print(f"LIVES  {alive[-1]}", markup=False)
    took = time.monotonic() - began
    console.print(f"{tried} mutants: {dead} dead, {len(alive)} alive, {same} that change nothing; {took:.0f} s")
    return bool(alive)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
