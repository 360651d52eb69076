"""`--format` and `--filter` of Docker's lists: how a list is to be shown, and which rows of it."""

from __future__ import annotations

import re

from bot.handin.docker_verbs import Verb
from bot.handin.flags import Given, Parsed, go_quoted
from bot.handin.plan import Listing, Refusal
from bot.handin.stopped import Stopped, stop
from bot.handin.words import join

#: text and plain fields: `{{.Names}}`, `{{json .Ports}}`, `{{json .}}`
TEMPLATE = re.compile(r"(?:[^{}]|\{(?!\{)|(?<!\})\}(?!\})|\{\{ ?(?:json )?\.(?:[A-Za-z][A-Za-z0-9]*)? ?\}\})*")
LONGEST = 500
MOST_FILTERS = 16
#: what each list can be filtered by. Source: Engine API v1.41, `filters` of the four lists
FILTERS: dict[str, frozenset[str]] = {
    "ps": frozenset({"ancestor", "before", "exited", "expose", "health", "id", "is-task", "isolation", "label", "name"})
    | {"network", "publish", "since", "status", "volume"},
    "images": frozenset({"before", "dangling", "label", "reference", "since", "until"}),
    "volume ls": frozenset({"dangling", "driver", "label", "name"}),
    "network ls": frozenset({"dangling", "driver", "id", "label", "name", "scope", "type"}),
}
STATES = frozenset({"created", "restarting", "running", "removing", "paused", "exited", "dead"})
NOT_HERE = frozenset({"is-task", "isolation", "until"})


def listing(verb: Verb, parsed: Parsed) -> Listing:
    """Return how a list is to be shown. Raises `Stopped`."""
    given = [each for each in parsed.given if each.flag.long == "filter"]
    if len(given) > MOST_FILTERS:
        raise stop("TOO_MANY", f"I see {len(given)} filters; up to {MOST_FILTERS} are fine here.", str(len(given)))
    return Listing(_template(verb, parsed), tuple(_filter(verb, each) for each in given))


def _template(verb: Verb, parsed: Parsed) -> str:
    template = parsed.last("format")
    if not TEMPLATE.fullmatch(template) or len(template) > LONGEST or (verb.does == "ps" and ".Size" in template):
        say = "I can show plain fields here, such as `{{.Names}}` or `table {{.Names}}\\t{{.Status}}`."
        if verb.does != "ps":
            say = "I can show plain fields here, such as `{{.Name}}`."
        raise stop("FORMAT", say, template, join([*verb.path.split(), *parsed.words_without("format")]))
    return template


def _filter(verb: Verb, given: Given) -> tuple[str, str]:
    key, equals, value = given.value.partition("=")
    key, value = key.strip().lower(), value.strip()
    if not equals:
        words = (
            f"invalid argument {go_quoted(given.value[:200])} for {go_quoted(given.flag.title)} flag: "
            "bad format of filter (expected name=value)"
        )
        usage = f"\n\nUsage:  {verb.path} {verb.usage}\n\nRun '{verb.path} --help' for more information"
        say = "A filter is a name and a value: `--filter name=web`."
        raise Stopped(Refusal("BAD_FILTER", say, given.value[:200], docker=True, words=words + usage))
    wrong = key if key not in FILTERS[verb.does] else ""
    if verb.does == "ps" and key == "status" and value not in STATES:
        wrong = f"status={value}"
    if wrong:
        say = f"These can be filtered by: {', '.join(sorted(FILTERS[verb.does] - NOT_HERE))}."
        words = f"Error response from daemon: Invalid filter '{wrong[:200]}'"
        raise Stopped(Refusal("BAD_FILTER", say, given.value[:200], docker=True, exit_code=1, words=words))
    if key in NOT_HERE:
        raise stop("NOT_OFFERED", f"The filter `{key}` is real, but the workshop does without it.", given.value)
    return key, value
