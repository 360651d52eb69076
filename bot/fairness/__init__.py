"""Everybody gets their share of the host: turns for commands and builds, room in the queue of checks, budgets.

What is fair is decided in `bot.core.fairness`; here it is done.
"""
