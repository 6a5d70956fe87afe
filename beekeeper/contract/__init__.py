"""What the deployer and the functions must agree on, each name written once. Pure.

functions.py   the Lambda functions: their routes, environment variables and time-outs
routes.py      the HTTP routes, the names in queries, and the ticket's cookie
messages.py    what a producer puts on the queue, and a consumer takes off it
items.py       the items of the table

The deployer makes AWS fit these, and the functions read them. Both import this package; it imports
only the rules. It is part of the functions' zip.
"""
