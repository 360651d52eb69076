"""Containers run: the learner's sandbox on a Docker host, and the verifiers that prove things about it."""
