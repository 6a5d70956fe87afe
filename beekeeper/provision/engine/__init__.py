"""The engine: finds resources, decides what to change, and changes it, step by step.

``pipeline.py`` runs a deploy from start to end. ``step.py`` defines what a resource must say and
do. ``decision.py`` is the only module that decides what happens to a resource. Nothing here knows
any kind of resource.
"""
