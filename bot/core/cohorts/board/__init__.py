"""What instructors see of a class: the board that everybody may see, and behind its buttons who is where. Pure."""
