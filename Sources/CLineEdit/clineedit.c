#include "clineedit.h"

#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <editline/readline.h>

static char *history_file;
static clineedit_completer completer;
static char *candidates;
static char *next_candidate;
static char *finished_line;
static int is_finished;

static char *candidate(const char *text, int state) {
  (void)text;
  if (state == 0) next_candidate = candidates;
  if (!next_candidate || !*next_candidate) return NULL;
  char *end = strchr(next_candidate, '\n');
  size_t length = end ? (size_t)(end - next_candidate) : strlen(next_candidate);
  char *result = strndup(next_candidate, length);
  next_candidate = end ? end + 1 : NULL;
  return result;
}

static char **complete(const char *text, int start, int end) {
  (void)start;
  char *line = strndup(rl_line_buffer, (size_t)end);
  free(candidates);
  candidates = line && completer ? completer(line) : NULL;
  free(line);
  // Without candidates of ours, files are offered.
  if (!candidates || !*candidates) return NULL;
  return rl_completion_matches(text, candidate);
}

void clineedit_start(const char *history, int limit, clineedit_completer function) {
  setlocale(LC_CTYPE, "");
  rl_readline_name = "vivace";
  rl_initialize();
  using_history();
  stifle_history(limit);
  free(history_file);
  history_file = history ? strdup(history) : NULL;
  if (history_file) read_history(history_file);
  completer = function;
  rl_attempted_completion_function = complete;
}

static void take(char *line) {
  finished_line = line;
  is_finished = 1;
  rl_callback_handler_remove();
}

enum clineedit_outcome clineedit_read(const char *prompt, int wake, char **line) {
  finished_line = NULL;
  is_finished = 0;
  rl_callback_handler_install(prompt, take);
  while (!is_finished) {
    struct pollfd watched[] = {{STDIN_FILENO, POLLIN, 0}, {wake, POLLIN, 0}};
    if (poll(watched, 2, -1) < 0) {
      if (errno == EINTR) continue;
      break;
    }
    if (watched[1].revents) {
      char byte;
      if (read(wake, &byte, 1) < 0) break;
      rl_callback_handler_remove();
      fputs("^C\n", rl_outstream ? rl_outstream : stdout);
      fflush(rl_outstream ? rl_outstream : stdout);
      return clineedit_interrupted;
    }
    if (watched[0].revents & POLLIN) {
      rl_callback_read_char();
    } else if (watched[0].revents) {
      // The terminal is gone.
      rl_callback_handler_remove();
      break;
    }
  }
  *line = finished_line;
  return finished_line ? clineedit_line : clineedit_end;
}

void clineedit_remember(const char *line) {
  add_history(line);
  if (history_file) write_history(history_file);
}
