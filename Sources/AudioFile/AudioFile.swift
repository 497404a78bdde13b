// Sources of AudioFile.
