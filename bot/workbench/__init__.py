"""What learners do with their hands: commands they type (`commands`) and files they hand in (`files`).

The sandbox performs, the store keeps; nothing is decided here, only done and said.
"""

from bot.workbench.commands import Asset, Comment, Workbench, our_side

__all__ = ["Asset", "Comment", "Workbench", "our_side"]
