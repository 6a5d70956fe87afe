"""A rehearsal: a bounded crowd goes through a deployed room by its public link.

    run.py       rehearse: looks at the room, sends the crowd, and compares with the counts
    size.py      how many visitors, over how long
    visitor.py   one visitor, who notes what a person would see
    observed.py  the figures of the whole crowd
    judging.py   what held and what did not

The visitors are real ones for the room: they take places, and arrive at the site with a pass. So a
rehearsal is refused while anybody waits. From one machine it shows that the way works, and that the
rate holds. It can't show what a crowd of a million does to the account: ``doctor``, ``estimate``
and ``simulate`` say that.
"""

from beekeeper.rehearsal.run import Progress, rehearse

__all__ = ["Progress", "rehearse"]
