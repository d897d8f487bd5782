"""A stand-in for Stripe: its HTTP shapes, its rules about cards and holds, and no money at all.

It runs as a process of its own: `python -m payments sandbox --port N`.
"""
