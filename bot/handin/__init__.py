"""What learners write → a typed plan, or a refusal that teaches; pure.

A message: `command.read_commands` takes it out of what Slack, phones and terminals put around it (`typography`, `lines`,
`chatter`), splits it without a shell (`words`) and reads each command by Docker's own syntax (`flags`, `docker_flags`,
`docker_verbs`, `docker_line`) into a plan of `plan`. Files: `project.judge_file`, `project.read_code_blocks`. A Dockerfile:
`dockerfile.parse_dockerfile` reads, `policy.judge_build` judges, `bases.emit` writes it anew for the engine. Every door
answers with a value; nothing here raises, asks the clock or touches the world.
"""
