"""WHEN: the Celery app and its tasks, each a nudge that carries ids (`celery -A tasks worker`)."""

from tasks.app import app

__all__ = ["app"]
