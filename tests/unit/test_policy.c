/* test_policy: who-expressions, `at` and `before`, names and defaults. */
#include "rules/policy.h"
#include "rules/policytext.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

static const struct {
    const char *input;
    WhoKind kind;
    const char *name, *formatted; /* formatted NULL: refused */
} whos[] = {
    {"bob", WHO_CONTACT, "bob", "contact:bob"},
    {"contact:bob", WHO_CONTACT, "bob", "contact:bob"},
    {"contact:lead", WHO_CONTACT, "lead", "contact:lead"},
    {"rota:primary", WHO_ROTA, "primary", "rota:primary"},
    {"role:agent", WHO_ROLE, "agent", "role:agent"},
    {"group:network", WHO_GROUP, "network", "group:network"},
    {"lead", WHO_LEAD, NULL, "lead"},
    {"owner", WHO_OWNER, NULL, "owner"},
    {"manager-of:owner", WHO_MANAGER_OF_OWNER, NULL, "manager-of:owner"},
    {"j\xc3\xb6rg", WHO_CONTACT, "j\xc3\xb6rg", "contact:j\xc3\xb6rg"},
    {"", 0, NULL, NULL},
    {"rota:", 0, NULL, NULL},
    {"team:x", 0, NULL, NULL},
    {"manager-of:bob", 0, NULL, NULL},
    {"role:agent, lead", 0, NULL, NULL},
    {"bob ", 0, NULL, NULL},
    {"role:a\nb", 0, NULL, NULL},
    {"bad\xff", 0, NULL, NULL},
};

static void test_who(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(whos); i++) {
        Who *w = NULL;
        g_autoptr(GError) err = NULL;
        assert_int_equal(who_parse(whos[i].input, &w, &err), whos[i].formatted != NULL);
        if (whos[i].formatted == NULL) {
            assert_null(w);
            assert_int_equal(err->code, ERROR_DATA);
            assert_non_null(strstr(err->message, "manager-of:owner"));
            continue;
        }
        g_autofree char *text = who_format(w);
        assert_string_equal(text, whos[i].formatted);
        assert_int_equal(w->kind, whos[i].kind);
        assert_int_equal(g_strcmp0(w->name, whos[i].name), 0);
        who_free(w);
    }
    who_free(NULL);
}

static const struct {
    const char *input;
    int percent; /* -1: refused */
    TargetKind target;
} ats[] = {
    {"75% respond", 75, TARGET_RESPOND},
    {"100%  update", 100, TARGET_UPDATE},
    {"0%\tresolve", 0, TARGET_RESOLVE},
    {"1000% assign", 1000, TARGET_ASSIGN},
    {"1001% assign", -1, 0},
    {"75 respond", -1, 0},
    {"75% Respond", -1, 0},
    {"75%", -1, 0},
    {"% respond", -1, 0},
    {"75% respond ", -1, 0},
    {" 75% respond", -1, 0},
    {"-5% respond", -1, 0},
    {"7.5% respond", -1, 0},
    {"99999999999% respond", -1, 0},
    {"75%% respond", -1, 0},
    {"", -1, 0},
    {"respond 75%", -1, 0},
    {"30bm respond", -1, 0},
};

static void test_at(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(ats); i++) {
        LevelAt at;
        g_autoptr(GError) err = NULL;
        assert_int_equal(policy_at_parse(ats[i].input, &at, &err), ats[i].percent >= 0);
        if (ats[i].percent < 0) {
            assert_int_equal(err->code, ERROR_DATA);
            assert_non_null(strstr(err->message, "'75% respond'"));
            continue;
        }
        assert_int_equal(at.percent, ats[i].percent);
        assert_int_equal(at.target, ats[i].target);
        assert_false(at.is_before);
    }
}

static void test_before(void **state)
{
    (void)state;
    static const char *const bad[] = {"30bm", "respond", "30 respond", "30bm breach", "", "1bw respond", "75% respond"};
    LevelAt at;
    assert_true(policy_before_parse("30bm respond", &at, NULL));
    assert_true(at.is_before);
    assert_int_equal(at.before.amount, 1800);
    assert_int_equal(at.before.unit, DURATION_OPEN_SECONDS);
    assert_int_equal(at.target, TARGET_RESPOND);
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) err = NULL;
        assert_false(policy_before_parse(bad[i], &at, &err));
        assert_int_equal(err->code, ERROR_DATA);
    }
}

static void test_names(void **state)
{
    (void)state;
    TargetKind t;
    for (int i = 0; i < TARGET_COUNT; i++) {
        assert_true(policy_target_from_name(policy_target_name((TargetKind)i), &t));
        assert_int_equal(t, i);
    }
    assert_false(policy_target_from_name("", &t));
    assert_false(policy_target_from_name("responded", &t));
}

static void test_life(void **state)
{
    (void)state;
    Policy *p = policy_new("standard");
    PolicyLevel *l = policy_level_new();
    g_ptr_array_add(l->notify, who_new(WHO_ROLE, "agent"));
    g_ptr_array_add(l->inform, who_new(WHO_LEAD, NULL));
    l->authority = g_strdup("may offer a credit");
    g_ptr_array_add(p->levels, l);
    assert_string_equal(p->name, "standard");
    assert_int_equal(l->ack_within.amount, 1800);
    assert_int_equal(l->ack_within.unit, DURATION_ELAPSED);
    assert_int_equal(l->tries, 1);
    assert_int_equal(l->quorum, 1);
    assert_int_equal(l->kind, LEVEL_VERTICAL);
    policy_free(p);
    policy_free(NULL);
    policy_level_free(NULL);
}

/* What a run began with comes back as it was: the channels, and none where none were given. */
static void test_channels_in_text(void **state)
{
    (void)state;
    Policy *p = policy_new("standard"), *back = NULL;
    for (int i = 0; i < 2; i++) {
        PolicyLevel *l = policy_level_new();
        g_ptr_array_add(l->notify, who_new(WHO_LEAD, NULL));
        l->channels = i == 0 ? g_strsplit("mail sms;odd", " ", -1) : NULL;
        g_ptr_array_add(p->levels, l);
    }
    g_autofree char *text = policytext_write(p);
    assert_true(policytext_read(text, &back, NULL));
    const PolicyLevel *first = g_ptr_array_index(back->levels, 0), *second = g_ptr_array_index(back->levels, 1);
    assert_int_equal(g_strv_length(first->channels), 2);
    assert_string_equal(first->channels[1], "sms;odd");
    assert_null(second->channels);
    policy_free(p);
    policy_free(back);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_who), cmocka_unit_test(test_at), cmocka_unit_test(test_before),
                                       cmocka_unit_test(test_names), cmocka_unit_test(test_life), cmocka_unit_test(test_channels_in_text)};
    return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
