"""The garbage collector in processes that make millions of objects and keep them until they end.

dbt and Great Expectations do that. Python looks through the young objects at every 700 new ones and through all of them
again and again, and once more at the end, which is a sixth of a small run.
"""

import atexit
import gc

YOUNG_OBJECTS = 50_000
# A build makes some seventy rounds of young objects, nearly all of which it keeps: to look through a million of them again
# takes as long as a dozen models.
YOUNG_ROUNDS = 100
MIDDLE_ROUNDS = 20


def collect_rarely() -> None:
    """Look for garbage rarely from now on, and not at all when the process ends."""
    gc.set_threshold(YOUNG_OBJECTS, YOUNG_ROUNDS, MIDDLE_ROUNDS)
    atexit.register(gc.freeze)
