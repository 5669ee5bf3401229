/* bench_intake DIRECTORY: mails that lie in incoming through one round of core, with its real parse worker, against GMime's
 * bare parse of the same bytes in one process; and where the time goes.
 * bench_intake DIRECTORY all|gmime MAILS: one of the two once, for valgrind to count; all without the channel, since valgrind knows no seccomp. */
#include <gmime/gmime.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/bench/desk.h"

#include "base/limits.h"
#include "base/log.h"
#include "base/sha256.h"
#include "base/spoolname.h"

#include "mail/message.h"

#include "store/spool.h"

#include "flows/intake.h"

#include "programs/core.h"

#define MAILS 2000
#define ROUNDS 3
#define MAIL_BYTES 5000
#define ARCHIVED 500 /* of them, to see what the archive alone costs */

static char *mails[MAILS], *names[MAILS];
static int mail_count = MAILS;

/* A customer's mail as a program writes it: text and the same as HTML. Every one has its own sender and domain. */
static char *make_mail(int number)
{
    GString *s = g_string_new(NULL);
    g_string_append_printf(s,
                           "Received: from mx.c%d.example by mx.desk.example with ESMTPS id %d;\n"
                           "\tWed, 25 Nov 2026 08:59:00 +0000\n"
                           "Authentication-Results: mx.desk.example; dmarc=pass header.from=c%d.example\n"
                           "From: \"Customer %d\" <bo@c%d.example>\nTo: Support <support@desk.example>\n"
                           "Subject: =?utf-8?Q?The_printer_in_room_%d_h=C3=A4ngt?=\nDate: Wed, 25 Nov 2026 08:59:00 +0000\n"
                           "Message-ID: <%d@c%d.example>\nMIME-Version: 1.0\n"
                           "Content-Type: multipart/alternative; boundary=\"b%d\"\n\n"
                           "--b%d\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nHello,\n\n",
                           number, number, number, number, number, number, number, number, number, number);
    while (s->len < MAIL_BYTES * 2 / 5)
        g_string_append(s, "it prints half a page and then stops, since Monday or so, in all colours.\n");
    g_string_append_printf(s,
                           "\nRegards,\nBo\n-- \nBo Customer\n\n--b%d\nContent-Type: text/html; charset=utf-8\n\n"
                           "<html><body><p>Hello,</p>\n",
                           number);
    while (s->len < MAIL_BYTES - 60)
        g_string_append(s, "<p>it prints <b>half</b> a page and then stops, since Monday or so.</p>\n");
    g_string_append_printf(s, "</body></html>\n--b%d--\n", number);
    return g_string_free(s, FALSE);
}

static void make_mails(void)
{
    for (int i = 0; i < mail_count; i++) {
        char name[SPOOLNAME_MAX];
        if (spoolname_make(name, BENCH_NOW - 60, i, 4242, 1, (guint64)i + 1, "mx.desk.example") != 0)
            fail("spool name");
        mails[i] = make_mail(i);
        names[i] = g_strdup(name);
    }
}

static void fill_incoming(const char *spool)
{
    for (int i = 0; i < mail_count; i++) {
        g_autofree char *path = g_build_filename(spool, "incoming", names[i], NULL);
        g_autofree char *bytes = g_strdup_printf("X-Escalate-Envelope-Received-At: 2026-11-25T08:59:00.%06dZ\n"
                                                 "X-Escalate-Envelope-Sender: bo@c%d.example\n"
                                                 "X-Escalate-Envelope-Recipient: support@desk.example\n"
                                                 "X-Escalate-Envelope-End: 1\n%s",
                                                 i, i, mails[i]);
        g_autoptr(GError) err = NULL;
        or_fail(g_file_set_contents(path, bytes, -1, &err), err, path);
    }
}

static void check_tickets(Desk *d)
{
    gint64 n = 0;
    g_autoptr(GError) err = NULL;
    or_fail(db_value(d->db, &n, &err, "select count(*) from ticket", ""), err, "count");
    if (n != mail_count)
        fail("%d mails made %d tickets", mail_count, (int)n);
}

/* CPU of this process and its children, those that have ended. */
static double cpu_us(void)
{
    double us = 0;
    const int whose[] = {RUSAGE_SELF, RUSAGE_CHILDREN};
    for (gsize i = 0; i < G_N_ELEMENTS(whose); i++) {
        struct rusage r;
        getrusage(whose[i], &r);
        us += (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1e6 + (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec);
    }
    return us;
}

/* All files, by core and its parse worker. *ret_cpu: of both, with the start of the desk, which weighs little among so many. */
static double time_core(const char *directory, double *ret_cpu)
{
    double cpu = cpu_us();
    g_autofree char *configuration = bench_make_desk(directory);
    g_autoptr(GError) err = NULL;
    Core *c = core_new(bench_load_desk(configuration), &err);
    guint did = 0;
    or_fail(c != NULL, err, "core_new");
    double filling = cpu_us();
    fill_incoming(core_desk(c)->config->spool);
    filling = cpu_us() - filling;
    sync();
    double from = now_us();
    or_fail(core_intake(c, BENCH_NOW, &did, &err), err, "core_intake");
    double us = now_us() - from;
    check_tickets(core_desk(c));
    core_free(c); /* waits for the worker */
    *ret_cpu = (cpu_us() - cpu - filling) / mail_count;
    return us / mail_count;
}

static double time_gmime(double *ret_cpu)
{
    double from = now_us(), cpu = cpu_us();
    for (int i = 0; i < mail_count; i++) {
        GMimeStream *stream = g_mime_stream_mem_new_with_buffer(mails[i], strlen(mails[i]));
        GMimeParser *parser = g_mime_parser_new_with_stream(stream);
        GMimeMessage *m = g_mime_parser_construct_message(parser, NULL);
        if (m == NULL)
            fail("GMime: mail %d", i);
        g_object_unref(m);
        g_object_unref(parser);
        g_object_unref(stream);
    }
    *ret_cpu = (cpu_us() - cpu) / mail_count;
    return (now_us() - from) / mail_count;
}

static KindWords *words;

static double time_reading(Reading **readings)
{
    double from = now_us();
    for (int i = 0; i < mail_count; i++)
        readings[i] = reading_of_mail(mails[i], strlen(mails[i]), FALSE, words);
    return (now_us() - from) / mail_count;
}

/* What `escalate inspect` writes. */
static double time_writing(Reading **readings)
{
    g_autoptr(GString) text = g_string_new(NULL);
    double from = now_us();
    for (int i = 0; i < mail_count; i++) {
        g_string_truncate(text, 0);
        reading_to_json(readings[i], text);
    }
    return (now_us() - from) / mail_count;
}

static double time_json(Reading **readings)
{
    g_autoptr(GError) err = NULL;
    double from = now_us();
    for (int i = 0; i < mail_count; i++) {
        g_autoptr(GString) text = g_string_new(NULL);
        reading_to_channel(readings[i], text);
        reading_free(g_steal_pointer(&readings[i]));
        or_fail(reading_from_json(text->str, text->len, &readings[i], &err), err, "reading_from_json");
    }
    return (now_us() - from) / mail_count;
}

static gboolean no_parts(void *data, GPtrArray **ret, GError **err)
{
    (void)data;
    (void)err;
    *ret = g_ptr_array_new();
    return TRUE;
}

typedef struct {
    Desk *desk;
    Reading **readings;
    int first; /* mail of the batch */
} Stored;

static gboolean store_one(void *data, guint n, GError **err)
{
    const Stored *s = data;
    int i = s->first + (int)n;
    g_autofree char *archive = g_strdup_printf("archive/2026/11/25/%s", names[i]);
    g_autofree char *sender = g_strdup_printf("bo@c%d.example", i);
    g_autofree char *digest = sha256_hex(mails[i], strlen(mails[i]));
    static const char *const recipients[] = {"support@desk.example"};
    IntakeMail mail = {.name = names[i], .digest = digest, .archive = archive, .sender = sender, .recipients = recipients,
                       .recipient_count = 1, .reading = s->readings[i], .parts = no_parts};
    return intake_mail(s->desk, &mail, err);
}

static gboolean store_failed(void *data, guint i, GError *why, GError **err)
{
    (void)data;
    (void)i;
    g_propagate_error(err, why);
    return FALSE;
}

static void store_ended(void *data) { (void)data; }

static double time_archive(const char *spool)
{
    const int archived = MIN(mail_count, ARCHIVED);
    g_autoptr(GError) err = NULL;
    fill_incoming(spool);
    sync();
    double from = now_us();
    for (int i = 0; i < archived; i++) {
        g_autofree char *relative = spool_archive_path(names[i], BENCH_NOW);
        or_fail(spool_to_archive(spool, names[i], relative, &err), err, "spool_to_archive");
    }
    return (now_us() - from) / archived;
}

static double time_store(const char *directory, Reading **readings, double *ret_archive)
{
    g_autofree char *configuration = bench_make_desk(directory);
    g_autoptr(Desk) d = bench_load_desk(configuration);
    g_autoptr(GError) err = NULL;
    or_fail(desk_open_store(d, &err), err, "desk_open_store");
    sync();
    double from = now_us();
    for (int i = 0; i < mail_count; i += LIMIT_BATCH) {
        Stored s = {d, readings, i};
        or_fail(db_batch(d->db, (guint)MIN(LIMIT_BATCH, mail_count - i), &(DbBatch){store_one, store_failed, store_ended, &s}, &err), err, "db_batch");
    }
    double us = now_us() - from;
    check_tickets(d);
    *ret_archive = time_archive(d->config->spool);
    return us / mail_count;
}

static void work_once(const char *directory, const char *what)
{
    static Reading *readings[MAILS];
    double ignored;
    if (strcmp(what, "gmime") == 0) {
        time_gmime(&ignored);
        return;
    }
    time_reading(readings);
    time_json(readings);
    time_store(directory, readings, &ignored);
}

int main(int argc, char **argv)
{
    static Figure whole, burnt, inspect, parse, write, json, store, archive, rest;
    static Reading *readings[MAILS];
    if (argc != 2 && argc != 4)
        fail("usage: bench_intake DIRECTORY [all|gmime MAILS]");
    log_set_level(LOGGING_WARNING);
    if (argc == 4)
        mail_count = CLAMP(atoi(argv[3]), 1, MAILS);
    make_mails();
    words = words_kind_new();
    if (argc == 4) {
        message_init();
        work_once(argv[1], argv[2]);
        return 0;
    }
    for (int round = 0; round < ROUNDS; round++) {
        g_autofree char *core = g_strdup_printf("%s/core%d", argv[1], round);
        g_autofree char *alone = g_strdup_printf("%s/store%d", argv[1], round);
        double cpu, floor_cpu, all = time_core(core, &cpu);
        message_init();
        double floor = time_gmime(&floor_cpu), read = time_reading(readings), written = time_writing(readings), spoken = time_json(readings), archived;
        double stored = time_store(alone, readings, &archived);
        figure_add(&whole, all, floor);
        figure_add(&burnt, cpu, floor_cpu);
        figure_add(&inspect, read + written, floor);
        figure_add(&parse, read, floor);
        figure_add(&write, written, 0);
        figure_add(&json, spoken, 0);
        figure_add(&store, stored, 0);
        figure_add(&archive, archived, 0);
        figure_add(&rest, all - read - spoken - stored - archived, 0);
        for (int i = 0; i < mail_count; i++)
            reading_free(readings[i]);
    }
    figure_print("intake us/mail", &whole);
    figure_print("intake CPU us/mail", &burnt);
    figure_print("inspect us/mail", &inspect);
    figure_print("inspect: parsing us", &parse);
    figure_print("inspect: writing JSON us", &write);
    figure_print("intake: what was read, both ways us", &json);
    figure_print("intake: rules and database us", &store);
    figure_print("intake: archiving us", &archive);
    figure_print("intake: the rest us (files, channel to the worker)", &rest);
    return 0;
}
