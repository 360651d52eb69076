"""Sharing images: the class's registry, who may do what there, and `docker login`, `push`, `pull`, `search`.

`house` runs the distribution registry in a container; it asks nobody but a signature, which `issuer` gives. Learners'
own machines get theirs from `tokens`, for their own namespace; chat pushes and pulls with one made for that very
transfer. `contents` reads what is there, `judged` looks at an image from outside before it is ever taken in.
"""
