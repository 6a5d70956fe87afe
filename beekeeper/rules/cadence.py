"""How often the functions do something, and how much they do at a time.

The functions follow these numbers, and the resources are configured to match. The simulation and
the estimate calculate with them. Times are in seconds.
"""

# EventBridge starts the consumers at this interval, the shortest that it offers.
CONSUMER_START_SECONDS = 60
# A consumer runs for a little over a minute, so that it overlaps with the next one.
CONSUMER_RUN_SECONDS = 75.0
# Lambda stops a consumer a little later, because its last tick and its last pulse take a moment.
CONSUMER_TIMEOUT_SECONDS = 90
# Lambda stops the functions that answer visitors after this time.
VISITOR_TIMEOUT_SECONDS = 15
# The governor starts at the same interval. It sends bursts of probes, and is done before the next
# one starts. Lambda stops it a little later, because its calls to DynamoDB take a moment.
BURSTS, PROBES_PER_BURST, BETWEEN_BURSTS_SECONDS = 5, 4, 11.0
PROBE_TIMEOUT_SECONDS = 2.0
GOVERNOR_RUN_SECONDS = (BURSTS - 1) * BETWEEN_BURSTS_SECONDS + PROBE_TIMEOUT_SECONDS
GOVERNOR_TIMEOUT_SECONDS = 75
# In each tick a consumer looks up at most this many visitors, to see who has gone in. That is one
# call to DynamoDB.
CHECKS_PER_TICK = 100
# A transaction of DynamoDB admits at most this many visitors. The limit is 100 actions, and one of
# them counts (DynamoDB, "TransactWriteItems").
ROWS_PER_TRANSACTION = 99
# One call to SQS sends or receives at most this many messages (SQS, "Message quotas").
MESSAGES_PER_CALL = 10
# A message that a consumer has received is hidden from the others for this long.
VISIBILITY_SECONDS = 30
# A consumer waits this long for a message. A long poll asks every server of the queue. A short poll
# can miss messages that are there.
LONG_POLL_SECONDS = 1
# The producer and the turnstile read the room's items at this interval, and use a copy in between.
ROOM_COPY_SECONDS = 1.0
# The edge keeps an answer to a question for news for this long, and answers others with it.
NEWS_CACHE_SECONDS = 2
# The function that serves the waiting page reads the page from S3 at this interval.
PAGE_COPY_SECONDS = 60.0
