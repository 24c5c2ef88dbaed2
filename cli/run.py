"""The commands that run things: `up`, `web`."""

import os
from pathlib import Path
from typing import Annotated

import typer

from cli.console import say

# Heavy imports stand inside the commands of all modules here: `--help` must not pay for them.
DataOption = Annotated[
    Path | None, typer.Option("--data", help="The data folder (default: TINTINH_DATA, else ./data).")
]
PortOption = Annotated[
    int | None, typer.Option("--port", min=0, max=65535, help="The port of web; 0 picks a free one.")
]


def up(data: DataOption = None, port: PortOption = None) -> None:
    """Run everything on a data folder until Ctrl-C: broker, Meilisearch, workers, beat and web.

    \b
    Example:
      ./tintinh up --data ~/tintinh-data --port 8080
    """
    from cli.supervise import up as run
    from pipeline.config import settings

    if data is not None:
        os.environ["TINTINH_DATA"] = str(data)
    if port is not None:
        os.environ["TINTINH_PORT"] = str(port)
    run(settings(), say)


def web(
    fd: Annotated[
        int | None, typer.Option("--fd", hidden=True, help="A listening socket to take over.")
    ] = None,
) -> None:
    """Run the web process alone; its address is TINTINH_HOST and TINTINH_PORT.

    \b
    Example:
      TINTINH_HOST=0.0.0.0 python -m cli web
    """
    import socket

    import uvicorn

    from cli.sockets import listen
    from pipeline.config import settings
    from pipeline.log import configure

    chosen = settings()
    configure(chosen.log_level)
    listener = listen(chosen.host, chosen.port) if fd is None else socket.socket(fileno=fd)
    config = uvicorn.Config(
        "web.app:app",
        factory=True,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # the application knows whom it believes: TINTINH_PROXIES
        timeout_graceful_shutdown=5,
    )
    uvicorn.Server(config).run(sockets=[listener])


def alive(
    name: Annotated[str, typer.Argument(metavar="NAME", help="web, beat, or the queue of a worker.")],
) -> None:
    """Say whether a process does its work: web answers, a queue's canary was stamped lately.

    A worker that runs and consumes nothing is not alive; a ping would not tell.

    \b
    Example:
      python -m cli alive receive
    """
    from cli.health import stamped, web_answers
    from cli.processes import QUEUES
    from pipeline.config import settings
    from pipeline.errors import BadInput

    if name not in ("web", "beat", *QUEUES):
        raise BadInput("name", f"{name!r} is none of web, beat, {', '.join(QUEUES)}")
    if not (web_answers(settings()) if name == "web" else stamped(settings(), name)):
        raise typer.Exit(1)
