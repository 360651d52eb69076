"""`docker compose`: `composing.Composing` performs one act upon one project.

`project` reads the file; `recipe` (pure) adds to a container's request what only a service asks for; `rising` makes
and starts; `falling` stops and removes; `showing` lists; `printing` (pure) has Compose's own lines and columns.
"""
