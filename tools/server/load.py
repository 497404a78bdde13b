"""Load on one machine: 200 clients poll and stream events while 50 jobs run, then requests per second beside FastAPI.

    python3 -m venv venv && venv/bin/pip install -r tools/server/requirements.txt && apt-get install wrk
    venv/bin/python tools/server/load.py --vivace .build/release/vivace
"""

import argparse
import asyncio
import json
import os
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

from serving import Server


async def answer(reader):
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    length = re.search(r"(?i)content-length: (\d+)", head)
    return int(head.split()[1]), await reader.readexactly(int(length[1])) if length else b""


async def poll(port, id, seconds, stop):
    """Asks for a job once a second over one connection, each client in its own moment of the second."""
    await asyncio.sleep(random.random())
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    body = json.dumps({"task_id_list": [id]}).encode()
    request = (b"POST /query_result HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
               b"Content-Length: %d\r\n\r\n" % len(body)) + body
    while not stop.is_set():
        start = time.perf_counter()
        writer.write(request)
        status, text = await answer(reader)
        seconds.append(time.perf_counter() - start)
        assert status == 200, status
        if json.loads(text)["data"][0]["status"] != 0:
            break
        await asyncio.sleep(1)
    writer.close()


async def follow(port, id):
    """The events of a job to its end; the numbers must rise, and the last one tell the end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET /v1/jobs/{id}/events HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    await reader.readuntil(b"\r\n\r\n")
    number, name = 0, ""
    while name not in ("finished", "failed", "cancelled"):
        line = (await reader.readline()).decode()
        if not line:
            return f"{id}: the stream broke off after {name}"
        if line.startswith("id: "):
            if int(line[4:]) <= number:
                return f"{id}: {line.strip()} after {number}"
            number = int(line[4:])
        if line.startswith("event: "):
            name = line[7:].strip()
    writer.close()
    return None if name == "finished" else f"{id}: {name}"


async def load(server, jobs, clients):
    ids = []
    for number in range(jobs):
        body = {"request": {"caption": f"song {number}", "duration": 10}, "audio_format": "wav"}
        status, job = server.ask("POST", "/v1/jobs", body)
        assert status == 202, job
        ids.append(job["id"])
    seconds, stop = [], asyncio.Event()
    polls = [asyncio.create_task(poll(server.port, ids[n % jobs], seconds, stop)) for n in range(clients // 2)]
    streams = [asyncio.create_task(follow(server.port, ids[n % jobs])) for n in range(clients // 2)]
    faults = [fault for fault in await asyncio.gather(*streams) if fault]
    await asyncio.wait_for(asyncio.gather(*polls), 60)
    lost = [id for id in ids if server.ask("GET", f"/v1/jobs/{id}")[1]["status"] != "succeeded"]
    return ids, seconds, faults + [f"{id}: did not succeed" for id in lost]


def wrk(port, path, seconds):
    """Requests per second."""
    text = subprocess.run(
        ["wrk", "-t1", "-c32", f"-d{seconds}s", f"http://127.0.0.1:{port}{path}"], check=True, capture_output=True,
        text=True).stdout
    assert "Non-2xx" not in text, text
    return float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])


def peer():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, os.path.join(os.path.dirname(__file__), "peer.py"), str(port)])
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return process, port
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the other server did not start")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vivace", default=".build/release/vivace")
    parser.add_argument("--jobs", type=int, default=50)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="vivace-load-")
    server = Server(os.path.abspath(options.vivace), folder)
    ids, seconds, faults = asyncio.run(load(server, options.jobs, options.clients))
    seconds.sort()
    report = {
        "clients": options.clients, "jobs": options.jobs, "polls": len(seconds), "faults": faults,
        "status_ms": {"median": round(statistics.median(seconds) * 1e3, 2),
                      "p99": round(seconds[int(len(seconds) * 0.99)] * 1e3, 2)},
    }
    path = f"/v1/jobs/{ids[0]}"
    wrk(server.port, path, 2)
    before, count = server.resident(), 0
    while count < 10_000:
        count += int(wrk(server.port, path, 2) * 2)
    report["memory_after_10000_requests_mib"] = round((server.resident() - before) / 2**20, 1)
    report["memory_mib"] = round(server.resident() / 2**20, 1)
    other, port = peer()
    pairs = []
    for _ in range(options.rounds):
        own = wrk(server.port, path, options.seconds)
        pairs.append((own, wrk(port, "/v1/jobs/x", options.seconds)))
    other.kill()
    report["requests_per_second"] = {
        "vivace": round(statistics.median(a for a, _ in pairs)), "fastapi": round(statistics.median(b for _, b in pairs)),
        "ratio": round(statistics.median(a / b for a, b in pairs), 2)}
    server.end()
    shutil.rmtree(folder)
    print(json.dumps(report, indent=1))
    if faults:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
