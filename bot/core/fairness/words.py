"""What learners are told while the host is shared: whose turn it is, how long it takes, what was used up."""

from __future__ import annotations

NEWER_COUNTS = "You have changed something since, so I stopped this check and look at your newer work instead."
STILL_WAITS = (
    "Your check still waits for its turn, and it looks at your work as it is then. What you changed counts already."
)
MUCH_TO_DO = (
    "I still have a lot of your commands to run, so I take no more until one of them is done: please send what comes "
    "now again then."
)


def busy(minutes: int) -> str:
    """Return the kind refusal of a check when the queue is full."""
    return (
        "So many checks are waiting that I take no more right now. Please try again in about "
        f"{about(minutes * 60)}. This costs you nothing, and you can go on working meanwhile."
    )


def about(seconds: float) -> str:
    """Return a time as people say it: `20 s`, `4 minutes`, `2 hours`."""
    if seconds < 55:
        return f"{max(5, round(seconds / 5) * 5)} s"
    minutes = max(1, round(seconds / 60))
    if minutes < 90:
        return "a minute" if minutes == 1 else f"{minutes} minutes"
    return f"{round(minutes / 60)} hours"


def waits_for_turn(ahead: int, wait_s: float) -> str:
    """Return the status line of a command that waits, as Slack shows it after the bot's name."""
    before = f"{ahead} before you, " if ahead else ""
    return f"is busy with others: {before}about {about(wait_s)} …"
