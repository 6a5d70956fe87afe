"""The pure rules: tokens, pacing, numbers, polling, turns, sizing, and what the governor holds.

Nothing here calls AWS, uses HTTP or reads a clock. Times are arguments, in seconds since the epoch.
The handlers, the gate, the simulation and the tests use the same functions.
"""
