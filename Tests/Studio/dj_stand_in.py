"""Stands in front of a server and answers what the DJ's providers, planner and mixer would: canned, and fast."""

import http.client
import http.server
import json
import threading

PROVIDERS = {"default": "local", "data": [
    {"id": "local", "name": "Vivace", "is_ready": True, "needs_key": False, "default_model": None, "reason": None},
    {"id": "openrouter", "name": "OpenRouter", "is_ready": True, "needs_key": True, "default_model": "some/model",
     "reason": None},
    {"id": "gemini", "name": "Gemini", "is_ready": False, "needs_key": True, "default_model": "x",
     "reason": "Set GEMINI_API_KEY where the server runs."}]}
KEYS = ["A minor", "E minor", "G major", "D major"]


def plan(words, count, seconds):
    """A plan of some tracks."""
    return {"narrative": f"{count} songs, from calm to bright", "settings": {}, "tracks": [{
        "title": f"{words} {n + 1}", "caption": f"soft pads number {n + 1}", "genre": "ambient", "bpm": 90 + 4 * n,
        "key": KEYS[n % 4], "duration": seconds, "energy": round(0.2 + 0.6 * n / max(1, count - 1), 2),
        "instrumental": True, "lyrics": "", "transition_note": f"note {n + 1}"} for n in range(count)]}


class StandIn:
    """A proxy with the DJ's routes of its own."""

    def __init__(self, server):
        self.target, self.plans, self.chats, self.mixes = server, [], [], []
        self.hold = threading.Event()
        self.mixed = {}
        stand_in = self

        class Handler(http.server.BaseHTTPRequestHandler):
            """Answers one request."""

            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                """Says nothing."""

            def handle_one_request(self):
                try:
                    super().handle_one_request()
                except (OSError, http.client.HTTPException):
                    self.close_connection = True

            def every(self):
                length = int(self.headers.get("Content-Length") or 0)
                stand_in.answer(self, self.rfile.read(length) if length else b"")

            do_GET = do_POST = do_PATCH = do_DELETE = do_HEAD = every  # noqa: N815: the names are the library's

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.port = self.http.server_port
        self.origin = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def stop(self):
        self.hold.set()
        self.http.shutdown()
        self.http.server_close()

    # Its own routes

    def answer(self, request, body):
        path, method = request.path.split("?")[0], request.command
        if path == "/v1/dj/providers":
            return self.json(request, PROVIDERS)
        if path.startswith("/v1/dj/providers/"):
            return self.json(request, {"data": ["some/model", "other/model"], "is_listed": True, "notice": None})
        if path == "/v1/dj/chat":
            return self.chat(request, json.loads(body))
        if path == "/v1/dj/plan":
            return self.json(request, self.checked(json.loads(body)))
        if path == "/v1/dj/mixes":
            return self.mix(request, json.loads(body))
        if path.endswith("/cue"):
            return self.json(request, "CUE", "text/plain")
        return self.forward(request, body, method, path)

    @staticmethod
    def json(request, content, kind="application/json", status=200):
        data = json.dumps(content).encode()
        request.send_response(status)
        request.send_header("Content-Type", kind)
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        request.wfile.write(data)

    def chat(self, request, body):
        self.chats.append(body)
        last = body["messages"][-1]["content"]
        request.send_response(200)
        request.send_header("Content-Type", "text/event-stream")
        request.send_header("Connection", "close")
        request.end_headers()
        request.close_connection = True

        def send(name, **data):
            request.wfile.write(f"event: {name}\ndata: {json.dumps(data)}\n\n".encode())
            request.wfile.flush()
        send("text", delta="Here is ")
        if "slowly" in last:
            self.hold.wait()
        send("text", delta="a set.")
        if "fail" in last:
            return send("failed", error={"code": "network", "message": "OpenRouter is not answering"})
        if "cut" in last:
            return send("done", text="Here is half", is_cut=True)
        if "hello" not in last:
            send("notice", notice="lyrics were left out")
            send("plan", plan=plan("Redirected" if body["made"] else "Song", body["tracks"], body["duration"]))
        return send("done", text="Here is a set.", is_cut=False)

    def checked(self, body):
        self.plans.append(body)
        tracks = body["plan"]["tracks"]
        if body["order"] == "harmonic":
            tracks = sorted(tracks, key=lambda track: -(track.get("bpm") or 0))
        for track in tracks:
            track["problems"] = [] if 30 <= (track.get("bpm") or 120) <= 200 else [
                {"field": "bpm", "message": "give a number from 30 to 200"}]
            track["request"] = {"request": {
                "caption": track.get("caption") or "pads", "duration": 10, "instrumental": True, "shift": 3,
                "batch_size": body["batch"]}, "audio_format": body["audio_format"], "title": track["title"],
                "folder": body["folder"]}
        return {"plan": {"narrative": body["plan"]["narrative"], "settings": {}, "tracks": tracks}, "notices": []}

    def mix(self, request, body):
        self.mixes.append(body)
        job = self.target.ask("/v1/jobs", {"title": body["title"], "audio_format": body["audio_format"],
            "request": {"caption": "mix", "duration": 20, "instrumental": True, "shift": 3}})
        self.mixed[job["id"]] = {
            "cues": [{"song": song, "title": f"Cue {n + 1}", "start": 5.0 * n, "seconds": 5.0, "bpm": 90 + n,
                      "key": "A minor"} for n, song in enumerate(body["songs"])],
            "transitions": [{"style": join["style"], "start": 5.0 * n + 3, "seconds": 3.0, "stretch": 1.02,
                             "notice": None} for n, join in enumerate(body["transitions"])]}
        self.json(request, job, status=202)

    # What the server answers itself

    def forward(self, request, body, method, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.target.port, timeout=600)
        headers = {name: value for name, value in request.headers.items()
                   if name.lower() not in ("host", "origin", "connection", "accept-encoding")}
        connection.request(method, request.path, body or None, headers)
        answer = connection.getresponse()
        is_song = path.startswith("/v1/songs/") and method == "GET"
        data = answer.read() if is_song else None
        if is_song:
            song = json.loads(data)
            if song.get("job") in self.mixed:
                song["parameters"]["mix"] = self.mixed[song["job"]]
                data = json.dumps(song).encode()
        request.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("transfer-encoding", "connection", "content-length", "date", "server"):
                request.send_header(name, value)
        if data is not None:
            request.send_header("Content-Length", str(len(data)))
        elif answer.getheader("Content-Length"):
            request.send_header("Content-Length", answer.getheader("Content-Length"))
        else:
            request.send_header("Connection", "close")
            request.close_connection = True
        request.end_headers()
        if data is not None:
            request.wfile.write(data)
            return
        while method != "HEAD":
            piece = answer.read1(1 << 16)
            if not piece:
                return
            request.wfile.write(piece)
            request.wfile.flush()
