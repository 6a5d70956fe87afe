"""Simulates an event with the same rules that the functions use.

crowd.py      when visitors come
flow.py       the line as a whole, second by second
visitors.py   single visitors: what their pages ask, and the answers
metering.py   the requests to AWS (usage.py)
limits.py     which default quotas the event would exceed
destination.py  destinations, each of which saturates in its own way
governed.py   what a destination serves, with the governor and without
event.py      the figures of the event
page.py       a page that shows the figures, with charts (beekeeper/charts.py)
outcome.py    the result: the figures, and a method that makes the page
whatif.py     simulate(), which combines all of these
"""
