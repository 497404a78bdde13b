"""Has the OpenAI SDK list models and make a song, whole and as a stream."""

import base64
import sys

from openai import APIStatusError, OpenAI

client = OpenAI(base_url=sys.argv[1] + "/v1", api_key="none", max_retries=0, timeout=300)
models = [model.id for model in client.models.list()]
assert "acestep/builtin" in models, models

ask = dict(
    model="acestep/builtin", messages=[{"role": "user", "content": "<prompt>calm piano</prompt>"}],
    extra_body={"audio_config": {"duration": 10, "format": "wav"}})
message = client.chat.completions.create(**ask).choices[0].message
song = base64.b64decode(message.audio[0].audio_url["url"].split(",", 1)[1])
assert song[:4] == b"RIFF" and len(song) > 500_000, len(song)
assert "calm piano" in message.content, message.content

text, parts, reason = "", [], None
for chunk in client.chat.completions.create(**ask, stream=True):
    choice = chunk.choices[0]
    text += choice.delta.content or ""
    parts += getattr(choice.delta, "audio", None) or []
    reason = choice.finish_reason or reason
assert reason == "stop" and len(parts) == 1 and "## Metadata" in text, (reason, len(parts), text)

try:
    client.chat.completions.create(model="x", messages=[{"role": "user", "content": ""}])
    raise SystemExit("an empty message was taken")
except APIStatusError as error:
    assert error.status_code == 400, error
print("OpenAI SDK: models, a song, a stream, an error: as they should be")
