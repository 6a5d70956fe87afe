"""The pure rules of the line: tokens, pacing, numbers, polling, turns.

Nothing here knows of AWS, of HTTP or of the clock on the wall: times come in as arguments, in
seconds since the epoch. Handlers, gate, simulation and tests use the same functions.
"""
