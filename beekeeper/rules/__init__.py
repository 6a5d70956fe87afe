"""The pure rules of the line: tokens, pacing, numbers, polling, turns, sizing.

Nothing here calls AWS, speaks HTTP or reads the clock on the wall: times come in as arguments, in
seconds since the epoch. Handlers, gate, simulation and tests use the same functions.
"""
