"""The fakes and builders of the tests. Which one to use:

- ``rooms``: the configuration and the names of a room. Most tests start with ``config()``.
- ``in_memory``: the queue, the table and the clock that the Lambda functions use. ``Stage`` is for
  consumers, ``Place`` for the functions that visitors call, ``joining`` for the producer, and
  ``line`` for the numbers of a line. Use it for handlers and rules: it can fail each call.
- ``moto_aws``: an AWS account, for all that creates, changes or deletes resources. The fixture
  ``cloud`` is an empty account, ``deployed`` has a room in it. ``deployed_room`` is that room's
  handle, for the public functions. ``cloud.wire`` records each call, and refuses it if you add a
  rule (``refuse``, ``lose_answer``, ``changed``). ``cloud.time`` moves only when the code sleeps.
- ``local_aws`` and ``weather``: MiniStack, which runs the real functions, for end-to-end tests.
- ``stub_room`` and ``page_moves``: a waiting page in a browser, with answers that the test scripts.
- ``windows``: counts events in each window of time, for the law of the rate.

The fake AWS comes with the session that a test passes on. Do not patch our own code: if something
can't be given, change the code so that it can.
"""
