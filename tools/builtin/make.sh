#!/bin/sh
# Makes Models/builtin, from the composer to the folder. Usage: ./make.sh RUNS (a folder for checkpoints; kept).
set -eu
runs=$1
python=${PYTHON:-python}
cd "$(dirname "$0")"
[ -f "$runs/tokenizer/tokenizer.json" ] || $python -m training.words --output "$runs/tokenizer"
[ -f "$runs/songs/labels-30.json" ] || $python -m training.dataset --store "$runs/songs" --songs 1600 --seed 3
$python -m training.encoder --store "$runs/songs" --output "$runs" --steps 950
$python -m training.codes --store "$runs/songs" --output "$runs" --steps 1500
$python -m training.flow --store "$runs/songs" --output "$runs" --tokenizer "$runs/tokenizer" --steps 1000 \
    --tasks turbo --rate 8e-4
$python -m training.planner --store "$runs/songs" --output "$runs" --steps 900
$python -m training.assemble --runs "$runs" --tokenizer "$runs/tokenizer"
