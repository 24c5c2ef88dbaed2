"""Flask-WebSub's hub as a process of its own: `python foreign_hub.py FOLDER` prints its address, then serves.

It is run by an interpreter that has Flask-WebSub, which the project's own has not. Celery runs tasks at once,
so the hub verifies a subscription before it answers the request.
"""

import sys
from pathlib import Path

from celery import Celery
from flask import Flask  # type: ignore[import-not-found]
from flask_websub.hub import Hub, SQLite3HubStorage  # type: ignore[import-not-found]
from werkzeug.serving import make_server

app = Flask(__name__)
app.config["PUBLISH_SUPPORTED"] = True
celery = Celery("hub")
celery.conf.update(task_always_eager=True, task_eager_propagates=True)
hub = Hub(SQLite3HubStorage(str(Path(sys.argv[1]) / "hub.db")), celery, **app.config)
app.register_blueprint(hub.build_blueprint(url_prefix="/hub"))
server = make_server("127.0.0.1", 0, app, threaded=True)
sys.stdout.write(f"http://127.0.0.1:{server.server_port}/hub\n")
sys.stdout.flush()
server.serve_forever()
