"""The engine: finds resources, decides what to change, and changes it, step by step.

``pipeline.py`` is the way of a deploy, ``step.py`` is what a resource must say and do, and
``decision.py`` is the only place where it is decided what happens to a resource. Nothing here knows
a kind of resource; ``lease.py`` alone knows the room's table, in which its lock is.
"""
