"""What learners write: weighed, stopped at a limit, and nothing new begun on a host that is nearly full.

Stands in for a quota, which most file systems do not offer to an engine. Source: moby, `overlay2.size` takes XFS with
project quotas; no builder passes a limit on what it writes.
"""
