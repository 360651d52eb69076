"""The host gate: is this host safe enough for work that we do not trust? Found out by attack, not by looking it up.

limits    what must hold, how it is attacked, what is expected: one table
judging   pure: what an attack came to → held, not held, a stand-in holds, could not tell
posture   pure: what the engine says of itself, judged the same way
canaries  attacks through exactly the requests that learners' containers and builds get
canary/   the program that attacks, inside the image `docent-canary`
truth     the table that comes of it, and whether a profile is content with it
keeper    runs the gate at start, hourly and after an engine restart, and refuses work where it must
"""
