/* lmtp_server: what the files of the LMTP server share. Private to them. */
#ifndef PROGRAMS_LMTP_SERVER_H
#define PROGRAMS_LMTP_SERVER_H

#include "rules/lmtp.h"

#include "store/spoolgroup.h"

#include "config/config.h"

#include "programs/lmtp_sync.h"

typedef struct {
    int fd;
    uid_t user;
    Lmtp *session;
    GString *in, *out; /* not used yet; not sent yet */
    SpoolGroupMail *mail;
    gboolean is_waiting; /* its mail is whole, and not on disk yet */
    gboolean is_sealed;  /* and its file is written: a sync is under way, or the next is for it */
    gboolean is_closing; /* once `out` is sent */
    gboolean is_dead;    /* nothing more can come of it: freed at the end of the round */
    gboolean has_ended;  /* the client sends no more */
    guint32 polled;      /* for these events */
    gint64 idle_at, mail_at; /* monotonic: when it is dropped */
} LmtpConnection;

typedef struct {
    const char *path; /* of the configuration */
    Config *config;
    char *host;
    SpoolGroup *group;
    LmtpSync *sync;
    int poll, listener, signals;
    gboolean is_listening;  /* polled for connections */
    gboolean is_stopping, is_again;
    gboolean is_syncing, is_broken; /* `sync` works; it is gone */
    gint64 stop_at, tick_at;
    GPtrArray *connections; /* LmtpConnection *, owned */
    guint waiting;      /* that are not sealed */
    GPtrArray *sealed, *entered, *naming; /* LmtpConnection *: files written; names given; those whose names are being synced */
} LmtpServer;

#endif
