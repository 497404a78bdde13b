// Sources of MusicManager.
