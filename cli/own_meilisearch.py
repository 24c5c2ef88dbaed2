"""The Meilisearch of `up`: its address is fixed at once, its program may still have to be fetched."""

import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

from cli.children import Pauses
from cli.engines import Engine, draw_key, meilisearch_binary, start_meilisearch
from pipeline.config import Settings
from pipeline.errors import EngineUnavailable

_LOOK_SECONDS = 0.3  # a program that is there is found sooner, and so is that there will be none


class OwnMeilisearch:
    """Our own Meilisearch: its address and key are fixed at once, its binary may come later.

    With a server named by the settings there is nothing to do here.
    """

    def __init__(self, settings: Settings, data: Path, say: Callable[[str], None]) -> None:
        self._settings = settings
        self._folder = data / "meilisearch"
        self._say = say
        self._pauses = Pauses()
        self._port = 0
        self._found: Path | EngineUnavailable | None = None
        self._wanted = False
        self.url = settings.meilisearch_url
        self.key_file = settings.meilisearch_key_file
        self.data = settings.meilisearch_data
        self.engine: Engine | None = None
        self._place = socket.socket()

    def prepare(self) -> None:
        """Fix address and key and look for the binary, in a thread because that may be a download."""
        if self.url:
            return
        # Bound and not listening: nobody is given this port while the binary is on its way.
        self._place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._place.bind(("127.0.0.1", 0))
        self._port = int(self._place.getsockname()[1])
        self.url = f"http://127.0.0.1:{self._port}"
        self.key_file = self._folder / "key"
        self.data = self._folder
        draw_key(self.key_file)
        self._wanted = True
        search = threading.Thread(target=self._find, name="find-meilisearch", daemon=True)
        search.start()
        search.join(_LOOK_SECONDS)
        if isinstance(self._found, EngineUnavailable):
            self._give_up(self._found)

    def tend(self) -> bool:
        """Start it when it can be started; return whether something has changed."""
        if not self._wanted or self._found is None or (self.engine is not None and self.engine.alive()):
            return False
        if isinstance(self._found, EngineUnavailable):
            self._give_up(self._found)
            return True
        if time.monotonic() < self._pauses.due:
            return False
        if self.engine is not None:
            self._say("Meilisearch ended; starting it again")
        self._pauses.died()
        assert self.key_file is not None
        try:
            self.engine = start_meilisearch(
                self._found,
                self._folder,
                self.key_file,
                self._port,
                memory=self._settings.meilisearch_memory,
            )
        except EngineUnavailable as error:
            self._say(str(error))
            return False
        self._pauses.started()
        return True

    def stop(self) -> None:
        """Stop it if it is ours."""
        self._place.close()
        if self.engine is not None:
            self.engine.stop()

    def _give_up(self, error: EngineUnavailable) -> None:
        self._say(f"no search: {error}; everything else works, and what is new waits for the index")
        self._wanted, self.url, self.key_file, self.data = False, "", None, None

    def _find(self) -> None:
        try:
            self._found = meilisearch_binary(self._settings)
        except EngineUnavailable as error:
            self._found = error
