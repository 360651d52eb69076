"""Take one picture of a page and print one JSON answer.

Runs in the browser's container: standard library only. The page is a learner's and may be hostile, on purpose or not.

    look.py wait                  be process 1: reap children, leave at SIGTERM
    look.py '{"op": …}'           one question

Every question has ``nonce`` (echoed), ``width``, ``height`` and ``deadline_s``. Every answer has ``nonce``, ``ok``,
``ms``, and ``error`` + ``say`` when ``ok`` is false.

``see``    url (http, its host and port led to ``address``; every other name and address leads nowhere), patience_s
           (how long nobody may listen) → png (base64), status, title, text, items;
           errors: refused, no-answer, away, download, empty, no-page, busy, gone, bad-request
``draw``   html, a page of ours; no script runs → png
"""

import json
import os
import signal
import sys
import time
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox.browser.pipe import Chromium, Gone, Json, OutOfTime

LOAD_S = 6.0  #: a page that is not there after so long is taken as far as it is
QUIET_S = 2.0  #: how long a page may go on loading after it is there
SHOT_S = 4.0
WORDS_S = 1.0
AGAIN_S = 0.3
#: A page that asks, prints or opens windows while it is looked at gets no answer and does not wait for one.
SILENT = "window.alert=window.confirm=window.prompt=window.print=window.open=()=>null;"
REFUSED = ("net::ERR_CONNECTION_REFUSED", "net::ERR_CONNECTION_RESET", "net::ERR_EMPTY_RESPONSE")
#: What can be told in words; in a world of its own, so that the page's scripts cannot stand in for the browser's.
WORDS = """(() => {
    const text = document.body ? document.body.innerText.slice(0, 2000) : "";
    const items = [...document.querySelectorAll(".item")].filter(each => !each.parentElement.closest(".item"));
    return JSON.stringify({title: String(document.title).slice(0, 200), text, items: items.length});
})()"""


class Trouble(Exception):
    """There is no picture: a short code, a sentence."""

    def __init__(self, code: str, say: str) -> None:
        super().__init__(say)
        self.code = code


class Seen:
    """What the browser told of the page so far."""

    def __init__(self) -> None:
        self.loaded = self.quiet = False
        self.status = 0
        self.frame = ""  #: the page itself, not what it holds
        self.asked = ""  #: the document that was asked for last, redirects followed
        self.dialogs = 0

    def told(self, method: str, params: Json) -> None:
        """Take one event."""
        document = params.get("type") == "Document"
        if method == "Page.loadEventFired":
            self.loaded = True
        elif method == "Page.lifecycleEvent" and params.get("name") == "networkIdle":
            self.quiet = True
        elif method == "Page.javascriptDialogOpening":
            self.dialogs += 1
        elif method == "Inspector.targetCrashed":
            raise Gone("the page brought its part of the browser down")
        elif method == "Network.requestWillBeSent" and document and params.get("frameId") == self.frame:
            self.asked = str(params.get("request", {}).get("url", ""))
        elif method == "Network.responseReceived" and document and params.get("frameId") == self.frame:
            self.status = int(params.get("response", {}).get("status", 0))


def see(question: Json, ends_at: float) -> Json:
    """Return the picture of a page. Raises: Trouble, Gone, OutOfTime."""
    url = str(question["url"])
    place = urlsplit(url)
    if place.scheme != "http" or not place.hostname or not place.port:
        raise Trouble("bad-request", "url must be http with a host and a port")
    rules = f"MAP {place.hostname}:{place.port} {question['address']},MAP * ~NOTFOUND"
    seen = Seen()
    browser = Chromium(ends_at, (f"--host-resolver-rules={rules}",), seen.told)
    try:
        _prepared(browser, question)
        seen.frame = str(_frame(browser)["id"])
        _went(browser, url, seen, time.monotonic() + float(question.get("patience_s", 0)))
        _where(browser, place.netloc, seen)
        words = _words(browser)
        return {"png": _shot(browser), "status": seen.status} | words
    finally:
        browser.close()


def draw(question: Json, ends_at: float) -> Json:
    """Return the picture of a page of ours. Raises: Gone, OutOfTime."""
    browser = Chromium(ends_at, ("--host-resolver-rules=MAP * ~NOTFOUND",), lambda _method, _params: None)
    try:
        _prepared(browser, question)
        browser.ask("Emulation.setScriptExecutionDisabled", value=True)
        browser.ask("Page.setDocumentContent", frameId=_frame(browser)["id"], html=str(question["html"]))
        return {"png": _shot(browser)}
    finally:
        browser.close()


def _prepared(browser: Chromium, question: Json) -> None:
    width, height = int(question["width"]), int(question["height"])
    browser.ask("Browser.setDownloadBehavior", behavior="deny")
    browser.open_page(width, height)
    browser.ask("Page.enable")
    browser.ask("Page.setLifecycleEventsEnabled", enabled=True)
    browser.ask("Network.enable")
    browser.ask("Inspector.enable")
    browser.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
    browser.ask("Page.addScriptToEvaluateOnNewDocument", source=SILENT)


def _went(browser: Chromium, url: str, seen: Seen, patient_until: float) -> None:
    """Go to the page and wait until it has come to rest, or for as long as there is time."""
    while True:
        seen.loaded = seen.quiet = False
        try:
            error = str(browser.ask("Page.navigate", within_s=LOAD_S, url=url).get("errorText") or "")
        except OutOfTime:
            raise Trouble("no-answer", "the app took the connection and did not answer") from None
        if error not in REFUSED or time.monotonic() > patient_until:
            break
        time.sleep(AGAIN_S)  # an app that was started a moment ago
    if error:
        raise _no_page(error, url, seen)
    if browser.until(lambda: seen.loaded, LOAD_S):
        browser.until(lambda: seen.quiet, QUIET_S)


def _no_page(error: str, url: str, seen: Seen) -> Trouble:
    """Return what kept the browser from showing a page."""
    if error in REFUSED:
        return Trouble("refused", error)
    if error == "net::ERR_ABORTED" and seen.status == 200:
        return Trouble("download", "the answer is a file to keep, not a page")
    if error == "net::ERR_TOO_MANY_REDIRECTS":
        return Trouble("away", seen.asked[:300])
    if seen.asked and urlsplit(seen.asked).netloc != urlsplit(url).netloc:
        return Trouble("away", seen.asked[:300])
    if seen.status:
        return Trouble("empty", str(seen.status))
    return Trouble("no-page", error)


def _where(browser: Chromium, wanted: str, seen: Seen) -> None:
    """Return when the page is still the app's own; one that led elsewhere has nothing to show."""
    try:
        frame = _frame(browser)
    except OutOfTime:
        raise Trouble("busy", "the page keeps the browser busy") from None
    unreachable = str(frame.get("unreachableUrl") or "")
    if unreachable and urlsplit(unreachable).netloc == wanted:
        raise Trouble("empty", str(seen.status))
    url = unreachable or str(frame.get("url") or "")
    if urlsplit(url).netloc != wanted:
        raise Trouble("away", url[:300])


def _frame(browser: Chromium) -> Json:
    frame: Json = browser.ask("Page.getFrameTree", within_s=SHOT_S)["frameTree"]["frame"]
    return frame


def _words(browser: Chromium) -> Json:
    """Return what the page says, for those who do not see it; nothing where it cannot be had."""
    try:
        world = browser.ask("Page.createIsolatedWorld", within_s=WORDS_S, frameId=_frame(browser)["id"])
        said = browser.ask(
            "Runtime.evaluate",
            within_s=WORDS_S,
            expression=WORDS,
            contextId=world["executionContextId"],
            returnByValue=True,
            timeout=WORDS_S * 1_000,
        )
        words: Json = json.loads(said["result"]["value"])
    except (OutOfTime, KeyError, TypeError, ValueError):
        return {"title": "", "text": "", "items": 0}
    return words


def _shot(browser: Chromium) -> str:
    try:
        return str(browser.ask("Page.captureScreenshot", within_s=SHOT_S, format="png")["data"])
    except OutOfTime:
        raise Trouble("busy", "the page keeps the browser busy") from None


def answer(text: str) -> Json:
    """Return the answer to one question given as JSON text."""
    began = time.monotonic()
    said: Json = {"nonce": None, "ok": False}
    try:
        question: Any = json.loads(text)
        said["nonce"] = question["nonce"]
        act = {"see": see, "draw": draw}[question["op"]]
        said |= act(question, began + float(question["deadline_s"]))
        said["ok"] = True
    except Trouble as trouble:
        said |= {"error": trouble.code, "say": str(trouble)}
    except OutOfTime:
        said |= {"error": "busy", "say": "the time for this picture is over"}
    except Gone as gone:
        said |= {"error": "gone", "say": str(gone)}
    except (KeyError, TypeError, ValueError) as error:
        said |= {"error": "bad-request", "say": f"{type(error).__name__}: {error}"[:200]}
    return said | {"ms": round((time.monotonic() - began) * 1000)}


def wait() -> None:
    """Return at SIGTERM or SIGINT; until then reap every child that dies."""
    wanted = {signal.SIGTERM, signal.SIGINT, signal.SIGCHLD}
    signal.pthread_sigmask(signal.SIG_BLOCK, wanted)
    while signal.sigwait(wanted) == signal.SIGCHLD:
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            continue


def main(arguments: list[str]) -> int:
    """Return the exit status: 0 when there is an answer."""
    if arguments == ["wait"]:
        wait()
        return 0
    sys.stdout.write(json.dumps(answer(arguments[0] if arguments else "")) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
