"""Words of the end for learners: short, plain, kind."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.ending.certificate import Certificate, SectionDone
from bot.core.ending.markdown import plain

NOTHING_YET = "There is nothing to sum up yet: all {steps} steps are still before you."
ALL_SKIPPED = (
    "I did every step for you, so there is nothing of yours that I could certify yet. Say `go 01`, do some of it by "
    "hand, and the certificate says so."
)
EMPTY_FEEDBACK = "There was nothing in the form, so I kept nothing. Say **feedback** to open it again."
THANKS = "Thank you! Your feedback is with the instructors."
THANKS_AGAIN = "Thank you! Your new feedback takes the place of what you wrote before."
THANKS_KEPT = "Thank you! I keep your feedback; the instructors see it as soon as I reach their channel."
NOTEBOOK = "Your lab notebook: what was asked, what you wrote, what came out. Open it with any text editor."
PROJECT = "And your project as it is now. Unpack it, and it runs on a machine of your own."
CERTIFICATE = "Your certificate. Say certificate whenever you want it again."
BADGE = "And the same as an Open Badge, signed: for a wallet or a profile that takes one."
WITHOUT_LETTERS = "I have no form of some letters of your name; they stand as 〓. I am sorry."
NO_PICTURE = "I cannot draw pictures here at the moment; `certificate` tries again. This is what it says:"
AGAIN = "Say `summary`, `certificate` or `notebook` whenever you want them again."


def congratulation(name: str, title: str, passed: int, skipped: int) -> str:
    """Return the congratulation: honest about what was skipped."""
    skips = f", and I did {_steps(skipped)} for you" if skipped else ""
    return (
        f"🎉 That was the last step, {name}. You have been through **{title}**: "
        f"you passed {_steps(passed)}{skips}. Well done!"
    )


def not_yet_finished(behind: int, steps: int, open_sections: Sequence[str]) -> str:
    """Return how far it is to the certificate."""
    if not behind:
        return f"The certificate comes at the end. All {steps} steps are still before you; the first one is short."
    left = steps - behind
    where = f" Still open: {', '.join(open_sections)}." if open_sections else ""
    return f"The certificate comes at the end. You have {behind} of {steps} steps behind you, {left} to go.{where}"


def certificate_in_words(certificate: Certificate, number: str) -> str:
    """Return a certificate without a picture."""
    sections = "".join(f"\n- {each.id} {each.title}: {_section(each)}" for each in certificate.sections)
    skips = f", {_steps(certificate.skipped)} skipped" if certificate.skipped else ""
    return (
        f"**Certificate.** {plain(certificate.name) or 'A learner'} has been through the **{certificate.title}** on "
        f"{certificate.on:%d %B %Y}: {_steps(certificate.passed)} passed{skips}.\n{sections}\n\nNumber `{number}`."
    )


def _section(each: SectionDone) -> str:
    if each.passed and each.skipped:
        return f"{each.passed} passed, {each.skipped} skipped"
    return "skipped" if each.skipped else "passed"


def onward(steps: Sequence[tuple[str, str]], own_machine: str) -> str:
    """Return what to do after the workshop: (title, what it is) each, and the same on a machine of one's own."""
    what_next = "".join(f"\n- **{title}.** {say.strip()}" for title, say in steps)
    parts = [f"**What next?**\n{what_next}" if steps else "", own_machine.strip(), AGAIN]
    return "\n\n".join(filter(None, parts))


def _steps(count: int) -> str:
    return f"{count} step" if count == 1 else f"{count} steps"
