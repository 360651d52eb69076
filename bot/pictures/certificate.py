"""The certificate: whose it is, what was passed and what was skipped, and the number that proves it. Pure."""

from __future__ import annotations

import re
import unicodedata

from bot.core.ending.certificate import Certificate, SectionDone
from bot.pictures.letters import drawable
from bot.pictures.page import BLUE, FAINT, INK, LINE, ORANGE, Drawing, safe, sheet

WIDTH, HEIGHT = 1400, 990  #: pixels; the sides of a sheet of paper
ROOMY = 12  #: so many sections stand in large letters
_STYLE = f"""
body {{ padding: 28px; }}
main {{ height: {HEIGHT - 56}px; border: 3px solid {BLUE}; outline: 1px solid {BLUE}; outline-offset: -12px;
  padding: 48px 64px 36px; display: flex; flex-direction: column; align-items: center; text-align: center; }}
h1 {{ font-size: 27px; font-weight: 600; letter-spacing: .34em; margin-right: -.34em; color: {BLUE}; }}
.name {{ font-weight: 700; line-height: 1.2; margin: 30px 0 18px; max-width: 100%; max-height: 170px;
  overflow-wrap: anywhere; }}
.what {{ font-size: 33px; }}
.what b {{ font-weight: 700; }}
ul {{ list-style: none; padding: 0; margin: auto 0 0; width: 100%; columns: 2; column-gap: 56px; text-align: left;
  font-size: 29px; }}
ul.many {{ font-size: 24px; }}
li {{ display: flex; align-items: baseline; gap: 16px; padding: 12px 0; border-bottom: 1px solid {LINE};
  break-inside: avoid; }}
.many li {{ padding: 5px 0; }}
li .title {{ flex: 1; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }}
li .done {{ color: {FAINT}; font-size: 25px; white-space: nowrap; }}
i {{ flex: none; width: 17px; height: 17px; border-radius: 50%; border: 3px solid {BLUE}; align-self: center; }}
i.all {{ background: {BLUE}; }}
i.some {{ background: linear-gradient(90deg, {BLUE} 50%, transparent 50%); }}
i.none {{ border-color: {ORANGE}; border-style: dashed; }}
.sum {{ font-size: 30px; margin: 30px 0 auto; }}
footer {{ width: 100%; display: flex; justify-content: space-between; align-items: flex-end;
  font-size: 25px; color: {FAINT}; text-align: left; }}
footer b {{ color: {INK}; font-family: "DejaVu Sans Mono", "Noto Sans Mono", monospace; }}
footer p:last-child {{ text-align: right; }}
"""


def certificate(given: Certificate, number: str, workspace: str = "") -> Drawing:
    """Return the certificate as a drawing; `workspace` is the name of the instructors' workspace, '' unknown."""
    name = drawable(given.name) or "A learner"
    sections = "".join(_section(each) for each in given.sections)
    by = f"<p>Checked with real containers<br>by Docent{f' in {_own(workspace)}' if workspace else ''}</p>"
    body = (
        f"<main><h1>CERTIFICATE</h1>"
        f'<p class="name" style="font-size:{_size(name)}px">{_own(name)}</p>'
        f'<p class="what">has been through the <b>{_own(given.title)}</b> on {given.on.day} {given.on:%B %Y}</p>'
        f'<ul class="{"many" if len(given.sections) > ROOMY else ""}">{sections}</ul>'
        f'<p class="sum">{_sum(given)}</p>'
        f"<footer>{by}<p>Number<br><b>{safe(number)}</b></p></footer></main>"
    )
    return sheet(body, _STYLE, HEIGHT, alt_text(given, number), WIDTH)


def alt_text(given: Certificate, number: str) -> str:
    """Return the certificate for those who do not see it."""
    sections = "; ".join(f"{each.id} {each.title}: {_words(each)}" for each in given.sections)
    return (
        f"Certificate: {given.name or 'a learner'} has been through the {given.title} on {given.on.day} "
        f"{given.on:%B %Y}. {_sum(given)} {sections}. Number {number}."
    )


def _own(text: str) -> str:
    """Return a text of somebody's with its own direction, so that it turns nothing around it."""
    return f'<bdi dir="auto">{safe_joined(text)}</bdi>'


def safe_joined(text: str) -> str:
    """Return the text made safe, with the joiners that scripts and emoji are written with."""
    return "".join(part if part in ("\u200c", "\u200d") else safe(part) for part in re.split("([\u200c\u200d])", text))


def _size(name: str) -> int:
    """Return the size of a name's letters, in pixels: a short one is large, 80 characters still fit in two lines."""
    wide = sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in name)
    return 72 if wide <= 26 else 52 if wide <= 44 else 44 if wide <= 80 else 32


def _section(each: SectionDone) -> str:
    kind = "none" if not each.passed else "some" if each.skipped else "all"
    title, done = safe(f"{each.id}  {each.title}"), _words(each).removesuffix(" passed")
    return f'<li><i class="{kind}"></i><span class="title">{title}</span><span class="done">{done}</span></li>'


def _words(each: SectionDone) -> str:
    if each.passed and each.skipped:
        return f"{each.passed} of {each.passed + each.skipped} passed"
    return "skipped" if each.skipped else "passed"


def _sum(given: Certificate) -> str:
    whole = given.passed + given.skipped
    skipped = f", {given.skipped} skipped" if given.skipped else ""
    return f"{given.passed} of {whole} steps passed{skipped}."
