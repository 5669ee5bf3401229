/* lmtp: the server's side of one LMTP session (RFC 2033, with RFC 5321 for the commands) as a machine: bytes in; replies, the mail, and what
 * the caller must do next out. Extensions: PIPELINING (RFC 2920), 8BITMIME (6152), SMTPUTF8 (6531), SIZE (1870), ENHANCEDSTATUSCODES (2034).
 * No I/O, no clock. */
#ifndef RULES_LMTP_H
#define RULES_LMTP_H

#include <glib.h>

typedef struct Lmtp Lmtp;

typedef enum {
    LMTP_MORE,  /* all bytes were used; it goes on with the next that come */
    LMTP_BEGIN, /* DATA was accepted: a mail begins */
    LMTP_END,   /* the mail is whole: store it, then say so by lmtp_finish() */
    LMTP_DROP,  /* the mail that began is refused (too large); the client knows */
    LMTP_CLOSE  /* close, once the replies are sent */
} LmtpEvent;

/* `host` names this server in greeting and LHLO. */
Lmtp *lmtp_new(const char *host);
void lmtp_free(Lmtp *l);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Lmtp, lmtp_free)

/* The greeting of a session. */
void lmtp_greet(const Lmtp *l, GString *out);
/* Uses bytes up to the next event; *ret_used says how many, and the rest is to be given again. Replies are appended to `out`; bytes of the mail
 * to `mail`, lines ending in LF as pipe(8) gives them, else byte for byte, at most as many as were used. After LMTP_END nothing is used until
 * lmtp_finish(). */
LmtpEvent lmtp_step(Lmtp *l, const char *bytes, gsize length, gsize *ret_used, GString *out, GString *mail);
/* After LMTP_END: one reply a recipient (RFC 2033 4.2), 250 where it is stored, else 451. `words` say what or why; one line is made of them. */
void lmtp_finish(Lmtp *l, gboolean is_stored, const char *words, GString *out);
/* The reply before the server closes of its own accord: 421. */
void lmtp_leave(const Lmtp *l, const char *words, GString *out);

/* Of the present mail. Both belong to the session and last until lmtp_finish() or the next step. The null sender is "". */
const char *lmtp_sender(const Lmtp *l);
const GPtrArray *lmtp_recipients(const Lmtp *l); /* const char * */
/* Whether a mail is coming in or waits to be stored. */
gboolean lmtp_has_mail(const Lmtp *l);

#endif
