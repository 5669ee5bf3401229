/* command: the verbs that people write in replies. Pure; words per language come from tables. A false acknowledgment is the worst
 * error: when in doubt there is no verb, and `doubt` says that the choices should be offered. Grammar: escalate-reply(7). */
#ifndef RULES_COMMAND_H
#define RULES_COMMAND_H

#include "base/zone.h"
#include "rules/duration.h"

typedef enum {
    VERB_ACK,
    VERB_DECLINE,
    VERB_PASS,      /* who */
    VERB_ESCALATE,
    VERB_TAKE,
    VERB_ASSIGN,    /* who */
    VERB_SEVERITY,  /* severity 1..4 */
    VERB_WAIT,      /* for (customer, vendor) or until */
    VERB_ANSWERED,  /* text */
    VERB_CONTAINED, /* text */
    VERB_RESOLVE,   /* text */
    VERB_REOPEN,
    VERB_CAUSE,     /* text */
    VERB_PREVENTION, /* text */
    VERB_IMPACT,    /* text */
    VERB_NEXT,      /* text, until optional */
    VERB_NOTE,      /* text; at a work address it makes the whole mail private */
    VERB_CATEGORY,  /* text: one word */
    VERB_RISK,      /* text: one word */
    VERB_OVERRIDE,  /* text: the verb that is done all the same; reason */
    VERB_MERGE,     /* ticket */
    VERB_SPAM,
    VERB_NOTSPAM,
    VERB_NEEDLESS,
    VERB_STATUS,
    VERB_HELP,
    VERB_COUNT
} Verb;

const char *command_verb_name(Verb v); /* "ack" */
gboolean command_verb_from_name(const char *name, Verb *ret);

/* A time of day as people name it: `until tue 10:00`, `until 2026-12-01`, `until 10:00`. */
typedef struct {
    gboolean given;
    int year, month, day; /* 0 0 0 where no date was named */
    int weekday;          /* Monday 1 … Sunday 7, or 0 */
    int days_ahead;       /* tomorrow is 1; -1 where not named */
    int hour, minute;     /* -1 where no time was named (then 09:00); hour may be 24 */
    gboolean is_instant;  /* RFC 3339 with Z or an offset was given: `instant`, and nothing else counts */
    Instant instant;
} CommandWhen;

typedef enum { COMMAND_FOR_NOBODY, COMMAND_FOR_CUSTOMER, COMMAND_FOR_VENDOR } CommandFor;

typedef struct {
    Verb verb;
    gboolean loose;   /* by a loose word ("on it"), not by the verb itself */
    gboolean all;     /* ack all: what a digest lists */
    gboolean has_hold;
    Duration hold;    /* ack 2h, ack 2bh */
    CommandWhen until;
    CommandFor wait_for;
    char *who;        /* contact's name or address, or NULL */
    char *text;       /* argument text, or NULL */
    char *reason;     /* behind "because", or NULL */
    int severity;     /* 1..4, or 0 */
    gint64 ticket;    /* number of another ticket, or 0 */
    char *line;       /* the line as written */
} Command;

typedef struct {
    GPtrArray *commands; /* Command *, in order, at most LIMIT_COMMANDS */
    char *rest;          /* text that is no verb, or "" */
    char *unknown;       /* at a work address: the first line that begins with '#' and is no verb of ours, or has a verb further on, as written; or NULL */
    gboolean doubt;      /* something that looks meant for us was not understood: offer the choices */
} CommandReply;

/* A plain text in which a mail program may have broken lines at its margin. */
typedef struct {
    GHashTable *whole; /* its lines as command_whole has them; NULL: nothing tells */
} CommandBreaks;

/* The lines of the same text where nothing broke them, as its HTML has them: those with LINE_OWN. Owned by the caller. */
GHashTable *command_whole(const char *text, const GByteArray *marks);

/* At a notification address: verbs from the top, a line each, up to the first line that is none; loose words only as a whole line.
 * `subject` (or NULL) is read only when `text` is empty, after its Re: prefixes and our [queue #n] tag are taken off, and only where
 * it ends in a verb that was typed there. `breaks` NULL: no line is broken. Else a text for the customer goes on in the next line (wrap_goes_on) or,
 * where that is in doubt, is no verb; below it nothing is read but full verbs behind an empty line. */
CommandReply *command_read_notification(const char *new_text, const char *subject, const CommandBreaks *breaks);
/* At a work address: lines that begin with '#' (or its full-width form) and a verb, blanks between allowed; `rest` is the text without
 * them. Any other line that begins with '#' and a letter is `unknown`, and so is one that may go on below: nothing of such a mail may go out. */
CommandReply *command_read_work(const char *new_text, const CommandBreaks *breaks);
/* The text behind the marked lines at its beginning. */
const char *command_behind_marked(const char *new_text);
/* One verb with its arguments, as after `escalate VERB ID …`: REFUSED error says what is expected. */
gboolean command_read_line(const char *line, Command **ret, GError **err);
/* Whether one of its verbs is a loose word ("ok"). */
gboolean command_reply_has_loose(const CommandReply *r);
void command_reply_free(CommandReply *r);
void command_free(Command *c);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CommandReply, command_reply_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Command, command_free)

/* The first instant after `now` that `when` names in `zone`. REFUSED when it is past or more than a year ahead. */
gboolean command_when(const CommandWhen *when, const Zone *zone, Instant now, Instant *ret, GError **err);

#endif
