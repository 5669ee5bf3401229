/* spoolwrite: the durable writing of one message file, a call a step: half file in tmp, envelope, mail, mode, sync, into incoming without
 * overwriting. Libc only: the filter links it statically without GLib. Each step answers 0, or -1 with errno; what is then to be done is the
 * caller's. A mail is accepted when its file was synced, then entered, and then the directory incoming synced. Format: escalate-spool(5). */
#ifndef BASE_SPOOLWRITE_H
#define BASE_SPOOLWRITE_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/spoolname.h"

typedef struct {
    int tmp, incoming; /* open directories; -1: not open */
    char host[256];    /* of this machine, for names */
} SpoolWriteSpool;

typedef struct {
    int fd;             /* open for writing; -1: none */
    unsigned counter;   /* in the name; the caller begins with one that it has not used with this instant */
    struct timespec at; /* received-at */
    char name[SPOOLNAME_MAX]; /* in tmp; once entered, in incoming */
} SpoolWriteFile;

typedef struct {
    const char *sender; /* "" is the null sender; NULL: not known */
    const char *const *recipients;
    int recipient_count; /* beyond SPOOLNAME_RECIPIENTS_MAX they are left out */
    const char *queue;   /* or NULL */
    unsigned long uid;   /* who handed the mail over */
} SpoolWriteEnvelope;

/* Opens SPOOL/DIRECTORY; the path, which is for messages, into path[size]. Returns the descriptor or -1 with errno. */
int spoolwrite_directory(const char *spool, const char *directory, char *path, size_t size);
/* The host name of this machine into s->host. Cannot fail. */
void spoolwrite_host(SpoolWriteSpool *s);

/* A new file in tmp under a name with inode 0, mode 0600; f->at and f->counter are the caller's. f->counter moves on over names that exist. */
int spoolwrite_create(const SpoolWriteSpool *s, SpoolWriteFile *f);
/* All bytes. */
int spoolwrite_bytes(const SpoolWriteFile *f, const char *bytes, size_t length);
/* The envelope lines up to and with End into out. Returns their length, or -1 if they do not fit into size bytes. */
int spoolwrite_envelope(const SpoolWriteEnvelope *e, const struct timespec *at, char *out, size_t size);
/* The mode of a message file (0440: nobody changes a mail that was taken in), and its inode. */
int spoolwrite_settle(const SpoolWriteFile *f, uint64_t *ret_inode);
/* Closes: NFS and quotas report here what write did not. */
int spoolwrite_close(SpoolWriteFile *f);
/* From tmp into incoming under its final name, never over a file that is there (then the next counter). A file system without
 * RENAME_NOREPLACE gets link and unlink. On failure it is in tmp still, and f->name is what it would have been called in incoming;
 * `half` is its name in tmp (the caller's copy of f->name). */
int spoolwrite_enter(const SpoolWriteSpool *s, SpoolWriteFile *f, const char *half, uint64_t inode);

#endif
