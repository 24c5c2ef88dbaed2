"""Whether one process of a deployment does its work: for container health checks."""

from http import HTTPStatus
from http.client import HTTPConnection, HTTPException

from cli.desk import now
from cli.sockets import reachable
from pipeline.config import Settings
from pipeline.store import numbers, open_database

_PATIENCE = 5.0
_CANARY_SECONDS = 180.0  # beat sends one through every queue each minute


def web_answers(settings: Settings) -> bool:
    """Say whether web answers on this machine. Never raises."""
    connection = HTTPConnection(reachable(settings.host), settings.port, timeout=_PATIENCE)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def stamped(settings: Settings, name: str) -> bool:
    """Say whether a queue's canary is fresh; for "beat", whether any is.

    Raises:
        EngineUnavailable: SQL is away.
    """
    db = open_database(settings.sql_url)
    try:
        with db.read() as conn:
            ages = numbers.state(conn, now())["stamps"]
    finally:
        db.close()
    wanted = [age for stamp, age in ages.items() if stamp == f"canary_{name}" or name == "beat"]
    return any(age < _CANARY_SECONDS for age in wanted)
