"""What learners write → a typed plan, or a refusal that teaches; pure.

A message: `command.read_commands` takes it out of what Slack, phones and terminals put around it (`typography`,
`lines`, `chatter`), splits it without a shell (`words`) and reads each command by Docker's own syntax (`flags`,
`docker_flags`, `docker_verbs`, `docker_line`) into one of the plans of `plan`.

Files: `project.judge_file`, `project.read_code_blocks`, `archive.read_archive`. A Dockerfile:
`dockerfile.parse_dockerfile` reads it, `policy.judge_build` judges it, `bases.emit` writes it anew for the engine. A
compose file: the folder `compose`. What a learner wrote is always answered with a
value, never with an exception.
"""
