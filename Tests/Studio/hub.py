"""A hub of models on this machine, with the addresses of Hugging Face, whose large files can be held back."""

import hashlib
import http.server
import json
import random
import threading
import time

COMMIT = "c" * 40
REPOSITORY = "ACE-Step/Ace-Step1.5"


def small_turbo():
    """The files of the Turbo model, each much smaller than the real one."""
    noise = random.Random(5).randbytes
    return {
        "acestep-v15-turbo/config.json": b'{"model_type":"acestep","is_turbo":true}',
        "acestep-v15-turbo/model.safetensors": noise(3_000_000),
        "acestep-v15-turbo/silence_latent.pt": noise(2000),
        "vae/config.json": b'{"_class_name":"AutoencoderOobleck"}',
        "vae/diffusion_pytorch_model.safetensors": noise(50_000),
        "Qwen3-Embedding-0.6B/config.json": b'{"model_type":"qwen3"}',
        "Qwen3-Embedding-0.6B/model.safetensors": noise(70_000),
        "Qwen3-Embedding-0.6B/tokenizer.json": noise(3000),
    }


class Hub:
    """Serves one repository until it is stopped."""

    def __init__(self, files=None, repository=REPOSITORY):
        self.files, self.repository = files or small_turbo(), repository
        self.gate = threading.Event()
        self.gate.set()
        self.held = 0
        self.begins = []
        hub = self

        class Handler(http.server.BaseHTTPRequestHandler):
            """Answers one request."""

            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                """Says nothing."""

            def do_GET(self):  # noqa: N802: the name is the library's
                hub.answer(self)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def hold(self, after):
        """Sends so many bytes of each large file, and the rest after `release`."""
        self.held = after
        self.gate.clear()

    def release(self):
        self.gate.set()

    def stop(self):
        self.release()
        self.server.shutdown()
        self.server.server_close()

    def answer(self, request):
        path = request.path.split("?")[0].strip("/")
        if path.startswith(f"api/models/{self.repository}/tree/"):
            entries = [self.entry(name, data) for name, data in sorted(self.files.items())]
            self.send(request, json.dumps(entries).encode(), {"Content-Type": "application/json"})
        elif path.startswith(f"api/models/{self.repository}/"):
            self.send(request, json.dumps({"id": "x", "sha": COMMIT, "siblings": []}).encode(), {})
        elif path.startswith(f"{self.repository}/resolve/"):
            name = path.split("/", 4)[4]
            data = self.files[name]
            begin = int((request.headers.get("Range") or "bytes=0-")[6:].split("-")[0])
            self.begins.append((name, begin))
            headers = {"ETag": f'"{self.entry(name, data)["oid"]}"', "X-Repo-Commit": COMMIT}
            if request.headers.get("Range"):
                headers["Content-Range"] = f"bytes {begin}-{len(data) - 1}/{len(data)}"
            self.send(request, data[begin:], headers, 206 if request.headers.get("Range") else 200)
        else:
            self.send(request, b"", {}, 404)

    @staticmethod
    def entry(name, data):
        if len(data) > 1000:
            digest = hashlib.sha256(data).hexdigest()
            return {"type": "file", "oid": digest, "size": len(data), "path": name,
                    "lfs": {"oid": digest, "size": len(data)}}
        digest = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
        return {"type": "file", "oid": digest, "size": len(data), "path": name}

    def send(self, request, data, headers, status=200):
        request.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            request.send_header(name, value)
        request.end_headers()
        try:
            if len(data) > 1_000_000 and not self.gate.is_set():
                # In pieces, so that there is progress to tell of.
                for at in range(0, self.held, 50_000):
                    request.wfile.write(data[at:min(self.held, at + 50_000)])
                    request.wfile.flush()
                    time.sleep(0.02)
                self.gate.wait()
                data = data[self.held:]
            request.wfile.write(data)
        except OSError:
            request.close_connection = True
