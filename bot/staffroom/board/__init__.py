"""The board of each class: kept true in a channel, with what instructors open from it."""
