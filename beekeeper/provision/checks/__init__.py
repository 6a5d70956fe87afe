"""What doctor, and in part every deploy, checks before AWS is changed: reads only.

One module for each question: do the quotas bear the event, may these credentials do what a deployer
must, can the certificate be used. Each also says what it must itself be allowed.
"""
