"""The report of an event: what happened to its visitors, and what operators did.

Nothing here calls AWS: control/report.py reads the table.

measured.py   the figures of an event: data only
tally.py      counts visitors, and makes the figures of each step of time
timeline.py   what was set when, by the history of the room
time_axis.py  the times of day below a chart
drawing.py    what the charts are drawn of: lines, steps, bars, bands and marks
figures.py    the charts of an event
page.py       the web page: charts, tables and remarks
files.py      the same as CSV and JSON, and the report that a JSON file has
outcome.py    what ``report`` returns: the figures, with the page and the files
"""
