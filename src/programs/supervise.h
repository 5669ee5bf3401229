/* supervise: the processes of the daemon, a row each. One that dies is started again, with backoff, and reported; the others stay up. A row whose
 * process must show that it goes on is killed when it does not, and the service manager's watchdog is fed only while it does. */
#ifndef PROGRAMS_SUPERVISE_H
#define PROGRAMS_SUPERVISE_H

#include "base/instant.h"

typedef struct {
    const char *name; /* for the log, one word */
    /* What the child runs; its value is the exit status. 0: it has nothing to do, or was asked to leave; it rests until the next SIGHUP, which
     * is how a row finds out whether the configuration wants it: it reads it, and returns 0 at once where it does not. SIGTERM, SIGINT and SIGHUP
     * are blocked: it takes them by a signalfd. */
    int (*run)(gpointer data);
    /* Without it there is no daemon: its exit 0 ends all, and so does 78 (configuration) at its first start. It must call supervise_beat. */
    gboolean is_core;
} SuperviseChild;

#define SUPERVISE_TAKEN 4 /* exit status of core: another daemon does this work */
#define SUPERVISE_AGAIN 3 /* exit status: start me again at once, I am to be another (a changed configuration) */

#define SUPERVISE_CHILDREN 8 /* rows at most */
#define SUPERVISE_DEATHS 5   /* kept of each row, the last ones */

/* What happened to the processes of a row before. */
typedef struct {
    guint deaths; /* since the daemon started */
    struct {
        Instant at;
        int status; /* as waitpid(2) has it */
        gboolean is_stall; /* killed because it did not go on */
    } last[SUPERVISE_DEATHS]; /* the newest first */
} SupervisePast;

/* Runs until SIGTERM or SIGINT, or until the core row ends it. The value is the exit status of the daemon. */
int supervise(const SuperviseChild *rows, guint count, gpointer data);

/* ---- in a child ---- */

/* A signalfd for what a child is told: SIGTERM, SIGINT and SIGHUP, which are blocked in it. Non-blocking; -1 with errno. The caller closes it. */
int supervise_signals(void);
/* Of one whose supervise_signals() failed: says so in the log (errno), and is the status with which it must leave: deaf, it would never do so. */
int supervise_is_deaf(void);
/* Reads what came there. TRUE: it is to leave; *ret_reload: its configuration is to be read again (first). */
gboolean supervise_told(int fd, gboolean *ret_reload);
/* "I go on." To be called at each step of its work; cheap. */
void supervise_beat(void);
/* How long a child may sleep between two beats. */
int supervise_longest_sleep_ms(void);
/* What became of those before this one. */
const SupervisePast *supervise_past(void);

#endif
