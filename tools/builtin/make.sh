#!/bin/sh
# Makes the built-in model, from the composer to the folder. Usage: ./make.sh RUNS [OUTPUT]
# RUNS is a folder for checkpoints, which are kept: what is interrupted goes on. OUTPUT is Models/builtin if left out.
# PERCENT=1 tries every step with a hundredth of the songs and of the training.
set -eu
runs=$1
output=${2:-$(dirname "$0")/../../Models/builtin}
case $output in /*) ;; *) output=$PWD/$output ;; esac
case $runs in /*) ;; *) runs=$PWD/$runs ;; esac
python=${PYTHON:-python}
case $python in */*) python=$(cd "$(dirname "$python")" && pwd)/$(basename "$python") ;; esac
share() { echo $(($1 * ${PERCENT:-100} / 100)); }
cd "$(dirname "$0")"
[ -f "$runs/tokenizer/tokenizer.json" ] || $python -m training.words --output "$runs/tokenizer"
[ -f "$runs/songs/labels-30.json" ] || $python -m training.dataset --store "$runs/songs" --songs "$(share 1600)" --seed 4
$python -m training.encoder --store "$runs/songs" --output "$runs" --steps "$(share 4000)"
$python -m training.codes --store "$runs/songs" --output "$runs" --steps "$(share 1500)"
# These two need one core each.
$python -m training.planner --store "$runs/songs" --output "$runs" --steps "$(share 8000)" &
planner=$!
$python -m training.flow --store "$runs/songs" --output "$runs" --tokenizer "$runs/tokenizer" --steps "$(share 9000)"
wait $planner
$python -m training.assemble --runs "$runs" --tokenizer "$runs/tokenizer" --output "$output"
