/* spoolname: names of message files and their envelope lines. Libc only: the filter links it statically without GLib.
 * A message file is envelope lines `X-Escalate-Envelope-Received-At|Sender|Recipient|Queue|Uid: …`, the line
 * `X-Escalate-Envelope-End: 1`, then the mail byte for byte. Nothing after End is envelope. Format: escalate-spool(5). */
#ifndef BASE_SPOOLNAME_H
#define BASE_SPOOLNAME_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define SPOOLNAME_MAX 256
#define SPOOLNAME_ENVELOPE_MAX 65536 /* bytes of all envelope lines */
#define SPOOLNAME_RECIPIENTS_MAX 100

/* `<seconds>.<microseconds>-<pid>-<counter>-<inode>.<host>` into out. Returns 0, or -1 if it does not fit. Slashes and control
 * characters of the host name become '_'. */
int spoolname_make(char out[SPOOLNAME_MAX], int64_t seconds, int microseconds, long pid, unsigned counter, uint64_t inode,
                   const char *host);
/* Whether name has that form (what core takes from incoming). */
int spoolname_is_valid(const char *name);
/* Reads seconds of the name: its received-at where the envelope has none. -1 if the name is not valid. */
int64_t spoolname_seconds(const char *name);

/* One envelope line "X-Escalate-Envelope-<field>: <value>\n" into out (NUL-terminated). Control characters, CR and LF in value become
 * '?'. Returns its length, or -1 if it does not fit. */
int spoolname_envelope_line(char *out, size_t size, const char *field, const char *value);

typedef struct {
    int64_t received_at;  /* seconds, or -1 */
    const char *sender;   /* "" is the null sender; NULL: not given (unknown) */
    const char *queue;    /* or NULL */
    long uid;             /* who ran the filter, or -1 */
    const char *recipients[SPOOLNAME_RECIPIENTS_MAX];
    int recipient_count;
    size_t mail_offset;   /* where the mail begins */
} SpoolEnvelope;

/* Reads the envelope of a message file's bytes. Writes NULs into `bytes` in place of line ends of the envelope; the struct points into
 * it. Received-At is RFC 3339 UTC with microseconds cut. Returns 0, or -1 with *ret_error a constant text: the whole file is then mail
 * (mail_offset 0) and nothing is known of its envelope. */
int spoolname_envelope_read(char *bytes, size_t length, SpoolEnvelope *ret, const char **ret_error);

#endif
