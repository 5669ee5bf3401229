/* ladder: the state table against the semantics of escalations. A case is a policy and a script: at which minute what happens, and what
 * the machine wants then. After the examples: every pair of state and event, and random sequences against invariants. */
#include "tests/unit/town.h"

#include "base/banned.h"

static const struct {
    const char *label, *policy, *backups;
    gboolean operational;
    const char *script;
} cases[] = {
    {"two tries of ten minutes: mails at 0 and 10, spent at 20", "ann tries=2 within=10 | bob", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n0 next -> -\n0 sent\n0 next -> 10\n9 timer\n10 timer -> page:1:ann:2\n10 sent\n10 next -> 20\n"
     "20 timer -> spent:1 inform:2 page:2:bob:1"},
    {"ack-within runs from delivery, not from commit", "ann within=10 | bob", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n5 sent\n10 timer\n14 next -> 15\n15 timer -> spent:1 inform:2 page:2:bob:1"},
    {"the second try counts from its own delivery", "ann tries=2 within=10 | bob", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n3 sent\n13 timer -> page:1:ann:2\n20 sent\n29 timer\n30 timer -> spent:1 inform:2 page:2:bob:1"},
    {"a page delivered twice counts once", "ann within=10 | bob", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n1 delivered 1\n5 delivered 1\n6 delivered 99\n6 next -> 11"},
    {"after counts from the instant at which the level was spent", "ann within=10 | bob after=60", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n10 timer -> spent:1\n10 next -> 70\n69 timer\n70 timer -> inform:2 page:2:bob:1"},
    {"an `at` of a higher level comes before `after` is over", "ann within=10 | bob after=60", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n10 timer -> spent:1\n20 level 2 -> inform:2 page:2:bob:1\n20 next -> -\n70 timer"},
    {"an `at` skips those between: they are informed", "ann | bob | carol", "", FALSE,
     "0 level 3 -> skipped:1 skipped:2 inform:3 page:3:carol:1\n1 level 2\n1 level 3\n1 level 1\n1 cause"},
    {"an `at` from level 1 to 3", "ann | bob | carol", "", FALSE,
     "0 level 1 -> inform:1 page:1:ann:1\n0 sent\n5 level 3 -> skipped:2 inform:3 page:3:carol:1\n5 next -> -"},
    {"a level fires once per run", "ann within=10 | bob", "", FALSE,
     "0 level 1 -> inform:1 page:1:ann:1\n0 level 1\n0 sent\n10 timer -> spent:1 inform:2 page:2:bob:1\n11 level 2\n11 level 1"},
    {"levels that the policy does not have", "ann", "", FALSE, "0 level 0\n0 level 7\n0 level -1\n0 state -> climbing\n0 next -> -"},
    {"further causes join", "ann", "", FALSE, "0 cause -> inform:1 page:1:ann:1\n1 cause\n1 sent\n2 cause"},
    {"the queued page of a lower level is withdrawn", "ann | bob", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n5 level 2 -> withdraw:1:ann inform:2 page:2:bob:1\n6 sent ann\n6 sent bob\n6 next -> 36"},
    {"escalate asks for the next level now", "ann | bob", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n1 escalate ann -> inform:2 page:2:bob:1\n2 escalate ann -> exhausted\n2 state -> exhausted\n"
     "3 escalate ann"},
    {"escalate, and nobody is above who has it: he keeps it", "ann within=10", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n1 ack ann 60\n2 escalate bob\n2 state -> held\n2 next -> 60"},
    {"asked at last, and not reached: the backup", "ann within=10", "ann>eve", FALSE,
     "0 away ann\n0 away eve\n0 cause -> inform:1 nobody:1 page:1:ann:1 exhausted\n0 sent\n3 back ann\n5 timer -> page:1:ann:1\n6 back eve\n"
     "6 unreachable ann -> withdraw:1:ann page:1:eve:1:for-ann\n6 sent\n7 unreachable eve\n7 state -> exhausted\n8 ack ann 60 -> tell-ack:eve"},
    {"decline: the backup is tried first", "ann | bob", "ann>eve", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n1 decline ann -> page:1:eve:1:for-ann\n1 sent\n30 timer\n31 timer -> spent:1 inform:2 page:2:bob:1"},
    {"unreachable: queued pages of his are withdrawn", "ann | bob", "ann>eve", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n1 unreachable ann -> withdraw:1:ann page:1:eve:1:for-ann"},
    {"the others keep their time", "ann,bob within=10 | carol", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1 page:1:bob:1\n0 sent\n3 decline ann\n3 next -> 10\n10 timer -> spent:1 inform:2 page:2:carol:1"},
    {"nobody left: spent now", "ann,bob | carol", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1 page:1:bob:1\n0 sent\n3 decline ann\n4 unreachable bob -> spent:1 inform:2 page:2:carol:1"},
    {"mutual backups end", "ann | carol", "ann>bob bob>ann", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n1 decline ann -> page:1:bob:1:for-ann\n1 sent\n2 decline bob -> spent:1 inform:2 page:2:carol:1"},
    {"a chain of backups", "ann | carol", "ann>bob bob>eve eve>ann", FALSE,
     "0 away bob\n0 cause -> inform:1 page:1:ann:1\n0 sent\n1 decline ann -> page:1:eve:1:for-ann\n2 decline eve -> withdraw:1:eve spent:1 "
     "inform:2 page:2:carol:1"},
    {"one person is tried once per level", "ann,bob within=10 | carol", "ann>bob", FALSE,
     "0 cause -> inform:1 page:1:ann:1 page:1:bob:1\n0 sent\n1 decline ann\n10 timer -> spent:1 inform:2 page:2:carol:1"},
    {"a stand-in is not asked twice", "ann,bob", "ann>eve bob>eve", FALSE,
     "0 away ann\n0 away bob\n0 cause -> inform:1 page:1:eve:1:for-ann"},
    {"he who left meanwhile is not doubled by his backup", "ann,bob tries=2 within=10", "ann>bob bob>ann", FALSE,
     "0 cause -> inform:1 page:1:ann:1 page:1:bob:1\n0 sent\n5 away ann\n10 timer -> page:1:bob:2\n10 sent\n20 timer -> spent:1 exhausted"},
    {"pass goes to the one named", "ann | bob", "ann>eve", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n1 pass ann zoe -> page:1:zoe:1:for-ann"},
    {"pass to somebody away: his backup", "ann | bob", "ann>eve zoe>max", FALSE,
     "0 away zoe\n0 cause -> inform:1 page:1:ann:1\n0 sent\n1 pass ann zoe -> page:1:max:1:for-ann"},
    {"pass to nobody: the own backup", "ann | bob", "ann>eve", FALSE,
     "0 away zoe\n0 cause -> inform:1 page:1:ann:1\n0 sent\n1 pass ann zoe -> page:1:eve:1:for-ann"},
    {"pass, and nobody left", "ann | bob", "", FALSE,
     "0 away zoe\n0 cause -> inform:1 page:1:ann:1\n0 sent\n1 pass ann zoe -> spent:1 inform:2 page:2:bob:1"},
    {"decline by somebody who is not asked", "ann | bob", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n1 decline bob\n30 timer -> spent:1 inform:2 nobody:2 page:2:bob:1 exhausted"},
    {"who is out stays out", "ann | ann,bob", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n1 decline ann -> spent:1 inform:2 page:2:bob:1"},
    {"away people have stand-ins", "ann,bob", "ann>eve", FALSE, "0 away ann\n0 cause -> inform:1 page:1:eve:1:for-ann page:1:bob:1"},
    {"nobody of a level available: spent now", "ann | bob", "", FALSE,
     "0 away ann\n0 cause -> inform:1 nobody:1 spent:1 inform:2 page:2:bob:1"},
    {"nobody anywhere: the last level once anyway, and exhausted", "ann | bob,carol tries=3", "", FALSE,
     "0 away ann\n0 away bob\n0 away carol\n0 cause -> inform:1 nobody:1 spent:1 inform:2 nobody:2 page:2:bob:3 page:2:carol:3 exhausted\n"
     "0 state -> exhausted\n0 sent\n0 next -> 5\n5 timer\n5 next -> 10"},
    {"paged at the first instant that somebody is there", "ann | bob", "", FALSE,
     "0 away ann\n0 away bob\n0 cause -> inform:1 nobody:1 spent:1 inform:2 nobody:2 page:2:bob:1 exhausted\n0 sent\n5 timer\n"
     "7 back ann\n10 timer -> page:1:ann:1\n10 next -> -\n10 sent\n11 ack ann 90 -> tell-ack:bob\n11 state -> held"},
    {"the out-of-office answer of him who was paged anyway changes nothing", "ann", "", FALSE,
     "0 away ann\n0 cause -> inform:1 nobody:1 page:1:ann:1 exhausted\n0 sent\n1 unreachable ann\n2 back ann\n5 timer -> page:1:ann:1"},
    {"the last level spent: exhausted", "ann within=10", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n10 timer -> spent:1 exhausted\n10 state -> exhausted\n10 next -> -"},
    {"a late answer takes an exhausted run", "ann within=10", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n10 timer -> spent:1 exhausted\n50 ack ann 99\n50 state -> held\n50 next -> 99"},
    {"who took it let it lapse, and nobody takes it again: another operations ticket", "ann within=10", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n10 timer -> spent:1 exhausted\n20 ack bob 30 -> tell-ack:ann\n30 timer -> remind:bob\n"
     "30 sent\n40 timer -> lapsed:bob inform:1 page:1:ann:1\n40 sent\n50 timer -> spent:1 exhausted\n50 state -> exhausted"},
    {"a hold ends with the shift: the next on duty is asked, the other relieved", "ann tries=2 within=10 | carol", "", FALSE,
     "0 shift ann 30\n0 cause -> inform:1 page:1:ann:1\n0 sent\n3 ack ann 90\n3 next -> 30\n29 timer\n30 people 1 bob\n"
     "30 timer -> handoff:1:bob:1:for-ann relieved:ann\n30 state -> climbing\n30 sent\n30 next -> 40\n35 ack bob 95 -> tell-ack:ann\n35 next -> 95"},
    {"who comes on duty and does not answer is mailed again, then the next level", "ann tries=2 within=10 | carol", "", FALSE,
     "0 shift ann 30\n0 cause -> inform:1 page:1:ann:1\n0 sent\n3 ack ann 90\n30 people 1 bob\n30 timer -> handoff:1:bob:1:for-ann relieved:ann\n"
     "30 sent\n40 timer -> page:1:bob:2\n40 sent\n50 timer -> spent:1 inform:2 page:2:carol:1"},
    {"nobody comes on duty: the ladder goes on at once", "ann | carol", "", FALSE,
     "0 shift ann 30\n0 cause -> inform:1 page:1:ann:1\n0 sent\n3 ack ann 90\n30 people 1 bob\n30 away bob\n"
     "30 timer -> relieved:ann inform:1 nobody:1 spent:1 inform:2 page:2:carol:1"},
    {"a promise that ends before the shift is a promise", "ann | carol", "", FALSE,
     "0 shift ann 300\n0 cause -> inform:1 page:1:ann:1\n0 sent\n3 ack ann 90\n90 timer -> remind:ann"},
    {"a shift that was made longer meanwhile: a reminder", "ann | carol", "", FALSE,
     "0 shift ann 30\n0 cause -> inform:1 page:1:ann:1\n0 sent\n3 ack ann 90\n20 shift ann 600\n30 timer -> remind:ann\n30 state -> held"},
    {"progress renews a hold to the end of the shift only", "ann | carol", "", FALSE,
     "0 shift ann 60\n0 cause -> inform:1 page:1:ann:1\n0 sent\n3 ack ann 40\n3 next -> 40\n20 progress 200\n20 next -> 60"},
    {"a worse severity cuts a hold, a milder one leaves it", "ann | carol", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n3 ack ann 90\n10 severity 200\n10 next -> 90\n20 severity 70\n20 next -> 70"},
    {"paused and offline: both must be over", "ann within=10 | bob", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n4 suspend paused\n6 suspend offline\n8 resume paused\n8 next -> -\n12 resume offline\n12 next -> 18"},
    {"offline alone", "ann within=10 | bob", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n4 suspend offline\n5 resume paused\n5 next -> -\n6 resume offline\n6 next -> 12"},
    {"an ack accepts the whole run", "ann,bob within=10 | carol", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1 page:1:bob:1\n0 sent\n3 ack ann 63 -> tell-ack:bob\n3 state -> held\n3 next -> 63\n10 timer\n"
     "20 cause\n20 level 2\n62 timer"},
    {"an ack withdraws what is queued", "ann,bob | carol", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1 page:1:bob:1\n0 sent ann\n3 ack ann 63 -> withdraw:1:bob\n3 next -> 63"},
    {"withdrawn while it was handed over: told after all", "ann,bob", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1 page:1:bob:1\n0 sent ann\n3 ack ann 63 -> withdraw:1:bob\n4 delivered 2 -> tell-ack:bob\n5 delivered 2\n"
     "6 end over -> tell-end:ann tell-end:bob"},
    {"it ended while the mail was handed over: he hears that too", "ann,bob", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1 page:1:bob:1\n0 sent ann\n3 end over -> withdraw:1:bob tell-end:ann\n4 delivered 2 -> tell-end:bob\n5 delivered 2"},
    {"ack between two levels", "ann within=10 | bob after=60", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n10 timer -> spent:1\n20 ack ann 99\n70 timer\n70 state -> held"},
    {"ack by a level that was passed over", "ann within=10 | bob", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n10 timer -> spent:1 inform:2 page:2:bob:1\n10 sent\n12 ack ann 99 -> tell-ack:bob"},
    {"ack by somebody who was not notified", "ann", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n1 ack zoe 60 -> tell-ack:ann\n1 state -> held"},
    {"ack before any level", "ann", "", FALSE, "0 ack ann 60\n0 state -> held\n1 cause\n1 level 1\n1 next -> 60"},
    {"a second ack is recorded", "ann,bob", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1 page:1:bob:1\n0 sent\n1 ack ann 60 -> tell-ack:bob\n2 ack bob 90 -> also:bob\n2 next -> 60"},
    {"his own second ack starts afresh", "ann", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n1 ack ann 60\n2 ack ann 40\n2 next -> 40\n3 ack ann 90\n3 next -> 90"},
    {"lapse: reminder, the same level without him, then upwards", "ann,bob tries=2 within=10 | carol", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1 page:1:bob:1\n0 sent\n3 ack ann 60 -> tell-ack:bob\n60 timer -> remind:ann\n60 next -> -\n60 sent\n"
     "60 next -> 70\n69 timer\n70 timer -> lapsed:ann inform:1 page:1:bob:1\n70 sent\n80 timer -> page:1:bob:2\n80 sent\n"
     "90 timer -> spent:1 inform:2 page:2:carol:1"},
    {"lapse, and nobody else: his backup", "ann within=10 | carol", "ann>eve", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n3 ack ann 60\n60 timer -> remind:ann\n60 sent\n70 timer -> lapsed:ann inform:1 page:1:eve:1:for-ann"},
    {"lapse, and nobody at all: upwards at once", "ann within=10 | carol", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n3 ack ann 60\n60 timer -> remind:ann\n60 sent\n"
     "70 timer -> lapsed:ann inform:1 nobody:1 spent:1 inform:2 page:2:carol:1"},
    {"the reminder is answered", "ann within=10 | carol", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n3 ack ann 60\n60 timer -> remind:ann\n60 sent\n65 ack ann 120\n65 next -> 120\n70 timer\n"
     "70 state -> held"},
    {"the reminder cannot reach him", "ann,bob within=10", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1 page:1:bob:1\n0 sent\n3 ack ann 60 -> tell-ack:bob\n60 timer -> remind:ann\n"
     "61 unreachable ann -> lapsed:ann withdraw:1:ann inform:1 page:1:bob:1"},
    {"an out-of-office behind an ack by hand is not that", "ann", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n3 ack ann 60\n4 unreachable ann\n4 state -> held"},
    {"progress renews", "ann within=10", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n3 ack ann 60\n50 progress 110\n50 next -> 110\n60 timer\n61 progress 90\n61 next -> 110\n"
     "110 timer -> remind:ann\n110 sent\n111 progress 170\n120 timer\n120 next -> 170"},
    {"progress withdraws a queued reminder", "ann within=10", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n3 ack ann 60\n60 timer -> remind:ann\n61 progress 99 -> withdraw:1:ann\n61 next -> 99"},
    {"acked, but not resolved within: the next level", "ann resolve=30 | bob", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n3 ack ann 99\n3 next -> 33\n33 timer -> inform:2 page:2:bob:1\n33 state -> climbing"},
    {"contained satisfies it", "ann resolve=30 | bob", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n3 ack ann 99\n20 contained 120\n20 next -> 120\n33 timer\n33 state -> held"},
    {"at the last level there is no next", "ann resolve=30", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n3 ack ann 99\n33 timer\n33 state -> held\n33 next -> 99"},
    {"decline by the acker voids his promise", "ann,bob", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1 page:1:bob:1\n0 sent\n3 ack ann 60 -> tell-ack:bob\n5 decline ann -> lapsed:ann inform:1 page:1:bob:1"},
    {"the acker passes it on", "ann,bob", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1 page:1:bob:1\n0 sent\n3 ack ann 60 -> tell-ack:bob\n5 pass ann eve -> page:1:eve:1:for-ann\n5 state -> climbing"},
    {"the acker passes it on while his reminder waits", "ann,bob", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1 page:1:bob:1\n0 sent\n3 ack ann 60 -> tell-ack:bob\n60 timer -> remind:ann\n"
     "61 pass ann eve -> withdraw:1:ann page:1:eve:1:for-ann"},
    {"the acker passes it to nobody", "ann,bob", "", FALSE,
     "0 away eve\n0 cause -> inform:1 page:1:ann:1 page:1:bob:1\n0 sent\n3 ack ann 60 -> tell-ack:bob\n5 pass ann eve -> inform:1 page:1:bob:1"},
    {"quorum: distinct people of the level", "ann,bob,eve quorum=2 within=10 | carol", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1 page:1:bob:1 page:1:eve:1\n0 sent\n1 ack ann 60 -> quorum:ann\n2 ack ann 60 -> quorum:ann\n"
     "3 ack zoe 60 -> quorum:zoe\n4 ack bob 60 -> tell-ack:ann tell-ack:eve\n4 state -> held"},
    {"quorum capped at those present", "ann,bob quorum=2 | carol", "", FALSE,
     "0 away bob\n0 cause -> inform:1 page:1:ann:1\n0 sent\n1 ack ann 60\n1 state -> held"},
    {"quorum capped at those who are left", "ann,bob quorum=2 | carol", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1 page:1:bob:1\n0 sent\n1 decline bob\n2 ack ann 60 -> tell-ack:bob\n2 state -> held"},
    {"quorum: the others are out after one has answered", "ann,bob quorum=2 | carol", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1 page:1:bob:1\n0 sent\n1 ack ann 60 -> quorum:ann\n2 decline bob -> tell-ack:bob full:ann tell-ack:ann\n2 state -> held\n2 next -> 62"},
    {"quorum: a backup is asked for who is out after one has answered", "ann,bob quorum=2 | carol", "bob>eve", FALSE,
     "0 cause -> inform:1 page:1:ann:1 page:1:bob:1\n0 sent\n1 ack ann 60 -> quorum:ann\n2 decline bob -> page:1:eve:1:for-bob\n2 state -> climbing"},
    {"quorum not reached: the rest is mailed again, then upwards", "ann,bob quorum=2 tries=2 within=10 | carol", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1 page:1:bob:1\n0 sent\n1 ack ann 60 -> quorum:ann\n10 timer -> page:1:bob:2\n10 sent\n"
     "20 timer -> spent:1 inform:2 page:2:carol:1\n20 sent\n21 ack carol 60 -> tell-ack:ann tell-ack:bob"},
    {"even-acked is paged at its breach", "ann within=10 | bob | carol even", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n1 ack ann 60\n5 level 2\n6 level 3 -> inform:3 page:3:carol:1\n6 state -> held\n6 sent\n"
     "7 level 3\n7 ack carol 90 -> also:carol\n7 next -> 60"},
    {"an even-acked level that fires in its turn begins anew", "ann resolve=30 | bob even tries=2", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n1 ack ann 99\n5 level 2 -> inform:2 page:2:bob:1\n5 sent\n31 timer -> inform:2 page:2:bob:1\n31 sent\n"
     "31 next -> 61\n61 timer -> page:2:bob:2"},
    {"suspended: the remaining time is kept", "ann within=10 | bob", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n4 suspend\n4 next -> -\n15 timer\n20 suspend\n34 resume\n34 next -> 40\n40 timer -> spent:1 inform:2 page:2:bob:1\n"
     "41 resume"},
    {"suspended: `after` and what was delivered meanwhile", "ann within=10 | bob after=60 within=10", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n10 timer -> spent:1\n20 suspend\n30 resume\n30 next -> 80\n80 timer -> inform:2 page:2:bob:1\n"
     "81 suspend\n85 sent\n90 resume\n90 next -> 100"},
    {"suspended: what is spent meanwhile waits its whole `after` when it goes on", "ann within=10 | bob after=30", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n5 suspend\n65 decline ann -> spent:1\n65 next -> -\n125 resume\n125 next -> 155"},
    {"suspended: an operations run that is exhausted meanwhile", "ann within=10", "", TRUE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n5 suspend offline\n65 decline ann -> spent:1\n125 resume offline\n125 next -> 135"},
    {"suspended: holds", "ann", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n1 ack ann 60\n10 suspend\n60 timer\n70 resume\n70 next -> 120"},
    {"suspended: resolve-within", "ann resolve=30 | bob", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n0 ack ann 999\n10 suspend\n50 resume\n50 next -> 70"},
    {"an ack while it is suspended", "ann", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n10 suspend\n20 ack ann 60\n30 resume\n30 next -> 70"},
    {"the end is told to those who were told", "ann,bob,eve | carol", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1 page:1:bob:1 page:1:eve:1\n0 sent ann\n0 sent bob\n1 end resolved -> withdraw:1:eve tell-end:ann tell-end:bob\n"
     "1 state -> ended\n1 next -> -"},
    {"one line a person at the end", "ann tries=2 within=10 | ann", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n10 timer -> page:1:ann:2\n10 sent\n20 timer -> spent:1 inform:2 page:2:ann:1\n20 sent\n21 end over -> tell-end:ann"},
    {"what comes late", "ann | bob", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n1 end resolved -> tell-end:ann\n2 ack ann 60 -> late:ann\n2 cause\n2 level 2\n2 timer\n2 escalate ann\n"
     "2 decline ann\n2 unreachable ann\n2 pass ann bob\n2 progress 60\n2 contained 60\n2 suspend\n2 resume\n2 end again\n2 state -> ended"},
    {"an exhausted operations run repeats, doubled up to four hours", "ann within=30", "", TRUE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n30 timer -> spent:1\n30 next -> 60\n60 timer -> page:1:ann:1\n60 sent\n60 next -> 120\n"
     "120 timer -> page:1:ann:1\n120 sent\n120 next -> 240\n240 timer -> page:1:ann:1\n240 next -> 480\n"
     "480 timer -> withdraw:1:ann page:1:ann:1\n480 next -> 720\n720 timer -> withdraw:1:ann page:1:ann:1\n720 next -> 960"},
    {"an operations run leaves alone who was asked a minute ago in somebody's place", "ann within=30", "ann>eve", TRUE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n30 timer -> spent:1\n60 timer -> page:1:ann:1\n60 sent\n119 away ann\n"
     "119 unreachable ann -> page:1:eve:1:for-ann\n119 sent\n120 timer\n120 next -> 240\n240 timer -> page:1:eve:1:for-ann"},
    {"an operations run, acknowledged and lapsed, begins at its first spacing", "ann within=30", "", TRUE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n30 timer -> spent:1\n60 timer -> page:1:ann:1\n60 sent\n61 ack ann 70\n61 next -> 70\n"
     "70 timer -> remind:ann\n70 sent\n100 timer -> lapsed:ann inform:1 nobody:1 spent:1\n100 next -> 130\n130 timer -> nobody:1\n130 next -> 190"},
    {"who declines an operations run is mailed no more", "ann,bob within=30", "", TRUE,
     "0 cause -> inform:1 page:1:ann:1 page:1:bob:1\n0 sent\n30 timer -> spent:1\n40 decline ann\n60 timer -> page:1:bob:1"},
    {"after a handoff the repeat goes to the new person", "ann tries=2 within=10 | carol", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1\n0 sent\n5 people 1 bob\n10 timer -> page:1:bob:2\n10 sent\n19 timer\n20 timer -> spent:1 inform:2 page:2:carol:1\n"
     "20 sent\n21 ack ann 60 -> tell-ack:bob tell-ack:carol"},
    {"a handoff of one of two", "ann,bob tries=2 within=10 | carol", "", FALSE,
     "0 cause -> inform:1 page:1:ann:1 page:1:bob:1\n0 sent\n5 people 1 bob,eve\n10 timer -> page:1:eve:2 page:1:bob:2"},
    {"an empty rota", "ann tries=2 within=10 | carol", "", FALSE,
     "0 people 1 zoe\n0 away zoe\n0 cause -> inform:1 nobody:1 spent:1 inform:2 page:2:carol:1"},
};

static void test_cases(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Town *t = town_new(cases[i].policy, cases[i].backups, cases[i].operational);
        g_auto(GStrv) lines = g_strsplit(cases[i].script, "\n", -1);
        for (guint k = 0; lines[k] != NULL; k++)
            play(cases[i].label, t, lines[k]);
        town_free(t);
    }
}

/* ---- every pair of state and event ---- */

static Town *town_in(RunState wanted, gboolean operational)
{
    static const char *const scripts[RUN_STATE_COUNT] = {
        [RUN_CLIMBING] = "0 cause\n0 sent",
        [RUN_HELD] = "0 cause\n0 sent\n1 ack ann 60",
        [RUN_EXHAUSTED] = "0 cause\n0 sent\n30 timer\n30 sent\n60 timer",
        [RUN_ENDED] = "0 cause\n0 sent\n1 end over",
    };
    Town *t = town_new("ann,bob | carol", "ann>eve", operational);
    g_auto(GStrv) lines = g_strsplit(scripts[wanted], "\n", -1);
    for (guint i = 0; lines[i] != NULL; i++)
        town_play(t, lines[i], NULL);
    assert_int_equal(t->run->state, wanted);
    return t;
}

static void test_every_pair(void **state)
{
    (void)state;
    for (int s = 0; s < RUN_STATE_COUNT; s++)
        for (int k = 0; k < LADDER_EVENT_COUNT; k++)
            for (int variant = 0; variant < 8; variant++) {
                Town *t = town_in((RunState)s, (variant & 1) != 0);
                LadderEvent e = {.kind = (LadderEventKind)k, .level = (variant & 2) != 0 ? 2 : 0, .page = 1,
                                 .contact = (variant & 4) != 0 ? "ann" : "zoe", .other = "max", .text = "why", .hold_until = minute("300")};
                g_autoptr(GPtrArray) actions = town_step(t, e, minute("100"));
                assert_non_null(actions);
                assert_in_range(t->run->state, 0, RUN_STATE_COUNT - 1);
                assert_true(t->run->state != RUN_HELD || t->run->acker != NULL);
                if (s == RUN_ENDED) {
                    assert_int_equal(t->run->state, RUN_ENDED);
                    assert_int_equal(actions->len, k == LADDER_ACK ? 1 : 0);
                }
                town_free(t);
            }
}

/* ---- random sequences ---- */

static guint32 lcg;

static int pick(int n)
{
    lcg = lcg * 1664525u + 1013904223u;
    return (int)((lcg >> 8) % (guint32)n);
}

static const char *const everybody[] = {"ann", "bob", "carol", "dana", "eve", "max"};

static const char *anybody(void) { return everybody[pick(G_N_ELEMENTS(everybody))]; }

static const char *const policies[] = {
    "ann tries=2 within=10 | bob,carol after=15 | dana",
    "ann,bob,carol quorum=2 tries=3 within=5 resolve=40 | dana even | eve,max quorum=2",
    "ann",
    "ann,bob | bob,carol resolve=10 even | carol,ann tries=2 | dana,max after=600",
};

typedef struct {
    RunState state;
    gboolean was_suspended;
    GPtrArray *out;
} Before;

static void check_pages(const Town *t, const GPtrArray *actions, const char *trace)
{
    guint at = 0;
    for (guint i = 0; i < actions->len; i++) {
        const LadderAction *a = g_ptr_array_index(actions, i);
        if (a->kind != LADDER_DO_PAGE && a->kind != LADDER_DO_REMIND && a->kind != LADDER_DO_HANDOFF)
            continue;
        while (at < t->run->pages->len && ((LadderPage *)g_ptr_array_index(t->run->pages, at))->id != 0)
            at++;
        const LadderPage *p = at < t->run->pages->len ? g_ptr_array_index(t->run->pages, at++) : NULL;
        if (p == NULL || strcmp(p->contact, a->contact) != 0 || p->level != a->level || p->attempt != a->attempt
            || (p->kind == PAGE_REMINDER) != (a->kind == LADDER_DO_REMIND) || (p->kind == PAGE_HANDOFF) != (a->kind == LADDER_DO_HANDOFF) || p->state != PAGE_QUEUED)
            fail_msg("a page without its action%s", trace);
    }
    for (; at < t->run->pages->len; at++)
        if (((LadderPage *)g_ptr_array_index(t->run->pages, at))->id == 0)
            fail_msg("a page without an action%s", trace);
}

static gboolean is_in(const GPtrArray *names, const char *name)
{
    for (guint i = 0; i < names->len; i++)
        if (strcmp(g_ptr_array_index(names, i), name) == 0)
            return TRUE;
    return FALSE;
}

static void check_actions(const Before *before, const GPtrArray *actions, const char *trace)
{
    g_autoptr(GPtrArray) paged = g_ptr_array_new();
    gboolean anyway = FALSE;
    for (guint i = 0; i < actions->len; i++) {
        const LadderAction *a = g_ptr_array_index(actions, i);
        anyway = anyway || a->kind == LADDER_DO_NOBODY;
        if (before->state == RUN_ENDED && a->kind != LADDER_DO_LATE && a->kind != LADDER_DO_TELL_END)
            fail_msg("action %d after the end%s", a->kind, trace);
        if (a->kind == LADDER_DO_WITHDRAW && a->page == 0)
            fail_msg("a page that has no row is withdrawn%s", trace);
        if (a->kind != LADDER_DO_PAGE && a->kind != LADDER_DO_HANDOFF)
            continue;
        if (is_in(paged, a->contact))
            fail_msg("%s is paged twice in one step%s", a->contact, trace);
        if (is_in(before->out, a->contact) && !anyway)
            fail_msg("%s is out and paged%s", a->contact, trace);
        g_ptr_array_add(paged, a->contact);
    }
}

static void check_run(const LadderRun *r, LadderEventKind kind, gboolean was_suspended, Instant now, const char *trace)
{
    Instant next = ladder_next_at(r);
    gboolean any_queued = FALSE;
    for (guint i = 0; i < r->pages->len; i++) {
        const LadderPage *p = g_ptr_array_index(r->pages, i);
        any_queued = any_queued || p->state == PAGE_QUEUED;
        if ((p->deadline_at != INSTANT_NONE) != (p->delivered_at != INSTANT_NONE) && p->state != PAGE_OUT)
            fail_msg("a page with half of its times%s", trace);
        if (p->state == PAGE_WAITING && p->delivered_at == INSTANT_NONE)
            fail_msg("a page waits that was not delivered%s", trace);
    }
    if (r->suspended_at != INSTANT_NONE || r->state == RUN_ENDED) {
        assert_true(next == INSTANT_NONE);
        return;
    }
    if (kind == LADDER_TIMER && !was_suspended && next != INSTANT_NONE && next <= now)
        fail_msg("the timer leaves something due%s", trace);
    if (r->state == RUN_CLIMBING && r->level > 0 && !any_queued && next == INSTANT_NONE)
        fail_msg("a climbing run waits for nothing%s", trace);
    if (r->state == RUN_HELD && (r->acker == NULL || (!any_queued && next == INSTANT_NONE)))
        fail_msg("a hold without end%s", trace);
}

static LadderEvent random_event(const Town *t, Instant now)
{
    /* the frequent ones first: time passes and mails are handed over */
    static const LadderEventKind kinds[] = {LADDER_TIMER,   LADDER_TIMER, LADDER_TIMER,    LADDER_DELIVERED, LADDER_DELIVERED,   LADDER_DELIVERED,
                                            LADDER_DELIVERED, LADDER_CAUSE, LADDER_LEVEL, LADDER_UNREACHABLE, LADDER_DECLINE,    LADDER_PASS,
                                            LADDER_ACK,     LADDER_ACK,   LADDER_PROGRESS, LADDER_CONTAINED, LADDER_ESCALATE, LADDER_SUSPEND,
                                            LADDER_RESUME,  LADDER_RESUME, LADDER_SEVERITY, LADDER_SHIFT};
    LadderEvent e = {.kind = kinds[pick(G_N_ELEMENTS(kinds))], .contact = anybody(), .other = pick(8) == 0 ? NULL : anybody(), .text = "why"};
    if (pick(60) == 0)
        e.kind = LADDER_END;
    e.level = e.kind == LADDER_LEVEL ? pick((int)t->run->levels->len + 2) : 0;
    e.why = pick(2) == 0 ? SUSPENDED_PAUSED : SUSPENDED_OFFLINE;
    e.page = t->last_id > 0 ? 1 + pick((int)t->last_id) : 0;
    if (e.kind == LADDER_DELIVERED && pick(2) == 0) /* the newest, mostly */
        e.page = t->last_id;
    e.hold_until = now + 60 * (1 + pick(120));
    return e;
}

static void random_world(Town *t)
{
    if (pick(4) != 0)
        return;
    if (pick(3) == 0) {
        int level = pick((int)t->policy->levels->len);
        g_autofree char *names = g_strdup_printf("%s,%s", anybody(), anybody());
        g_strfreev(t->people[level]);
        t->people[level] = g_strsplit(names, ",", -1);
    } else if (pick(3) == 0) {
        g_hash_table_insert(t->shift, g_strdup(anybody()), g_strdup_printf("%d", pick(600)));
    } else if (pick(2) == 0) {
        g_hash_table_add(t->away, g_strdup(anybody()));
    } else {
        g_hash_table_remove(t->away, anybody());
    }
}

static void random_sequence(guint32 seed)
{
    lcg = seed;
    Town *t = town_new(policies[pick(G_N_ELEMENTS(policies))], "ann>bob bob>ann carol>dana dana>eve", pick(4) == 0);
    g_autoptr(GString) trace = g_string_new(NULL);
    Instant now = BASE;
    int steps = 5 + pick(40);
    g_string_printf(trace, " (seed %u):", seed);
    for (int i = 0; i < steps; i++) {
        random_world(t);
        now += 60 * pick(25);
        Instant next = ladder_next_at(t->run);
        if (next != INSTANT_NONE && pick(3) == 0)
            now = MAX(now, next);
        LadderEvent e = random_event(t, now);
        Before before = {t->run->state, t->run->suspended_at != INSTANT_NONE, g_ptr_array_new_with_free_func(g_free)};
        for (guint k = 0; k < t->run->out->len; k++)
            g_ptr_array_add(before.out, g_strdup(g_ptr_array_index(t->run->out, k)));
        g_string_append_printf(trace, "\n  %d %s level=%d page=%d contact=%s other=%s", (int)(now - BASE) / 60, ladder_event_name(e.kind), e.level,
                               (int)e.page, e.contact, e.other == NULL ? "-" : e.other);
        g_autoptr(GPtrArray) actions = town_step(t, e, now);
        g_string_append(trace, " -> ");
        print_actions(trace, actions);
        check_actions(&before, actions, trace->str);
        check_pages(t, actions, trace->str);
        check_run(t->run, e.kind, before.was_suspended, now, trace->str);
        if (before.state == RUN_ENDED && t->run->state != RUN_ENDED)
            fail_msg("the end was not the end%s", trace->str);
        g_ptr_array_unref(before.out);
        town_store(t);
    }
    town_free(t);
}

static void test_random(void **state)
{
    (void)state;
    for (guint32 seed = 1; seed <= 20000; seed++)
        random_sequence(seed * 2654435761u);
}

/* Whatever happened: when mails are handed over and time goes on, a run that nobody takes comes to rest, and soon. */
static void test_comes_to_rest(void **state)
{
    (void)state;
    for (guint32 seed = 1; seed <= 500; seed++) {
        lcg = seed * 40503u;
        Town *t = town_new(policies[pick(G_N_ELEMENTS(policies))], "ann>bob bob>ann", FALSE);
        g_autoptr(GString) got = g_string_new(NULL);
        Instant now = BASE;
        int rounds = 0;
        play_event(t, (char *[]){(char *)"cause", NULL}, now, got);
        town_store(t);
        for (; rounds < 1000 && t->run->state != RUN_EXHAUSTED; rounds++) {
            random_world(t);
            send_all(t, NULL, now, got);
            Instant next = ladder_next_at(t->run);
            assert_true(next != INSTANT_NONE && next > now);
            now = next;
            play_event(t, (char *[]){(char *)"timer", NULL}, now, got);
            town_store(t);
        }
        assert_true(rounds <= 40);
        town_free(t);
    }
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(ladder_state_name(RUN_HELD), "held");
    for (int k = 0; k < LADDER_EVENT_COUNT; k++)
        assert_non_null(ladder_event_name((LadderEventKind)k));
    ladder_run_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cases), cmocka_unit_test(test_every_pair), cmocka_unit_test(test_random),
                                       cmocka_unit_test(test_comes_to_rest), cmocka_unit_test(test_names)};
    return cmocka_run_group_tests_name("ladder", tests, NULL, NULL);
}
