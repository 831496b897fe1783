"""The worker: job rows become Celery messages (``relay``), messages become one service call each (``tasks``)."""
