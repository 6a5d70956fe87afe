"""Runs steps in parallel, each one after the steps that it needs."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait


def run(needs: Mapping[str, Iterable[str]], work: Callable[[str], None], workers: int) -> None:
    """Call ``work`` for each key when the keys that it needs are done, ``workers`` at a time.

    When a call raises, no new call starts. The function waits for the calls that are running, then
    raises the first error. The other errors are its notes, so that none is lost.
    """
    waiting = {key: {n for n in before if n in needs} for key, before in needs.items()}
    running: dict[Future[None], str] = {}
    errors: list[BaseException] = []
    with ThreadPoolExecutor(workers) as pool:
        while (waiting and not errors) or running:
            free = 0 if errors else workers - len(running)
            for key in [k for k, before in waiting.items() if not before][:free]:
                del waiting[key]
                running[pool.submit(work, key)] = key
            if not running:
                raise ValueError(f"steps need each other in a circle: {sorted(waiting)}")
            errors += _finish(running, waiting)
    if errors:
        for other in errors[1:]:
            errors[0].add_note(f"Also: {other}")
        raise errors[0]


def _finish(running: dict[Future[None], str], waiting: dict[str, set[str]]) -> list[BaseException]:
    """Wait for the next steps to end, and release those that waited for them. Return the errors."""
    done, _ = wait(running, return_when=FIRST_COMPLETED)
    for future in done:
        key = running.pop(future)
        for before in waiting.values():
            before.discard(key)
    return [error for future in done if (error := future.exception())]


def reversed_needs(needs: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """Return the graph with its arrows reversed. This is the order of deletion."""
    turned: dict[str, list[str]] = {key: [] for key in needs}
    for key, before in needs.items():
        for needed in before:
            if needed in turned:
                turned[needed].append(key)
    return turned
