"""Who may use the shared host when, and how much: turns, waits, budgets. Pure; `bot.fairness` acts on it."""
