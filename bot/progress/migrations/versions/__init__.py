"""One module a change, named after its revision."""
