"""Pictures that we draw, as pages of ours (`page`): what they show goes in as values, a `Drawing` comes out. Pure.

A `bot.ports.Camera` makes the PNG of it, in a browser without scripts and without a network. A new picture is one
module here with one function that returns a `Drawing`.
"""

from bot.pictures.page import Drawing

__all__ = ["Drawing"]
