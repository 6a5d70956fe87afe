"""How often the functions do something, and how much at a time.

The functions act by these numbers, the resources are configured for them, and the simulation and
the estimate count with them. Times are seconds.
"""

# EventBridge starts the consumers this often: its shortest interval.
CONSUMER_START_SECONDS = 60
# A consumer runs for a minute, and overlaps with the next one.
CONSUMER_RUN_SECONDS = 75.0
# Lambda stops a consumer later than that: its last tick and its last pulse take a moment.
CONSUMER_TIMEOUT_SECONDS = 90
# Lambda stops the functions that answer visitors after this.
VISITOR_TIMEOUT_SECONDS = 15
# A consumer looks up this many visitors in a tick to see who has gone in: one call to DynamoDB.
CHECKS_PER_TICK = 100
# SQS takes and hands out this many messages in a call (SQS, "Message quotas").
MESSAGES_PER_CALL = 10
# A consumer waits this long for a message. A long poll asks every server of the queue; a short one
# may miss messages that are there.
LONG_POLL_SECONDS = 1
# Producer and turnstile read the room's items this often; in between they use their copy.
ROOM_COPY_SECONDS = 1.0
# The function of the waiting page reads the page from S3 this often.
PAGE_COPY_SECONDS = 60.0
