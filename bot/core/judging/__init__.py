"""One module per probe: its codes, and what its evidence means. The door is `bot.core.verdict`.

`expected` and `observed` are plain text on one line, without Markdown; lessons put their own marks around them.
"""
