"""Measures the goals of this planner beside its peers: `python -m routing bench [DIR]`.

Every row of the table is a goal, our figure, whether it is met, and what the peers make of the
same days in the same time on the same machine. `run.bench` is the way in.
"""
