"""A `vivace serve` for a script: started on a free port, asked with the standard library, and ended."""

import http.client
import json
import os
import signal
import subprocess
import time


class Server:
    def __init__(self, program, folder, *options):
        self.log = open(os.path.join(folder, "server.log"), "ab")
        self.process = subprocess.Popen(
            [program, "serve", "--port", "0", "--config-path", "builtin", "--data", os.path.join(folder, "data"),
             "--log-level", "warning", *options],
            cwd=folder, stdout=subprocess.PIPE, stderr=self.log, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("http://"):
            raise SystemExit(f"the server did not start: {line!r}, see {self.log.name}")
        self.port = int(line.rsplit(":", 1)[1])

    def ask(self, method, path, body=None, headers=None, timeout=30):
        """Status, and the body as JSON where it is some."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            data = None if body is None else json.dumps(body)
            connection.request(method, path, data, {"Content-Type": "application/json", **(headers or {})})
            answer = connection.getresponse()
            text = answer.read()
            try:
                return answer.status, json.loads(text)
            except ValueError:
                return answer.status, text
        finally:
            connection.close()

    def workers(self):
        """Process ids of the workers."""
        found = []
        for name in os.listdir("/proc"):
            if not name.isdigit():
                continue
            try:
                with open(f"/proc/{name}/stat") as file:
                    fields = file.read().rsplit(")", 1)[1].split()
                with open(f"/proc/{name}/cmdline", "rb") as file:
                    words = file.read().split(b"\0")
            except OSError:
                continue
            if int(fields[1]) == self.process.pid and b"worker" in words:
                found.append(int(name))
        return found

    def resident(self):
        """Bytes of the server process in memory."""
        with open(f"/proc/{self.process.pid}/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def end(self, seconds=60):
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise SystemExit("the server did not end")


def until(condition, seconds, what):
    """Waits for a condition, a bounded time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise SystemExit(f"{what}: not within {seconds} s")
        time.sleep(0.2)
