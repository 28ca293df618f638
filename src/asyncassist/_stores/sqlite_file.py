"""SQLite file shared by several processes: connections, the order of writers, and threads that run calls in batches."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import queue
import sqlite3
import threading
import time
import weakref
from typing import TYPE_CHECKING, Any, TypeVar, cast

from asyncassist._events import RollingWindow
from asyncassist._stores.session_records import RefusedWriteError
from asyncassist._stores.sqlite_migrations import APPLICATION_ID, MIGRATIONS
from asyncassist.errors import AsyncAssistError, ClosedError, StateError, StateUnavailableError

try:
    import fcntl
except ImportError:  # pragma: no cover  # Windows: writers wait for one another by polling the file
    fcntl = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from pathlib import Path

J = TypeVar("J")
T = TypeVar("T")

LOCK_TIMEOUT = 30.0
"""Seconds that a call waits for writers of other processes, at most."""
MAX_BATCH = 256
"""Calls of one transaction, at most."""
_CLEANING_INTERVAL = 30.0  # seconds between searches for expired rows
# Another thread gets the GIL at once only while this one sleeps; otherwise it waits for 5 ms (`sys.getswitchinterval`).
_PAUSE, _PAUSE_INTERVAL = 50e-6, 1e-3  # seconds
_RESOLVED = 4  # callers that go on in one round of the event loop
_MAX_WAL_BYTES = 64 << 20  # the write-ahead log is cut back to this size after it was longer
# The disk, its permissions or another program stand in the way; the call may succeed later.
_UNAVAILABLE = {
    sqlite3.SQLITE_BUSY: "is locked by another program",
    sqlite3.SQLITE_LOCKED: "is locked by another program",
    sqlite3.SQLITE_FULL: "cannot grow: the disk is full",
    sqlite3.SQLITE_IOERR: "cannot be read or written",
    sqlite3.SQLITE_READONLY: "is read-only",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened",
    sqlite3.SQLITE_PERM: "cannot be opened",
    sqlite3.SQLITE_NOMEM: "cannot be used: there is no memory",
}


class _Call:
    """Queued call on a connection, and the future of its result."""

    __slots__ = ("_claim", "done", "is_durable", "outside", "run_all", "work")

    def __init__(
        self,
        work: Any,
        done: asyncio.Future[Any],
        *,
        is_durable: bool,
        outside: bool = False,
        run_all: Callable[[sqlite3.Connection, Sequence[Any]], Sequence[Any]] | None = None,
    ) -> None:
        self.work = work
        self.run_all = run_all
        self.done = done
        self.is_durable = is_durable
        self.outside = outside
        self._claim = [True]

    def claim(self) -> bool:
        """Claim the call, to run or to withdraw it; only one of the two threads that try gets it."""
        try:
            return self._claim.pop()
        except IndexError:
            return False

    def expire(self) -> None:
        """Fail the call unless it has begun."""
        if self.claim() and not self.done.done():
            self.done.set_exception(StateUnavailableError(f"{_NAME} is in use by other processes"))


_NAME = "the SQLite file"


class SQLiteWorker:
    """Thread with a connection of its own; calls that queue up while it works run as one transaction.

    A process that forks waits until no worker is inside SQLite, whose mutexes a child would inherit.

    Args:
        path: Path of the file.
        is_writer: Whether calls write. Writers of all processes take turns.
        clean: Deletes a few expired rows and returns whether there may be more; None for no cleaning.
        lock_timeout: Seconds that a call waits for writers of other processes, at most.
    """

    def __init__(
        self,
        path: Path,
        *,
        is_writer: bool,
        clean: Callable[[sqlite3.Connection], bool] | None = None,
        lock_timeout: float = LOCK_TIMEOUT,
    ) -> None:
        self._lock_timeout = lock_timeout
        self._path = path
        self._lock_path = path.with_name(path.name + "-lock")
        self._is_writer = is_writer
        self._clean = clean
        self._clean_at = time.monotonic() + _CLEANING_INTERVAL
        self._loop = asyncio.get_running_loop()
        self._queue: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._ended = asyncio.Event()
        self._connection: sqlite3.Connection | None = None
        self._identity: tuple[int, int] | None = None
        self._is_durable = True
        self._yield_at = 0.0
        self._lock_file: int | None = None
        # Held while the thread is inside SQLite.
        self.busy = threading.Lock()
        self.batch_sizes = RollingWindow()
        self.latency = RollingWindow()
        _workers.add(self)

    async def run(
        self,
        work: Callable[[sqlite3.Connection], T | AsyncAssistError],
        *,
        is_durable: bool = True,
        outside: bool = False,
    ) -> T:
        """Run a call in the thread and return its result once its transaction is committed.

        A call whose caller is cancelled is withdrawn unless it has begun.

        Args:
            work: The call. It returns an error to raise it; then it must have written nothing.
            is_durable: Whether a commit that holds the call alone is synchronized with the disk.
            outside: Whether the call is run after the transaction of its batch, outside of any.

        Raises:
            StateUnavailableError: The file cannot be used at present; nothing was written.
            StateError: The file is damaged, belongs to another program or a newer release, or SQLite refused the call.
            ClosedError: The worker is closed.
        """
        return cast("T", await self._wait(self.submit(work, is_durable=is_durable, outside=outside)))

    async def run_grouped(
        self, job: J, run_all: Callable[[sqlite3.Connection, Sequence[J]], Sequence[T | AsyncAssistError]]
    ) -> T:
        """Run a job together with those that queue up meanwhile, by a few statements for all of them.

        Args:
            job: What `run_all` needs to know.
            run_all: Runs the jobs in order and returns a result or an error for each; one that raises is called again
                with each job alone.

        Raises:
            StateUnavailableError: As for `run`.
        """
        call = _Call(job, self._loop.create_future(), is_durable=True, run_all=run_all)
        return cast("T", await self._wait(self._put(call)))

    async def _wait(self, call: _Call) -> Any:
        """Return the result of a queued call; withdraw it when its caller is cancelled."""
        timer = self._loop.call_later(self._lock_timeout, call.expire)
        try:
            return await call.done
        finally:
            timer.cancel()
            call.claim()

    def submit(self, work: Callable[[sqlite3.Connection], Any], *, is_durable: bool, outside: bool = False) -> _Call:
        """Queue a call without waiting for it."""
        return self._put(_Call(work, self._loop.create_future(), is_durable=is_durable, outside=outside))

    def _put(self, call: _Call) -> _Call:
        """Queue a call."""
        if self._closed:
            raise ClosedError("the store is closed")
        if self._thread is None:
            # A daemon: a program that ends without closing does not wait for it. What it acknowledged is committed.
            self._thread = threading.Thread(target=self._work, name="asyncassist-sqlite", daemon=True)
            self._thread.start()
        self._queue.put(call)
        return call

    async def checkpoint(self) -> None:
        """Write the log to the file and cut it to nothing, so that only the file holds data.

        Raises:
            StateUnavailableError: Readers used the log for too long.
        """
        deadline = time.monotonic() + self._lock_timeout
        while not await self.run(_checkpoint, is_durable=False, outside=True):
            if time.monotonic() > deadline:
                raise StateUnavailableError(f"{_NAME} is in use by other processes")
            await asyncio.sleep(0.05)

    async def aclose(self) -> None:
        """Finish the queued calls and close the connection."""
        self._closed = True
        thread, self._thread = self._thread, None
        if thread is not None:
            self._queue.put(None)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._lock_timeout):
                    await self._ended.wait()

    # in the thread

    def _work(self) -> None:
        """Run batch after batch until the worker is closed."""
        while True:
            call = self._next_call()
            if call is None:
                break
            if isinstance(call, _Call):
                self._run_batch([call])
            else:
                self._run_cleaning()
            del call  # it refers to its caller
        with self.busy:
            self._disconnect()
        self._notify(self._ended.set)

    def _next_call(self) -> _Call | bool | None:
        """Wait for a call; None to end, False when it is time to clean."""
        if self._clean is None:
            return self._queue.get()
        try:
            return self._queue.get(timeout=max(0.0, self._clean_at - time.monotonic()))
        except queue.Empty:
            return False

    def _run_batch(self, calls: list[_Call]) -> None:
        """Run the first call and those that queue up until it is this process's turn, in one transaction."""
        began = time.monotonic()
        outcomes: Sequence[Any]
        try:
            with self._turn() if self._is_writer else contextlib.nullcontext():
                calls = self._take_calls(calls)
                with self.busy:
                    outcomes = self._run_all(calls)
            if self._is_writer:
                time.sleep(0)  # lets a process that waits for its turn have it
        except OSError as error:
            calls = self._take_calls(calls)
            outcomes = [_translate_error(error)] * len(calls)
        elapsed = time.monotonic() - began

        def resolve() -> None:
            self.batch_sizes.add(len(calls))
            self.latency.add(elapsed)
            self._resolve(list(zip(calls, outcomes, strict=True)))

        self._notify(resolve)

    def _resolve(self, found: list[tuple[_Call, Any]]) -> None:
        """Set results, a few at a time: the callers of a large batch would occupy the event loop for too long."""
        for call, outcome in found[:_RESOLVED]:
            if call.done.done():
                continue
            if isinstance(outcome, BaseException):
                call.done.set_exception(outcome)
            else:
                call.done.set_result(outcome)
        if len(found) > _RESOLVED:
            self._loop.call_soon(self._resolve, found[_RESOLVED:])

    def _notify(self, callback: Callable[[], object]) -> None:
        """Run a callback in the event loop, unless it is closed."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(callback)

    def _take_calls(self, calls: list[_Call]) -> list[_Call]:
        """Claim the calls given and those queued, without those withdrawn."""
        with contextlib.suppress(queue.Empty):
            while len(calls) < MAX_BATCH:
                call = self._queue.get_nowait()
                if call is None:
                    self._queue.put(None)
                    break
                calls.append(call)
        return [call for call in calls if call.claim()]

    def _run_all(self, calls: Sequence[_Call]) -> Sequence[Any]:
        """Run calls in one transaction and return a result or an error for each."""
        if not calls:
            return []
        try:
            return self._run_transaction(calls)
        except Exception as error:  # noqa: BLE001  # every call must get an outcome
            translated = _translate_error(error)
            # One call that is too large, refused, or reads damaged data must not fail the others.
            is_separable = not isinstance(translated, StateUnavailableError) or _code(error) == sqlite3.SQLITE_FULL
        if len(calls) == 1 or not is_separable:
            return [translated] * len(calls)
        return [outcome for call in calls for outcome in self._run_all([call])]

    def _run_transaction(self, calls: Sequence[_Call]) -> list[Any]:
        """Run calls and commit, or raise and leave the file as it was."""
        connection = self._connect()
        try:
            if self._is_writer:
                self._set_durable(connection, is_durable=any(call.is_durable for call in calls))
            connection.execute("BEGIN IMMEDIATE" if self._is_writer else "BEGIN")
            results = self._run_calls(connection, calls)
            connection.execute("COMMIT")
            if any(call.outside for call in calls):
                results = [call.work(connection) if call.outside else r for call, r in zip(calls, results, strict=True)]
        except BaseException as error:
            try:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
            except sqlite3.Error:
                self._disconnect()
            if _code(error) not in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY):
                self._disconnect()  # opened anew: an operator may have replaced the file
            raise
        return results

    def _run_calls(self, connection: sqlite3.Connection, calls: Sequence[_Call]) -> list[Any]:
        """Run calls in order, those that are grouped together; return a result for each."""
        results: list[Any] = []
        for run_all, part in itertools.groupby(calls, key=lambda call: call.run_all):
            if run_all is None:
                results += [None if call.outside else self._run_call(connection, call) for call in part]
            else:
                results += run_all(connection, [call.work for call in part])
        return results

    def _run_call(self, connection: sqlite3.Connection, call: _Call) -> Any:
        """Run one call; from time to time release the GIL first, which SQLite's own release does not achieve."""
        now = time.monotonic()
        if now >= self._yield_at:
            time.sleep(_PAUSE)
            self._yield_at = now + _PAUSE_INTERVAL
        return call.work(connection)

    def _set_durable(self, connection: sqlite3.Connection, *, is_durable: bool) -> None:
        """Choose whether the next commit is synchronized; a later one that is includes all commits before it."""
        if is_durable != self._is_durable:
            connection.execute(f"PRAGMA synchronous={'FULL' if is_durable else 'NORMAL'}")
            self._is_durable = is_durable

    def _run_cleaning(self) -> None:
        """Delete a few expired rows; when there may be more, soon again."""
        assert self._clean is not None
        more = False
        # What cannot be cleaned now is cleaned later; reads do not show it.
        with contextlib.suppress(OSError), self._turn(), self.busy:
            call = _Call(self._clean, cast("Any", None), is_durable=False)
            more = self._run_all([call])[0] is True
        self._clean_at = time.monotonic() + (0.05 if more else _CLEANING_INTERVAL)

    # the file

    @contextlib.contextmanager
    def _turn(self) -> Generator[None]:
        """Hold the lock that orders the writers of all processes.

        SQLite's own waiting polls, and a process may never get its turn. The system drops the lock of one that dies.

        Raises:
            OSError: The lock file cannot be opened.
        """
        if fcntl is None:  # pragma: no cover
            yield
            return
        if self._lock_file is None:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock_file = os.open(self._lock_path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._lock_file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._lock_file, fcntl.LOCK_UN)

    def _connect(self) -> sqlite3.Connection:
        """Return the connection, a new one when there is none or the file was replaced.

        Raises:
            sqlite3.Error: The file cannot be opened, or is no database.
            OSError: It cannot be created.
            StateError: It belongs to another program or a newer release.
        """
        if self._connection is not None:
            if self._identity == _identity(self._path):
                return self._connection
            self._disconnect()
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            # Created here with mode 0600 before SQLite writes to it: the file holds users' texts.
            os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        connection = sqlite3.connect(
            f"{self._path.absolute().as_uri()}?mode=rw",
            uri=True,
            timeout=self._lock_timeout,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            if not _is_current(connection):
                with contextlib.nullcontext() if self._is_writer else self._turn():
                    _migrate(connection)
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA secure_delete=ON")  # what is deleted is overwritten
            connection.execute(f"PRAGMA journal_size_limit={_MAX_WAL_BYTES}")
        except BaseException:
            connection.close()
            raise
        self._connection, self._identity, self._is_durable = connection, _identity(self._path), True
        return connection

    def _disconnect(self) -> None:
        """Close the connection; the lock file too when the worker ends."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(sqlite3.Error):
                connection.close()
        if self._closed and self._lock_file is not None:
            os.close(self._lock_file)
            self._lock_file = None

    def forget_inherited(self) -> None:
        """Drop what a forked child inherited: a lock file that it kept open would keep the parent's lock."""
        if self._lock_file is not None:
            os.close(self._lock_file)
            self._lock_file = None


_workers: weakref.WeakSet[SQLiteWorker] = weakref.WeakSet()
_paused: list[SQLiteWorker] = []


def _pause() -> None:
    """Wait until no worker is inside SQLite, and keep it so until the process has forked."""
    for worker in list(_workers):
        worker.busy.acquire()
        _paused.append(worker)


def _resume() -> None:
    """Let the workers go on."""
    while _paused:
        _paused.pop().busy.release()


def _resume_in_child() -> None:
    """Drop what the child inherited; its threads do not exist there."""
    for worker in _paused:
        worker.forget_inherited()
    _resume()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_pause, after_in_parent=_resume, after_in_child=_resume_in_child)


def _identity(path: Path) -> tuple[int, int] | None:
    """Return what tells the file at a path from one that replaces it; None when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _is_current(connection: sqlite3.Connection) -> bool:
    """Return whether a file has the schema of this release.

    Raises:
        StateError: It belongs to another program, or a newer release has migrated it.
    """
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application != APPLICATION_ID and (application or version or tables):
        raise StateError(f"{_NAME} belongs to another program")
    if version > len(MIGRATIONS):
        raise StateError(f"{_NAME} was written by a newer release")
    return bool(application == APPLICATION_ID and version == len(MIGRATIONS))


def _migrate(connection: sqlite3.Connection) -> None:
    """Apply missing migrations in one transaction; the caller holds the lock of the writers."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("BEGIN IMMEDIATE")
    try:
        _is_current(connection)
        (done,) = connection.execute("PRAGMA user_version").fetchone()
        for statements in MIGRATIONS[done:]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version={len(MIGRATIONS)}")
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


def _checkpoint(connection: sqlite3.Connection) -> bool:
    """Move the write-ahead log into the file and return whether nothing of it is left."""
    try:
        (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.Error:
        return False  # raised here, it would repeat the transaction before it
    return not busy


def _code(error: BaseException) -> int:
    """Return the primary error code of SQLite; 0 for another error."""
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


def _translate_error(error: Exception) -> Exception:
    """Translate an error of SQLite or the file system; any other stays as it is."""
    if not isinstance(error, sqlite3.Error | OSError):
        return error
    if isinstance(error, OSError):
        found: StateError = StateUnavailableError(f"{_NAME} cannot be opened: {os.strerror(error.errno or 0)}")
    elif (problem := _UNAVAILABLE.get(_code(error))) is not None:
        found = StateUnavailableError(f"{_NAME} {problem}")
    elif _code(error) in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        found = StateError(f"{_NAME} is damaged, or is no database")
    elif _code(error) in (sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH):
        found = RefusedWriteError(f"SQLite refused the write ({_code(error)})")
    else:
        found = StateError(f"SQLite refused the call ({_code(error)})")
    found.__cause__ = error
    return found
