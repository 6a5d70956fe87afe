"""The checks of doctor. They only read. A deploy runs the quick ones before it changes AWS.

Each module answers one question. Are the quotas high enough for the event? Do the credentials have
the permissions of a deployer? Can the certificate be used? A module that needs permissions of its
own declares them.
"""
