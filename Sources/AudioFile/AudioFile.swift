/// Reads and writes audio files.
///
/// Reading takes the kinds of file that ``AudioFileReader`` lists; writing makes WAV, FLAC, MP3, Opus and Vorbis files,
/// and leaves either the complete file or nothing.
public enum AudioFile {}
