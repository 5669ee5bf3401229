/* stores: what is written into rows of ticket, message, clock, run and outbox comes out again, to the last field. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/error.h"
#include "store/audit.h"
#include "store/clocks.h"
#include "store/messages.h"
#include "store/outbox.h"
#include "store/runs.h"
#include "store/search.h"
#include "store/tickets.h"

#include "base/banned.h"

#define NOW ((Instant)1790000000)

static int open_room(void **state) { return db_open(":memory:", (Db **)state, NULL) ? 0 : -1; }

static int close_room(void **state)
{
    db_close(*state);
    return 0;
}

static gboolean same(const char *a, const char *b) { return g_strcmp0(a, b) == 0; }

static void assert_notfound(gboolean ok, GError **err)
{
    if (ok || !g_error_matches(*err, ESCALATE_ERROR, ERROR_NOTFOUND))
        fail_msg("expected NOTFOUND, got %s", *err == NULL ? "success" : (*err)->message);
    g_clear_error(err);
}

static gint64 new_ticket(Db *db)
{
    g_autoptr(Ticket) t = tickets_blank();
    t->queue = g_strdup("support");
    t->subject = g_strdup("Checkout is down");
    t->language = g_strdup("en");
    t->opened_at = NOW;
    t->severity = 2;
    assert_true(audit_person(db, "eve@acme.example", "Eve Li", &t->requester_id, NULL));
    assert_true(tickets_insert(db, t, NULL));
    return t->id;
}

/* ---- full text ---- */

static guint hits(Db *db, const char *word)
{
    SearchTerm term = {(char *)word, FALSE};
    g_autoptr(GPtrArray) terms = g_ptr_array_new();
    g_autoptr(GArray) ids = NULL;
    g_ptr_array_add(terms, &term);
    assert_true(search_tickets(db, terms, &ids, NULL));
    return ids->len;
}

static void test_search(void **state)
{
    Db *db = *state;
    guint did;
    MessageRow m = {.ticket_id = new_ticket(db), .direction = (char *)"in", .kind = (char *)"human", .subject = (char *)"Label", .new_text = (char *)"aardvark",
                    .sent_at = NOW, .received_at = NOW};
    assert_true(messages_insert(db, &m, NULL));
    assert_true(messages_replace(db, m.id, "badger", "d", NULL, NULL)); /* before it is indexed */
    assert_true(search_catch_up(db, &did, NULL) && did > 0);
    assert_true(search_catch_up(db, &did, NULL) && did == 0);
    assert_int_equal(hits(db, "aardvark"), 0);
    assert_int_equal(hits(db, "badger"), 1);
    assert_true(messages_replace(db, m.id, "civet", "d", NULL, NULL)); /* and after */
    assert_int_equal(hits(db, "badger"), 0);
    assert_int_equal(hits(db, "civet"), 1);
    assert_int_equal(hits(db, "label"), 1);
    assert_int_equal(hits(db, "\""), 0);
    assert_true(db_run(db, NULL, "insert into message_word (message_word, rank) values ('integrity-check', 1)", ""));
    m.ticket_id = 0; /* under other */
    assert_true(messages_insert(db, &m, NULL));
    assert_int_equal(hits(db, "aardvark"), 0);
    assert_true(messages_insert(db, &m, NULL) && db_run(db, NULL, "create trigger fails before update on fact begin select raise(abort, 'full'); end", ""));
    did = 1;
    assert_false(search_catch_up(db, &did, NULL));
    assert_int_equal(did, 0); /* or whoever goes on while something was done would never end */
    assert_true(db_run(db, NULL, "drop trigger fails", "") && search_catch_up(db, &did, NULL) && did == 1);
}

/* ---- tickets ---- */

static void test_ticket(void **state)
{
    Db *db = *state;
    g_autoptr(Ticket) blank = NULL, t = NULL;
    gint64 id = new_ticket(db), other = new_ticket(db);
    GError *err = NULL;
    assert_true(tickets_load(db, id, &blank, NULL));
    assert_true(same(blank->queue, "support") && same(blank->subject, "Checkout is down") && same(blank->requester, "eve@acme.example")
                && same(blank->requester_name, "Eve Li") && same(blank->language, "en"));
    assert_true(blank->state == TICKET_NEW && blank->severity == 2 && blank->opened_at == NOW);
    assert_true(blank->owner == NULL && blank->category == NULL && blank->cause == NULL && blank->waiting_for == NULL);
    assert_true(blank->answered_at == INSTANT_NONE && blank->contained_at == INSTANT_NONE && blank->wait_until_at == INSTANT_NONE);

    blank->state = TICKET_WAITING;
    blank->severity = 0;
    blank->severity_sticks = blank->unsure = blank->spam = blank->is_operational = blank->needless = TRUE;
    char **texts[] = {&blank->category, &blank->owner, &blank->waiting_for, &blank->impact, &blank->next_text, &blank->cause, &blank->resolution,
                      &blank->root_message_id, &blank->last_from_requester};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        *texts[i] = g_strdup_printf("text %u", (unsigned)i);
    Instant *times[] = {&blank->answered_at, &blank->resolved_at, &blank->closed_at, &blank->wait_until_at, &blank->next_until_at, &blank->contained_at};
    for (gsize i = 0; i < G_N_ELEMENTS(times); i++)
        *times[i] = NOW + (Instant)i;
    blank->reopened = 3;
    blank->linked_id = other;
    blank->merged_into_id = other;
    assert_true(tickets_save(db, blank, NULL) && tickets_load(db, id, &t, NULL));
    assert_true(t->state == TICKET_WAITING && t->severity == 0 && t->reopened == 3 && t->linked_id == other && t->merged_into_id == other);
    assert_true(t->severity_sticks && t->unsure && t->spam && t->is_operational && t->needless);
    const char *got[] = {t->category, t->owner, t->waiting_for, t->impact, t->next_text, t->cause, t->resolution, t->root_message_id, t->last_from_requester};
    for (gsize i = 0; i < G_N_ELEMENTS(got); i++)
        assert_string_equal(got[i], *texts[i]);
    Instant at[] = {t->answered_at, t->resolved_at, t->closed_at, t->wait_until_at, t->next_until_at, t->contained_at};
    for (gsize i = 0; i < G_N_ELEMENTS(at); i++)
        assert_int_equal(at[i], NOW + (Instant)i);
    g_autoptr(Ticket) none = NULL;
    assert_notfound(tickets_load(db, 404, &none, &err), &err);
    tickets_free(NULL);
}

static void test_ticket_of_the_erased(void **state)
{
    Db *db = *state;
    g_autoptr(Ticket) t = NULL;
    gint64 id = new_ticket(db);
    assert_true(audit_erase_person(db, "eve@acme.example", NULL) && tickets_load(db, id, &t, NULL));
    assert_true(t->requester == NULL && t->requester_name == NULL);
}

static void test_ticket_lists(void **state)
{
    Db *db = *state;
    g_autoptr(GPtrArray) queues = NULL;
    gint64 id = new_ticket(db), work = 0, again = 0, bobs = 0;
    gboolean is = FALSE;
    assert_true(tickets_add_queue(db, id, "alpha", FALSE, NULL) && tickets_add_queue(db, id, "support", TRUE, NULL)
                && tickets_add_queue(db, id, "alpha", FALSE, NULL) && tickets_queues(db, id, &queues, NULL));
    assert_int_equal(queues->len, 2);
    assert_string_equal(g_ptr_array_index(queues, 0), "support"); /* home first */
    assert_true(tickets_add_participant(db, id, "Eve@Acme.example", NULL) && tickets_add_participant(db, id, "eve@acme.example", NULL));
    assert_true(tickets_has_participant(db, id, "EVE@acme.EXAMPLE", &is, NULL) && is);
    assert_true(tickets_has_participant(db, id, "mallory@acme.example", &is, NULL) && !is);
    assert_true(tickets_work(db, id, "ann", &work, NULL) && tickets_work(db, id, "ann", &again, NULL) && tickets_work(db, id, "bob", &bobs, NULL));
    assert_int_equal(work, again);
    assert_int_not_equal(work, bobs);
    TicketState s;
    for (int i = 0; i < TICKET_STATE_COUNT; i++)
        assert_true(tickets_state_from_name(tickets_state_name((TicketState)i), &s) && (int)s == i);
    assert_false(tickets_state_from_name("gone", &s));
    assert_false(tickets_state_from_name(NULL, &s));
}

/* ---- messages ---- */

static MessageRow message(gint64 ticket, const char *spool_name, const char *message_id)
{
    return (MessageRow){.ticket_id = ticket, .direction = (char *)"in", .kind = (char *)"human", .spool_name = (char *)spool_name,
                        .spool_digest = (char *)"sd", .content_digest = (char *)"cd", .message_id = (char *)message_id,
                        .from_address = (char *)"eve@acme.example", .from_name = (char *)"Eve", .subject = (char *)"S", .new_text = (char *)"T",
                        .sent_at = NOW - 9, .received_at = NOW, .contact = (char *)"ann", .is_note = TRUE, .is_verified = TRUE,
                        .filed = (char *)"bulk", .archive = (char *)"archive/x"};
}

static void test_message(void **state)
{
    Db *db = *state;
    gint64 ticket = new_ticket(db), id;
    MessageRow m = message(ticket, "1.2-3-4-5.h", "<a@x>"), n = message(0, "1.2-3-5-5.h", "<b@x>"), bare = {0};
    g_autoptr(MessageRow) byname = NULL, byid = NULL, bynumber = NULL;
    g_autofree char *number = NULL;
    GError *err = NULL;
    assert_true(messages_insert(db, &m, NULL) && messages_insert(db, &n, NULL));
    assert_true(messages_find(db, "1.2-3-4-5.h", &byname, NULL) && messages_find(db, "a@x", &byid, NULL));
    assert_true(byname->id == m.id && byid->id == m.id && byname->ticket_id == ticket);
    assert_true(same(byname->direction, "in") && same(byname->kind, "human") && same(byname->spool_digest, "sd") && same(byname->content_digest, "cd")
                && same(byname->message_id, "<a@x>") && same(byname->from_address, "eve@acme.example") && same(byname->from_name, "Eve")
                && same(byname->subject, "S") && same(byname->new_text, "T") && same(byname->contact, "ann") && same(byname->filed, "bulk")
                && same(byname->archive, "archive/x"));
    assert_true(byname->sent_at == NOW - 9 && byname->received_at == NOW && byname->is_note && byname->is_verified);
    number = g_strdup_printf("%d", (int)n.id);
    assert_true(messages_find(db, number, &bynumber, NULL) && bynumber->id == n.id && bynumber->ticket_id == 0);
    g_autoptr(MessageRow) none = NULL;
    assert_notfound(messages_find(db, "nothing", &none, &err), &err);
    bare = (MessageRow){.direction = (char *)"out", .kind = (char *)"own", .sent_at = INSTANT_NONE, .received_at = NOW};
    assert_true(messages_insert(db, &bare, NULL));
    g_autofree char *bare_number = g_strdup_printf("%d", (int)bare.id);
    g_autoptr(MessageRow) empty = NULL;
    assert_true(messages_find(db, bare_number, &empty, NULL) && empty->sent_at == INSTANT_NONE && empty->message_id == NULL && empty->filed == NULL);
    g_autoptr(GError) twice = NULL;
    assert_false(messages_insert(db, &m, &twice)); /* one row per spool name */
    assert_true(messages_by_spool_name(db, "1.2-3-5-5.h", NULL, &id, NULL) && id == n.id);
    assert_true(messages_by_spool_name(db, "none", NULL, &id, NULL) && id == 0);
    assert_true(messages_duplicate(db, "<a@x>", "cd", "human", FALSE, &id, NULL) && id == 0); /* it was filed: another way it may open a ticket */
    assert_true(db_run(db, NULL, "update message set filed = null where id = $1", "i", m.id));
    assert_true(messages_duplicate(db, "<a@x>", "cd", "human", FALSE, &id, NULL) && id == m.id);
    assert_true(messages_duplicate(db, "<a@x>", "cd", "bulk", FALSE, &id, NULL) && id == 0);
    assert_true(messages_duplicate(db, "<a@x>", "other", "human", FALSE, &id, NULL) && id == 0);
    assert_true(messages_ticket_of(db, "<a@x>", &id, NULL) && id == ticket);
    assert_true(messages_ticket_of(db, "<b@x>", &id, NULL) && id == 0);
    messages_row_free(NULL);
}

static void test_message_lists(void **state)
{
    Db *db = *state;
    gint64 ticket = new_ticket(db);
    MessageRow m[] = {message(ticket, "1", "<1@x>"), message(0, "2", "<2@x>"), message(ticket, "3", "<3@x>"), message(0, "4", "<4@x>")};
    g_autoptr(GPtrArray) of_ticket = NULL, recent = NULL, other = NULL, lines = NULL, none = NULL;
    m[2].received_at = m[3].received_at = NOW + 100;
    for (gsize i = 0; i < G_N_ELEMENTS(m); i++)
        assert_true(messages_insert(db, &m[i], NULL));
    assert_true(messages_list(db, ticket, INSTANT_NONE, &of_ticket, NULL) && messages_list(db, ticket, NOW + 1, &recent, NULL)
                && messages_list(db, 0, NOW + 1, &other, NULL));
    assert_int_equal(of_ticket->len, 2);
    assert_int_equal(((MessageRow *)g_ptr_array_index(of_ticket, 0))->id, m[0].id);
    assert_int_equal(recent->len, 1);
    assert_int_equal(other->len, 1);
    assert_int_equal(((MessageRow *)g_ptr_array_index(other, 0))->id, m[3].id);
    assert_true(messages_decision(db, m[0].id, "kind human", NULL) && messages_decision(db, m[1].id, "kind bulk", NULL)
                && messages_decision(db, m[0].id, "ticket by token", NULL));
    assert_true(messages_decisions(db, m[0].id, &lines, NULL) && messages_decisions(db, m[2].id, &none, NULL));
    assert_int_equal(lines->len, 2);
    assert_string_equal(g_ptr_array_index(lines, 0), "kind human");
    assert_string_equal(g_ptr_array_index(lines, 1), "ticket by token");
    assert_int_equal(none->len, 0);
}

/* ---- clocks ---- */

static ClockRow *new_clock(gint64 ticket)
{
    ClockRow *r = g_new0(ClockRow, 1);
    r->ticket_id = ticket;
    r->queue = g_strdup("support");
    r->calendar = g_strdup("office");
    r->config_version = g_strdup("abc");
    r->clock = (TicketClock){.target = TARGET_RESOLVE, .duration = {3, DURATION_BUSINESS_DAYS}, .state = CLOCK_RUNNING, .started_at = NOW,
                             .segment_at = NOW + 1, .consumed = 2, .total = 3, .due_at = NOW + 4, .met_at = INSTANT_NONE,
                             .breached_at = INSTANT_NONE};
    return r;
}

static void test_clock(void **state)
{
    Db *db = *state;
    gint64 ticket = new_ticket(db), events;
    ClockRow *c = new_clock(ticket), *got = NULL, *changed = NULL, *none = NULL;
    g_autoptr(GPtrArray) all = NULL;
    GError *err = NULL;
    assert_true(clocks_save(db, c, NOW, "start", 0, NULL) && c->clock.id != 0 && clocks_load(db, c->clock.id, &got, NULL));
    assert_true(memcmp(&got->clock, &c->clock, sizeof c->clock) == 0);
    assert_true(got->ticket_id == ticket && same(got->queue, "support") && same(got->calendar, "office") && same(got->config_version, "abc"));
    c->clock.state = CLOCK_MET;
    c->clock.due_at = INSTANT_NONE;
    c->clock.met_at = NOW + 5;
    c->clock.breached_at = NOW + 6;
    c->clock.duration = (Duration){1800, DURATION_OPEN_SECONDS};
    assert_true(clocks_save(db, c, NOW + 5, "met", 0, NULL) && clocks_load(db, c->clock.id, &changed, NULL));
    assert_true(memcmp(&changed->clock, &c->clock, sizeof c->clock) == 0);
    assert_true(db_value(db, &events, NULL, "select count(*) from clock_event where clock_id = $1", "i", c->clock.id) && events == 2);
    assert_true(clocks_of_ticket(db, ticket, &all, NULL) && all->len == 1);
    assert_notfound(clocks_load(db, 404, &none, &err), &err);
    clocks_row_free(c);
    clocks_row_free(got);
    clocks_row_free(changed);
    clocks_row_free(NULL);
}

static void test_damaged_clock(void **state)
{
    Db *db = *state;
    ClockRow *c = new_clock(new_ticket(db)), *got = NULL;
    g_autoptr(GError) err = NULL;
    assert_true(clocks_save(db, c, NOW, "start", 0, NULL) && db_run(db, NULL, "update clock set duration = 'soon'", ""));
    assert_false(clocks_load(db, c->clock.id, &got, &err));
    assert_true(g_error_matches(err, ESCALATE_ERROR, ERROR_INTERNAL));
    clocks_row_free(c);
}

static guint due_count(Db *db, Instant until)
{
    g_autoptr(GPtrArray) list = NULL;
    assert_true(clocks_due_list(db, until, 50, &list, NULL));
    return list->len;
}

static void test_due(void **state)
{
    Db *db = *state;
    gint64 ticket = new_ticket(db);
    ClockRow *c = new_clock(ticket), *e = new_clock(ticket);
    g_autoptr(GPtrArray) list = NULL, two = NULL;
    assert_true(clocks_save(db, c, NOW, "start", 0, NULL) && clocks_save(db, e, NOW, "start", 0, NULL));
    DueRow at = {.what = (char *)"at", .next_at = NOW + 10, .ticket_id = ticket, .clock_id = c->clock.id, .policy = (char *)"standard", .level = 2};
    DueRow breach = {.what = (char *)"breach", .next_at = NOW + 5, .ticket_id = ticket, .clock_id = e->clock.id};
    assert_true(clocks_due_add(db, &at, NULL) && clocks_due_add(db, &breach, NULL) && clocks_due_run(db, ticket, 7, NOW + 20, NULL)
                && clocks_due_run(db, ticket, 7, NOW + 30, NULL));
    assert_int_equal(due_count(db, NOW + 4), 0);
    assert_int_equal(due_count(db, NOW + 5), 1);
    assert_true(clocks_due_list(db, NOW + 99, 50, &list, NULL) && clocks_due_list(db, NOW + 99, 2, &two, NULL));
    assert_int_equal(list->len, 3); /* the run has one row */
    assert_int_equal(two->len, 2);
    const DueRow *first = g_ptr_array_index(list, 0), *second = g_ptr_array_index(list, 1), *third = g_ptr_array_index(list, 2);
    assert_true(same(first->what, "breach") && first->level == 0 && first->policy == NULL);
    assert_true(same(second->what, "at") && same(second->policy, "standard") && second->level == 2 && second->clock_id == c->clock.id);
    assert_true(same(third->what, "run") && third->run_id == 7 && third->next_at == NOW + 30 && third->ticket_id == ticket);
    assert_true(clocks_due_clear(db, ticket, "breach", c->clock.id, NULL));
    assert_int_equal(due_count(db, NOW + 99), 3); /* of another clock */
    assert_true(clocks_due_clear(db, ticket, "breach", 0, NULL) && clocks_due_delete(db, second->id, NULL)
                && clocks_due_run(db, ticket, 7, INSTANT_NONE, NULL));
    assert_int_equal(due_count(db, NOW + 99), 0);
    clocks_row_free(c);
    clocks_row_free(e);
    clocks_due_free(NULL);
}

/* ---- runs ---- */

static RunRow *new_run(Db *db, gint64 ticket, const char *policy)
{
    RunRow *r = g_new0(RunRow, 1);
    r->ticket_id = ticket;
    r->policy = g_strdup(policy);
    r->config_version = g_strdup("abc");
    r->started_at = NOW;
    r->ended_at = INSTANT_NONE;
    r->run = ladder_run_new(3);
    assert_true(runs_insert(db, r, NULL));
    return r;
}

static void fill_run(LadderRun *run)
{
    run->state = RUN_HELD;
    run->level = 2;
    for (guint i = 0; i < 3; i++)
        g_array_index(run->levels, LevelState, i) = (LevelState)(LEVEL_SKIPPED - i);
    run->acker = g_strdup("ann");
    Instant *times[] = {&run->acked_at, &run->hold_until, &run->resolve_by, &run->next_level_at, &run->repeat_at, &run->suspended_at};
    for (gsize i = 0; i < G_N_ELEMENTS(times); i++)
        *times[i] = NOW + (Instant)i;
    run->repeat_after = 77;
    g_ptr_array_add(run->out, g_strdup("bob"));
    g_ptr_array_add(run->out, g_strdup("eve"));
    g_ptr_array_add(run->quorum, g_strdup("bob"));
}

static void assert_same_run(const LadderRun *a, const LadderRun *b)
{
    assert_true(a->state == b->state && a->level == b->level && a->is_operational == b->is_operational && same(a->acker, b->acker));
    assert_true(a->acked_at == b->acked_at && a->hold_until == b->hold_until && a->resolve_by == b->resolve_by && a->next_level_at == b->next_level_at
                && a->repeat_at == b->repeat_at && a->repeat_after == b->repeat_after && a->suspended_at == b->suspended_at);
    assert_int_equal(a->levels->len, b->levels->len);
    assert_memory_equal(a->levels->data, b->levels->data, a->levels->len * sizeof(LevelState));
    assert_true(a->out->len == b->out->len && a->quorum->len == b->quorum->len && a->pages->len == b->pages->len);
    for (guint i = 0; i < a->out->len; i++)
        assert_string_equal(g_ptr_array_index(a->out, i), g_ptr_array_index(b->out, i));
    for (guint i = 0; i < a->pages->len; i++) {
        const LadderPage *p = g_ptr_array_index(a->pages, i), *q = g_ptr_array_index(b->pages, i);
        assert_true(p->id == q->id && p->level == q->level && p->attempt == q->attempt && p->kind == q->kind && p->state == q->state
                    && p->delivered_at == q->delivered_at && p->deadline_at == q->deadline_at && same(p->contact, q->contact));
    }
}

static void test_run(void **state)
{
    Db *db = *state;
    gint64 ticket = new_ticket(db);
    RunRow *r = new_run(db, ticket, "standard");
    g_autoptr(RunRow) fresh = NULL, full = NULL, none = NULL, missing = NULL;
    GError *err = NULL;
    assert_true(runs_load(db, r->id, &fresh, NULL));
    assert_same_run(fresh->run, r->run);
    assert_true(fresh->ticket_id == ticket && same(fresh->policy, "standard") && same(fresh->config_version, "abc") && fresh->started_at == NOW
                && fresh->ended_at == INSTANT_NONE);
    fill_run(r->run);
    LadderPage *p = ladder_add_page(r->run, 0, 1, 1, "ann", FALSE), *q = ladder_add_page(r->run, 0, 2, 1, "ann", TRUE);
    assert_true(runs_insert_page(db, r, p, "bob", NOW, NULL) && runs_insert_page(db, r, q, NULL, NOW, NULL) && p->id != q->id);
    p->state = PAGE_WAITING;
    p->delivered_at = NOW + 1;
    p->deadline_at = NOW + 2;
    assert_true(runs_save(db, r, NULL, NULL) && runs_save(db, r, NULL, NULL)); /* names are not doubled */
    assert_true(runs_load(db, r->id, &full, NULL));
    assert_same_run(full->run, r->run);
    g_autoptr(NotificationRow) n = NULL;
    assert_true(runs_notification(db, p->id, &n, NULL) && runs_set_outcome(db, p->id, "acknowledged", NOW, NULL));
    assert_true(n->run_id == r->id && n->ticket_id == ticket && n->level == 1 && n->attempt == 1 && same(n->contact, "ann") && n->state == PAGE_WAITING
                && n->delivered_at == NOW + 1);
    g_autoptr(NotificationRow) no_page = NULL;
    assert_notfound(runs_notification(db, 404, &no_page, &err), &err);
    assert_notfound(runs_load(db, 404, &missing, &err), &err);
    assert_true(runs_live(db, ticket, "other", &none, NULL) && none == NULL);
    runs_row_free(r);
    runs_row_free(NULL);
    runs_notification_free(NULL);
}

static void test_live_runs(void **state)
{
    Db *db = *state;
    gint64 ticket = new_ticket(db);
    RunRow *a = new_run(db, ticket, "standard"), *b = new_run(db, ticket, "risk");
    g_autoptr(RunRow) live = NULL, gone = NULL;
    g_autoptr(GPtrArray) all = NULL, only = NULL;
    g_autoptr(GArray) ids = NULL;
    g_autoptr(GError) err = NULL;
    RunRow second = {.ticket_id = ticket, .policy = (char *)"standard", .config_version = (char *)"abc", .started_at = NOW, .run = a->run};
    assert_false(runs_insert(db, &second, &err)); /* at most one per ticket and policy */
    assert_true(runs_live(db, ticket, "standard", &live, NULL) && live->id == a->id);
    a->run->state = RUN_ENDED;
    a->ended_at = NOW + 9;
    assert_true(runs_save(db, a, "resolved", NULL));
    assert_true(runs_live(db, ticket, "standard", &gone, NULL) && gone == NULL);
    assert_true(runs_insert(db, &second, NULL)); /* the old one is over: a new one may start */
    assert_true(runs_of_ticket(db, ticket, FALSE, &all, NULL) && runs_of_ticket(db, ticket, TRUE, &only, NULL) && runs_all_live(db, &ids, NULL));
    assert_int_equal(all->len, 3);
    assert_int_equal(only->len, 2);
    assert_int_equal(ids->len, 2);
    assert_int_equal(((RunRow *)g_ptr_array_index(all, 0))->ended_at, NOW + 9);
    runs_row_free(a);
    runs_row_free(b);
}

static void test_causes(void **state)
{
    Db *db = *state;
    gint64 ticket = new_ticket(db), open, paused;
    RunRow *r = new_run(db, ticket, "standard");
    ClockRow *c = new_clock(ticket);
    gboolean is_new;
    c->clock.state = CLOCK_PAUSED;
    assert_true(clocks_save(db, c, NOW, "start", 0, NULL));
    assert_true(runs_add_cause(db, r->id, "manual", 0, NOW, &is_new, NULL) && is_new);
    assert_true(runs_add_cause(db, r->id, "manual", 0, NOW + 1, &is_new, NULL) && !is_new);
    assert_true(runs_add_cause(db, r->id, "clock:1", c->clock.id, NOW, &is_new, NULL) && is_new);
    assert_true(runs_causes(db, r->id, &open, &paused, NULL) && open == 2 && paused == 1);
    assert_true(runs_end_cause(db, r->id, "manual", NOW, NULL) && runs_causes(db, r->id, &open, &paused, NULL) && open == 1 && paused == 1);
    assert_true(runs_add_cause(db, r->id, "manual", 0, NOW + 2, &is_new, NULL) && is_new); /* again */
    assert_true(runs_causes(db, r->id, &open, &paused, NULL) && open == 2);
    clocks_row_free(c);
    runs_row_free(r);
}

/* ---- outbox ---- */

static gint64 queue_mail(Db *db, gint64 ticket, const char *class, const char *to, Instant next)
{
    OutboxRow r = {.ticket_id = ticket, .class = (char *)class, .template = (char *)"escalation", .recipient = (char *)to, .contact = strcmp(class, "page") == 0 ? (char *)"ann" : NULL,
                   .subject = (char *)"S", .created_at = NOW, .next_at = next};
    assert_true(outbox_insert(db, &r, NULL));
    return r.id;
}

static void test_outbox(void **state)
{
    Db *db = *state;
    gint64 ticket = new_ticket(db), id = queue_mail(db, ticket, "page", "ann@tiny.example", NOW);
    g_autoptr(GBytes) bytes = g_bytes_new("From: x\r\n\0\r\n", 12);
    g_autoptr(OutboxRow) r = NULL, again = NULL, sent = NULL, byid = NULL, none = NULL, missing = NULL;
    GError *err = NULL;
    assert_true(outbox_set_bytes(db, id, "b1@tiny.example", "<m.1@tiny>", bytes, NULL) && outbox_load(db, id, &r, NULL));
    assert_true(r->ticket_id == ticket && r->notification_id == 0 && same(r->class, "page") && same(r->template, "escalation")
                && same(r->sender, "b1@tiny.example") && same(r->recipient, "ann@tiny.example") && same(r->contact, "ann")
                && same(r->message_id, "<m.1@tiny>") && same(r->subject, "S") && same(r->state, "queued") && r->reply == NULL);
    assert_true(g_bytes_equal(r->bytes, bytes) && r->attempts == 0 && r->created_at == NOW && r->next_at == NOW && r->handed_at == INSTANT_NONE);
    assert_true(outbox_later(db, id, NOW + 60, "451 later", NULL));
    assert_true(outbox_next(db, NOW + 59, &none, NULL) && none == NULL);
    assert_true(outbox_next(db, NOW + 60, &again, NULL) && again->id == id && again->attempts == 1 && same(again->reply, "451 later"));
    assert_true(outbox_sent(db, id, NOW + 61, "250 ok", NULL) && outbox_load(db, id, &sent, NULL));
    assert_true(same(sent->state, "sent") && sent->attempts == 2 && sent->handed_at == NOW + 61 && sent->next_at == INSTANT_NONE);
    assert_true(outbox_by_message_id(db, "<m.1@tiny>", &byid, NULL) && byid->id == id);
    g_clear_pointer(&byid, outbox_row_free);
    assert_true(outbox_by_message_id(db, "<m.2@tiny>", &byid, NULL) && byid == NULL);
    assert_notfound(outbox_load(db, 404, &missing, &err), &err);
    outbox_row_free(NULL);
}

static void test_outbox_order(void **state)
{
    Db *db = *state;
    g_autoptr(OutboxRow) next = NULL;
    queue_mail(db, 0, "auto", "eve@acme.example", NOW - 50);
    gint64 late = queue_mail(db, 0, "page", "bob@tiny.example", NOW), early = queue_mail(db, 0, "page", "ann@tiny.example", NOW - 10);
    assert_true(outbox_next(db, NOW, &next, NULL) && next->id == early); /* pages first, the oldest of them */
    g_clear_pointer(&next, outbox_row_free);
    assert_true(outbox_failed(db, early, NOW, "550 no", NULL) && outbox_next(db, NOW, &next, NULL) && next->id == late);
    g_clear_pointer(&next, outbox_row_free);
    assert_true(outbox_sent(db, late, NOW, NULL, NULL) && outbox_next(db, NOW, &next, NULL) && same(next->class, "auto"));
}

static void test_outbox_withdraw(void **state)
{
    Db *db = *state;
    gint64 ticket = new_ticket(db);
    RunRow *run = new_run(db, ticket, "standard");
    LadderPage *p = ladder_add_page(run->run, 0, 1, 1, "ann", FALSE);
    assert_true(runs_insert_page(db, run, p, NULL, NOW, NULL));
    OutboxRow mail = {.ticket_id = ticket, .notification_id = p->id, .class = (char *)"page", .template = (char *)"escalation",
                      .recipient = (char *)"ann@tiny.example", .subject = (char *)"S", .created_at = NOW, .next_at = NOW};
    g_autoptr(OutboxRow) got = NULL, next = NULL;
    assert_true(outbox_insert(db, &mail, NULL) && outbox_withdraw_notification(db, p->id, NULL) && outbox_load(db, mail.id, &got, NULL));
    assert_true(same(got->state, "withdrawn") && got->notification_id == p->id);
    assert_true(outbox_next(db, NOW, &next, NULL) && next == NULL);
    assert_true(outbox_sent(db, mail.id, NOW, NULL, NULL) && outbox_withdraw_notification(db, p->id, NULL)); /* what went out stays out */
    g_clear_pointer(&got, outbox_row_free);
    assert_true(outbox_load(db, mail.id, &got, NULL) && same(got->state, "sent"));
    runs_row_free(run);
}

static void test_outbox_lists(void **state)
{
    Db *db = *state;
    gint64 ticket = new_ticket(db), n, ids[4];
    g_autoptr(GPtrArray) all = NULL, of = NULL, sent = NULL, newest = NULL;
    for (int i = 0; i < 4; i++)
        ids[i] = queue_mail(db, i < 2 ? ticket : 0, i == 3 ? "page" : "auto", i == 2 ? "bob@acme.example" : "eve@acme.example", NOW + i);
    assert_true(outbox_sent(db, ids[0], NOW, NULL, NULL));
    assert_true(outbox_list(db, 0, 50, &all, NULL) && outbox_list(db, ticket, 50, &of, NULL) && outbox_list(db, 0, 2, &newest, NULL));
    assert_true(all->len == 4 && of->len == 2 && newest->len == 2);
    assert_int_equal(((OutboxRow *)g_ptr_array_index(newest, 1))->id, ids[3]); /* newest last */
    assert_null(((OutboxRow *)g_ptr_array_index(all, 0))->bytes);
    assert_true(outbox_count(db, "eve@acme.example", FALSE, NOW - 1, &n, NULL) && n == 2); /* automatic ones only */
    assert_true(outbox_count(db, "eve@acme.example", TRUE, NOW - 1, &n, NULL) && n == 3);
    OutboxRow to_contact = {.class = (char *)"auto", .template = (char *)"line", .recipient = (char *)"ann@acme.example", .contact = (char *)"ann",
                            .subject = (char *)"S", .created_at = NOW, .next_at = NOW};
    assert_true(outbox_insert(db, &to_contact, NULL));
    assert_true(outbox_count(db, "eve@acme.example", TRUE, NOW - 1, &n, NULL) && n == 3); /* the team's own mail is not counted */
    assert_true(outbox_count(db, "eve@me.example", TRUE, NOW - 1, &n, NULL) && n == 0); /* the domain, not its end */
    assert_true(outbox_count(db, "eve@acme.example", TRUE, NOW, &n, NULL) && n == 0);
}

/* A notification by two channels: what fails on one, and what waits for a program. */
static void test_channels(void **state)
{
    Db *db = *state;
    gint64 ticket = new_ticket(db);
    g_autoptr(RunRow) run = new_run(db, ticket, "standard");
    LadderPage *p = ladder_add_page(run->run, 0, 1, 1, "ann", PAGE_ESCALATION);
    g_autofree char *none = NULL, *used = NULL;
    g_autoptr(OutboxRow) mail = NULL, command = NULL, next = NULL;
    gboolean has_other;
    assert_true(runs_insert_page(db, run, p, NULL, NOW, NULL));
    OutboxRow rows[] = {{.ticket_id = ticket, .notification_id = p->id, .class = (char *)"page", .template = (char *)"escalation",
                         .recipient = (char *)"ann@desk.example", .contact = (char *)"ann", .subject = (char *)"s", .created_at = NOW, .next_at = NOW},
                        {.ticket_id = ticket, .notification_id = p->id, .class = (char *)"command", .channel = (char *)"chat", .template = (char *)"sms",
                         .recipient = (char *)"ann", .contact = (char *)"ann", .subject = (char *)"s", .created_at = NOW, .next_at = NOW}};
    assert_true(outbox_insert(db, &rows[0], NULL) && outbox_insert(db, &rows[1], NULL));
    assert_true(outbox_next(db, NOW, &mail, NULL) && mail->id == rows[0].id && same(mail->channel, "mail"));
    assert_true(outbox_next_command(db, NOW, &command, NULL) && command->id == rows[1].id && same(command->channel, "chat"));
    assert_true(outbox_has_other_channel(db, p->id, mail, &has_other, NULL) && has_other);
    assert_true(outbox_channels(db, p->id, &none, NULL) && none == NULL);
    assert_true(outbox_failed(db, command->id, NOW, "exit 3", NULL) && outbox_has_other_channel(db, p->id, mail, &has_other, NULL) && !has_other);
    assert_true(outbox_has_other_channel(db, p->id, command, &has_other, NULL) && has_other); /* the mail waits still */
    assert_true(outbox_sent(db, mail->id, NOW, "250", NULL) && outbox_channels(db, p->id, &used, NULL) && same(used, "mail"));
    assert_true(outbox_bounced(db, mail->id, "550", NULL) && outbox_has_other_channel(db, p->id, command, &has_other, NULL) && !has_other);
    assert_true(outbox_insert(db, &rows[1], NULL) && outbox_withdraw_stale(db, run->id, NULL)); /* it waits, and is wanted */
    assert_true(outbox_next_command(db, NOW, &next, NULL) && next != NULL);
    g_clear_pointer(&next, outbox_row_free);
    p->state = PAGE_SPENT;
    assert_true(runs_save(db, run, NULL, NULL) && outbox_withdraw_stale(db, run->id, NULL));
    assert_true(outbox_next_command(db, NOW, &next, NULL) && next == NULL);
}

#define IN_ROOM(test) cmocka_unit_test_setup_teardown(test, open_room, close_room)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(test_ticket),  IN_ROOM(test_ticket_of_the_erased), IN_ROOM(test_ticket_lists), IN_ROOM(test_message),
        IN_ROOM(test_message_lists), IN_ROOM(test_clock),          IN_ROOM(test_damaged_clock), IN_ROOM(test_due),
        IN_ROOM(test_run),     IN_ROOM(test_live_runs),            IN_ROOM(test_causes),       IN_ROOM(test_outbox),
        IN_ROOM(test_outbox_order), IN_ROOM(test_outbox_withdraw), IN_ROOM(test_outbox_lists),         IN_ROOM(test_search), IN_ROOM(test_channels),
    };
    return cmocka_run_group_tests_name("stores", tests, NULL, NULL);
}
