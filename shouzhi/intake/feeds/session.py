"""The business feeds of one delivery: two readers take the batches of all feeds, each on one core.

A reader is a DuckDB of its own with bounded memory that spills into the working folder: two threads of one statement wait
for each other, two readers never do. Each feed is begun by one reader; one that finds no feed left takes batches of those
that the other has begun, and where there are none the other has both cores.
"""

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import duckdb

from shouzhi.cores import CORES
from shouzhi.intake.contract import Feed
from shouzhi.intake.discovery import Source
from shouzhi.intake.feeds.feed_reading import READERS, FeedFile, FeedReading, FeedResult
from shouzhi.intake.feeds.pseudonym import KEY_BYTES, key_check, load_key, read_key
from shouzhi.intake.feeds.relations import FeedState
from shouzhi.intake.feeds.stage_sql import has_personal
from shouzhi.intake.feeds.text_tables import Scan
from shouzhi.progress import Progress

# Beside the lake, never in it: transcoded text still carries names until the columns are dropped.
WORK_FOLDER = Path("work") / "intake"
MEMORY_LIMIT = "1GB"


def clear_work(lake_root: Path) -> None:
    """Remove what sessions left that were killed."""
    shutil.rmtree(lake_root.parent / WORK_FOLDER, ignore_errors=True)


class FeedSession:
    """One delivery's feeds. A trial does all of it in a folder of its own that is thrown away."""

    def __init__(
        self,
        lake_root: Path | None,
        delivery_no: int,
        expected_key: str | None,
        progress: Progress,
        *,
        is_trial: bool = False,
    ) -> None:
        self.delivery_no = delivery_no
        self.is_trial = is_trial
        self.progress = progress
        self.files: list[FeedFile] = []
        self.results: dict[str, FeedResult] = {}
        self.key_check: str | None = expected_key
        self._expected_key = expected_key
        self._sources: list[tuple[FeedFile, Source, Scan]] = []
        # the readers that are still at work
        self._busy: set[int] = set()
        self._base = lake_root
        self.folder: Path | None = None

    def add(self, feed_file: FeedFile, source: Source, scanned: Scan) -> None:
        self.files.append(feed_file)
        self._sources.append((feed_file, source, scanned))

    def run(self, states: dict[str, FeedState]) -> None:
        """Read everything that was added; ``states`` is what the lake holds before this delivery."""
        if self._base is not None and not self.is_trial:
            clear_work(self._base)
        if not self._sources:
            return
        self.folder = self._make_folder()
        readings = self._readings(self.folder)
        key = self._read_key([each.feed for each in readings])
        # the largest first, so that none is left over for the end
        by_size = sorted(readings, key=lambda each: -each.byte_count)
        waiting = iter(by_size)

        def read(number: int) -> None:
            try:
                with self._connection(number) as connection:
                    if key is not None:
                        load_key(connection, key)
                    for reading in itertools.chain(waiting, by_size):
                        while batch := reading.next_batch():
                            reading.take(connection, batch, self._share_cores(connection))
                        if reading.is_to_finish():
                            self._share_cores(connection)
                            reading.finish(connection, states.get(reading.feed.feed) or FeedState())
            finally:
                self._busy.discard(number)

        # one batch alone is read by one reader with all cores
        readers = min(READERS, len(readings) + any(each.has_many_batches for each in readings))
        self._busy.update(range(readers))
        with ThreadPoolExecutor(readers) as pool:
            for each in [pool.submit(read, number) for number in range(readers)]:
                each.result()
        self.results = {each.feed.feed: each.result for each in readings}

    def _readings(self, folder: Path) -> list[FeedReading]:
        """The feeds in the order in which their first files came."""
        given: dict[str, list[tuple[FeedFile, Source, Scan]]] = {}
        for each in self._sources:
            given.setdefault(each[0].feed.feed, []).append(each)
        return [
            FeedReading(files[0][0].feed, files, folder, self.delivery_no, self.progress)
            for files in given.values()
        ]

    def _read_key(self, feeds: list[Feed]) -> bytes | None:
        """The key of the pseudonyms, where any feed holds persons."""
        if not any(has_personal(feed) for feed in feeds):
            return None
        # a first trial makes no key: any will do for what is thrown away
        is_first_trial = self.is_trial and self._expected_key is None
        key = os.urandom(KEY_BYTES) if is_first_trial else read_key(self._expected_key)
        self.key_check = key_check(key)
        return key

    def _make_folder(self) -> Path:
        if self._base is None or self.is_trial:
            return Path(tempfile.mkdtemp(prefix="shouzhi-check-"))
        folder = self._base.parent / WORK_FOLDER
        folder.mkdir(parents=True, mode=0o700)
        return folder

    def close(self) -> None:
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def _connection(self, number: int) -> Iterator[duckdb.DuckDBPyConnection]:
        assert self.folder is not None
        spill = self.folder / f"spill{number}"
        spill.mkdir()
        with duckdb.connect() as connection:
            connection.execute("set enable_progress_bar = false")
            connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
            # what a batch gave free goes back to the system before the next one
            connection.execute("set allocator_flush_threshold = '16MB'")
            connection.execute("set allocator_bulk_deallocation_flush_threshold = '16MB'")
            connection.execute("set temp_directory = '" + str(spill).replace("'", "''") + "'")
            connection.execute("set autoinstall_known_extensions = false")
            yield connection

    def _share_cores(self, connection: duckdb.DuckDBPyConnection) -> int:
        """Give a reader the cores that are its own from now on, and return how many."""
        cores = CORES // max(1, len(self._busy))
        connection.execute(f"set threads = {cores}")
        return cores
