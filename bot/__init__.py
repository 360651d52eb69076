"""Docent takes a team through the Docker workshop inside Slack.

The way of one message:

1. Slack sends an envelope over Socket Mode; Bolt hands it to `bot.slack`.
2. Middleware says who it is and drops what was seen before; a listener of a few lines turns it into an
   *event* (`bot.core.events`), such as `AskedForHint`.
3. `bot.classroom` performs one turn: it loads the learner, asks `bot.core.tutor.decide` what should happen,
   records it in one transaction, then acts.
4. Acting means: a message (`bot.slack` renders it), a command run in the learner's sandbox (`bot.sandbox`),
   or a check put on the desk (`bot.desk`).
5. A check gathers evidence with verifier containers, `bot.core.verdict` judges it, and the card that the
   learner pressed shows the verdict.

Decisions (`core`, `handin`) are pure; the world is reached only through the Protocols in `bot.ports`; and
`bot.wiring` is the only place where the parts meet.
"""
