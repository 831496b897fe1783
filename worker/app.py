"""The Celery application, made from the Flask application by Flask's documented recipe.

``celery -A worker.app worker`` and ``worker.relay`` start from here. Tasks run inside an application context; a message
that was lost with its worker comes back after the visibility timeout, or is sent again when the job's lease ends.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
from typing import Any

from celery import Celery, Task
from celery.signals import setup_logging, worker_init, worker_process_init
from flask import Flask

from rubrics.evidence.cues import make_ready
from rubrics.lexicon import load_lexicon
from screening.app import create_app
from screening.cli.supervision.lifeline import end_with_parent, end_with_supervisor
from screening.extensions import db

HEARTBEAT_SECONDS = 10
TIDY_SECONDS = 3600
REMIND_SECONDS = 300
HEARTBEAT_QUEUE = "heartbeat"
WORK_QUEUE = "work"
SETTINGS: dict[str, Any] = {
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "worker_prefetch_multiplier": 1,
    "task_ignore_result": True,
    "task_serializer": "json",
    "accept_content": ["json"],
    "task_default_queue": WORK_QUEUE,
    "task_routes": {"worker.tasks.heartbeat": {"queue": HEARTBEAT_QUEUE}},
    "task_publish_retry": False,
    "task_soft_time_limit": 45,
    "task_time_limit": 60,
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    # Without the last two a message of a killed worker comes back only after 88 s (measured with a timeout of 10 s).
    "broker_transport_options": {
        "visibility_timeout": 60,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
    },
    "timezone": "UTC",
    "imports": ["worker.tasks", "worker.counting"],
    "beat_schedule": {
        "heartbeat": {
            "task": "worker.tasks.heartbeat",
            "schedule": HEARTBEAT_SECONDS,
            "options": {"expires": HEARTBEAT_SECONDS},
        },
        "tidy": {"task": "worker.tasks.tidy", "schedule": TIDY_SECONDS, "options": {"expires": TIDY_SECONDS}},
        "measure": {
            "task": "worker.tasks.measure_daily",
            "schedule": TIDY_SECONDS,
            "options": {"expires": TIDY_SECONDS},
        },
        "count": {
            "task": "worker.tasks.count_nightly",
            "schedule": TIDY_SECONDS,
            "options": {"expires": TIDY_SECONDS},
        },
        "stages": {
            "task": "worker.tasks.count_stages_daily",
            "schedule": TIDY_SECONDS,
            "options": {"expires": TIDY_SECONDS},
        },
        "mentions": {
            "task": "worker.tasks.tell_mentioned",
            "schedule": REMIND_SECONDS,
            "options": {"expires": REMIND_SECONDS},
        },
        "remind": {
            "task": "worker.tasks.remind_interviewers",
            "schedule": REMIND_SECONDS,
            "options": {"expires": REMIND_SECONDS},
        },
    },
}


def make_celery(app: Flask) -> Celery:
    """Make the Celery application whose tasks run in ``app``'s context."""

    class FlaskTask(Task):
        def __call__(self, *args: object, **arguments: object) -> object:
            with app.app_context():
                return self.run(*args, **arguments)

    celery = Celery("screening", task_cls=FlaskTask)
    celery.config_from_object(SETTINGS)
    celery.conf.update(app.config["CELERY"])
    celery.set_default()
    app.extensions["celery"] = celery
    return celery


@setup_logging.connect
def log_plainly(**_: object) -> None:
    """One line an event on standard error; the supervisor puts the process's name before it."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    for chatty in ("celery.worker.strategy", "celery.app.trace", "celery.beat", "kombu", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


@worker_init.connect
def prepare_worker(**_: object) -> None:
    """End with the supervisor, and read the lexicon before the pool forks: its processes share it, patterns and all, and begin warm.

    What is loaded by then stays for good: the collector need not look through it, and looks less often than it does by
    default, for judging makes many short-lived objects and no circles (measured: 1 to 8 % of the processor time).
    """
    end_with_supervisor()
    make_ready(load_lexicon())
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


@worker_process_init.connect
def prepare_pool_process(**_: object) -> None:
    """End with the worker's main process, and open own database connections: inherited ones must not be shared."""
    end_with_parent(os.getppid(), signal.SIGKILL)
    with flask_app.app_context():
        db.engine.dispose(close=False)


flask_app = create_app()
celery_app = make_celery(flask_app)
