// Sources of MLXNN.
