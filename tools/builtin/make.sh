#!/bin/sh
# Makes the built-in model, from the composer to the folder. Usage: ./make.sh RUNS [OUTPUT]
# RUNS is a folder for checkpoints, which are kept: what is interrupted goes on. OUTPUT is Models/builtin if left out.
# PERCENT=1 tries every step with a hundredth of the songs and of the training.
# FROM=FOLDER goes on from the generator and the autoencoder of a finished model, as the published one was made.
# WORKERS is the number of processes that make batches while a GPU trains.
set -eu
runs=$1
output=${2:-$(dirname "$0")/../../Models/builtin}
case $output in /*) ;; *) output=$PWD/$output ;; esac
case $runs in /*) ;; *) runs=$PWD/$runs ;; esac
from=${FROM:-}
case $from in /* | '') ;; *) from=$PWD/$from ;; esac
workers=${WORKERS:-0}
python=${PYTHON:-python}
case $python in */*) python=$(cd "$(dirname "$python")" && pwd)/$(basename "$python") ;; esac
share() { echo $(($1 * ${PERCENT:-100} / 100)); }
cd "$(dirname "$0")"
[ -f "$runs/tokenizer/tokenizer.json" ] || $python -m training.words --output "$runs/tokenizer"
[ -f "$runs/songs/labels-60.json" ] ||
    $python -m training.dataset --store "$runs/songs" --songs "$(share 1600)" --seed 4 --processes $((workers + 2))
$python -m training.codes --store "$runs/songs" --output "$runs" --steps "$(share 2400)"
if [ -n "$from" ]; then
    [ -f "$runs/flow.pt" ] || $python -m training.reopen --model "$from" --runs "$runs" --tokenizer "$runs/tokenizer"
    $python -m training.flow --store "$runs/songs" --output "$runs" --tokenizer "$runs/tokenizer" --workers "$workers" \
        --steps "$(share 2140)" --frames 9500 --rate 5e-4 --long 0 --no-compile
else
    $python -m training.encoder --store "$runs/songs" --output "$runs" --steps "$(share 4000)"
    $python -m training.flow --store "$runs/songs" --output "$runs" --tokenizer "$runs/tokenizer" --workers "$workers" \
        --steps "$(share 9000)"
fi
[ -f "$runs/played/labels-30.json" ] || $python -m training.played --store "$runs/played" --runs "$runs" \
    --tokenizer "$runs/tokenizer" --songs "$(share 1600)"
$python -m training.planner --store "$runs/songs" --played "$runs/played" --output "$runs" --workers "$workers" \
    --steps "$(share 4900)"
$python -m training.assemble --runs "$runs" --tokenizer "$runs/tokenizer" --output "$output"
$python -m training.clockwork --model "$output"
