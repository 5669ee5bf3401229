/* sandbox: a process that has said what it needs loses everything else: no files but open descriptors, no network, no exec, no
 * new processes, bounded memory and CPU. For the parse worker. libseccomp and setrlimit. */
#ifndef BASE_SANDBOX_H
#define BASE_SANDBOX_H

#include <glib.h>

/* Bounds this process: address space (0: unbounded, for sanitizer builds) and no core dumps. TEMPFAIL with the system's reason.
 * */
gboolean sandbox_limit(gsize memory_bytes, GError **err);
/* From here only read, write, memory, time, futex, exit and the like; recvmsg/sendmsg on open sockets; open* answers
 * ENOSYS/EACCES, anything else kills. RLIMIT_CPU is the parent's to set (worker_limit_cpu). Everything that reads files lazily
 * (iconv, tz) must have been warmed up before. */
gboolean sandbox_enter(GError **err);

/* For a process that opens files and takes connections, and that needs nothing else: from here on it starts no program and no process, opens no socket
 * but of this machine's own (the log's), listens nowhere anew, and maps no code; each such call fails with EPERM. TEMPFAIL with the system's reason. */
gboolean sandbox_narrow(GError **err);

/* Before sandbox_enter: opens a converter to UTF-8 for every charset that mail is written in and keeps it, once per process.
 * glibc loads a module per charset and drops it when nobody has it open; inside, it could not be loaded again (measured). */
void sandbox_warm_charsets(void);

#endif
