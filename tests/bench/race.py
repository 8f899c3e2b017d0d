# SPDX-License-Identifier: LGPL-2.1-or-later
# race.py - programs side by side: each run is a process of its own, the programs take
# turns, so that a slow moment of the machine meets all of them, and medians are compared.
import json, os, statistics, subprocess, time

ROUNDS = 31
FAILS = 4
WALL, CPU = 0, 1
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


def judge(title, goal, measured, unit):
    """Prints a goal's verdict, and adds it to the table of tests/bench/goals."""
    verdict = "met" if measured <= goal else "missed"
    print(f"  goal at most {goal:.2f} {unit}, measured {measured:.2f}: {verdict}", flush=True)
    if "BENCH_GOALS" in os.environ:
        with open(os.environ["BENCH_GOALS"], "a") as table:
            print(json.dumps([title, goal, measured, unit, verdict]), file=table)


def medians(samples):
    return [statistics.median(column) for column in zip(*samples)]


def race(title, runners, goal=None, rounds=ROUNDS, columns=(CPU,)):
    """
    Runs the runners, functions by name of which the first is ours, and prints the medians
    of wall and processor time and how many times each other's are ours. The goal is for
    the ratio, in these columns, to each of the others; FAILS times the goal is a failure.
    """
    samples = {name: [] for name in runners}
    for _ in range(rounds):
        for name, run in runners.items():
            samples[name].append(run())
    print(f"{title}, {rounds} rounds:")
    ours, *others = (medians(samples[name]) for name in runners)
    for name, it in zip(runners, (ours, *others)):
        print(f"  {name:18} wall {it[0] * 1e3:9.2f} ms  cpu {it[1] * 1e3:9.2f} ms  ours is"
              f" {ours[0] / it[0]:6.2f} times in wall and {ours[1] / it[1]:6.2f} in cpu")
    for column in columns if goal else ():
        for name, it in zip(list(runners)[1:], others):
            ratio = ours[column] / it[column]
            judge(f"{title}: {name}", goal, ratio, f"times in {('wall', 'cpu')[column]}")
            if ratio > FAILS * goal:
                failures.append(f"{title}: {name}")


def finish():
    for title in failures:
        print(f"FAILED: {title}: more than {FAILS} times the goal")
    return 1 if failures else 0
