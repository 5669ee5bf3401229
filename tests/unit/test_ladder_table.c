/* ladder_table: every pair of state and event stands here by its name: what came before, what happens, what the machine wants then, and what
 * becomes of the run. A pair that has no row fails. Examples and random sequences are test_ladder's. */
#include "tests/unit/town.h"

#include "base/banned.h"

/* Level 2 wants two, level 3 is paged though somebody has it. */
#define POLICY "ann,bob tries=2 within=10 | carol,dana quorum=2 within=10 after=5 resolve=40 | gil within=10 even"
#define BACKUPS "ann>eve"

#define ASKED "0 cause\n0 sent\n"
#define QUEUED "0 cause\n"
#define SECOND ASKED "5 level 2\n5 sent\n"
#define LAST ASKED "5 level 3\n5 sent\n"
#define HELD ASKED "5 ack ann 60\n"
#define HELD_SECOND SECOND "6 ack carol 60\n6 ack dana 60\n"
#define HELD_LAST LAST "6 ack gil 60\n"
#define REMINDED HELD "60 timer\n60 sent\n"
#define EXHAUSTED LAST "15 timer\n"
#define ENDED ASKED "5 end over\n"
#define NOBODY "0 away ann\n0 away bob\n0 away eve\n0 away carol\n0 away dana\n0 away gil\n0 cause\n5 timer\n5 sent\n"
#define SHIFT "0 shift ann 30\n"

static const struct {
    const char *pair;  /* state/event */
    const char *when;
    gboolean operational;
    const char *given; /* lines that end in \n */
    const char *event;
    const char *want;  /* actions */
    const char *after; /* state, level, minute of the next timer */
} rows[] = {
    {"climbing/cause", "nothing fired yet", FALSE, "", "0 cause",
     "inform:1 page:1:ann:1 page:1:bob:1", "climbing 1 -"},
    {"climbing/cause", "a further one joins", FALSE, ASKED, "1 cause",
     "", "climbing 1 10"},
    {"climbing/level", "the next", FALSE, ASKED, "5 level 2",
     "inform:2 page:2:carol:1 page:2:dana:1", "climbing 2 -"},
    {"climbing/level", "the first, of a clock", FALSE, "", "0 level 1",
     "inform:1 page:1:ann:1 page:1:bob:1", "climbing 1 -"},
    {"climbing/level", "over one that was not asked", FALSE, QUEUED, "5 level 3",
     "skipped:2 withdraw:1:ann withdraw:1:bob inform:3 page:3:gil:1", "climbing 3 -"},
    {"climbing/level", "one that fired before", FALSE, SECOND, "6 level 1",
     "", "climbing 2 15"},
    {"climbing/level", "one that the policy does not have", FALSE, ASKED, "5 level 4",
     "", "climbing 1 10"},
    {"climbing/timer", "too early", FALSE, ASKED, "9 timer",
     "", "climbing 1 10"},
    {"climbing/timer", "a try is left", FALSE, ASKED, "10 timer",
     "page:1:ann:2 page:1:bob:2", "climbing 1 -"},
    {"climbing/timer", "no try is left, the next level waits", FALSE, ASKED "10 timer\n10 sent\n", "20 timer",
     "spent:1", "climbing 1 25"},
    {"climbing/timer", "the wait is over", FALSE, ASKED "10 timer\n10 sent\n20 timer\n", "25 timer",
     "inform:2 page:2:carol:1 page:2:dana:1", "climbing 2 -"},
    {"climbing/timer", "the last level is spent", FALSE, LAST, "15 timer",
     "spent:3 exhausted", "exhausted 3 -"},
    {"climbing/timer", "the last level of operations is spent", TRUE, LAST, "15 timer",
     "spent:3", "exhausted 3 25"},
    {"climbing/timer", "it stands still", FALSE, ASKED "5 suspend\n", "10 timer",
     "", "climbing 1 -"},
    {"climbing/timer", "who came on duty is asked in his place", FALSE, ASKED "5 people 1 max,bob\n", "10 timer",
     "page:1:max:2 page:1:bob:2", "climbing 1 -"},
    {"climbing/delivered", "a page that waits", FALSE, QUEUED, "3 delivered 1",
     "", "climbing 1 13"},
    {"climbing/delivered", "the same again", FALSE, ASKED, "3 delivered 1",
     "", "climbing 1 10"},
    {"climbing/delivered", "one that was withdrawn", FALSE, QUEUED "1 level 2\n", "3 delivered 1",
     "", "climbing 2 -"},
    {"climbing/delivered", "one that nobody knows", FALSE, QUEUED, "3 delivered 99",
     "", "climbing 1 -"},
    {"climbing/unreachable", "who has a backup", FALSE, QUEUED, "1 unreachable ann",
     "withdraw:1:ann page:1:eve:1:for-ann", "climbing 1 -"},
    {"climbing/unreachable", "who has none, and another is asked", FALSE, ASKED, "1 unreachable bob",
     "", "climbing 1 10"},
    {"climbing/unreachable", "the last who was asked", FALSE, ASKED "1 unreachable bob\n1 unreachable ann\n", "2 unreachable eve",
     "withdraw:1:eve spent:1", "climbing 1 7"},
    {"climbing/unreachable", "who is not asked", FALSE, ASKED, "1 unreachable gil",
     "", "climbing 1 10"},
    {"climbing/decline", "who has a backup", FALSE, ASKED, "1 decline ann",
     "page:1:eve:1:for-ann", "climbing 1 10"},
    {"climbing/decline", "who has none, and another is asked", FALSE, ASKED, "1 decline bob",
     "", "climbing 1 10"},
    {"climbing/decline", "the last of all", FALSE, LAST, "6 decline gil",
     "spent:3 exhausted", "exhausted 3 -"},
    {"climbing/pass", "to somebody", FALSE, ASKED, "1 pass ann max",
     "page:1:max:1:for-ann", "climbing 1 10"},
    {"climbing/pass", "to somebody who is away", FALSE, "0 away max\n" ASKED, "1 pass bob max",
     "", "climbing 1 10"},
    {"climbing/pass", "by who is not asked", FALSE, ASKED, "1 pass gil max",
     "", "climbing 1 10"},
    {"climbing/ack", "what is contained: no resolve-within", FALSE, SECOND "6 contained 60\n6 ack carol 60\n", "6 ack dana 60",
     "tell-ack:ann tell-ack:bob tell-ack:carol", "held 2 60"},
    {"climbing/ack", "who was asked", FALSE, ASKED, "5 ack ann 60",
     "tell-ack:bob", "held 1 60"},
    {"climbing/ack", "before the others' pages are handed over", FALSE, "0 cause\n0 sent ann\n", "5 ack ann 60",
     "withdraw:1:bob", "held 1 60"},
    {"climbing/ack", "who was not asked", FALSE, ASKED, "5 ack zoe 60",
     "tell-ack:ann tell-ack:bob", "held 1 60"},
    {"climbing/ack", "of a level below", FALSE, LAST, "6 ack ann 60",
     "tell-ack:bob tell-ack:gil", "held 3 60"},
    {"climbing/ack", "the quorum is not full", FALSE, SECOND, "6 ack carol 60",
     "quorum:carol", "climbing 2 15"},
    {"climbing/ack", "the quorum is not full, by somebody of another level", FALSE, SECOND, "6 ack ann 60",
     "quorum:ann", "climbing 2 15"},
    {"climbing/ack", "it is full", FALSE, SECOND "6 ack carol 60\n", "7 ack dana 60",
     "tell-ack:ann tell-ack:bob tell-ack:carol", "held 2 47"},
    {"climbing/ack", "it is capped at those who are there", FALSE, "0 away dana\n" SECOND, "6 ack carol 60",
     "tell-ack:ann tell-ack:bob", "held 2 46"},
    {"climbing/ack", "his shift ends before", FALSE, SHIFT ASKED, "5 ack ann 60",
     "tell-ack:bob", "held 1 30"},
    {"climbing/ack", "nothing fired yet", FALSE, "", "0 ack ann 60",
     "", "held 0 60"},
    {"climbing/ack", "it stands still", FALSE, ASKED "5 suspend\n", "6 ack ann 60",
     "tell-ack:bob", "held 1 -"},
    {"climbing/progress", "nobody has it", FALSE, ASKED, "5 progress 60",
     "", "climbing 1 10"},
    {"climbing/contained", "nobody has it", FALSE, ASKED, "5 contained 60",
     "", "climbing 1 10"},
    {"climbing/escalate", "a level is above", FALSE, ASKED, "5 escalate ann",
     "inform:2 page:2:carol:1 page:2:dana:1", "climbing 2 -"},
    {"climbing/escalate", "none is", FALSE, LAST, "6 escalate ann",
     "exhausted", "exhausted 3 -"},
    {"climbing/suspend", "its causes are paused", FALSE, ASKED, "5 suspend paused",
     "", "climbing 1 -"},
    {"climbing/suspend", "no mail can leave, too", FALSE, ASKED "5 suspend paused\n", "6 suspend offline",
     "", "climbing 1 -"},
    {"climbing/resume", "it was not suspended", FALSE, ASKED, "5 resume paused",
     "", "climbing 1 10"},
    {"climbing/resume", "with what was left", FALSE, ASKED "5 suspend paused\n", "20 resume paused",
     "", "climbing 1 25"},
    {"climbing/resume", "another reason is left", FALSE, ASKED "5 suspend paused\n6 suspend offline\n", "20 resume paused",
     "", "climbing 1 -"},
    {"climbing/resume", "the wait for the next level", FALSE, ASKED "10 timer\n10 sent\n20 timer\n22 suspend\n", "30 resume paused",
     "", "climbing 1 33"},
    {"climbing/severity", "nobody has it", FALSE, ASKED, "5 severity 30",
     "", "climbing 1 10"},
    {"climbing/shift", "nobody has it", FALSE, ASKED, "5 shift ann",
     "", "climbing 1 10"},
    {"climbing/end", "those who were told hear of it", FALSE, "0 cause\n0 sent ann\n", "5 end over",
     "withdraw:1:bob tell-end:ann", "ended 1 -"},
    {"held/cause", "joins", FALSE, HELD, "6 cause",
     "", "held 1 60"},
    {"held/cause", "contained counts no more: resolve-within does again", FALSE, HELD_SECOND "7 contained 90\n30 uncontained\n", "30 cause",
     "", "held 2 46"},
    {"held/cause", "contained counts still", FALSE, HELD_SECOND "7 contained 90\n", "30 cause",
     "", "held 2 90"},
    {"held/level", "waits", FALSE, HELD, "6 level 2",
     "", "held 1 60"},
    {"held/level", "even acked", FALSE, HELD, "6 level 3",
     "inform:3 page:3:gil:1", "held 1 60"},
    {"held/level", "even acked, a second time", FALSE, HELD "6 level 3\n6 sent\n", "7 level 3",
     "", "held 1 60"},
    {"held/timer", "too early", FALSE, HELD, "59 timer",
     "", "held 1 60"},
    {"held/timer", "the hold is over", FALSE, HELD, "60 timer",
     "remind:ann", "held 1 -"},
    {"held/timer", "the hold is over, and so is his shift", FALSE, SHIFT HELD "30 people 1 max,bob\n", "30 timer",
     "handoff:1:max:1:for-ann handoff:1:bob:1:for-ann relieved:ann", "climbing 1 -"},
    {"held/timer", "his shift is over, and nobody came", FALSE, SHIFT HELD "30 people 1 max\n30 away max\n", "30 timer",
     "relieved:ann inform:1 nobody:1 spent:1", "climbing 1 35"},
    {"held/timer", "his shift was made longer", FALSE, SHIFT HELD "6 shift ann 300\n", "30 timer",
     "remind:ann", "held 1 -"},
    {"held/timer", "the reminder waits for hand-over", FALSE, HELD "60 timer\n", "61 timer",
     "", "held 1 -"},
    {"held/timer", "the reminder is open", FALSE, REMINDED, "69 timer",
     "", "held 1 70"},
    {"held/timer", "it was not answered: a lapse", FALSE, REMINDED, "70 timer",
     "lapsed:ann inform:1 page:1:eve:1:for-ann page:1:bob:1", "climbing 1 -"},
    {"held/timer", "not resolved within, a level is above", FALSE, HELD_SECOND, "46 timer",
     "inform:3 page:3:gil:1", "climbing 3 -"},
    {"held/timer", "of operations, the hold is over", TRUE, HELD, "60 timer",
     "remind:ann", "held 1 -"},
    {"held/delivered", "a page that was withdrawn meanwhile", FALSE, "0 cause\n0 sent ann\n5 ack ann 60\n", "6 delivered 2",
     "tell-ack:bob", "held 1 60"},
    {"held/delivered", "the reminder", FALSE, HELD "60 timer\n", "61 delivered 3",
     "", "held 1 71"},
    {"held/unreachable", "the acker's earlier page", FALSE, HELD, "6 unreachable ann",
     "", "held 1 60"},
    {"held/unreachable", "the acker's reminder", FALSE, HELD "60 timer\n", "61 unreachable ann",
     "lapsed:ann withdraw:1:ann inform:1 page:1:eve:1:for-ann page:1:bob:1", "climbing 1 -"},
    {"held/unreachable", "another", FALSE, HELD "6 level 3\n", "7 unreachable gil",
     "withdraw:3:gil", "held 1 60"},
    {"held/decline", "the acker", FALSE, HELD, "6 decline ann",
     "lapsed:ann inform:1 page:1:eve:1:for-ann page:1:bob:1", "climbing 1 -"},
    {"held/decline", "another", FALSE, HELD, "6 decline bob",
     "", "held 1 60"},
    {"held/pass", "the acker, to somebody", FALSE, HELD, "6 pass ann max",
     "page:1:max:1:for-ann", "climbing 1 -"},
    {"held/pass", "the acker, to nobody who is there", FALSE, "0 away max\n" HELD, "6 pass ann max",
     "inform:1 page:1:eve:1:for-ann page:1:bob:1", "climbing 1 -"},
    {"held/pass", "another", FALSE, HELD, "6 pass bob max",
     "", "held 1 60"},
    {"held/ack", "another: also on it", FALSE, HELD, "6 ack bob 90",
     "also:bob", "held 1 60"},
    {"held/ack", "his own, longer", FALSE, HELD, "6 ack ann 90",
     "", "held 1 90"},
    {"held/ack", "his own, to the reminder", FALSE, REMINDED, "65 ack ann 120",
     "", "held 1 120"},
    {"held/progress", "renews", FALSE, HELD, "6 progress 90",
     "", "held 1 90"},
    {"held/progress", "never shortens", FALSE, HELD, "6 progress 30",
     "", "held 1 60"},
    {"held/progress", "answers the reminder", FALSE, REMINDED, "65 progress 120",
     "", "held 1 120"},
    {"held/progress", "to the end of the shift only", FALSE, SHIFT ASKED "5 ack ann 20\n", "6 progress 90",
     "", "held 1 30"},
    {"held/contained", "renews, and resolve-within is satisfied", FALSE, HELD_SECOND, "7 contained 90",
     "", "held 2 90"},
    {"held/escalate", "a level is above", FALSE, HELD, "6 escalate bob",
     "inform:2 page:2:carol:1 page:2:dana:1", "climbing 2 -"},
    {"held/escalate", "none is", FALSE, HELD_LAST, "7 escalate bob",
     "", "held 3 60"},
    {"held/suspend", "nothing is due", FALSE, HELD, "6 suspend paused",
     "", "held 1 -"},
    {"held/resume", "the hold goes on with what was left", FALSE, HELD "6 suspend paused\n", "16 resume paused",
     "", "held 1 70"},
    {"held/resume", "a hold until the end of a shift does not", FALSE, SHIFT HELD "6 suspend paused\n", "16 resume paused",
     "", "held 1 30"},
    {"held/severity", "a worse one cuts", FALSE, HELD, "6 severity 30",
     "", "held 1 30"},
    {"held/severity", "a milder one does not", FALSE, HELD, "6 severity 90",
     "", "held 1 60"},
    {"held/severity", "an override stands", FALSE, HELD "5 ack ann 90 override\n", "6 severity 30",
     "", "held 1 90"},
    {"held/severity", "his own ack after it is an ack like any other", FALSE, HELD "5 ack ann 90 override\n5 ack ann 80\n", "6 severity 30",
     "", "held 1 30"},
    {"held/severity", "progress within it leaves it", FALSE, HELD "5 ack ann 90 override\n5 progress 60\n", "6 severity 30",
     "", "held 1 90"},
    {"held/severity", "what progress renewed beyond it is cut", FALSE, HELD "5 ack ann 90 override\n5 progress 99\n", "6 severity 30",
     "", "held 1 30"},
    {"held/shift", "it ends earlier now", FALSE, HELD "6 shift ann 20\n", "6 shift -",
     "", "held 1 20"},
    {"held/shift", "he is off duty", FALSE, HELD "6 people 1 max,bob\n", "6 shift ann",
     "handoff:1:max:1:for-ann handoff:1:bob:1:for-ann relieved:ann", "climbing 1 -"},
    {"held/shift", "it is not his", FALSE, HELD "6 people 1 max,bob\n", "6 shift bob",
     "", "held 1 60"},
    {"held/end", "those who were told hear of it", FALSE, HELD, "6 end over",
     "tell-end:ann tell-end:bob", "ended 1 -"},
    {"exhausted/cause", "joins", FALSE, EXHAUSTED, "20 cause",
     "", "exhausted 3 -"},
    {"exhausted/level", "one that fired", FALSE, EXHAUSTED, "20 level 3",
     "", "exhausted 3 -"},
    {"exhausted/level", "one below", FALSE, EXHAUSTED, "20 level 1",
     "", "exhausted 3 -"},
    {"exhausted/timer", "nothing to repeat", FALSE, EXHAUSTED, "20 timer",
     "", "exhausted 3 -"},
    {"exhausted/timer", "operations: the last level again", TRUE, EXHAUSTED, "25 timer",
     "page:3:gil:1", "exhausted 3 45"},
    {"exhausted/timer", "operations: too early", TRUE, EXHAUSTED, "24 timer",
     "", "exhausted 3 25"},
    {"exhausted/timer", "nobody was there: still nobody", FALSE, NOBODY, "10 timer",
     "", "exhausted 3 15"},
    {"exhausted/timer", "nobody was there: somebody came back", FALSE, NOBODY "6 back bob\n", "10 timer",
     "page:1:bob:2", "exhausted 3 -"},
    {"exhausted/delivered", "a page that waits", TRUE, EXHAUSTED "25 timer\n", "26 delivered 4",
     "", "exhausted 3 45"},
    {"exhausted/unreachable", "who was asked before", FALSE, EXHAUSTED, "20 unreachable gil",
     "", "exhausted 3 -"},
    {"exhausted/unreachable", "operations: a page that waits", TRUE, EXHAUSTED "25 timer\n", "26 unreachable gil",
     "withdraw:3:gil", "exhausted 3 45"},
    {"exhausted/decline", "operations: is mailed no more", TRUE, EXHAUSTED "25 timer\n", "26 decline gil",
     "withdraw:3:gil", "exhausted 3 45"},
    {"exhausted/decline", "late", FALSE, EXHAUSTED, "20 decline gil",
     "", "exhausted 3 -"},
    {"exhausted/pass", "operations: to somebody", TRUE, EXHAUSTED "25 timer\n25 sent\n", "26 pass gil max",
     "page:3:max:1:for-gil", "exhausted 3 45"},
    {"exhausted/ack", "late, and welcome", FALSE, EXHAUSTED, "20 ack gil 60",
     "tell-ack:ann tell-ack:bob", "held 3 60"},
    {"exhausted/ack", "of operations", TRUE, EXHAUSTED, "20 ack gil 60",
     "tell-ack:ann tell-ack:bob", "held 3 60"},
    {"exhausted/progress", "nobody has it", FALSE, EXHAUSTED, "20 progress 60",
     "", "exhausted 3 -"},
    {"exhausted/contained", "nobody has it", FALSE, EXHAUSTED, "20 contained 60",
     "", "exhausted 3 -"},
    {"exhausted/escalate", "nobody is above", FALSE, EXHAUSTED, "20 escalate ann",
     "", "exhausted 3 -"},
    {"exhausted/suspend", "operations", TRUE, EXHAUSTED, "20 suspend offline",
     "", "exhausted 3 -"},
    {"exhausted/resume", "operations: with what was left", TRUE, EXHAUSTED "20 suspend offline\n", "30 resume offline",
     "", "exhausted 3 35"},
    {"exhausted/severity", "nobody has it", FALSE, EXHAUSTED, "20 severity 60",
     "", "exhausted 3 -"},
    {"exhausted/shift", "nobody has it", FALSE, EXHAUSTED, "20 shift ann",
     "", "exhausted 3 -"},
    {"exhausted/end", "those who were told hear of it", FALSE, EXHAUSTED, "20 end over",
     "tell-end:ann tell-end:bob tell-end:gil", "ended 3 -"},
    {"ended/cause", "it is over", FALSE, ENDED, "6 cause",
     "", "ended 1 -"},
    {"ended/level", "it is over", FALSE, ENDED, "6 level 2",
     "", "ended 1 -"},
    {"ended/timer", "it is over", FALSE, ENDED, "6 timer",
     "", "ended 1 -"},
    {"ended/unreachable", "it is over", FALSE, ENDED, "6 unreachable ann",
     "", "ended 1 -"},
    {"ended/decline", "it is over", FALSE, ENDED, "6 decline ann",
     "", "ended 1 -"},
    {"ended/pass", "it is over", FALSE, ENDED, "6 pass ann max",
     "", "ended 1 -"},
    {"ended/ack", "it is over", FALSE, ENDED, "6 ack ann 60",
     "late:ann", "ended 1 -"},
    {"ended/progress", "it is over", FALSE, ENDED, "6 progress 60",
     "", "ended 1 -"},
    {"ended/contained", "it is over", FALSE, ENDED, "6 contained 60",
     "", "ended 1 -"},
    {"ended/escalate", "it is over", FALSE, ENDED, "6 escalate ann",
     "", "ended 1 -"},
    {"ended/suspend", "it is over", FALSE, ENDED, "6 suspend paused",
     "", "ended 1 -"},
    {"ended/resume", "it is over", FALSE, ENDED, "6 resume paused",
     "", "ended 1 -"},
    {"ended/severity", "it is over", FALSE, ENDED, "6 severity 60",
     "", "ended 1 -"},
    {"ended/shift", "it is over", FALSE, ENDED, "6 shift ann",
     "", "ended 1 -"},
    {"ended/end", "it is over", FALSE, ENDED, "6 end again",
     "", "ended 1 -"},
    {"ended/delivered", "a page that was under way", FALSE, "0 cause\n0 sent ann\n5 end over\n", "6 delivered 2",
     "tell-end:bob", "ended 1 -"},
};

/* Whether it holds; else it says what came instead. */
static gboolean run_row(gsize i)
{
    Town *t = town_new(POLICY, BACKUPS, rows[i].operational);
    g_auto(GStrv) lines = g_strsplit(rows[i].given, "\n", -1);
    g_auto(GStrv) pair = g_strsplit(rows[i].pair, "/", 2);
    g_auto(GStrv) event = g_strsplit(rows[i].event, " ", 3);
    g_autoptr(GString) got = g_string_new(NULL), after = g_string_new(NULL);
    for (guint k = 0; lines[k] != NULL && *lines[k] != '\0'; k++)
        town_play(t, lines[k], NULL);
    gboolean is_pair = strcmp(ladder_state_name(t->run->state), pair[0]) == 0 && strcmp(event[1], pair[1]) == 0;
    town_play(t, rows[i].event, got);
    Instant next = ladder_next_at(t->run);
    g_string_printf(after, "%s %d ", ladder_state_name(t->run->state), t->run->level);
    if (next == INSTANT_NONE)
        g_string_append_c(after, '-');
    else
        g_string_append_printf(after, "%d", (int)((next - BASE) / 60));
    town_free(t);
    if (is_pair && strcmp(got->str, rows[i].want) == 0 && strcmp(after->str, rows[i].after) == 0)
        return TRUE;
    print_error("%s, %s%s:\n  wanted \"%s\", \"%s\"\n  got    \"%s\", \"%s\"\n", rows[i].pair, rows[i].when, is_pair ? "" : ", which is another pair",
                rows[i].want, rows[i].after, got->str, after->str);
    return FALSE;
}

static void test_rows(void **state)
{
    int wrong = 0;
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        wrong += !run_row(i);
    assert_int_equal(wrong, 0);
}

static void test_every_pair_has_a_row(void **state)
{
    g_autoptr(GString) missing = g_string_new(NULL);
    (void)state;
    for (int s = 0; s < RUN_STATE_COUNT; s++)
        for (int k = 0; k < LADDER_EVENT_COUNT; k++) {
            g_autofree char *pair = g_strdup_printf("%s/%s", ladder_state_name((RunState)s), ladder_event_name((LadderEventKind)k));
            gboolean known = FALSE;
            for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
                known = known || strcmp(rows[i].pair, pair) == 0;
            if (!known)
                g_string_append_printf(missing, " %s", pair);
        }
    if (missing->len > 0)
        fail_msg("no row for%s", missing->str);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_every_pair_has_a_row)};
    return cmocka_run_group_tests_name("ladder_table", tests, NULL, NULL);
}
