/// Reads and writes audio files.
///
/// Reading takes every kind of file that libsndfile knows; writing makes WAV, FLAC, MP3, Opus and Vorbis files, and
/// leaves either the complete file or nothing.
public enum AudioFile {}
