"""A chance that is no chance."""

import random


class Share(random.Random):
    """Gives always the same share."""

    def __init__(self, share: float) -> None:
        self.share = share
        super().__init__()

    def random(self) -> float:
        return self.share
