"""Flask-WebSub's subscriber as a process: `python foreign_subscriber.py FOLDER` prints its address first.

It is run by an interpreter that has Flask-WebSub. POST /subscribe with `page` has it discover hub and topic
there and subscribe; POST /unsubscribe leaves; GET /came gives what it verified and took, as JSON.
"""

import sys
from pathlib import Path

import flask_websub.subscriber as theirs  # type: ignore[import-not-found]
from flask import Flask, request  # type: ignore[import-not-found]
from flask_websub.subscriber import (
    SQLite3SubscriberStorage,
    SQLite3TempSubscriberStorage,
    Subscriber,
    discover,
)
from werkzeug.serving import make_server

# It sends a secret by https alone; here nobody listens, and the signature is to be checked.
theirs.is_secure = lambda _url: True
folder = Path(sys.argv[1])
app = Flask(__name__)
subscriber = Subscriber(
    SQLite3SubscriberStorage(str(folder / "subscriber.db")),
    SQLite3TempSubscriberStorage(str(folder / "asked.db")),
)
app.register_blueprint(subscriber.build_blueprint(url_prefix="/callbacks"))
confirmed: list[str] = []
came: list[str] = []
numbers: list[str] = []


@subscriber.add_success_handler  # type: ignore[untyped-decorator]
def confirm(_topic: str, _number: str, mode: str) -> None:
    """Note what was verified."""
    confirmed.append(mode)


@subscriber.add_listener  # type: ignore[untyped-decorator]
def listen(_topic: str, _number: str, body: bytes) -> None:
    """Note a document whose signature is right."""
    came.append(body.decode())


@app.post("/subscribe")  # type: ignore[untyped-decorator]
def subscribe() -> dict[str, str]:
    """Subscribe to what a page names."""
    found: dict[str, str] = discover(request.form["page"])
    numbers.append(subscriber.subscribe(**found, secret="bi-mat-cua-flask", lease_seconds=7_200))
    return found


@app.post("/unsubscribe")  # type: ignore[untyped-decorator]
def unsubscribe() -> dict[str, str]:
    """Leave again."""
    subscriber.unsubscribe(numbers[-1])
    return {}


@app.get("/came")  # type: ignore[untyped-decorator]
def tell() -> dict[str, list[str]]:
    """Give what was verified and what came."""
    return {"confirmed": confirmed, "came": came}


server = make_server("127.0.0.1", 0, app, threaded=True)
sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
sys.stdout.flush()
server.serve_forever()
