"""What stands on the host and whose it is: sealed and entered when it is made, looked through, taken away.

`seal` signs what we make, `books` says what ought to be there, `booked` is the engine's door at which both happen,
`sight` what comes back through it; `judging` decides about each thing found (pure), `census` finds them, `rounds` acts
on it, with `layers` for what builds leave.
"""
