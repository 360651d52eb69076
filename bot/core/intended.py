"""Failures that a lesson wants learners to meet: they are praised, not mended."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.core.cards import filled
from bot.core.workshop import StepRef, Workshop
from bot.handin.plan import Output


def praised(workshop: Workshop, ref: StepRef | None, output: Output) -> Output:
    """Return the output, with the step's own words below it when it failed in the way that the step is about."""
    step = workshop.step(ref) if ref else None
    if step is None or output.exit_code == 0:
        return output
    for intended in step.intended:
        if re.search(intended.sign, output.text):
            return replace(output, note=filled(intended.say, workshop))
    return output
