/* desk: everything that a pass works with: configuration, calendars, rotas, database, keys, and the instant that is `now`.
 * One per process; a reload makes a new one and keeps the old where the new is broken. */
#ifndef FLOWS_DESK_H
#define FLOWS_DESK_H

#include "rules/template.h"
#include "rules/token.h"
#include "rules/words_kind.h"

#include "time/calendar.h"
#include "time/rota.h"

#include "store/db.h"

#include "config/config.h"
#include "config/customers.h"

typedef struct Desk Desk;
struct Desk {
    Config *config;
    GHashTable *calendars; /* name -> Calendar; "always" is the built-in one */
    GHashTable *leaves;    /* contact -> Calendar that is closed while he is away */
    GHashTable *rotas;     /* name -> Rota */
    GHashTable *policy_texts; /* Policy -> { digest, text, NULL }: flows/policies */
    GHashTable *begun;     /* digest -> Policy, of the texts that runs began with: flows/policies */
    Db *db;
    TokenKeys keys;        /* those of key_ring that still prove something at `now` */
    GPtrArray *key_ring;   /* KeyfileKey *, all of the key file; NULL: not opened */
    char *key_stamp;       /* of the file when it was last read, with or without success */
    GBytes *audit_key;
    Customers *customers;  /* or NULL: there is no directory */
    char *customers_stamp; /* of the file when it was last read, with or without success */
    KindWords *words;      /* the phrases by which mail of machines is known: built in and configured */
    GHashTable *phrases;   /* language -> Phrasebook, as first asked for: flows/phrases */
    char *templates;       /* where the built-in templates are */
    GHashTable *texts;     /* path -> GString of a template, NULL where there is none: flows/rendering. As they were when first asked for */
    TemplateStore *parsed; /* of these */
    Instant now;           /* of this pass */
    const char *acting;    /* the contact whose mail or command is worked on, or NULL: he needs no line about it */
    gboolean is_rehearsal; /* nothing leaves: what is withheld of shadow queues counts as sent */
    gboolean is_pinned;    /* by --now: received-at of files not yet taken in is `now` */
    /* NULL, or told which due row is about to be fired, and 0 after the last: so that who starts after a crash knows. */
    void (*in_hand)(void *data, gint64 due);
    void *in_hand_data;
};

/* Loads the configuration, calendars and rotas. All problems at once are appended to `problems`, warnings to `warnings`. */
gboolean desk_load(const char *config_path, Desk **ret, GPtrArray *problems, GPtrArray *warnings);
/* The same; `tell` hears of each thing before it is read: "calendar 'office'", or "itself". */
typedef void DeskTell(void *data, const char *what);
gboolean desk_load_told(const char *config_path, DeskTell *tell, void *data, Desk **ret, GPtrArray *problems, GPtrArray *warnings);
/* At the beginning of a pass, with its `now`: reads the customer directory and the key file again where they changed; what is wrong with
 * them is logged, and what was read before stays if they cannot be read at all. Keys whose life is over are dropped. TRUE: the directory is
 * another one, and open tickets are to be looked at by it (recalc_begin). */
gboolean desk_refresh(Desk *d);
/* Who the requester is, or NULL. */
const Customer *desk_customer(const Desk *d, const char *address);
/* Asks every calendar, leave and rota about the year from `now`: a file that can be read may still say more than can be worked out. */
gboolean desk_try(const Desk *d, Instant now, GPtrArray *problems);
/* Opens spool, keys and database; needed by all but `check`. */
gboolean desk_open_store(Desk *d, GError **err);
/* Takes configuration, calendars and rotas of `from`, and frees the rest of it. */
void desk_adopt(Desk *d, Desk *from);
void desk_free(Desk *d);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Desk, desk_free)

/* A rota of these files, with the contacts of this desk. The caller frees it. */
Rota *desk_rota(const Desk *d, const char *name, char *const *files, const char *zone_id, GPtrArray *warnings, GError **err);
Calendar *desk_calendar(const Desk *d, const char *name); /* never NULL for names that the configuration checked */
char **desk_queue_names(const Desk *d); /* NULL-terminated, in the order of the configuration; the caller frees the array, not the names */
const ConfigQueue *desk_queue(const Desk *d, const char *name);     /* NULL: no longer configured */
const ConfigContact *desk_contact(const Desk *d, const char *name); /* the same */
const Policy *desk_policy(const Desk *d, const char *name);         /* the same */
/* The zone in which a contact reads times; `queue` decides where he has none. */
const Zone *desk_contact_zone(const Desk *d, const ConfigContact *contact, const ConfigQueue *queue);

/* Appends to the audit at d->now, and logs the same as one line. Details are key=value in printf format, without personal values. */
gboolean desk_audit(Desk *d, gint64 ticket, GError **err, const char *event, const char *format, ...) G_GNUC_PRINTF(5, 6);

#endif
