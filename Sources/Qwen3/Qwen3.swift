// Sources of Qwen3.
