"""`docker cp` between the learner's project and their containers; the door is `bot.sandbox.copying.copying`."""
