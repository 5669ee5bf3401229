/* test_policytext: a policy survives being written and read, with every member of it and of its levels. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

#include "rules/policytext.h"

#include "config/keys.h"
#include "config/memory.h"

#include "base/banned.h"

static const char everything[] =
    "domain: a.example\n"
    "calendars: {office: {timezone: Europe/Berlin}}\n"
    "contacts: {ann: {email: [ann@a.example], roles: [agent]}, bob: {email: [bob@a.example]}}\n"
    "groups: {g: {members: [ann]}}\n"
    "vendors: {cdn: {email: cdn@b.example}}\n"
    "rotas: {r: {files: r.ics}}\n"
    "channels: {sms: {method: mail, address: x@gateway.example}}\n"
    "plans: {basic: {S1: {respond: 30bm, resolve: 4bh, update: 1bh, assign: 1bh}}}\n"
    "policies:\n"
    "  full:\n"
    "    calendar: office\n"
    "    ack-holds: 2bh\n"
    "    cadence: {S1: 30m, S3: 4bh}\n"
    "    bridge: 'https://meet.example/s1; \"quoted\" = [x]'\n"
    "    exhausted: queue:help\n"
    "    levels:\n"
    "      - {notify: [bob, role:agent, rota:r, group:g, lead, owner, 'manager-of:owner', 'vendor:cdn', service-owner], inform: [lead, ann],\n"
    "         at: [75% respond, 100% update], before: [30bm resolve], min: 5m, after: 1bd, ack-within: 20bm, tries: 3, resolve-within: 2bh, quorum: 2,\n"
    "         kind: horizontal, channel: [mail, sms], template: escalation, calendar: office, send: open, respect-hours: yes, even-acked: yes,\n"
    "         authority: \"up to 500 EUR with umlauts: äöü; and; semicolons\"}\n"
    "      - {notify: [bob]}\n"
    "  small: {levels: [{notify: ann}]}\n"
    "queues: {help: {address: [help@a.example], mode: observe, lead: ann, plans: [basic], policy: full, calendar: office}}\n";

static Config *load(void)
{
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free), warnings = g_ptr_array_new_with_free_func(g_free);
    Config *c = config_load_memory("t", everything, strlen(everything), problems, warnings);
    for (guint i = 0; i < problems->len; i++)
        print_message("%s\n", (const char *)g_ptr_array_index(problems, i));
    assert_non_null(c);
    return c;
}

static void assert_same_level(const PolicyLevel *a, const PolicyLevel *b)
{
    assert_int_equal(a->notify->len, b->notify->len);
    for (guint i = 0; i < a->notify->len; i++) {
        const Who *x = g_ptr_array_index(a->notify, i), *y = g_ptr_array_index(b->notify, i);
        assert_int_equal(x->kind, y->kind);
        assert_int_equal(g_strcmp0(x->name, y->name), 0);
    }
    assert_int_equal(a->inform->len, b->inform->len);
    assert_int_equal(a->at->len, b->at->len);
    for (guint i = 0; i < a->at->len; i++) {
        const LevelAt *x = &g_array_index(a->at, LevelAt, i), *y = &g_array_index(b->at, LevelAt, i);
        assert_int_equal(x->target, y->target);
        assert_int_equal(x->percent, y->percent);
        assert_int_equal(x->is_before, y->is_before);
        assert_int_equal(x->before.amount, y->before.amount);
        assert_int_equal(x->before.unit, y->before.unit);
    }
    const Duration durations[][2] = {{a->min, b->min}, {a->after, b->after}, {a->ack_within, b->ack_within}, {a->resolve_within, b->resolve_within}};
    for (guint i = 0; i < G_N_ELEMENTS(durations); i++) {
        assert_int_equal(durations[i][0].amount, durations[i][1].amount);
        assert_int_equal(durations[i][0].unit, durations[i][1].unit);
    }
    const int numbers[][2] = {{a->tries, b->tries}, {a->quorum, b->quorum}, {(int)a->kind, (int)b->kind}, {a->send_open, b->send_open},
                              {a->respect_hours, b->respect_hours}, {a->even_acked, b->even_acked}, {a->has_resolve_within, b->has_resolve_within}};
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++)
        assert_int_equal(numbers[i][0], numbers[i][1]);
    assert_int_equal(g_strcmp0(a->template_name, b->template_name), 0);
    assert_int_equal(g_strcmp0(a->calendar, b->calendar), 0);
    assert_int_equal(g_strcmp0(a->authority, b->authority), 0);
}

static void test_round(void **state)
{
    g_autoptr(Config) c = load();
    const char *const names[] = {"full", "small"};
    (void)state;
    for (guint n = 0; n < G_N_ELEMENTS(names); n++) {
        const Policy *p = g_hash_table_lookup(c->policies, names[n]);
        g_autofree char *text = policytext_write(p), *digest = policytext_digest(p);
        Policy *back;
        g_autoptr(GError) err = NULL;
        assert_true(policytext_read(text, &back, &err));
        g_autofree char *again = policytext_write(back), *same = policytext_digest(back);
        assert_string_equal(again, text);
        assert_string_equal(same, digest);
        assert_string_equal(back->name, p->name);
        assert_int_equal(g_strcmp0(back->calendar, p->calendar), 0);
        assert_int_equal(g_strcmp0(back->bridge, p->bridge), 0);
        assert_int_equal(g_strcmp0(back->exhausted_queue, p->exhausted_queue), 0);
        assert_int_equal(back->has_ack_holds, p->has_ack_holds);
        assert_int_equal(back->ack_holds.amount, p->ack_holds.amount);
        for (int s = 0; s < SEVERITY_COUNT; s++) {
            assert_int_equal(back->cadence.every[s].amount, p->cadence.every[s].amount);
            assert_int_equal(back->cadence.every[s].unit, p->cadence.every[s].unit);
        }
        assert_int_equal(back->levels->len, p->levels->len);
        for (guint i = 0; i < p->levels->len; i++)
            assert_same_level(g_ptr_array_index(p->levels, i), g_ptr_array_index(back->levels, i));
        policy_free(back);
    }
}

/* A key that is added to the configuration and not to the table here would be lost on the way. */
static void assert_has_keys(KeysBlock block, const char *text)
{
    guint n;
    const ConfigKey *rows = keys_of(block, &n);
    for (guint i = 0; i < n; i++) {
        g_autofree char *line = g_strdup_printf("\n%s=", strcmp(rows[i].name, "before") == 0 ? "at" : rows[i].name);
        if (rows[i].type != KEYS_BLOCK && strstr(text, line) == NULL)
            fail_msg("no '%s' in\n%s", rows[i].name, text);
    }
}

static void test_keys(void **state)
{
    g_autoptr(Config) c = load();
    g_autofree char *text = policytext_write(g_hash_table_lookup(c->policies, "full"));
    (void)state;
    assert_has_keys(KEYS_POLICY, text);
    assert_has_keys(KEYS_LEVEL, text);
}

static void test_broken(void **state)
{
    static const char *const texts[] = {"", "nonsense", "[policy]\nname=x\n", "[level 1]\nnotify=bob;\n", "[policy]\nname=x\n[level 1]\nnotify=role:;\n",
                                        "[policy]\nname=x\n[level 1]\nnotify=bob;\nat=sometimes;\n", "[policy]\nname=x\n[level 1]\nafter=soon\n"};
    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        Policy *p = NULL;
        g_autoptr(GError) err = NULL;
        assert_false(policytext_read(texts[i], &p, &err));
        assert_null(p);
        assert_int_equal(err->code, ERROR_DATA);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_round), cmocka_unit_test(test_keys), cmocka_unit_test(test_broken)};
    return cmocka_run_group_tests_name("policytext", tests, NULL, NULL);
}
