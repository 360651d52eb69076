"""`python -m bot` is `docent`."""

from bot.cli import main

main()
