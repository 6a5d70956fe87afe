"""The resources of a room: one module each, complete with its permissions and policies.

No resource's module imports another's. What they share of a service is in ``apigateway.py`` and
``route53.py``, and the names of what one puts out and another uses are in ``outputs.py``. A
function takes several files: itself, its code, its states, and the policy of its role.
"""
