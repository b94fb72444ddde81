#!/usr/bin/env python3
"""Long runs that a person watches: run.py SMMU

The progress line of replay on a pseudo terminal, its absence elsewhere, Ctrl-C
with what was done so far, pipes that are slow, and pipes that nobody reads any more.  Every step
waits for what it needs to see; DEADLINE_S only ends a run that hangs.
"""
import json
import os
import pathlib
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import time

DEADLINE_S = 120
SYSTEM = pathlib.Path(__file__).resolve().parents[2] / "samples/nic/board.yaml"
HEADER = b"stream,address,access,size\n"
LINE = b"0x10,0x10000040,r,16\n"
PROGRESS = re.compile(rb"\r\x1b\[K[\d.]+ M records, [\d.]+ M/s")
WITH_END = re.compile(rb"M/s, \d+ %, \d+ s left")
CLEARED = b"\r\x1b[K"


def interruptible():
    """Who was started in the background ignores SIGINT, and so would its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Run:
    """A replay whose standard error is a terminal (tty) or a pipe."""

    def __init__(self, smmu, trace, *options, tty=True):
        self.err, slave = pty.openpty() if tty else os.pipe()
        self.process = subprocess.Popen([smmu, "replay", SYSTEM, trace, *options],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=slave, bufsize=0, preexec_fn=interruptible)
        os.close(slave)
        self.stdin, self.stdout = self.process.stdin.fileno(), self.process.stdout.fileno()
        self.said = {self.err: b"", self.stdout: b""}
        self.deadline = time.monotonic() + DEADLINE_S

    def step(self, feed=b""):
        """Takes what there is to read, or writes feed; returns what is left of feed."""
        left = self.deadline - time.monotonic()
        if left < 0:
            self.process.kill()
            raise AssertionError(f"nothing came: {self.said}")
        ready, to, _ = select.select(list(self.said), [self.stdin] if feed else [], [], left)
        for fd in ready:
            try:
                got = os.read(fd, 65536)
            except OSError:  # a terminal that nobody holds open any more
                got = b""
            self.said[fd] += got
        if to:
            try:
                return feed[os.write(self.stdin, feed[:4096]):]
            except BrokenPipeError:
                return b""
        return feed

    def until(self, holds, feed=b"", more=b""):
        """Steps until holds(); feed is written first, then more again and again."""
        while not holds():
            feed = self.step(feed or more)
        while feed:  # no line is left half written
            feed = self.step(feed)

    def finish(self, close=True):
        """Everything that is still said, and the exit status; close: ends the trace first."""
        if close:
            self.process.stdin.close()
        for fd in (self.stdout, self.err):
            while True:
                try:
                    got = os.read(fd, 65536)
                except OSError:
                    got = b""
                if not got:
                    break
                self.said[fd] += got
        os.close(self.err)
        self.process.stdout.close()
        status = self.process.wait(DEADLINE_S)
        self.process.stdin.close()
        return status


def shown(run):
    return PROGRESS.search(run.said[run.err])


def is_clean(said):
    """A terminal on which no part of the line is left."""
    rest = said.rsplit(CLEARED, 1)[-1]
    return b"M records" not in rest


def progress_of_a_pipe(smmu, jobs):
    """Rate alone, since the end is not known; then the summary."""
    run = Run(smmu, "-", "--format", "json", *jobs)
    run.until(lambda: shown(run), HEADER, LINE * 3000)
    assert not WITH_END.search(run.said[run.err]), "an end where none is known"
    assert run.finish() == 0
    assert is_clean(run.said[run.err]), run.said[run.err]
    assert json.loads(run.said[run.stdout])["records"] > 0


def progress_of_a_file(smmu, jobs):
    """Answers wait for their reader until the line is due; then it has the time left."""
    with tempfile.NamedTemporaryFile(suffix=".csv") as trace:
        trace.write(HEADER + LINE * 40000)
        trace.flush()
        run = Run(smmu, trace.name, "--each", "--format", "jsonl", *jobs)
        run.until(lambda: run.said[run.stdout])
        time.sleep(0.6)     # longer than the line waits; how much longer is all the same
        run.until(lambda: WITH_END.search(run.said[run.err]))
        assert run.finish() == 0
    assert is_clean(run.said[run.err]), run.said[run.err]
    assert run.said[run.stdout].count(b"\n") == 40000


def no_progress(smmu, jobs, *options, tty=False):
    """Nothing where nobody looks or asked for quiet, however long it takes."""
    run = Run(smmu, "-", "--format", "jsonl", "--each", *options, *jobs, tty=tty)
    run.until(lambda: run.said[run.stdout], HEADER, LINE * 3000)
    time.sleep(0.6)
    had = len(run.said[run.stdout])
    run.until(lambda: len(run.said[run.stdout]) > had + 200000, LINE, LINE * 3000)
    assert run.finish() == 0
    assert run.said[run.err] == b"", run.said[run.err]


def quiet(smmu, jobs):
    no_progress(smmu, jobs, "-q", tty=True)


def interrupt_answers(smmu, jobs):
    """Ctrl-C while the run waits for a pipe that stays open: what was read is answered."""
    run = Run(smmu, "-", "--each", "--format", "jsonl", *jobs, tty=False)
    run.until(lambda: run.said[run.stdout], HEADER, LINE * 3000)
    run.process.send_signal(signal.SIGINT)
    assert run.finish(close=False) == 2
    answers = run.said[run.stdout].count(b"\n")
    assert run.said[run.err] == b"smmu replay: error: interrupted after %d records\n" % answers, \
        run.said[run.err]


def interrupt_summary(smmu, jobs):
    """Ctrl-C in the middle of much: the summary of what there was."""
    run = Run(smmu, "-", "--format", "json", *jobs)
    run.until(lambda: shown(run), HEADER, LINE * 3000)
    run.process.send_signal(signal.SIGINT)
    assert run.finish(close=False) == 2
    summary = json.loads(run.said[run.stdout])
    said = re.search(rb"interrupted after (\d+) records", run.said[run.err])
    assert said and int(said[1]) == summary["records"] > 0, run.said[run.err]
    assert is_clean(run.said[run.err]), run.said[run.err]


def interrupt_comparison(smmu, jobs):
    """Ctrl-C in a comparison: what differs so far, and nothing of what was not reached."""
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as answers:
        answers.write(b'{"n":0,"pa":"0x88000044"}\n{"n":1,"pa":"0x88000040"}\n'
                      b'{"n":1000000000000,"status":"ok"}\n')
        answers.flush()
        run = Run(smmu, "-", "--format", "json", "--expect", answers.name, *jobs)
        run.until(lambda: shown(run), HEADER, LINE * 3000)
        run.process.send_signal(signal.SIGINT)
        assert run.finish(close=False) == 2
    summary = json.loads(run.said[run.stdout])
    assert summary["expected"] == 2 and summary["differences"] == 1, summary
    assert "answers_missing" not in summary, summary
    assert summary["first_difference"]["n"] == 0, summary


def reader_leaves(smmu, jobs):
    """Who reads the answers goes away while the trace's pipe stays open."""
    run = Run(smmu, "-", "--each", "--format", "jsonl", *jobs, tty=False)
    run.until(lambda: run.said[run.stdout], HEADER, LINE * 3000)
    run.process.stdout.close()
    del run.said[run.stdout]
    run.until(lambda: run.process.poll() is not None, LINE, LINE)
    assert b"rror" not in run.said[run.err], run.said[run.err]


def slow_pipe(smmu, jobs):
    """Each answer is shown when its line has come, whatever comes later."""
    for form in "text", "jsonl", "json", "csv":
        run = Run(smmu, "-", "--each", "--format", form, *jobs, tty=False)
        for n, line in enumerate((HEADER + LINE, LINE, LINE)):
            run.until(lambda n=n: run.said[run.stdout].count(b"0x88000040") == n + 1, line)
        assert run.finish() == 0
        assert run.said[run.err] == b"", run.said[run.err]


def slow_log(smmu, jobs):
    """A log is waited for behind lines that are none of its own."""
    run = Run(smmu, "-", "--each", "--format", "jsonl", "-q", *jobs, tty=False)
    run.step(b"a program starts\n")
    time.sleep(0.2)     # that it comes alone is not needed, only likely
    line = b"smmuv3_translate_abort r sid=0x10 abort on iova:0x10000040 is_write=0\n"
    run.until(lambda: b"0x88000040" in run.said[run.stdout], line)
    assert run.finish() == 0


def has_terminals():
    """A root without /dev/pts has none."""
    try:
        for fd in pty.openpty():
            os.close(fd)
    except OSError:
        return False
    return True


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    smmu = str(pathlib.Path(sys.argv[1]).resolve())
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    plain = [interrupt_answers, reader_leaves, no_progress, slow_pipe, slow_log]
    watched = [progress_of_a_pipe, progress_of_a_file, interrupt_summary, quiet,
               interrupt_comparison]
    cases = plain + (watched if has_terminals() else [])
    for jobs in ([], ["--jobs", "2"]):
        for case in cases:
            case(smmu, jobs)
    print(f"terminal: {2 * len(cases)} cases passed" +
          ("" if len(cases) > len(plain) else
           "; not run for want of a pseudo terminal: the progress line"))


if __name__ == "__main__":
    main()
