# SPDX-License-Identifier: LGPL-2.1-or-later
# race.py - programs side by side: each run is a process of its own, the programs take
# turns, so that a slow moment of the machine meets all of them, and medians are compared.
import os, statistics, subprocess, time

ROUNDS = 31
FAILS = 4
failures = []


def measure(words, stdin=os.devnull, statuses=(0,)):
    """Seconds of wall time and of processor time, and KiB at the peak."""
    with open(stdin, "rb") as given, open(os.devnull, "wb") as null:
        begin = time.perf_counter()
        with subprocess.Popen(words, stdin=given, stdout=null, stderr=null) as run:
            _, status, use = os.wait4(run.pid, 0)
            wall = time.perf_counter() - begin
            run.returncode = os.waitstatus_to_exitcode(status)
    assert run.returncode in statuses, (words, run.returncode)
    return wall, use.ru_utime + use.ru_stime, use.ru_maxrss


def medians(samples):
    return [statistics.median(column) for column in zip(*samples)]


def race(title, runners, goal=None, rounds=ROUNDS, column=1):
    """
    Runs the runners, functions by name of which the first is ours, and prints the medians
    of wall and processor time and how many times each other's are ours. The goal is for
    the ratio of one column, 0 for wall and 1 for processor time, to each of the others;
    FAILS times the goal is a failure.
    """
    samples = {name: [] for name in runners}
    for _ in range(rounds):
        for name, run in runners.items():
            samples[name].append(run())
    print(f"{title}:")
    ours, *others = (medians(samples[name]) for name in runners)
    for name, it in zip(runners, (ours, *others)):
        print(f"  {name:18} wall {it[0] * 1e3:9.2f} ms  cpu {it[1] * 1e3:9.2f} ms  ours is"
              f" {ours[0] / it[0]:6.2f} times in wall and {ours[1] / it[1]:6.2f} in cpu")
    if goal is not None:
        ratio = max(ours[column] / it[column] for it in others)
        print(f"  goal {goal:.2f} in {('wall', 'cpu')[column]}, worst {ratio:.2f}:"
              f" {'met' if ratio <= goal else 'missed'}", flush=True)
        if ratio > FAILS * goal:
            failures.append(title)


def finish():
    for title in failures:
        print(f"FAILED: {title}: more than {FAILS} times the goal")
    return 1 if failures else 0
