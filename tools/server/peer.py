"""The least server in Python that answers the same status route from memory: FastAPI on uvicorn."""

import sys

import uvicorn
from fastapi import FastAPI

app = FastAPI()
jobs = {}


@app.get("/v1/jobs/{id}")
async def job(id: str):
    return jobs[id]


if __name__ == "__main__":
    jobs["x"] = {
        "id": "x", "status": "running", "fraction": 0.5, "stage": "diffuse", "request": {"caption": "calm piano"},
        "notices": [], "error": None, "result": None, "events": "/v1/jobs/x/events", "queue_position": None,
    }
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error", access_log=False)
