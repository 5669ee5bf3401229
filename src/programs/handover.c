/* handover: two lanes, each with a worker and one row under way. A lane waits for its own row alone. */
#include "programs/handover.h"

#include <string.h>

#include "base/log.h"

#include "flows/channels.h"
#include "flows/deliver.h"

#include "programs/deliver_worker.h"

#include "base/banned.h"

#define DELIVERIES_A_ROUND 500 /* of --once, a lane; files and timers come between */
#define BROKEN_ROWS 2 /* over which a worker may die in turn, before it is in trouble itself */
#define BROKEN_TRIES 5 /* of a row, then it is to blame all the same */

typedef struct Lane Lane;
struct Lane {
    gboolean (*next)(Desk *d, OutboxRow **ret, guint *ret_passed, GError **err);
    /* Hands the row to the worker; FALSE with *err NULL: it is done with already. */
    gboolean (*begin)(Lane *lane, Desk *d, const OutboxRow *row, GError **err);
    DeliverWorker *worker;
    OutboxRow *under_way;
    /* What became of it, where that could not be taken down yet. Nothing else begins before: it would go out again, and again, before all others. */
    TransportResult result;
    char *reply;      /* NULL: it has not answered */
    gint64 died_over; /* the row over which the worker died last; 0: it has answered since */
    guint broken;     /* rows over which it died twice, since it answered last */
    gboolean is_stale; /* the worker has the configuration of before: it is for the row under way alone */
};

struct Handover {
    Desk *desk;
    Lane lanes[HANDOVER_FDS];
};

static gboolean begin_mail(Lane *lane, Desk *d, const OutboxRow *row, GError **err)
{
    gsize n;
    const char *bytes = g_bytes_get_data(row->bytes, &n);
    g_autofree char *name = g_strdup_printf("%010" G_GINT64_FORMAT "-%s", row->id, row->template);
    TransportMail mail = {.sender = row->sender, .recipient = row->recipient, .name = name, .want_dsn = strcmp(row->class, "page") == 0,
                          .bytes = bytes, .length = n};
    return deliver_worker_begin(lane->worker, d, &mail, err);
}

static gboolean begin_command(Lane *lane, Desk *d, const OutboxRow *row, GError **err)
{
    g_auto(GStrv) argv = NULL;
    g_autoptr(GError) why = NULL;
    Seconds seconds;
    if (channels_command(d, row, &argv, &seconds, &why))
        return deliver_worker_begin_command(lane->worker, d, argv, seconds, row->bytes, err);
    deliver_done(d, row, TRANSPORT_RECIPIENT_FAILED, why->message, err);
    return FALSE;
}

Handover *handover_new(Desk *d)
{
    Handover *h = g_new0(Handover, 1);
    h->desk = d;
    h->lanes[0] = (Lane){.next = deliver_next, .begin = begin_mail, .worker = deliver_worker_new()};
    h->lanes[1] = (Lane){.next = deliver_next_command, .begin = begin_command, .worker = deliver_worker_new()};
    return h;
}

void handover_free(Handover *h)
{
    if (h == NULL)
        return;
    for (gsize i = 0; i < HANDOVER_FDS; i++) {
        deliver_worker_free(h->lanes[i].worker);
        outbox_row_free(h->lanes[i].under_way);
        g_free(h->lanes[i].reply);
    }
    g_free(h);
}

void handover_reset(Handover *h)
{
    for (gsize i = 0; i < HANDOVER_FDS; i++)
        if (h->lanes[i].under_way == NULL)
            deliver_worker_reset(h->lanes[i].worker);
        else
            h->lanes[i].is_stale = TRUE;
}

void handover_fds(const Handover *h, int ret_fds[HANDOVER_FDS])
{
    for (gsize i = 0; i < HANDOVER_FDS; i++)
        ret_fds[i] = h->lanes[i].under_way == NULL || h->lanes[i].reply != NULL ? -1 : deliver_worker_fd(h->lanes[i].worker);
}

static gboolean begin(Lane *lane, Desk *d, guint *ret_did, GError **err)
{
    g_autoptr(OutboxRow) row = NULL;
    GError *local = NULL;
    if (!lane->next(d, &row, ret_did, err))
        return FALSE;
    if (row == NULL)
        return TRUE;
    (*ret_did)++;
    if (lane->begin(lane, d, row, &local))
        lane->under_way = g_steal_pointer(&row);
    if (local != NULL)
        g_propagate_error(err, local);
    return local == NULL;
}

static void forget(Lane *lane)
{
    g_clear_pointer(&lane->reply, g_free);
    g_clear_pointer(&lane->under_way, outbox_row_free);
    if (lane->is_stale)
        deliver_worker_reset(lane->worker);
    lane->is_stale = FALSE;
}

/* TRUE: the row is tried once more. A worker that dies twice over one row has that row to blame: it is put off, and the others go. One that dies over
 * several in turn is in trouble itself until it answers: all wait as for a server that is down, and next time another row is tried. */
static gboolean judge(Lane *lane)
{
    const OutboxRow *row = lane->under_way;
    gboolean is_first = lane->died_over != row->id;
    if (lane->result != TRANSPORT_BROKE) {
        lane->died_over = lane->broken = 0;
        return FALSE;
    }
    lane->died_over = row->id;
    if (lane->broken >= BROKEN_ROWS && row->attempts < BROKEN_TRIES) {
        lane->result = TRANSPORT_STUCK;
        return FALSE;
    }
    lane->broken += !is_first;
    return is_first;
}

static gboolean finish(Lane *lane, Desk *d, GError **err)
{
    if (lane->reply == NULL) {
        lane->result = deliver_worker_finish(lane->worker, &lane->reply);
        if (judge(lane)) {
            g_autofree char *quoted = log_quote(lane->reply);
            log_event(LOGGING_WARNING, "event=deliver-died outbox=%" G_GINT64_FORMAT " reason=%s", lane->under_way->id, quoted);
            forget(lane);
            return TRUE;
        }
    }
    gboolean is_stale = lane->is_stale;
    if (!deliver_done(d, lane->under_way, lane->result, lane->reply, err))
        return FALSE;
    forget(lane);
    return !is_stale || lane->next != deliver_next || deliver_try_now(d, err); /* what it met says nothing about the server of now */
}

/* -1, a worker that is gone, is ready: finish says so. */
static gboolean is_ready(const Lane *lane)
{
    GPollFD p = {.fd = deliver_worker_fd(lane->worker), .events = G_IO_IN | G_IO_HUP};
    return p.fd < 0 || g_poll(&p, 1, 0) > 0;
}

static gboolean pass_lane(Lane *lane, Desk *d, gboolean wait, guint *ret_did, GError **err)
{
    guint did = 0;
    *ret_did = 0;
    if (lane->under_way != NULL) {
        if (!wait && lane->reply == NULL && !is_ready(lane))
            return TRUE;
        (*ret_did)++;
        return finish(lane, d, err);
    }
    do {
        /* while the next is on its way, what became of those before comes to the disk */
        if (!begin(lane, d, &did, err) || !db_settle(d->db, err))
            return FALSE;
        *ret_did += did;
        if (did == 0 || !wait || (lane->under_way != NULL && !finish(lane, d, err)))
            return did == 0 || !wait;
    } while (*ret_did < DELIVERIES_A_ROUND);
    return TRUE;
}

gboolean handover_pass(Handover *h, gboolean wait, guint *ret_did, GError **err)
{
    guint did;
    *ret_did = 0;
    for (gsize i = 0; i < HANDOVER_FDS; i++) {
        if (!pass_lane(&h->lanes[i], h->desk, wait, &did, err))
            return FALSE;
        *ret_did += did;
    }
    return TRUE;
}
