"""The resources of a room. Each has one module, with its permissions and policies.

A resource's module does not import the module of another resource. ``apigateway.py`` and
``route53.py`` have what several resources of one service share. ``outputs.py`` has the names of the
values that one resource outputs and another uses. A function needs several modules: the function
itself, its code, its states, and the policy of its role.
"""
