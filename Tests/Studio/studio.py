"""A server of its own for each case, and a browser with the Studio in it."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

from webdriver import Browser, free_port

ROOT = pathlib.Path(__file__).resolve().parents[2]
STUDIO = ROOT / "Studio"
VIEWS = ["/create/simple", "/create/custom", "/library", "/dj", "/models", "/settings/look", "/settings/defaults",
         "/settings/access", "/settings/shortcuts", "/settings/about"]


class Server:
    """A server of its own, with its own folder."""

    def __init__(self, program, port=None, data=None, arguments=(), environment=None):
        self.program, self.arguments, self.environment = program, list(arguments), environment or {}
        self.port = port or free_port()
        self.data = data or tempfile.mkdtemp(prefix="vivace-studio-")
        self.origin = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self):
        environment = {**os.environ, "VIVACE_STUDIO": str(STUDIO), **self.environment}
        for name in ("ACESTEP_API_KEY", "VIVACE_KEYS_FILE"):
            if name not in self.environment:
                environment.pop(name, None)
        self.log = open(os.path.join(self.data, "server.log"), "ab")
        self.process = subprocess.Popen(
            [self.program, "serve", "--host", "127.0.0.1", "--port", str(self.port), "--config-path", "builtin",
                "--data", self.data,
             *self.arguments], stdout=self.log, stderr=self.log, cwd=ROOT, env=environment, start_new_session=True)
        end = time.monotonic() + 120
        while True:
            try:
                urllib.request.urlopen(self.origin + "/livez", timeout=5).close()
                return
            except (urllib.error.URLError, OSError):
                if self.process.poll() is not None or time.monotonic() > end:
                    log = pathlib.Path(self.data, "server.log").read_text(errors="replace")
                    raise AssertionError(f"The server did not start:\n{log}") from None
                time.sleep(0.05)

    def stop(self, with_data=False):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(60)
        self.log.close()
        if with_data:
            shutil.rmtree(self.data, ignore_errors=True)

    def ask(self, path, body=None, method=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.origin + path, data, {"Content-Type": "application/json"},
            method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def make(self, **request):
        """Has a song made without the page, and waits for it. Gives its record."""
        job = self.ask("/v1/jobs",
            {"request": {"caption": "soft chimes", "duration": 6, "instrumental": True, "shift": 3, **request}})
        end = time.monotonic() + 120
        while True:
            job = self.ask(f"/v1/jobs/{job['id']}")
            if job["status"] == "succeeded":
                return self.ask(f"/v1/songs/{job['result']['songs'][0]['handle']}")
            assert job["status"] in ("queued", "running"), job["error"]
            assert time.monotonic() < end, "A song of six seconds takes more than two minutes"
            time.sleep(0.05)


class Page(Browser):
    """A browser with the Studio in it, that keeps what it complains of and whom it asks."""

    def __init__(self, server, **options):
        super().__init__(**options)
        self.server = server
        self.complaints, self.hosts = [], set()
        self.resize(1440, 900)

    def open(self, path):
        self.go(self.server.origin + path)
        self.wait("return import('/studio/js/core/store.js').then(({ store }) => store.capabilities !== null)"
                  ".then(knows => knows && document.querySelector('.view')?.children.length > 0)", what=f"{path} is drawn")

    def visit(self, path):
        """Goes to another view as a link does, without loading the page anew."""
        self.run("const { router } = await import('/studio/js/core/router.js'); router.go(arguments[0])", path)
        self.wait("return location.pathname === arguments[0] && document.querySelector('.view')?.children.length > "
                "0", path, what=f"{path} is drawn")

    def look(self):
        """Takes in what has come into the logs."""
        self.complaints += [f"{entry['level']}: {entry['message']}" for entry in self.log("browser")
                            if entry["level"] in ("SEVERE", "WARNING")]
        for entry in self.log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                address = message["params"]["request"]["url"]
                if address.startswith(("http:", "https:", "ws:", "wss:")):
                    self.hosts.add(address.split("/")[2])

    def check(self, ignoring=()):
        """Nothing was complained of, and nobody else was asked."""
        self.look()
        real = [text for text in self.complaints if not any(word in text for word in ignoring)]
        assert not real, "The console says: " + "\n".join(real[:5])
        assert self.hosts <= {f"127.0.0.1:{self.server.port}"}, f"Other hosts were asked: {self.hosts}"
        missing = self.run("return import('/studio/js/core/i18n.js').then(words => [...words.missing])")
        assert not missing, f"Words are missing: {missing}"

    def text(self, selector):
        return self.run("return document.querySelector(arguments[0])?.innerText ?? ''", selector)

    def song_is_playing(self):
        self.wait("const time = document.querySelector('vz-player time')?.textContent;"
                  "return time && time !== '0:00'", what="the player moves on")
