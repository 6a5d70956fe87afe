"""What an event would be like: simulated with the rules that the functions run by.

crowd.py      when visitors come
flow.py       the line as a whole, second by second
visitors.py   single visitors: what their pages ask, and are told
metering.py   what that asks of AWS (usage.py)
limits.py     which default quotas it would hit
event.py      the figures that come of it
page.py       those as a page with charts (charts.py)
outcome.py    the result: the figures, which can show themselves as that page
whatif.py     simulate(), which puts these together
"""
