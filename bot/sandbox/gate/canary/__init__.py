"""What attacks the limits from inside: a program of ours that plays a hostile learner, harmless where it succeeds.

It runs in the image `docent-canary` (a bare Python), in a container and in a `RUN` line, and prints one JSON line for
each attack. It takes nothing from the rest of Docent, and nothing it opens is written to or kept.
"""

#: How the program is started in its image; append a question in JSON.
ENTRYPOINT = ("/usr/bin/python3", "-I", "-S", "-B", "-X", "utf8", "-m", "bot.sandbox.gate.canary")
