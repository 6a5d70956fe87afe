"""The waiting page in the room's bucket: deploy writes it, and the ``room`` function reads it."""

PAGE_KEY = "room.html"
# The object's metadata with this name has the header to send with the page.
POLICY_METADATA = "content-security-policy"
