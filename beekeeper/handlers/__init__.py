"""The Lambda functions of a room: producer, room, turnstile, consumer, and maybe a governor.

Each module is an adapter for the pure rules: it parses a request, calls a rule, and formats the
answer. This folder is part of the Lambda zip. So it imports only the standard library, botocore
(which is in the Lambda runtime), PyJWT, ``beekeeper.contract`` and ``beekeeper.rules``.
"""

import gc
import os

if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    # This must come before the import of botocore, which creates many objects and keeps them. The
    # garbage collector would search them for a tenth of each cold start.
    gc.set_threshold(100_000, 50, 100)
