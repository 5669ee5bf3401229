/* threading: which evidence names the ticket, and the tag in a subject. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "rules/threading.h"

#include "base/banned.h"

/* A claim is evidence, ticket, and p for a participant: "token:42", "tag:7p". */
static ThreadingClaim *claim(const char *text)
{
    static const char *const names[THREADING_COUNT] = {"token", "own", "known", "tag", "talk", "body"};
    ThreadingClaim *c = g_new0(ThreadingClaim, 1);
    const char *colon = strchr(text, ':');
    for (int k = 0; k < THREADING_COUNT; k++)
        if (strncmp(text, names[k], (gsize)(colon - text)) == 0)
            c->evidence = (ThreadingEvidence)k;
    c->ticket = g_ascii_strtoll(colon + 1, NULL, 10);
    c->is_participant = text[strlen(text) - 1] == 'p';
    c->detail = g_strdup(text);
    return c;
}

static const struct {
    const char *label, *claims;
    gint64 ticket, claimed;
    const char *why, *detail;
} verdicts[] = {
    {"nothing", "", 0, 0, "no evidence", NULL},
    {"a token", "token:42", 42, 0, "token", "token:42"},
    {"a token needs no participant", "token:42 known:7", 42, 0, "token", "token:42"},
    {"the token is stronger than a Message-ID of ours", "own:7 token:42", 42, 0, "token", "token:42"},
    {"our Message-ID", "own:7", 7, 0, "own Message-ID", "own:7"},
    {"our Message-ID before a known one", "known:9p own:7", 7, 0, "own Message-ID", "own:7"},
    {"a known one of a participant", "known:9p", 9, 0, "known Message-ID of a participant", "known:9p"},
    {"a known one of a stranger", "known:9", 0, 9, "not a participant", NULL},
    {"the tag of a participant", "tag:9p", 9, 0, "subject tag of a participant", "tag:9p"},
    {"the tag of a stranger", "tag:9", 0, 9, "not a participant", NULL},
    {"the conversation of a participant", "talk:9p", 9, 0, "Thread-Index of a participant", "talk:9p"},
    {"the conversation of a stranger", "talk:9", 0, 9, "not a participant", NULL},
    {"the tag before the conversation", "talk:9p tag:7p", 7, 0, "subject tag of a participant", "tag:7p"},
    {"an address in the text", "body:9p", 9, 0, "address in the text, of a participant", "body:9p"},
    {"an address in a stranger's text", "body:9", 0, 9, "not a participant", NULL},
    {"several of one kind for one ticket", "own:7 own:7 own:7", 7, 0, "own Message-ID", "own:7"},
    {"contradicting tokens", "token:1 token:2", 0, 1, "contradicting evidence", "token:1"},
    {"contradicting Message-IDs", "own:1 own:2 tag:1p", 0, 1, "contradicting evidence", "own:1"},
    {"a stronger kind settles what weaker ones contradict", "token:3 own:1 own:2", 3, 0, "token", "token:3"},
    {"a stranger's weak claim does not contradict", "known:1 known:2p", 2, 0, "known Message-ID of a participant", "known:2p"},
    {"a weaker kind of a participant after a stranger's", "known:1 tag:2p", 2, 0, "subject tag of a participant", "tag:2p"},
    {"the first ticket that was claimed is named", "known:1 tag:2", 0, 1, "not a participant", NULL},
};

static void test_verdicts(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(verdicts); i++) {
        g_autoptr(GPtrArray) claims = g_ptr_array_new_with_free_func((GDestroyNotify)threading_claim_free);
        g_auto(GStrv) words = g_strsplit(verdicts[i].claims, " ", -1);
        for (guint k = 0; words[k] != NULL; k++)
            g_ptr_array_add(claims, claim(words[k]));
        ThreadingVerdict v = threading_decide(claims);
        if (v.ticket != verdicts[i].ticket || v.claimed != verdicts[i].claimed || strcmp(v.why, verdicts[i].why) != 0
            || g_strcmp0(v.detail, verdicts[i].detail) != 0)
            fail_msg("%s: got ticket %d, claimed %d, %s (%s)", verdicts[i].label, (int)v.ticket, (int)v.claimed, v.why,
                     v.detail == NULL ? "-" : v.detail);
    }
    threading_claim_free(NULL);
}

static const struct {
    const char *subject;
    gint64 want;
} tags[] = {
    {"[support #42] Checkout is down", 42},
    {"Re: AW: [support #42] Checkout is down", 42},
    {"Re: [SUPPORT #42] x", 42},
    {"[sales-eu #7]", 7},
    {"[support #1] Re: [support #2] x", 1}, /* the newer one: we put it before all else */
    {"[support #1] [other #2]", 1},
    {"[[support #3]]", 3},
    {"[other #42] x", 0},
    {"[support #] x", 0},
    {"[support #0] x", 0},
    {"[support #-4] x", 0},
    {"[support # 4] x", 0},
    {"[support  #4] x", 0},
    {"[support #4 ] x", 0},
    {"[support #4x] x", 0},
    {"[support #4", 0},
    {"[support", 0},
    {"[", 0},
    {"support #42", 0},
    {"", 0},
    {"[supp #42]", 0},
    {"[support #99999999999999999999999999]", 0},
    {"[support #9223372036854775806]", 9223372036854775806},
};

static void test_tags(void **state)
{
    (void)state;
    char *const queues[] = {(char *)"support", (char *)"sales-eu", NULL}, *const none[] = {NULL};
    for (gsize i = 0; i < G_N_ELEMENTS(tags); i++) {
        gint64 got = threading_tag(tags[i].subject, queues);
        if (got != tags[i].want)
            fail_msg("'%s': got %" G_GINT64_FORMAT, tags[i].subject, got);
        assert_int_equal(threading_tag(tags[i].subject, none), 0);
        g_autofree char *without = threading_without_tags(tags[i].subject, queues), *same = threading_without_tags(tags[i].subject, none);
        assert_int_equal(threading_tag(without, queues), 0);
        assert_string_equal(same, tags[i].subject);
    }
    g_autofree char *bare = threading_without_tags("Re: [support #2]  Re: [SUPPORT #1] It [other #3] is [support #4", queues);
    assert_string_equal(bare, "Re: Re: It [other #3] is [support #4");
}

static void test_conversation(void **state)
{
    (void)state;
    g_autofree char *root = threading_conversation("AQHa1b2c3d4e5f6A7B8C9D0E1F2G3H=="), *reply = NULL, *other = NULL, *folded = NULL;
    assert_non_null(root);
    reply = threading_conversation("AQHa1b2c3d4e5f6A7B8C9D0E1F2G3AAAAAAAAAA="); /* the same conversation, five bytes a reply */
    folded = threading_conversation("AQHa1b2c3d4e5f6A7B8C9D0E1F2G3AAAAAAAAAA AAAAAAA=");
    assert_string_equal(root, folded);
    other = threading_conversation("AQHa1b2c3d4e5f6A7B8C9D0E1F2H3H==");
    assert_string_equal(root, reply);
    assert_string_not_equal(root, other);
    assert_null(threading_conversation(""));
    assert_null(threading_conversation("AQHa1b2c3d4e5f6A7B8C9D0E1F2"));
    assert_null(threading_conversation("<script>alert(1)</script> and more than thirty bytes"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_conversation), cmocka_unit_test(test_verdicts), cmocka_unit_test(test_tags)};
    return cmocka_run_group_tests_name("threading", tests, NULL, NULL);
}
