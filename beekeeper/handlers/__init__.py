"""The four Lambda functions of a room: producer, room, turnstile, consumer.

Each module is an adapter around the pure rules: it parses what came, calls a rule, and formats the
answer. Nothing outside the standard library, botocore (which is in the Lambda runtime), PyJWT and
``beekeeper.rules`` is imported here: this folder travels in the Lambda zip.
"""

import gc
import os

if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    # Before botocore is imported: looking for garbage among all that it makes, and keeps, takes a
    # tenth of a cold start.
    gc.set_threshold(100_000, 50, 100)
