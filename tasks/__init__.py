"""WHEN: the Celery app and its tasks, each a nudge that carries ids."""
