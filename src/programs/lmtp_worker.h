/* lmtp_worker: the process that takes mail in by LMTP (RFC 2033) and writes it into the spool, as the filter does. Many connections, one loop. */
#ifndef PROGRAMS_LMTP_WORKER_H
#define PROGRAMS_LMTP_WORKER_H

/* Runs until SIGTERM or SIGINT, by the block lmtp of the configuration file. The value is the exit status: 0 also where the configuration wants no
 * LMTP, 75 and 78 where it cannot be had, SUPERVISE_AGAIN where SIGHUP has brought another. Needs no keys and no database. */
int lmtp_worker_run(const char *config);

#endif
