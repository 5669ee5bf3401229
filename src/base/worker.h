/* worker: a child process at the other end of a framed channel: for work that may crash, stall or must be confined. A frame is a
 * length (4 bytes, big-endian) and that many bytes; it may carry one open descriptor. The child is a fork of this process (no
 * exec), in a process group of its own, and dies with its parent. Real time only: no semantics hang on these deadlines. */
#ifndef BASE_WORKER_H
#define BASE_WORKER_H

#include <sys/types.h>

#include "base/instant.h"

typedef struct Worker Worker;

/* What the child runs; its value is the exit status. Of the parent's descriptors only `channel_fd` and standard error are left
 * (standard input and output are /dev/null), so it must not touch an inherited database handle or the like. It never returns into
 * the parent's code and runs no atexit handler. */
typedef int (*WorkerMain)(int channel_fd, void *data);

/* Forks. `name` is for messages. TEMPFAIL with the system's reason. */
Worker *worker_start(const char *name, WorkerMain fn, void *data, GError **err);
pid_t worker_pid(const Worker *w); /* -1 once it is known to be gone */
int worker_status(const Worker *w); /* as waitpid(2) has it, once it is known to be gone */
int worker_fd(const Worker *w);    /* the channel, to poll for an answer; -1 once gone */

/* One frame to the child; pass_fd goes along (it stays open here), -1: none. TEMPFAIL when the child does not read it in
 * LIMIT_WORKER_SEND_SECONDS; DATA when it is gone, with how: "worker 'parse': signal 11" or "… exit 3", LIMIT where its
 * CPU time was over. */
gboolean worker_send(Worker *w, const void *bytes, gsize n, int pass_fd, GError **err);
/* One frame of the child, NUL-terminated beyond its length. TEMPFAIL when it is not here whole in real_seconds; LIMIT when longer
 * than max; DATA as above. After TEMPFAIL and LIMIT the channel is out of step: only worker_kill or worker_stop makes sense. */
gboolean worker_receive(Worker *w, gsize max, Seconds real_seconds, GString **ret, GError **err);

/* From now the child may use this much more CPU time, then it dies of SIGXCPU. TEMPFAIL with the system's reason. */
gboolean worker_limit_cpu(Worker *w, Seconds cpu_seconds, GError **err);
/* Kills the child and its process group and reaps it; the Worker stays to be asked and freed. Nothing if it is gone. */
void worker_kill(Worker *w);
/* Closes the channel, which asks the child to leave, waits LIMIT_WORKER_EXIT_SECONDS, kills what is left, frees. NULL is fine. */
void worker_stop(Worker *w);

/* Child's side. Read waits for a frame: NOTFOUND when the parent closed the channel (leave), LIMIT when longer than max. *ret_fd
 * gets the descriptor that came along or -1; with ret_fd NULL one that came is closed. */
gboolean worker_read(int fd, gsize max, GString **ret, int *ret_fd, GError **err);
gboolean worker_write(int fd, const void *bytes, gsize n, GError **err);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Worker, worker_stop)

#endif
