"""Long work of the desk: started once, stopped in one way, told in words."""

from __future__ import annotations

import threading

import pytest
from desk_samples import DeskUnderTest

from kiemphieu.desk.acts import Visitor
from kiemphieu.desk.jobs import Job, JobState, JobStopped
from kiemphieu.desk.sessions import Session
from kiemphieu.messages import Language
from records.errors import InputError

PATIENCE_S = 20.0


def wait_for_stop(job: Job) -> None:
    """Work that never ends by itself."""
    while True:
        job._stop.wait(PATIENCE_S)
        job.progress(1, 2)


def test_work_that_is_stopped_is_stopped_and_did_not_fail(desk: DeskUnderTest) -> None:
    job = desk.desk.jobs.start(desk.vote(), "verify", wait_for_stop)
    job.ask_stop()
    assert job.wait(PATIENCE_S)
    assert (job.state, job.error, job.result) == (JobState.STOPPED, None, None)
    assert job.as_json() == {"state": "stopped", "done": 1, "total": 2}


def test_work_that_was_whole_before_it_could_be_stopped_is_done(desk: DeskUnderTest) -> None:
    asked = threading.Event()

    def work(job: Job) -> str:
        job.progress(2, 2)
        asked.wait(PATIENCE_S)
        return "printed"

    job = desk.desk.jobs.start(desk.vote(), "print", work)
    job.ask_stop()
    asked.set()
    assert job.wait(PATIENCE_S)
    # "Stopped, nothing was recorded" would be untrue.
    assert (job.state, job.result) == (JobState.DONE, "printed")


def test_a_stop_is_what_a_scan_takes_for_ctrl_c() -> None:
    assert issubclass(JobStopped, KeyboardInterrupt)
    job = Job("scan")
    job.check_stop()
    job.ask_stop()
    with pytest.raises(JobStopped):
        job.check_stop()


def test_notes_are_there_before_the_work_begins(desk: DeskUnderTest) -> None:
    seen = []
    job = desk.desk.jobs.start(desk.vote(), "scan", lambda job: seen.append(job.notes), {"name": "1"})
    assert job.wait(PATIENCE_S)
    assert seen == [{"name": "1"}]


def test_a_job_is_found_by_its_names(desk: DeskUnderTest) -> None:
    folder, jobs = desk.vote(), desk.desk.jobs
    assert jobs.of(folder) is None
    job = jobs.start(folder, "testdeck", lambda _job: None)
    assert job.wait(PATIENCE_S)
    assert jobs.of(folder) is jobs.of(folder, "print", "testdeck") is job
    assert jobs.of(folder, "verify") is None
    jobs.check_idle(folder)


def test_one_job_at_a_time_and_what_it_is_called_is_said_in_words(desk: DeskUnderTest) -> None:
    folder, jobs = desk.vote(), desk.desk.jobs
    job = jobs.start(folder, "testdeck", wait_for_stop)
    for refused in (lambda: jobs.check_idle(folder), lambda: jobs.start(folder, "print", wait_for_stop)):
        with pytest.raises(InputError) as caught:
            refused()
        assert caught.value.message_id == "desk_busy"
        for lang, words in ((Language.ENGLISH, "the test deck"), (Language.VIETNAMESE, "bộ phiếu thử")):
            said = Visitor(desk.desk, Session("", lang)).say(caught.value)
            assert f"({words})" in said
    answer = desk.client().post("/votes/bdt-2023/print/start", data={"count": "2"})
    assert "testdeck" not in answer.text
    job.ask_stop()
    assert job.wait(PATIENCE_S)
    jobs.check_idle(folder)


def test_an_error_that_names_other_things_is_said_as_it_is(desk: DeskUnderTest) -> None:
    visitor = Visitor(desk.desk, Session("", Language.ENGLISH))
    assert "(something)" in visitor.say(InputError("desk_busy", job="something"))
    assert "/x" in visitor.say(InputError("folder_missing", path="/x"))
