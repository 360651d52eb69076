"""A learner's compose file: `read.read_compose` turns it into a `ComposePlan` or says in Compose's words what is wrong;
`policy.judge_compose` judges the plan, `render.render_config` writes it out.

Underneath: the bytes (`text`), YAML events with line numbers and limits (`events`), what `${…}` stands for
(`interpolation`), then one service (`service`) and its parts.
"""
