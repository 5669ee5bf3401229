/* desk: a small desk of its own in a directory, for the programs that measure passes. */
#ifndef TESTS_BENCH_DESK_H
#define TESTS_BENCH_DESK_H

#include "tests/bench/measure.h"

#include "flows/desk.h"

#define BENCH_NOW ((Instant)1795597200) /* 2026-11-25T09:00:00Z, a Wednesday */
#define BENCH_NOW_TEXT "2026-11-25T09:00:00Z"

static const char bench_configuration[] =
    "domain: desk.example\nspool: spool\ndatabase: desk.db\ndelivery: {method: directory}\ntrusted-authserv: [mx.desk.example]\n"
    "contacts:\n"
    "  ann: {email: ann@desk.example, roles: [agent], backup: eve}\n"
    "  eve: {email: eve@desk.example, roles: [second]}\n"
    "  carol: {email: carol@desk.example, roles: [lead]}\n"
    "  dana: {email: dana@desk.example, roles: [director]}\n"
    "rules:\n"
    "  - {name: outage, text: '\\b(outage|cannot log in)\\b', severity: S1}\n"
    "plans:\n"
    "  basic: {S1: {respond: 30m, update: 2h, resolve: 4h}, S3: {respond: 4h, resolve: 3d}}\n"
    "policies:\n"
    "  standard:\n"
    "    levels:\n"
    "      - {notify: [role:agent], at: [75% respond, 80% resolve], ack-within: 30m}\n"
    "      - {notify: [role:lead], at: [100% respond, 100% resolve]}\n"
    "    exhausted: queue:operations\n"
    "queues:\n"
    "  support: {address: [support@desk.example], mode: observe, team: [role:agent], lead: carol, plans: [basic],"
    " policy: standard, calendar: always, default-severity: S3}\n"
    "  operations: {address: [operations@desk.example], mode: observe, team: [role:director], lead: dana, plans: [basic],"
    " policy: standard, calendar: always, default-severity: S1}\n";

static inline void or_fail(gboolean ok, const GError *err, const char *doing)
{
    if (!ok)
        fail("%s: %s", doing, err != NULL ? err->message : "?");
}

/* The path of its configuration; newly allocated. */
static inline char *bench_make_desk(const char *directory)
{
    char *path = g_build_filename(directory, "escalate.yaml", NULL);
    GError *err = NULL;
    if (g_mkdir_with_parents(directory, 0755) != 0 || !g_file_set_contents(path, bench_configuration, -1, &err))
        fail("make '%s': %s", path, err != NULL ? err->message : g_strerror(errno));
    return path;
}

/* Configuration and calendars; the store is not open. */
static inline Desk *bench_load_desk(const char *configuration)
{
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free), warnings = g_ptr_array_new_with_free_func(g_free);
    Desk *d = NULL;
    if (!desk_load(configuration, &d, problems, warnings))
        fail("%s", problems->len > 0 ? (char *)g_ptr_array_index(problems, 0) : "desk_load");
    d->now = BENCH_NOW;
    d->is_pinned = TRUE;
    return d;
}

#endif
