"""No line that we log holds a secret: in its words, in what it tells beside, in a traceback, or from a library."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator

import pytest
import structlog

from bot import logs

OURS = "3f9c1d5e7a2b4c6d8e0f1a2b3c4d5e6f"
OTHERS = "xoxb-1234567890-abcdefghij"


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root, handlers = logging.getLogger(), logging.getLogger().handlers[:]
    concealed = set(logs._CONCEALED)
    for handler in handlers:
        root.removeHandler(handler)
    yield
    for handler in root.handlers[:]:
        root.removeHandler(handler)
    for handler in handlers:
        root.addHandler(handler)
    logs._CONCEALED.clear()
    logs._CONCEALED.update(concealed)
    structlog.reset_defaults()


@pytest.mark.parametrize("as_json", [False, True])
def test_s14_no_secret_is_in_any_log(
    as_json: bool, capsys: pytest.CaptureFixture[str], seen: Callable[[object], None]
) -> None:
    logs.set_up("INFO", as_json=as_json)
    logs.conceal(OURS, "short")
    log = structlog.get_logger("docent")
    log.info(f"words {OURS} {OTHERS}", key=OURS, nested={"a": [OTHERS, (OURS,)]}, password=f"password={OURS}", n=1)
    log.warning("short words stay")
    in_a_variable = OURS
    try:
        int(f"broken by {OTHERS}")
    except ValueError:
        log.exception("bug", what=in_a_variable)
        logging.getLogger("library").exception("and here: %s", OURS)
    printed = capsys.readouterr().err
    assert OURS not in printed
    assert OTHERS not in printed
    assert "short words stay" in printed
    assert printed.count("****") >= 6
    assert "ValueError" in printed
    if as_json:
        lines = [json.loads(line) for line in printed.splitlines() if line.startswith("{")]
        assert [line["event"].split()[0] for line in lines] == ["words", "short", "bug"]
        assert lines[0]["n"] == 1
    seen("**** in words, values, tracebacks and what libraries say")


def test_the_tokens_are_in_no_printed_settings() -> None:
    from bot.settings import read_settings

    settings = read_settings(slack_bot_token=OTHERS, slack_app_token="xapp-1-1234567890")
    assert OTHERS not in repr(settings)
    assert "xapp-1-1234567890" not in str(settings)
