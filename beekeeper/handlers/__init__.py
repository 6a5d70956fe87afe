"""The four Lambda functions of a room: producer, room, turnstile, consumer.

Each module is an adapter around the pure rules: it parses what came, calls a rule, and formats the
answer. Nothing outside the standard library, botocore (which is in the Lambda runtime), PyJWT and
``beekeeper.rules`` is imported here: this folder travels in the Lambda zip.
"""
