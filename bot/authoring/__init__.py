"""For authors: load, lint and rehearse lessons."""
