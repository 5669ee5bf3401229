/* program: a foreign program run to its end: input from bytes, what it said, how it ended. No shell. Both go by memory files, not pipes: neither
 * side can wait for the other, and what the program leaves running in the background holds nothing up. */
#ifndef BASE_PROGRAM_H
#define BASE_PROGRAM_H

#include "base/instant.h"

typedef struct {
    const char *const *argv;        /* NULL-terminated; the first is the path */
    const char *const *environment; /* NULL-terminated "NAME=value"; NULL: this process's own */
    const char *input;
    gsize length;
    Seconds seconds; /* real time after which it is killed, with its process group; 0: it may take as long as it wants */
} ProgramCall;

typedef struct {
    gboolean is_timeout;
    int status;  /* as waitpid(2) has it */
    char *words; /* the first line that it wrote, at most LIMIT_REPLY_BYTES; "" for nothing */
} ProgramEnd;

/* TEMPFAIL with the system's reason: it could not be run. The program gets no descriptor but input, output and error, default signals, a process
 * group of its own where it has a time limit, and can write LIMIT_PROGRAM_OUTPUT_BYTES at most. */
gboolean program_run(const ProgramCall *call, ProgramEnd *ret, GError **err);
/* Whether that is the number of a process that there may have been, and none has it now: who left a file that bears it will not come back for it. */
gboolean program_is_gone(guint64 pid);
/* "exit 3" or "signal 9"; newly allocated. */
char *program_status_text(int status);

#endif
