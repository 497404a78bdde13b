#pragma once

/// Lines that a person edits at a terminal, with history and completion (libedit). All of it is for one thread.

/// Candidates for the last word of a line, with line ends between; allocated by malloc, or NULL for none.
typedef char *(*clineedit_completer)(const char *line);

/// Reads the history from a file, if it is there, and keeps `limit` lines of it.
void clineedit_start(const char *history, int limit, clineedit_completer completer);

enum clineedit_outcome { clineedit_line, clineedit_end, clineedit_interrupted };

/// Reads a line after a prompt. It is interrupted when something can be read from `wake`, which is emptied then.
/// `*line` is allocated by malloc.
enum clineedit_outcome clineedit_read(const char *prompt, int wake, char **line);

/// Adds a line to the history and to its file.
void clineedit_remember(const char *line);
