"""Tiny random ACE-Step 1.5 checkpoints and golden tensors, made with the PyPI reference packages.

Modules:
    specification   what a tiny checkpoint looks like: three fixed ones, and random ones from a seed
    text            the sentences the tiny tokenizers are trained on
    bpe             a Qwen2-style byte-level BPE tokenizer trained on those sentences
    weights         seeded random weights whose scale makes prompt, lyrics and metadata matter
    checkpoint      builds the pipeline and writes it in the Diffusers and the official layout
    requests        runs the reference pipeline on a request document
    module_goldens  inputs and outputs of every module
    precision_goldens, double
                    what the networks make in float64, and what float32 loses
    table_goldens   schedules, noise, guidance, prompt texts: tables that need no checkpoint
    pipeline_goldens  whole pipeline runs
    planner_tokenizer, planner_automaton, planner_text, planner_sampling
                    a tiny tokenizer with the planner's tokens, and what the official planner makes of many inputs
    storage         writing safetensors and JSON reproducibly
"""
