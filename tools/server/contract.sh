#!/usr/bin/env bash
# Tries a server against its own description and with the OpenAI SDK:
#   python3 -m venv venv && venv/bin/pip install -r tools/server/requirements.txt
#   PATH=venv/bin:$PATH tools/server/contract.sh .build/release/vivace [EXAMPLES]
set -euo pipefail
vivace=$(realpath "$1")
examples=${2:-100}
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
"$vivace" serve --port 0 --config-path builtin --data "$folder/data" --log-level error --queue-size 20 \
  --drain-seconds 0 >"$folder/address" &
server=$!
for _ in $(seq 100); do [ -s "$folder/address" ] && break; sleep 0.1; done
base=$(cat "$folder/address")
python "$here/openai_sdk.py" "$base"
# Streams without an end are left to the tests.
schemathesis run "$base/openapi.json" --max-examples "$examples" --seed 1 --request-timeout 120 --continue-on-failure \
  --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
  --exclude-path-regex '/events$' --workers 2
