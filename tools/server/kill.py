"""Kills server, worker or both at random moments under load, and then reads database and folder: nothing that was taken on
may be lost, made twice, or without its file.

    python3 tools/server/kill.py --vivace .build/release/vivace --rounds 200 --seed 1
"""

import argparse
import json
import os
import random
import shutil
import signal
import sqlite3
import tempfile
import threading
import time

from serving import Server, until


def submit(server, number, taken, lock):
    """One job, sometimes cancelled again; what is answered goes into `taken`."""
    body = {"request": {"caption": f"song {number}", "duration": 10, "inference_steps": 2, "batch_size": 1 + number % 2},
            "audio_format": "wav"}
    try:
        status, job = server.ask("POST", "/v1/jobs", body, {"Idempotency-Key": f"key-{number}"}, timeout=10)
        if status in (200, 202):
            with lock:
                taken[job["id"]] = {"songs": 1 + number % 2, "cancelled": False}
            if number % 9 == 4:
                status, _ = server.ask("DELETE", f"/v1/jobs/{job['id']}", timeout=10)
                with lock:
                    taken[job["id"]]["cancelled"] = status == 200
            return True
        return status == 429
    except OSError:
        return False
    except Exception as error:  # a connection that breaks in the midst of an answer
        return "HTTPException" in str(type(error).__mro__)


def load(server, numbers, taken, lock, stop):
    while not stop.is_set():
        if not submit(server, next(numbers), taken, lock):
            time.sleep(0.02)
        stop.wait(random.uniform(0, 0.3))


def count():
    number = 0
    while True:
        number += 1
        yield number


def check(data, taken):
    """What is wrong in database and folder."""
    wrong = []
    base = sqlite3.connect(f"file:{data}/jobs.sqlite?mode=ro", uri=True)
    jobs = {id: json.loads(value) for id, value in base.execute("SELECT id, value FROM jobs")}
    songs = [json.loads(value) for (value,) in base.execute("SELECT value FROM songs")]
    files = {name for name in os.listdir(f"{data}/library") if not name.startswith(".")}
    by_job = {}
    for song in songs:
        by_job.setdefault(song.get("job"), []).append(song)
        if song["file"] not in files:
            wrong.append(f"record without a file: {song['id']}")
    for name in files - {song["file"] for song in songs}:
        wrong.append(f"file without a record: {name}")
    states = {}
    for id, asked in taken.items():
        job = jobs.get(id)
        if job is None:
            wrong.append(f"lost: {id}")
            continue
        states[job["state"]] = states.get(job["state"], 0) + 1
        made = len(by_job.get(id, []))
        if job["state"] == "succeeded" and made != asked["songs"]:
            wrong.append(f"{id}: {made} songs of {asked['songs']}")
        if job["state"] != "succeeded" and made:
            wrong.append(f"{id}: {job['state']}, and {made} songs are there")
        if job["state"] == "failed" and not job.get("error"):
            wrong.append(f"{id}: failed without a reason")
        if job["state"] in ("queued", "running"):
            wrong.append(f"{id}: {job['state']} for ever")
        if asked["cancelled"] and job["state"] not in ("cancelled", "succeeded", "failed"):
            wrong.append(f"{id}: cancelled, and {job['state']}")
    for id in jobs:
        if id not in taken:
            # Its answer was lost on the way; it is a job all the same.
            states["unheard of"] = states.get("unheard of", 0) + 1
    return wrong, states, len(songs)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vivace", default=".build/release/vivace")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    random.seed(options.seed)
    program = os.path.abspath(options.vivace)
    folder = tempfile.mkdtemp(prefix="vivace-kill-")
    taken, lock, numbers, killed = {}, threading.Lock(), count(), {"server": 0, "worker": 0, "both": 0}
    for number in range(options.rounds):
        server, stop = Server(program, folder, "--queue-size", "12"), threading.Event()
        threads = [threading.Thread(target=load, args=(server, numbers, taken, lock, stop)) for _ in range(3)]
        for thread in threads:
            thread.start()
        time.sleep(random.uniform(0, 3))
        victim = random.choice(["server", "worker", "both"])
        if victim != "server":
            for worker in server.workers():
                try:
                    os.kill(worker, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            if victim == "worker":
                time.sleep(random.uniform(0, 1))
        killed[victim] += 1
        server.kill()
        stop.set()
        for thread in threads:
            thread.join()
        print(f"\r{number + 1} of {options.rounds} killed, {len(taken)} jobs taken on", end="", flush=True)
    print()
    server = Server(program, folder)
    until(lambda: server.ask("GET", "/v1/stats")[1]["data"]["queue_size"] == 0
          and server.ask("GET", "/v1/stats")[1]["data"]["jobs"]["running"] == 0, 3600, "the queue's end")
    server.end()
    wrong, states, songs = check(os.path.join(folder, "data"), taken)
    print(json.dumps({"rounds": options.rounds, "seed": options.seed, "killed": killed, "jobs": len(taken),
                      "states": states, "songs": songs, "wrong": wrong[:20]}, indent=1))
    if wrong:
        raise SystemExit(f"{len(wrong)} faults; the folder is {folder}")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
