"""A small client of the WebDriver protocol: what the Studio's test needs of a browser, with the standard library."""

import base64
import json
import socket
import subprocess
import time
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
KEYS = {"enter": "\ue007", "tab": "\ue004", "space": " ", "control": "\ue009", "shift": "\ue008", "escape": "\ue00c",
        "down": "\ue015", "up": "\ue013", "left": "\ue012", "right": "\ue014", "delete": "\ue017", "end": "\ue010", "alt": "\ue00a"}


class WebDriverError(Exception):
    """What the browser refused."""


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Browser:
    """A headless Chromium, driven through its chromedriver."""

    def __init__(self, driver="chromedriver", browser="chromium", size=(1440, 900), language="en"):
        self.port = free_port()
        self.process = subprocess.Popen(
            [driver, f"--port={self.port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.session = None
        self._until(lambda: self._call("GET", "/status")["ready"], 60, "chromedriver is ready")
        options = {
            "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--mute-audio",
                     f"--window-size={size[0]},{size[1]}", f"--lang={language}",
                     "--autoplay-policy=user-gesture-required", "--hide-scrollbars"],
            "prefs": {"intl.accept_languages": language},
        }
        capabilities = {"browserName": "chrome", "goog:chromeOptions": options,
                        "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}
        answer = self._call("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})
        self.session = answer["sessionId"]
        self._call("POST", self._path("/timeouts"), {"script": 120_000, "pageLoad": 120_000})

    def close(self):
        """Ends the browser and its driver."""
        try:
            if self.session:
                self._call("DELETE", self._path(""))
        except (WebDriverError, OSError):
            pass
        self.process.terminate()
        self.process.wait(30)

    # Pages

    def go(self, address):
        self._call("POST", self._path("/url"), {"url": address})

    def resize(self, width, height):
        """Sets the size of what is seen, also below the least width of a window."""
        self.devtools("Emulation.setDeviceMetricsOverride",
                      {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 700})

    def devtools(self, command, parameters):
        return self._call("POST", self._path("/goog/cdp/execute"), {"cmd": command, "params": parameters})

    def run(self, script, *arguments):
        """Runs a function's body in the page and gives what it returns; promises are waited for."""
        return self._call("POST", self._path("/execute/sync"), {"script": script, "args": list(arguments)})

    def screenshot(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self._call("GET", self._path("/screenshot"))))

    def log(self, kind):
        return self._call("POST", self._path("/se/log"), {"type": kind})

    # Elements

    def find(self, selector, seconds=90):
        """The first element that fits and is seen."""
        def look():
            for element in self._call("POST", self._path("/elements"), {"using": "css selector", "value": selector}):
                if self._call("GET", self._path(f"/element/{element[ELEMENT]}/displayed")):
                    return element[ELEMENT]
            return None
        return self._until(look, seconds, f"there is {selector}")

    def click(self, selector, seconds=90):
        """Clicks as soon as nothing is in the way."""
        def act():
            self._call("POST", self._path(f"/element/{self.find(selector, seconds)}/click"), {})
            return True
        return self._until(act, seconds, f"{selector} can be clicked")

    def type(self, selector, text):
        self._call("POST", self._path(f"/element/{self.find(selector)}/value"), {"text": text})

    def press(self, *names):
        """Presses keys together, the last one after the others: names of KEYS, or characters."""
        keys = [KEYS.get(name, name) for name in names]
        actions = [{"type": "keyDown", "value": key} for key in keys]
        actions += [{"type": "keyUp", "value": key} for key in reversed(keys)]
        self._call("POST", self._path("/actions"), {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def write(self, text):
        """Types where the focus is."""
        actions = [{"type": kind, "value": letter} for letter in text for kind in ("keyDown", "keyUp")]
        self._call("POST", self._path("/actions"), {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def drag(self, selector, start, end):
        """Drags from one place in an element to another; places are parts of its width, at half its height."""
        box = self.run("const r = document.querySelector(arguments[0]).getBoundingClientRect();"
                       "return [r.x, r.y, r.width, r.height]", selector)
        y = int(box[1] + box[3] / 2)
        actions = [{"type": "pointerMove", "x": int(box[0] + box[2] * start), "y": y, "duration": 0},
                   {"type": "pointerDown", "button": 0},
                   {"type": "pointerMove", "x": int(box[0] + box[2] * (start + end) / 2), "y": y, "duration": 60},
                   {"type": "pointerMove", "x": int(box[0] + box[2] * end), "y": y, "duration": 60},
                   {"type": "pointerUp", "button": 0}]
        self._call("POST", self._path("/actions"), {"actions": [
            {"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": actions}]})

    def wait(self, script, *arguments, seconds=120, what=None):
        """Waits until a function's body gives something true, and gives it."""
        return self._until(lambda: self.run(script, *arguments), seconds, what or script)

    # The protocol

    def _path(self, rest):
        return f"/session/{self.session}{rest}"

    def _until(self, look, seconds, what):
        end = time.monotonic() + seconds
        last = None
        while True:
            try:
                found = look()
                if found:
                    return found
            except (WebDriverError, OSError) as error:
                last = error
            if time.monotonic() > end:
                reason = f": {last}" if last else ""
                raise AssertionError(f"Within {seconds} s it did not come true that {what}{reason}")
            time.sleep(0.05)

    def _call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=180) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            value = json.load(error)["value"]
            raise WebDriverError(f"{value['error']}: {value['message'].splitlines()[0]}") from None
