"""Jobs of a worker that was killed are run again."""

from __future__ import annotations

from unittest import mock

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from gridwalk.operations import jobs

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_job_whose_worker_was_killed_waits_to_be_run_again_and_one_in_hand_does_not() -> None:
    killed, at_work = (app.configure_task("nobody.waits", allow_unknown=True).defer(timestamp=0) for _ in "ab")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
        alive = cursor.fetchone()[0]
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [killed])
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s", [alive, at_work])
    async_to_sync(jobs.resume_stalled_jobs.func)(mock.Mock(app=app), 0)
    states = dict(ProcrastinateJob.objects.filter(id__in=[killed, at_work]).values_list("id", "status"))
    assert states == {killed: "todo", at_work: "doing"}
