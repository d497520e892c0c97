"""Work in pieces, by several processes at once, so that one piece that kills its process does not cost the others."""

import gc
import os
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import Any, Generic, TypeVar

Given = TypeVar("Given")
Item = TypeVar("Item")
Done = TypeVar("Done")

_AHEAD = 2
"""Pieces handed out for each process: one to work on, one to go on with."""


class Work(Generic[Given, Item, Done]):
    """What is done: with the same to every process, piece by piece.

    Args:
        work: a function of a module; a list of results for a piece, made from what is given to all and the piece.
        given: handed to each process once.
        lost: the result of an item that kills the process that works on it.
    """

    def __init__(
        self,
        work: Callable[[Given, Sequence[Item]], list[Done]],
        given: Given,
        lost: Callable[[Item], Done],
    ) -> None:
        self._work, self._given, self._lost = work, given, lost

    def run(
        self,
        pieces: Sequence[Sequence[Item]],
        processes: int,
        *,
        first: Callable[[], object] = lambda: None,
        meanwhile: Callable[[], object] = lambda: None,
    ) -> Iterator[list[Done]]:
        """The results of the pieces, in the order in which they are done; by this process where there is one only.

        Args:
            pieces: what is to be done.
            processes: how many do it.
            first: called while the processes start, before they get anything to do; when it raises, nothing is done.
            meanwhile: called once they have something to do, and this process has not.
        """
        if processes == 1 or not pieces:
            first()
            meanwhile()
            for piece in pieces:
                yield self._work(self._given, piece)
            return
        waiting, suspects, chores = deque(pieces), deque[Sequence[Item]](), deque([meanwhile])
        started: ProcessPoolExecutor | None = self._started(processes, first)
        while waiting or suspects:
            # Of pieces that were under way when a process died, each item is tried alone: the guilty one is known then.
            alone = bool(suspects)
            pool, started = started or self._pool(1 if alone else processes), None
            running: dict[Future[list[Done]], Sequence[Item]] = {}
            try:
                yield from _run(
                    pool, suspects if alone else waiting, running, 1 if alone else processes * _AHEAD, chores
                )
            except BrokenProcessPool:
                # One that cannot even start dies before it is given anything.
                lost = [item for piece in running.values() or [(suspects or waiting).popleft()] for item in piece]
                if alone:
                    yield [self._lost(item) for item in lost]
                else:
                    suspects.extend([item] for item in lost)
            finally:
                pool.shutdown(cancel_futures=True)

    def _started(self, processes: int, first: Callable[[], object]) -> ProcessPoolExecutor:
        """Processes that have begun to start, which takes each of them a second, when ``first`` is done."""
        pool = self._pool(processes)
        try:
            with suppress(BrokenProcessPool):  # it is told again when there is something to do
                for _ in range(processes):
                    pool.submit(_piece, [])
            first()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
        return pool

    def _pool(self, processes: int) -> ProcessPoolExecutor:
        # Spawned, never forked: after a process has used typst, its forked children hang.
        return ProcessPoolExecutor(processes, get_context("spawn"), _begin, (self._work, self._given))


def _run(
    pool: ProcessPoolExecutor,
    queue: deque[Sequence[Item]],
    running: dict[Future[list[Done]], Sequence[Item]],
    at_once: int,
    chores: deque[Callable[[], object]],
) -> Iterator[list[Done]]:
    while queue or running:
        while queue and len(running) < at_once:
            running[pool.submit(_piece, queue[0])] = queue[0]
            queue.popleft()
        while chores:
            chores.popleft()()
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            result = future.result()
            del running[future]
            yield result


_HERE: list[tuple[Callable[[Any, Any], Any], Any]] = []
"""In a process of the pool: what is done there, and what it was given."""


def _begin(work: Callable[[Any, Any], Any], given: object) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interruption is for the process that hands out the pieces
    Thread(target=_end_with_parent, daemon=True).start()
    gc.freeze()  # what is here lasts as long as the process: no sweep of memory need look at it, which takes 0.05 s
    _HERE.append((work, given))


def _end_with_parent() -> None:
    """Nobody would end this process, nor want its results, when the one that hands out the pieces was killed."""
    if parent := parent_process():
        parent.join()
        os._exit(1)


def _piece(items: Sequence[Any]) -> Any:
    ((work, given),) = _HERE
    return work(given, items)
