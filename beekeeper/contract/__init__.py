"""What the deployer and the functions must agree on, each name written once. Pure.

functions.py   the Lambda functions: their routes, environment variables and time-outs
routes.py      the HTTP routes, the names in queries, and the ticket's cookie
messages.py    what a producer puts on the queue, and a consumer takes off it
items.py       the items of the table; attributes.py reads them, whatever they contain
plans.py       the planned changes in the room's item
history_item.py  the rows about changes of the settings
pulse_item.py  the item with the state of the line
pace_item.py   the item with the schedule of slots
governor_item.py  the item with what the governor holds
decision_rows.py  the rows that say what the governor did
pass_ring.py   the keys of passes in their item
door.py        the door of a room with an edge, an attribute of the same item
arrival_rows.py  the rows that count who joined
deployed.py    what of the room's item a deploy decides
metrics.py     the metrics that the functions send, as lines of their logs
site.py        the environment variables of a destination's gate
page.py        the names of the waiting page and of its parts
languages.py   the languages that the page comes in
asking.py      how the waiting page asks whether it is the visitor's turn
answers.py     what the room answers to that question
robots.py      robots.txt

The deployer creates the AWS resources to match, and the functions read these values. Both import
this package. It imports only the rules, and is part of the functions' zip.
"""
