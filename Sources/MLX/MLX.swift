// Sources of MLX.
