/* Tests of config: a table of broken configurations with the exact messages, the smallest real one, files and includes, hostile
 * input, and the man page against the key table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/files.h"
#include "base/instant.h"
#include "base/limits.h"

#include "config/config.h"
#include "config/keys.h"
#include "config/memory.h"

#include "base/banned.h"

/* The lines of a configuration without fault; a case replaces the one of its key, or appends. */
static const char *const good_lines[] = {
    "domain: a.example",
    "trusted-authserv: [mx.a.example]",
    "calendars: {office: {hours: [office.ics], timezone: Europe/Berlin}}",
    "contacts: {ann: {email: [ann@a.example], roles: [agent]}, bob: {email: [bob@a.example]}}",
    "plans: {basic: {S1: {respond: 30bm, resolve: 4bh}}}",
    "policies: {std: {levels: [{notify: [role:agent], at: [75% respond]}], exhausted: queue:help}}",
    "queues: {help: {address: [help@a.example], mode: observe, lead: ann, plans: [basic], policy: std, calendar: office}}",
};

static char *with(const char *key, const char *text)
{
    GString *out = g_string_new(NULL);
    gboolean replaced = FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(good_lines); i++) {
        gboolean is_it = key != NULL && g_str_has_prefix(good_lines[i], key) && good_lines[i][strlen(key)] == ':';
        g_string_append_printf(out, "%s\n", is_it ? text : good_lines[i]);
        replaced = replaced || is_it;
    }
    if (!replaced && text != NULL)
        g_string_append_printf(out, "%s\n", text);
    return g_string_free(out, FALSE);
}

static char *joined(GPtrArray *texts)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < texts->len; i++)
        g_string_append_printf(out, "%s%s", i > 0 ? "\n" : "", (char *)texts->pdata[i]);
    return g_string_free(out, FALSE);
}

/* Loads; *ret_errors and *ret_warnings are the messages, a line each. */
static Config *load(const char *text, gsize length, char **ret_errors, char **ret_warnings)
{
    g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func(g_free), warnings = g_ptr_array_new_with_free_func(g_free);
    Config *c = config_load_memory("t", text, length, errors, warnings);
    *ret_errors = joined(errors);
    *ret_warnings = joined(warnings);
    assert_true((c == NULL) == (errors->len > 0));
    return c;
}

typedef struct {
    const char *label, *key, *text, *want;
} Case;

#define CONTACTS(x) "contacts", "contacts: {ann: {email: [ann@a.example], roles: [agent]}, bob: {email: [bob@a.example], " x "}}"
#define QUEUE(x)                                                                                                                 \
    "queues",                                                                                                                    \
        "queues: {help: {address: [help@a.example], mode: observe, lead: ann, plans: [basic], policy: std, calendar: office, " x \
        "}}"
#define LEVEL(x) "policies", "policies: {std: {levels: [{notify: [role:agent], " x "}], exhausted: queue:help}}"
#define RULE(x) NULL, "rules: [{name: r, severity: S1, " x "}]"

/* A want that ends in … is the beginning: the rest is worded elsewhere. */
static const Case error_cases[] = {
    {"unknown key", NULL, "domane: x",
     "t:8:1: unknown key 'domane' of the configuration, expected a known one: the nearest is 'domain'"},
    {"unknown key in a contact", CONTACTS("emial: [b@a.example]"),
     "t:4:89: unknown key 'emial' of contact 'bob', expected a known one: the nearest is 'email'"},
    {"a life of keys in business time", NULL, "key-life: 400bd", "t:1:1: key-life is business time, expected elapsed time, like 400d"},
    {"an invitation to a list", CONTACTS("list: yes, members: [ann], rsvp: yes"),
     "t:4:59: contact 'bob' is a list and has `rsvp: yes`, expected a person"},
    {"a channel that is not defined", CONTACTS("channels: x"), "t:4:99: unknown channel 'x', expected one of channels: there are none"},
    {"a channel without what it needs", NULL, "channels: {sms: {method: mail}}", "t:8:12: channel 'sms' has the method mail and no 'address', expected one"},
    {"a command without argv", NULL, "channels: {p: {method: command}}", "t:8:12: channel 'p' has the method command and no 'argv', expected one"},
    {"what the method ignores", NULL, "channels: {p: {method: command, argv: /bin/true, address: x}}",
     "t:8:12: channel 'p' has the method command and 'address', expected it left out"},
    {"a program without its path", NULL, "channels: {p: {method: command, argv: [curl, x]}}",
     "t:8:12: channel 'p' runs 'curl', expected the path of a program from the root on"},
    {"a program that the contact names", NULL, "channels: {p: {method: command, argv: ['/bin/{{name}}']}}",
     "t:8:12: channel 'p' runs '/bin/{{name}}', expected the path of a program from the root on"},
    {"a timeout that stalls", NULL, "channels: {p: {method: command, argv: /bin/true, timeout: 1h}}",
     "t:8:12: the timeout of channel 'p' is business time or too long, expected at most 300s"},
    {"a channel called mail", NULL, "channels: {mail: {method: mail, address: x}}",
     "t:8:12: the name 'mail' has a meaning of its own, expected another for a channel"},
    {"rate without a time", NULL, "limits: {per-person: 20}",
     "t:8:22: 'per-person' of limits is '20', expected a number from 1 to 10000 and an elapsed time, like 10/15m"},
    {"rate of open time", NULL, "limits: {per-person: 20/1bh}",
     "t:8:22: 'per-person' of limits is '20/1bh', expected a number from 1 to 10000 and an elapsed time, like 10/15m"},
    {"rate of nothing", NULL, "limits: {per-person: 0/1h}",
     "t:8:22: 'per-person' of limits is '0/1h', expected a number from 1 to 10000 and an elapsed time, like 10/15m"},
    {"rate as a list", NULL, "limits: {per-person: [20, 1h]}",
     "t:8:22: 'per-person' of limits is a list, expected a number from 1 to 10000 and an elapsed time, like 10/15m"},
    {"alarm without a program", NULL, "alarm: {after: 5m}", "t:8:1: alarm has no 'argv', expected the program that is run"},
    {"alarm by a name", NULL, "alarm: {argv: [pager]}", "t:8:1: alarm runs 'pager', expected the path of a program from the root on"},
    {"alarm after open time", NULL, "alarm: {argv: [/bin/pager], after: 1bh}", "t:8:1: 'after' of alarm is business time, expected an elapsed one"},
    {"alarm of ten minutes", NULL, "alarm: {argv: [/bin/pager], timeout: 10m}",
     "t:8:1: the timeout of alarm is business time or too long, expected at most 300s"},
    {"immune of no severity", NULL, "limits: {immune: [S5]}",
     "t:8:19: 'immune' of limits is 'S5', expected some of S1, S2, S3, S4"},
    {"unknown limit", NULL, "limits: {per-queue: 20/1h}",
     "t:8:10: unknown key 'per-queue' of limits, expected a known one: the nearest is 'per-person'"},
    {"limits twice", NULL, "limits: {immune: [S1]}\nlimits: {immune: [S2]}",
     "t:9:1: key 'limits' stands twice, first at t:8:1, expected it once"},
    {"max-open of nobody", "policies", "policies: {std: {max-open: -1, levels: [{notify: [role:agent]}], exhausted: queue:help}}",
     "t:6:28: 'max-open' of policy 'std' is '-1', expected a whole number from 0 to 10000"},
    {"a cadence of nothing", QUEUE("cadence: 0h"), "t:7:126: 'cadence' of queue 'help' is 0, expected a duration of more"},
    {"a cadence that is none", QUEUE("cadence: often"), "t:7:126: …"},
    {"a list as cadence", QUEUE("cadence: [1h]"), "t:7:126: 'cadence' of queue 'help' is a list, expected a duration, like 30m, 4bh or 2bd, more than 0"},
    {"a cadence of no severity", QUEUE("cadence: {S5: 1h}"),
     "t:7:127: unknown key 'S5' of cadence of queue 'help', expected a known one: the nearest is 'S1'"},
    {"nothing as one of a cadence", QUEUE("cadence: {S1: 0m}"), "t:7:131: 'S1' of cadence of queue 'help' is 0, expected a duration of more"},
    {"a note of delay without time", QUEUE("delay-notice: 0m"), "t:7:131: 'delay-notice' of queue 'help' is 0, expected a duration of more"},
    {"duplicate key", "domain", "domain: a.example\ndomain: b.example",
     "t:2:1: key 'domain' stands twice, first at t:1:1, expected it once"},
    {"no domain", "domain", "spool: /s",
     "t:1:1: the configuration has no 'domain', expected a domain, like tiny.example"},
    {"domain with a blank", "domain", "domain: a example",
     "t:1:9: 'domain' of the configuration is 'a example', expected a domain, like tiny.example"},
    {"domain is a list", "domain", "domain: [a.example]",
     "t:1:9: 'domain' of the configuration is a list, expected a domain, like tiny.example"},
    {"domain is empty", "domain", "domain:",
     "t:1:8: 'domain' of the configuration is empty, expected a domain, like tiny.example"},
    {"anchor", "domain", "domain: &d a.example",
     "t:1:9: an anchor (&) is not allowed here, expected the value itself"},
    {"alias", NULL, "templates: *t",
     "t:8:12: an alias (*) is not allowed here, expected the value itself; quote a text that begins with '*'"},
    {"tag", "domain", "domain: !!str a.example",
     "t:1:9: a tag (!) is not allowed here, expected the plain value"},
    {"tag on a mapping", CONTACTS("calendar: !x {}"),
     "t:4:99: a tag (!) is not allowed here, expected the plain value"},
    {"second document", NULL, "---\ndomain: b.example",
     "t:8:1: a second document begins here, expected one document in a file"},
    {"list as key", NULL, "[a, b]: c",
     "t:8:1: a list or mapping stands as a key, expected a name"},
    {"tab", NULL, "delivery:\n\tmethod: smtp",
     "t:9:1: a tab indents this line, expected spaces"},
    {"unclosed bracket", NULL, "intake-users: [networks",
     "t:9:1: …"},
    {"unclosed quote", NULL, "templates: 'x",
     "t:9:1: …"},
    {"include in memory", NULL, "include: x.yaml",
     "t:8:10: include has no place here, expected a whole configuration"},
    {"address without at", "contacts", "contacts: {ann: {email: [ann], roles: [agent]}}",
     "t:4:26: 'email' of contact 'ann' is 'ann', expected a list of mail addresses"},
    {"address with a display name", "contacts", "contacts: {ann: {email: ['Ann <ann@a.example>'], roles: [agent]}}",
     "t:4:26: 'email' of contact 'ann' is 'Ann <ann@a.example>', expected a list of mail addresses"},
    {"address used twice",
     "contacts",
     "contacts: {ann: {email: [ann@a.example], roles: [agent]}, bob: {email: [ANN@a.example]}}",
     "t:4:73: address 'ann@a.example' is used twice, first at t:4:26, expected one contact or queue for it"},
    {"address of a queue is a contact's", "contacts", "contacts: {ann: {email: [help@a.example], roles: [agent]}}",
     "t:7:27: address 'help@a.example' is used twice, first at t:4:26, expected one contact or queue for it"},
    {"queue address with plus",
     "queues",
     "queues: {help: {address: [help+x@a.example], mode: observe, lead: ann, plans: [basic], policy: std, calendar: "
     "office}}",
     "t:7:27: 'address' of queue 'help': a queue's address holds a '+', expected one without: tokens stand behind the '+'"},
    {"contact without email", "contacts", "contacts: {ann: {roles: [agent]}}",
     "t:4:12: contact 'ann' has no 'email', expected a list of mail addresses"},
    {"contact with an empty list", "contacts", "contacts: {ann: {email: [], roles: [agent]}}",
     "t:4:25: 'email' of contact 'ann': the list is empty, expected at least one"},
    {"contact is a text", "contacts", "contacts: {ann: ann@a.example, bob: {email: [b@a.example], roles: [agent]}}",
     "t:4:17: contact 'ann' is 'ann@a.example', expected keys with values"},
    {"contact named lead",
     "contacts",
     "contacts: {ann: {email: [ann@a.example], roles: [agent]}, lead: {email: [l@a.example]}}",
     "t:4:59: the name 'lead' has a meaning of its own, expected another for a contact"},
    {"contact with a bad name",
     "contacts",
     "contacts: {ann: {email: [ann@a.example], roles: [agent]}, 'b b': {email: [l@a.example]}}",
     "t:4:59: contact 'b b' is no name, expected at most 64 letters, digits, '.', '_' and '-'"},
    {"unknown backup", CONTACTS("backup: anne"),
     "t:4:97: unknown contact 'anne', expected one of contacts: the nearest is 'ann'"},
    {"own backup", CONTACTS("backup: bob"),
     "t:4:59: contact 'bob' is his own backup, expected another contact"},
    {"unknown calendar", CONTACTS("calendar: ofice"),
     "t:4:99: unknown calendar 'ofice', expected one of calendars: the nearest is 'office'"},
    {"unknown zone", CONTACTS("timezone: Europe/Berlyn"),
     "t:4:99: 'timezone' of contact 'bob' is 'Europe/Berlyn', expected a time zone, like Europe/Berlin"},
    {"bad language", CONTACTS("language: english language"),
     "t:4:99: 'language' of contact 'bob' is 'english language', expected a language, like en or pt-BR"},
    {"list is not yes or no", CONTACTS("list: maybe"),
     "t:4:95: 'list' of contact 'bob' is 'maybe', expected yes or no"},
    {"control character in a name", CONTACTS("name: \"Bob\\nBcc: x\""),
     "t:4:95: 'name' of contact 'bob' is 'Bob\\x0aBcc: x', expected a line of text"},
    {"calendar named always", "calendars", "calendars: {office: {}, always: {}}",
     "t:3:25: the name 'always' has a meaning of its own, expected another for a calendar"},
    {"role with an unknown verb", NULL, "roles: {agent: {may: [ack, fly]}}",
     "t:8:28: 'may' of role 'agent' is 'fly', expected some of ack, decline, pass, escalate, take, assign, severity, wait, "
     "answered, contained, resolve, reopen, cause, prevention, impact, next, note, category, risk, override, merge, needless, "
     "spam, notspam, status, help"},
    {"role without may", NULL, "roles: {agent: {}}",
     "t:8:9: role 'agent' has no 'may', expected some of ack, decline, pass, escalate, take, assign, severity, wait, "
     "answered, contained, resolve, reopen, cause, prevention, impact, next, note, category, risk, override, merge, needless, "
     "spam, notspam, status, help"},
    {"group of nobody", NULL, "groups: {g: {members: [carl]}}",
     "t:8:24: unknown contact 'carl', expected one of contacts: the nearest is 'ann'"},
    {"rota without files", NULL, "rotas: {r: {timezone: UTC}}",
     "t:8:9: rota 'r' has no 'files', expected a list of paths"},
    {"rotas in a circle", NULL, "rotas:\n  r: {files: r.ics, fallback: rota:s}\n  s: {files: s.ics, fallback: rota:r}",
     "t:9:3: the fallbacks of rota 'r' go in a circle, expected an end\n"
     "t:10:3: the fallbacks of rota 's' go in a circle, expected an end"},
    {"an event rule without a pattern", "calendars", "calendars: {office: {hours: [h.ics], opens: ['summary:', 'transp:maybe', 'x(']}}",
     "t:3:46: 'opens' of calendar 'office': 'summary:' has no pattern, expected one like 'summary:holiday'\n"
     "t:3:58: 'opens' of calendar 'office': 'transp:maybe', expected transp:opaque or transp:transparent\n"
     "t:3:74: 'opens' of calendar 'office': pattern 'x('…"},
    {"severity", NULL, "severities: {S5: {title: x}}",
     "t:8:14: unknown key 'S5' of severities, expected a known one: the nearest is 'S1'"},
    {"ack-max", NULL, "severities: {S1: {ack-max: soon}}",
     "t:8:28: 'ack-max' of severity S1: duration 'soon'…"},
    {"target without b", "plans", "plans: {basic: {S1: {respond: 30m, resolve: 4bh}}}",
     "t:5:31: 'respond' of S1 of plan 'basic' is 30m on the calendar 'office', expected business time, like 30bm, or the "
     "calendar always"},
    {"target without b on its own calendar", "plans", "plans: {basic: {S1: {respond: 30bm, calendar: office, update: 1h}}}",
     "t:5:63: 'update' of S1 of plan 'basic' is 1h on the calendar 'office', expected business time, like 30bm, or the "
     "calendar always"},
    {"target of an unused plan", "plans", "plans: {basic: {S1: {respond: 30bm}}, gold: {S2: {respond: 1h, calendar: office}}}",
     "t:5:60: 'respond' of S2 of plan 'gold' is 1h on the calendar 'office', expected business time, like 30bm, or the "
     "calendar always"},
    {"target of 0", "plans", "plans: {basic: {S1: {respond: 0bm}}}",
     "t:5:31: 'respond' of S1 of plan 'basic' is 0, expected a duration of more"},
    {"target in business weeks", "plans", "plans: {basic: {S1: {respond: 1bw}}}",
     "t:5:31: 'respond' of S1 of plan 'basic':…"},
    {"plan without severities", "plans", "plans: {basic: {}}",
     "t:5:9: plan 'basic' has no targets, expected at least one of S1, S2, S3, S4"},
    {"plan for nobody known", "plans", "plans: {basic: {match: colour:red, S1: {respond: 30bm}}}",
     "t:5:24: 'match' of plan 'basic': 'colour:red', expected COLUMN:PATTERN, of name…"},
    {"policy without levels", "policies", "policies: {std: {exhausted: queue:help}}",
     "t:6:12: policy 'std' has no 'levels', expected a list of at least one level"},
    {"policy with no level", "policies", "policies: {std: {levels: [], exhausted: queue:help}}",
     "t:6:26: 'levels' of policy 'std' is a list, expected a list of at least one level"},
    {"level without notify", "policies", "policies: {std: {levels: [{at: [75% respond]}], exhausted: queue:help}}",
     "t:6:27: level 1 of policy 'std' has no 'notify', expected a list of who, like [role:agent, bob]"},
    {"exhausted without queue", "policies", "policies: {std: {levels: [{notify: [role:agent]}], exhausted: help}}",
     "t:6:63: 'exhausted' of policy 'std' is 'help', expected queue:NAME"},
    {"exhausted of an unknown queue",
     "policies",
     "policies: {std: {levels: [{notify: [role:agent]}], exhausted: queue:operation}}",
     "t:6:63: unknown queue 'operation', expected one of queues: the nearest is 'help'"},
    {"at without a target", LEVEL("at: [75%]"),
     "t:6:55: 'at' of level 1 of policy 'std': at '75%'…"},
    {"at of an unknown target", LEVEL("at: [75% reply]"),
     "t:6:55: 'at' of level 1 of policy 'std': at '75% reply'…"},
    {"at of 0", LEVEL("at: [0% respond]"),
     "t:6:55: 'at' of level 1 of policy 'std': 0% is the clock's start, expected 1% or more"},
    {"before", LEVEL("before: [30bw respond]"),
     "t:6:59: 'before' of level 1 of policy 'std': before '30bw respond':…"},
    {"tries", LEVEL("tries: 0"),
     "t:6:57: 'tries' of level 1 of policy 'std' is '0', expected a whole number from 1 to 100"},
    {"quorum", LEVEL("quorum: 2.5"),
     "t:6:58: 'quorum' of level 1 of policy 'std' is '2.5', expected a whole number from 1 to 100"},
    {"ack-within of 0", LEVEL("ack-within: 0m"),
     "t:6:62: 'ack-within' of level 1 of policy 'std' is 0, expected a duration of more"},
    {"kind", LEVEL("kind: diagonal"),
     "t:6:56: 'kind' of level 1 of policy 'std' is 'diagonal', expected one of vertical, horizontal"},
    {"channel", LEVEL("channel: [mail, sms]"), "t:6:66: unknown channel 'sms', expected one of channels: there are none"},
    {"who of an unknown kind",
     "policies",
     "policies: {std: {levels: [{notify: [team:x, role:agnet, rota:x, carl]}], exhausted: queue:help}}",
     "t:6:37: 'notify' of level 1 of policy 'std': who 'team:x'…"},
    {"pattern", RULE("text: '\\b(down|outage'"),
     "t:8:39: 'text' of rule 'r': pattern '\\b(down|outage' is wrong…"},
    {"header without colon", RULE("header: X-Spam-Flag"),
     "t:8:41: 'header' of rule 'r' is 'X-Spam-Flag', expected a field and a pattern, like 'X-Spam-Flag: YES'"},
    {"header pattern", RULE("header: 'X-Spam-Flag: ['"),
     "t:8:41: 'header' of rule 'r': pattern '[' is wrong…"},
    {"rule without a condition", NULL, "rules: [{name: r, severity: S1}]",
     "t:8:9: rule 'r' matches nothing, expected at least one of from, to, subject, text, header, attribute, history, time"},
    {"rule without an effect", NULL, "rules: [{name: r, subject: x}]",
     "t:8:9: rule 'r' does nothing, expected at least one of severity, category, owner, policy, risk, service, file, escalate, alert, or points"},
    {"too many points", RULE("subject: x, technical: 101"),
     "t:8:56: 'technical' of rule 'r' is '101'…"},
    {"history of nothing", RULE("history: often"),
     "t:8:42: 'history' of rule 'r'…"},
    {"attribute pattern", RULE("attribute: 'segment:('"),
     "t:8:44: 'attribute' of rule 'r'…"},
    {"alert without anything", RULE("subject: x, alert: {}"), "t:8:52: alert of rule 'r' says nothing, expected at least one of key, heartbeat"},
    {"alert that only closes", RULE("subject: x, alert: {closes: x, heartbeat: 1h}"),
     "t:8:52: alert of rule 'r' has 'closes' and no 'key', expected what tells one alert from another"},
    {"alert without a name", RULE("alert: {key: 'PROBLEM'}"),
     "t:8:40: 'key' of alert of rule 'r' has no group, expected round brackets around what names the alert"},
    {"alert that beats never", RULE("subject: x, alert: {heartbeat: 0m}"), "t:8:64: 'heartbeat' of alert of rule 'r' is 0…"},
    {"heartbeat of everything", NULL, "rules: [{name: r, alert: {heartbeat: 1h}}]",
     "t:8:9: rule 'r' matches nothing, expected at least one of from, to, subject, text, header, attribute, history, time"},
    {"unknown key of an alert", RULE("alert: {key: '(x)', close: x}"),
     "t:8:53: unknown key 'close' of alert of rule 'r', expected a known one: the nearest is 'closes'"},
    {"rule for a time", RULE("time: noon"),
     "t:8:39: 'time' of rule 'r' is 'noon', expected one of any, open, closed"},
    {"rule with severity S0", NULL, "rules: [{name: r, severity: S0, subject: x}]",
     "t:8:29: 'severity' of rule 'r' is 'S0', expected S1, S2, S3 or S4"},
    {"rule filed elsewhere", RULE("subject: x, file: bin"),
     "t:8:51: 'file' of rule 'r' is 'bin', expected other"},
    {"rules twice", NULL, "rules: [{name: r, subject: x, severity: S1}, {name: r, subject: y, severity: S2}]",
     "t:8:53: rule 'r' is defined twice, first at t:8:16, expected it once"},
    {"rules is a mapping", NULL, "rules: {name: r}",
     "t:8:8: rules is a mapping, expected a list of rules"},
    {"rule without a name", NULL, "rules: [{subject: x, severity: S1}]",
     "t:8:9: rule 1 has no 'name', expected a name of letters, digits, '.', '_' and '-'"},
    {"queue without everything", "queues", "queues: {help: {}}",
     "t:7:10: queue 'help' has no 'address', expected a list of mail addresses\n"
     "t:7:10: queue 'help' has no 'mode', expected one of observe, relay, shadow\n"
     "t:7:10: queue 'help' has no 'lead', expected a name under contacts\n"
     "t:7:10: queue 'help' has no 'plans', expected a list of names under plans\n"
     "t:7:10: queue 'help' has no 'policy', expected a name under policies\n"
     "t:7:10: queue 'help' has no 'calendar', expected a name under calendars"},
    {"queue relay without team",
     "queues",
     "queues: {help: {address: [help@a.example], mode: relay, lead: ann, plans: [basic], policy: std, calendar: office}}",
     "t:7:10: queue 'help' has the mode relay and no 'team', expected a list of who, like [role:agent]"},
    {"queue mode",
     "queues",
     "queues: {help: {address: [help@a.example], mode: observed, lead: ann, plans: [basic], policy: std, calendar: office}}",
     "t:7:50: 'mode' of queue 'help' is 'observed', expected one of observe, relay, shadow"},
    {"queue with unknown names",
     "queues",
     "queues: {help: {address: [help@a.example], mode: observe, lead: an, plans: [basic, gold], policy: sdt, calendar: "
     "offices}}",
     "t:7:65: unknown contact 'an', expected one of contacts: the nearest is 'ann'\n"
     "t:7:84: unknown plan 'gold', expected one of plans: the nearest is 'basic'\n"
     "t:7:99: unknown policy 'sdt', expected one of policies: the nearest is 'std'\n"
     "t:7:114: unknown calendar 'offices', expected one of calendars: the nearest is 'office'"},
    {"no queues", "queues", "queues:",
     "t:1:1: the configuration has no queues, expected at least one\n"
     "t:6:82: unknown queue 'help', expected one of queues: there are none"},
    {"queue with triage", QUEUE("triage: ann"),
     "t:7:125: unknown policy 'ann', expected one of policies: the nearest is 'std'"},
    {"rule with a risk that is none", RULE("subject: x, risk: legal"), "t:8:51: unknown risk 'legal', expected one of risks: there are none"},
    {"rule with a service that is none", NULL, "services: {checkout: {owner: ann}}\nrules: [{name: r, subject: x, service: chekout}]",
     "t:9:40: unknown service 'chekout', expected one of services: the nearest is 'checkout'"},
    {"service without owner", NULL, "services: {checkout: {backup: ann}}",
     "t:8:12: service 'checkout' has no 'owner', expected who, like rota:NAME or a contact's name"},
    {"vendor without address", NULL, "vendors: {cdn: {contract: x}}", "t:8:11: vendor 'cdn' has no 'email', expected a list of mail addresses"},
    {"vendor that updates", NULL, "vendors: {cdn: {email: c@cdn.example, targets: {update: 2h}}}",
     "t:8:57: vendor 'cdn' has the target update, expected respond or resolve"},
    {"vendor on business time", NULL, "vendors: {cdn: {email: c@cdn.example, targets: {respond: 2bh}}}",
     "t:8:58: a target of vendor 'cdn' is business time, expected a calendar beside it"},
    {"vendor that is asked and is none", "policies", "policies: {std: {levels: [{notify: 'vendor:cdn'}], exhausted: queue:help}}",
     "t:6:36: unknown vendor 'cdn', expected one of vendors: there are none"},
    {"risk at a level that is none", NULL, "risks: {legal: {level-at-once: 2}}",
     "t:8:9: level-at-once of risk 'legal' is 2, expected a level that the policy of each queue has"},
    {"board without people", NULL, "risks: {legal: {board: {after: 4h}}}", "t:8:24: board of risk 'legal' has no 'notify', expected a list of who, like [role:agent, bob]"},
    {"role of a queue that is none", NULL, "roles: {agent: {may: [ack], queues: [halp]}}",
     "t:8:38: unknown queue 'halp', expected one of queues: the nearest is 'help'"},
    {"a spike of one", QUEUE("spike: 1/15m"), "t:7:124: 'spike' of queue 'help' is '1/15m', expected a number from 2 to 10000 and an elapsed time, like 10/15m"},
    {"a spike in business time", QUEUE("spike: 10/2bh"), "t:7:124: 'spike' of queue 'help' is '10/2bh', expected a number from 2 to 10000 and an elapsed time, like 10/15m"},
    {"bulk", QUEUE("bulk: yes"),
     "t:7:123: 'bulk' of queue 'help' is 'yes', expected one of other, ticket"},
    {"lmtp without a place", NULL, "lmtp: {users: [postfix]}", "t:8:1: lmtp has no key 'listen', expected the path of a socket or a loopback address and port"},
    {"lmtp to the world", NULL, "lmtp: {listen: '0.0.0.0:24'}",
     "t:8:16: 'listen' of lmtp is '0.0.0.0:24', expected the path of a socket, or a loopback address and port, like 127.0.0.1:24"},
    {"lmtp by name", NULL, "lmtp: {listen: 'localhost:24'}",
     "t:8:16: 'listen' of lmtp is 'localhost:24', expected the path of a socket, or a loopback address and port, like 127.0.0.1:24"},
    {"lmtp without an address", NULL, "lmtp: {listen: ':24'}",
     "t:8:16: 'listen' of lmtp is ':24', expected the path of a socket, or a loopback address and port, like 127.0.0.1:24"},
    {"lmtp at port 0", NULL, "lmtp: {listen: '127.0.0.1:0'}",
     "t:8:16: 'listen' of lmtp is '127.0.0.1:0', expected the path of a socket, or a loopback address and port, like 127.0.0.1:24"},
    {"lmtp IPv6 without brackets", NULL, "lmtp: {listen: '::1:24'}",
     "t:8:16: 'listen' of lmtp is '::1:24', expected the path of a socket, or a loopback address and port, like 127.0.0.1:24"},
    {"lmtp users of an address", NULL, "lmtp: {listen: '[::1]:24', users: [postfix]}",
     "t:8:1: lmtp has users and listens on an address, expected a Unix socket: only that says who connects"},
    {"delivery method", NULL, "delivery: {method: pigeon}",
     "t:8:20: 'method' of delivery is 'pigeon', expected one of smtp, sendmail, directory"},
    {"delivery port", NULL, "delivery: {port: 70000}",
     "t:8:18: 'port' of delivery is '70000', expected a whole number from 1 to 65535"},
    {"delivery user without password", NULL, "delivery: {user: u}",
     "t:8:1: delivery has only one of user and password-file, expected both or none"},
    {"delivery user without tls", NULL, "delivery: {user: u, password-file: p, tls: off}",
     "t:8:1: delivery has a user and `tls: off`, expected `tls: required`: the password would be open"},
    {"delivery back to a queue", NULL, "delivery: {redirect-all: Help+x@a.example}",
     "t:8:1: redirect-all of delivery is a queue's address, expected one that does not come back"},
    {"internal, not a network", NULL, "internal: [192.0.2.0/24, 300.0.0.1, submission]",
     "t:8:26: 'internal' of the configuration is '300.0.0.1', expected a list of networks, like 192.0.2.0/24, and submission"},
    {"the file is a list", "domain", "- domain",
     "t:1:1: the file is a list, expected keys with values, like 'domain: tiny.example'\n"
     "t:2:1: …"},
    {"many faults at once", NULL, "delivery: {port: x}\nkey-life: 1\ntoken-domian: x",
     "t:8:18: 'port' of delivery is 'x', expected a whole number from 1 to 65535\n"
     "t:9:11: 'key-life' of the configuration: duration '1': expected a number and one unit, s m h d w bs bm bh bd, like 90s or 4bh\n"
     "t:10:1: unknown key 'token-domian' of the configuration, expected a known one: the nearest is 'token-domain'"},
};

static gboolean fits(const char *got, const char *want)
{
    gsize n = strlen(want), mark = strlen("…");
    if (g_str_has_suffix(want, "…"))
        return strncmp(got, want, n - mark) == 0;
    return strcmp(got, want) == 0;
}

static void test_errors(void **state)
{
    (void)state;
    int failed = 0;
    for (guint i = 0; i < G_N_ELEMENTS(error_cases); i++) {
        const Case *t = &error_cases[i];
        g_autofree char *text = with(t->key, t->text), *errors = NULL, *warnings = NULL;
        g_autoptr(Config) c G_GNUC_UNUSED = load(text, strlen(text), &errors, &warnings);
        if (!fits(errors, t->want)) {
            print_error("%s:\n  got  %s\n  want %s\n", t->label, errors, t->want);
            failed++;
        }
    }
    assert_int_equal(failed, 0);
}

static const Case warning_cases[] = {
    {"none", NULL, NULL, ""},
    {"no trusted-authserv", "trusted-authserv", "", "t:1:1: no trusted-authserv: From is believed, whoever wrote it"},
    {"leave without backup", CONTACTS("leave: [l.ics]"),
     "t:4:59: contact 'bob' has leave and no backup: nobody is asked instead"},
    {"mutual backups", "contacts",
     "contacts: {ann: {email: [ann@a.example], roles: [agent], backup: bob}, bob: {email: [bob@a.example], backup: ann}}", ""},
    {"members without list", CONTACTS("members: [ann]"), "t:4:59: contact 'bob' has members, which count only with `list: yes`"},
    {"level waits for a target that no plan has", LEVEL("at: [50% update]"),
     "t:6:27: level 1 of policy 'std' waits for 'update', which no plan has: it never fires by that"},
    {"ladder upside down", "policies",
     "policies: {std: {levels: [{notify: [ann], at: [80% respond]}, {notify: [bob], at: [50% respond]}], exhausted: queue:help}}",
     "t:6:63: level 2 of policy 'std' fires at 50% respond, before the level below it at 80%"},
    {"nothing behind the ladder", "policies", "policies: {std: {levels: [{notify: [ann], at: 80% respond}]}}",
     "t:6:12: policy 'std' has no exhausted: where nobody answers, nobody else is told"},
    {"level 1 that no deadline reaches", "policies",
     "policies: {std: {levels: [{notify: [ann]}, {notify: [bob], at: 80% respond}], exhausted: queue:help}}",
     "t:6:27: level 1 of policy 'std' has no at or before, and a level above it has: no deadline reaches it, only a person who escalates"},
    {"levels above one that no deadline reaches", "policies",
     "policies: {std: {levels: [{notify: [ann], at: 80% update}, {notify: [bob]}, {notify: [ann], at: 90% respond}], exhausted: queue:help}}",
     "t:6:27: level 1 of policy 'std' waits for 'update', which no plan has: it never fires by that\n"
     "t:6:60: level 2 of policy 'std' has no at or before, and no deadline reaches level 1: only a person who escalates reaches it"},
    {"no at anywhere: the breach", "policies", "policies: {std: {levels: [{notify: [ann]}, {notify: [bob]}], exhausted: queue:help}}", ""},
    {"before the level below, by time", "policies",
     "policies: {std: {levels: [{notify: [ann], before: 10bm respond}, {notify: [bob], at: 50% respond}], exhausted: queue:help}}",
     "t:6:66: level 2 of policy 'std' fires by respond before the level below it, whatever the plan: that one is passed over"},
    {"behind the level below, by time", "policies",
     "policies: {std: {levels: [{notify: [ann], before: 20bm respond, ack-within: 5bm}, {notify: [bob], at: 50% respond}], exhausted: queue:help}}", ""},
    {"times of another kind are not compared", "policies",
     "policies: {std: {levels: [{notify: [ann], before: 1bd respond, ack-within: 5bm}, {notify: [bob], at: 50% respond}], exhausted: queue:help}}", ""},
    {"the last level comes too late", "policies",
     "policies: {std: {levels: [{notify: [ann], at: 50% respond, tries: 2, ack-within: 10bm}, {notify: [bob], after: 11bm}], exhausted: queue:help}}",
     "t:6:89: level 2 of policy 'std' is asked 31 min after level 1 where nobody answers, and respond of S1 in plan 'basic' is 30bm: it comes too"
     " late for that"},
    {"just in time", "policies",
     "policies: {std: {levels: [{notify: [ann], at: 50% respond, tries: 2, ack-within: 10bm}, {notify: [bob], after: 10bm}], exhausted: queue:help}}", ""},
    {"late on purpose", "policies",
     "policies: {std: {levels: [{notify: [ann], at: 100% respond, ack-within: 1h}, {notify: [bob]}], exhausted: queue:help}}", ""},
    {"manager of owner needs nothing", LEVEL("inform: [manager-of:owner, lead, owner]"), ""},
    {"elapsed target on always", "queues",
     "queues: {help: {address: [h@a.example], mode: shadow, lead: ann, plans: [basic], policy: std, calendar: always}}", ""},
    {"elapsed target of a plan on always", "plans", "plans: {basic: {S1: {respond: 1h, calendar: always}}}", ""},
    {"empty blocks", NULL, "rules:\ngroups:\nrotas:", ""},
    {"scores upside down", NULL, "severities: {S1: {score: 50}, S2: {score: 50}, S3: {score: 20}}",
     "t:8:31: the score of S2 is 50, and that of S1 is 50: no ticket becomes S2 by its score"},
    {"points for nothing", NULL, "rules: [{name: r, subject: x, impact: 30}]",
     "t:8:9: rule 'r' gives points, and no severity has a score: they change nothing"},
    {"points for something", NULL, "rules: [{name: r, subject: x, impact: 30}]\nseverities: {S1: {score: 30}}", ""},
    {"attribute of nobody", NULL, "rules: [{name: r, attribute: vip:yes, severity: S1}]",
     "t:8:9: rule 'r' asks for a customer's attribute, and there is no customers: it never applies"},
    {"category needs no customers", NULL, "rules: [{name: r, attribute: category:x, severity: S1}]", ""},
    {"plan of nobody", "plans", "plans: {basic: {match: segment:gold, S1: {respond: 30bm}}}",
     "t:5:9: plan 'basic' is for customers by attribute, and there is no customers: it is for nobody\n"
     "t:7:10: all plans of queue 'help' have a match: whom none of them is for has no clocks"},
};

static void test_warnings(void **state)
{
    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(warning_cases); i++) {
        const Case *t = &warning_cases[i];
        g_autofree char *text = with(t->key, t->text), *errors = NULL, *warnings = NULL;
        g_autoptr(Config) c G_GNUC_UNUSED = load(text, strlen(text), &errors, &warnings);
        if (errors[0] != '\0' || strcmp(warnings, t->want) != 0)
            fail_msg("%s: got errors '%s', warnings '%s'", t->label, errors, warnings);
    }
}

static const char smallest[] =
    "domain: tiny.example                  # defaults under it\n"
    "trusted-authserv: [mx.tiny.example]\n"
    "calendars:\n"
    "  office: {hours: [office.ics], holidays: [public-de.ics], timezone: Europe/Berlin}\n"
    "contacts:\n"
    "  ann:   {email: [ann@tiny.example], roles: [agent]}\n"
    "  eve:   {email: [eve@tiny.example], roles: [agent], leave: [eve.ics], backup: ann}\n"
    "  carol: {email: [carol@tiny.example], roles: [lead]}\n"
    "  dana:  {email: [Dana@tiny.example, dana.private@mail.example], roles: [director]}\n"
    "rules:\n"
    "  - {name: outage, text: '\\b(down|outage|cannot log in)\\b', severity: S1, category: outage}\n"
    "plans:\n"
    "  basic: {S1: {respond: 30bm, update: 2bh, resolve: 4bh}, S3: {respond: 4bh, resolve: 3bd}}\n"
    "policies:\n"
    "  standard:\n"
    "    levels:\n"
    "      - {notify: [role:agent], at: [75% respond, 80% update, 80% resolve], ack-within: 30bm, tries: 2}\n"
    "      - {notify: [role:lead], at: [100% respond, 100% update, 100% resolve]}\n"
    "      - {notify: [role:director], after: 1bh, template: executive}\n"
    "    exhausted: queue:operations\n"
    "queues:\n"
    "  support: {address: [support@tiny.example], mode: observe, team: [role:agent], lead: carol, plans: [basic],\n"
    "            policy: standard, calendar: office, default-severity: S3}\n"
    "  operations: {address: [ops@tiny.example], mode: observe, team: [role:director], lead: dana, plans: [basic],\n"
    "               policy: standard, calendar: always, default-severity: S1}\n";

static Config *load_smallest(void)
{
    g_autofree char *errors = NULL, *warnings = NULL;
    Config *c = load(smallest, strlen(smallest), &errors, &warnings);
    assert_string_equal(errors, "");
    assert_string_equal(warnings, "");
    return c;
}

static void assert_duration(Duration d, const char *want)
{
    g_autofree char *text = duration_format(d);
    assert_string_equal(text, want);
}

static void test_smallest_levels(void **state)
{
    (void)state;
    g_autoptr(Config) c = load_smallest();
    const Policy *p = g_hash_table_lookup(c->policies, "standard");
    assert_int_equal(p->levels->len, 3);
    assert_string_equal(p->exhausted_queue, "operations");
    const PolicyLevel *one = p->levels->pdata[0], *three = p->levels->pdata[2];
    assert_int_equal(one->at->len, 3);
    assert_int_equal(g_array_index(one->at, LevelAt, 1).target, TARGET_UPDATE);
    assert_int_equal(g_array_index(one->at, LevelAt, 1).percent, 80);
    assert_int_equal(one->tries, 2);
    assert_int_equal(one->line, 17);
    assert_duration(one->ack_within, "30bm");
    assert_int_equal(((const Who *)one->notify->pdata[0])->kind, WHO_ROLE);
    assert_string_equal(((const Who *)one->notify->pdata[0])->name, "agent");
    assert_duration(three->after, "1bh");
    assert_duration(three->ack_within, "30m");
    assert_string_equal(three->template_name, "executive");
}

static void test_smallest_rest(void **state)
{
    (void)state;
    g_autoptr(Config) c = load_smallest();
    const ConfigCalendar *office = g_hash_table_lookup(c->calendars, "office");
    const ConfigContact *dana = g_hash_table_lookup(c->contacts, "dana");
    const ConfigRule *rule = c->rules->pdata[0];
    const ConfigQueue *q = c->queue_order->pdata[1];
    g_autofree char *here = g_get_current_dir(), *hours = g_build_filename(here, "office.ics", NULL);
    assert_string_equal(office->hours[0], hours);
    assert_string_equal(dana->full_name, "Dana");
    assert_string_equal(dana->email[0], "dana@tiny.example");
    assert_string_equal(dana->email[1], "dana.private@mail.example");
    assert_int_equal(rule->severity, 0);
    assert_true(g_regex_match(rule->text, "The shop is DOWN again", 0, NULL));
    assert_false(g_regex_match(rule->text, "download", 0, NULL));
    assert_string_equal(q->name, "operations");
    assert_int_equal(q->default_severity, 0);
    assert_string_equal(q->language, "en");
    assert_duration(q->reopen_window, "10bd");
    assert_false(q->bulk_opens);
}

static void test_defaults(void **state)
{
    (void)state;
    g_autoptr(Config) c = load_smallest();
    assert_string_equal(c->spool, ESCALATE_SPOOLDIR);
    assert_string_equal(c->database, ESCALATE_STATEDIR "/escalate.db");
    assert_string_equal(c->key_file, ESCALATE_STATEDIR "/key");
    assert_string_equal(c->audit_key_file, ESCALATE_STATEDIR "/audit.key");
    assert_string_equal(c->delivery.directory, ESCALATE_SPOOLDIR "/outgoing");
    assert_string_equal(c->delivery.host, "127.0.0.1");
    assert_string_equal(c->delivery.sendmail, "/usr/sbin/sendmail");
    assert_int_equal(c->delivery.port, 25);
    assert_int_equal(c->delivery.method, DELIVERY_SENDMAIL);
    assert_int_equal(c->delivery.tls, TLS_OPPORTUNISTIC);
    assert_string_equal(c->intake_users[0], "root");
    assert_null(c->lmtp.listen);
    assert_string_equal(c->lmtp.users[0], "root");
    assert_null(c->token_domain);
    assert_duration(c->severities[0].ack_max, "1h");
    assert_duration(c->severities[1].ack_max, "4h");
    assert_duration(c->severities[2].ack_max, "1bd");
    assert_duration(c->severities[3].ack_max, "2bd");
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, smallest, -1);
    assert_string_equal(c->version, digest);
}

static void test_limits(void **state)
{
    (void)state;
    g_autofree char *errors = NULL, *warnings = NULL, *text = with(NULL, "limits: {per-person: 20/90m, immune: [S1, S2]}"),
                    *none_text = with(NULL, "limits: {immune: []}");
    g_autoptr(Config) plain = load_smallest(), given = load(text, strlen(text), &errors, &warnings);
    assert_int_equal(plain->limits.per_person.count, 0);
    assert_string_equal(plain->limits.immune[0], "S1");
    assert_null(plain->limits.immune[1]);
    assert_int_equal(((const Policy *)g_hash_table_lookup(plain->policies, "standard"))->max_open, 0);
    assert_non_null(given);
    assert_int_equal(given->limits.per_person.count, 20);
    assert_int_equal(given->limits.per_person.within, 5400);
    assert_string_equal(given->limits.immune[1], "S2");
    g_clear_pointer(&errors, g_free);
    g_clear_pointer(&warnings, g_free);
    g_autoptr(Config) none = load(none_text, strlen(none_text), &errors, &warnings);
    assert_non_null(none);
    assert_null(none->limits.immune[0]);
}

static void test_values(void **state)
{
    (void)state;
    g_autofree char *
        errors = NULL,
       *warnings = NULL,
       *text = with(
           NULL,
           "spool: /s\ndatabase: /d/e.db\ndelivery: {method: smtp, user: u, password-file: /p, port: 587}\n"
           "severities: {S1: {ack-max: 30m, score: 80}}\ncustomers: {file: /c.csv, columns: {segment: Tier}}\n"
           "score: {combine: weighted, weights: {impact: 50}}\nintake-users: [postfix, '1000']\n"
           "rotas: {r: {files: /r.ics, fallback: lead}}\n"
           "rules: [{name: x, header: 'X-Spam-Flag: ^yes', file: other},\n"
           "  {name: y, attribute: [segment:gold, vip:yes], history: mails>=2, time: closed, impact: 30},\n"
           "  {name: z, escalate: yes, alert: {key: '^P (.+)', closes: ^R, heartbeat: 1bh}}]\n"
           "groups: {g: {members: [ann, bob]}}\nroles: {agent: {may: [ack, note]}}");
    g_autoptr(Config) c = load(text, strlen(text), &errors, &warnings);
    assert_string_equal(errors, "");
    assert_string_equal(c->key_file, "/d/key");
    assert_string_equal(c->delivery.directory, "/s/outgoing");
    assert_int_equal(c->delivery.method, DELIVERY_SMTP);
    assert_int_equal(c->delivery.tls, TLS_REQUIRED);
    assert_int_equal(c->delivery.port, 587);
    assert_duration(c->severities[0].ack_max, "30m");
    assert_int_equal(c->severities[0].score, 80);
    assert_int_equal(c->severities[1].score, 0);
    assert_string_equal(c->customers.file, "/c.csv");
    assert_string_equal(c->customers.columns[2], "Tier");
    assert_null(c->customers.columns[1]);
    assert_true(c->score.is_weighted);
    assert_int_equal(c->score.weights[SCORE_IMPACT], 50);
    assert_int_equal(c->score.weights[SCORE_REVENUE], 100);
    assert_string_equal(c->intake_users[1], "1000");
    const ConfigRota *r = g_hash_table_lookup(c->rotas, "r");
    assert_int_equal(r->fallback->kind, WHO_LEAD);
    assert_string_equal(r->files[0], "/r.ics");
    const ConfigRule *rule = c->rules->pdata[0];
    assert_string_equal(rule->header_name, "X-Spam-Flag");
    assert_true(g_regex_match(rule->header, "YES", 0, NULL));
    assert_string_equal(rule->file, "other");
    assert_int_equal(rule->severity, -1);
    rule = c->rules->pdata[1];
    assert_int_equal(rule->attribute->len, 2);
    assert_int_equal(((ConfigHistory *)rule->history->pdata[0])->least, 2);
    assert_int_equal(rule->time, RULE_CLOSED);
    assert_int_equal(rule->points[SCORE_IMPACT], 30);
    assert_int_equal(rule->points[SCORE_TECHNICAL], 0);
    assert_false(rule->escalate);
    assert_null(rule->alert.key);
    rule = c->rules->pdata[2];
    assert_true(rule->escalate);
    assert_int_equal(g_regex_get_capture_count(rule->alert.key), 1);
    assert_non_null(rule->alert.closes);
    assert_duration(rule->alert.heartbeat, "1bh");
    const ConfigContact *ann = g_hash_table_lookup(c->contacts, "ann"), *bob = g_hash_table_lookup(c->contacts, "bob");
    assert_true(config_contact_may(c, ann, "ack", "help"));
    assert_false(config_contact_may(c, ann, "resolve", "help"));
    assert_true(config_contact_may(c, bob, "resolve", "help"));
    assert_false(config_contact_may(c, bob, "override", "help"));
}

/* One duration is for all severities; a mapping for those in it. */
static void test_cadence(void **state)
{
    (void)state;
    g_autofree char *errors = NULL, *warnings = NULL, *some = with(QUEUE("cadence: {S1: 1h, S3: 4bh}, delay-notice: 30bm"));
    g_autoptr(Config) c = load(some, strlen(some), &errors, &warnings);
    assert_string_equal(errors, "");
    const ConfigQueue *q = g_hash_table_lookup(c->queues, "help");
    assert_duration(q->cadence.every[0], "1h");
    assert_int_equal(q->cadence.every[1].amount, 0);
    assert_duration(q->cadence.every[2], "4bh");
    assert_duration(q->delay_notice, "30bm");
    const Policy *p = g_hash_table_lookup(c->policies, "std");
    assert_int_equal(p->cadence.every[0].amount, 0);
    g_autofree char *errors2 = NULL, *warnings2 = NULL, *all = with(
        "policies", "policies: {std: {cadence: 2bh, levels: [{notify: [role:agent], at: [75% respond]}], exhausted: queue:help}}");
    g_autoptr(Config) c2 = load(all, strlen(all), &errors2, &warnings2);
    assert_string_equal(errors2, "");
    p = g_hash_table_lookup(c2->policies, "std");
    for (int s = 0; s < SEVERITY_COUNT; s++)
        assert_duration(p->cadence.every[s], "2bh");
    q = g_hash_table_lookup(c2->queues, "help");
    assert_int_equal(q->delay_notice.amount, 0);
}

static void test_lookups(void **state)
{
    (void)state;
    static const struct {
        const char *address, *contact, *queue;
    } cases[] = {
        {"ann@tiny.example", "ann", NULL},
        {"ANN@Tiny.Example", "ann", NULL},
        {"dana.private@mail.example", "dana", NULL},
        {"support@tiny.example", NULL, "support"},
        {"Support+t42.abc@tiny.example", NULL, "support"},
        {"support+@tiny.example", NULL, "support"},
        {"+support@tiny.example", NULL, NULL},
        {"support@other.example", NULL, NULL},
        {"support", NULL, NULL},
        {"", NULL, NULL},
        {"@", NULL, NULL},
        {"a@b+c", NULL, NULL},
    };
    g_autoptr(Config) c = load_smallest();
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const ConfigContact *contact = config_contact_by_address(c, cases[i].address);
        const ConfigQueue *queue = config_queue_by_address(c, cases[i].address);
        assert_int_equal(g_strcmp0(contact != NULL ? contact->name : NULL, cases[i].contact), 0);
        assert_int_equal(g_strcmp0(queue != NULL ? queue->name : NULL, cases[i].queue), 0);
    }
    const ConfigPlan *plan = g_hash_table_lookup(c->plans, "basic");
    assert_ptr_equal(config_plan_severity(plan, 0), &plan->severities[0]);
    assert_ptr_equal(config_plan_severity(plan, 1), &plan->severities[0]);
    assert_ptr_equal(config_plan_severity(plan, 2), &plan->severities[2]);
    assert_ptr_equal(config_plan_severity(plan, 3), &plan->severities[2]);
    ConfigPlan milder = {.severities = {[3] = {.given = TRUE}}};
    assert_ptr_equal(config_plan_severity(&milder, 1), &milder.severities[3]);
}

/* Files of tests/data/config: path from the source folder, which `make check` names. */
static char *data_path(const char *name)
{
    const char *top = g_getenv("srcdir");
    return g_build_filename(top != NULL ? top : ".", "tests/data/config", name, NULL);
}

static char *load_file(const char *name, Config **ret)
{
    g_autofree char *path = data_path(name), *folder = g_path_get_dirname(path);
    g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func(g_free);
    *ret = config_load(path, errors, NULL);
    g_autofree char *all = joined(errors);
    g_auto(GStrv) parts = g_strsplit(all, folder, -1);
    return g_strjoinv("D", parts);
}

static void test_files(void **state)
{
    (void)state;
    static const struct {
        const char *name, *want;
    } cases[] = {
        {"desk.yaml", ""},
        {"absent.yaml", "D/absent.yaml: open 'D/absent.yaml': No such file or directory, expected a readable file"},
        {"circle.yaml",
         "D/circle.yaml:1:1: the configuration has no queues, expected at least one\n"
         "D/circle-2.yaml:1:10: 'D/circle.yaml' is included again (it is read as 'D/circle.yaml'), expected each file once"},
        {"twice.yaml",
         "D/twice.d/a.yaml:1:1: 'domain' of the configuration stands twice, first at D/twice.yaml:1:1, expected it once\n"
         "D/twice.d/a.yaml:3:3: contact 'ann' is defined twice, first at D/twice.yaml:3:3, expected it once\n"
         "D/twice.d/a.yaml:5:12: rule 'r' is defined twice, first at D/twice.yaml:10:12, expected it once\n"
         "D/twice.d/b.yaml:2:16: address 'ann@a.example' is used twice, first at D/twice.yaml:3:16, expected one contact or "
         "queue for it\n"
         "D/twice.d/b.yaml:2:31: unknown key 'rols' of contact 'bob', expected a known one: the nearest is 'roles'"},
        {"no-include.yaml", "D/no-include.yaml:1:11: include 'absent.yaml' is not there, expected a file"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Config) c = NULL;
        g_autofree char *got = load_file(cases[i].name, &c);
        assert_string_equal(got, cases[i].want);
    }
}

static void test_includes(void **state)
{
    (void)state;
    g_autoptr(Config) c = NULL;
    g_autofree char *errors = load_file("desk.yaml", &c);
    assert_string_equal(errors, "");
    const ConfigContact *eve = g_hash_table_lookup(c->contacts, "eve");
    assert_true(g_path_is_absolute(eve->leave[0]));
    assert_true(g_str_has_suffix(eve->leave[0], "tests/data/config/contacts.d/eve.ics"));
    static const char *const contacts[] = {"carol", "ann", "bob", "eve"}, *const rules[] = {"spam", "outage", "billing"};
    assert_int_equal(c->contact_order->len, 4);
    assert_int_equal(c->rules->len, 3);
    for (int i = 0; i < 4; i++)
        assert_string_equal(((const ConfigContact *)c->contact_order->pdata[i])->name, contacts[i]);
    for (int i = 0; i < 3; i++)
        assert_string_equal(((const ConfigRule *)c->rules->pdata[i])->name, rules[i]);
}

static char *repeated(const char *head, const char *part, guint times, const char *tail)
{
    GString *s = g_string_new(head);
    for (guint i = 0; i < times; i++)
        g_string_append(s, part);
    g_string_append(s, tail);
    return g_string_free(s, FALSE);
}

/* Every one must be refused, in a bounded time, with such a message among the others. */
static void test_hostile(void **state)
{
    (void)state;
    static const struct {
        const char *label, *head, *part;
        guint times;
        const char *tail, *want;
    } cases[] = {
        {"deep flow", "rules: ", "[", 100000, "", "t:1:39: nested too deep, expected at most 32 levels"},
        {"deep mappings", "rules: ", "{a: ", 100000, "", "t:1:"},
        {"deep block", "rules:\n  ", "- ", 100000, "x", "t:2:65: nested too deep, expected at most 32 levels"},
        {"aliases", "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n", "", 0, "", "t:1:1: unknown key 'a'"},
        {"5 MB", "domain: ", "aaaaaaaaaa", 500000, "", "t: too long, expected at most 4 MiB in all files"},
        {"too many values", "rules: [", "a,", 1000000, "]", "t:1:"},
        {"many errors", "", "? - \n", 100000, "", "t:1:"},
        {"many unknown keys", "", "k", 100000, ": 1", "t:1:1: "},
        {"many keys", "x: {", "a: b, a: c, ", 100000, "}", "t:1:11: key 'a' stands twice, first at t:1:5, expected it once"},
        {"many rules", "rules: [", "{name: x, subject: (a},", 50000, "]", "rule 'x' does nothing"},
        {"invalid UTF-8", "domain: a\xff\n", "", 0, "", "t:1:10: invalid leading UTF-8 octet, expected text in UTF-8"},
        {"cut UTF-8", "domain: a\nspool: \xe2\x82", "", 0, "", "t:2:8: incomplete UTF-8 octet sequence, expected text in UTF-8"},
        {"overlong UTF-8", "domain: \xc0\xaf", "", 0, "", "t:1:9: invalid length of a UTF-8 sequence, expected text in UTF-8"},
        {"surrogate", "domain: \xed\xa0\x80", "", 0, "", "t:1:9: invalid Unicode character, expected text in UTF-8"},
        {"escape", "domain: \x1b[2J", "", 0, "", "t:1:9: control characters are not allowed, expected text in UTF-8"},
        {"NUL by escape", "domain: \"a\\0b\"", "", 0, "", "t:1:9: a text holds the character NUL, expected text"},
        {"tabs", "contacts:\n  ann:\n\t\temail: x", "", 0, "", "t:3:1: a tab indents this line, expected spaces"},
        {"UTF-16", "\xff\xfe" "d", "", 0, "", "t:1:1: "},
        {"long pattern", "rules: [{name: x, severity: S1, text: '", "(a|b)*", 10000, "'}]",
         "t:1:1: the configuration has no 'domain'"},
        {"hungry pattern", "rules: [{name: x, severity: S1, text: '", "(", 1, "(((a{1000}){1000}){1000}){1000}){1000}'}]",
         "t:1:1: the configuration has no 'domain'"},
        {"only white space", " ", "\n", 1000, "", "t:1:1: the configuration has no 'domain'"},
        {"nothing", "", "", 0, "", "t:1:1: the configuration has no 'domain'"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = repeated(cases[i].head, cases[i].part, cases[i].times, cases[i].tail), *errors = NULL,
                        *warnings = NULL;
        gint64 start = instant_monotonic_us();
        g_autoptr(Config) c G_GNUC_UNUSED = load(text, strlen(text), &errors, &warnings);
        double seconds = (double)(instant_monotonic_us() - start) / 1e6;
        if (strstr(errors, cases[i].want) == NULL || seconds > 20)
            fail_msg("%s: %.1f s, got %.300s", cases[i].label, seconds, errors);
        assert_true(strlen(errors) < LIMIT_CONFIG_PROBLEMS * 700);
        if (seconds > 0.5)
            print_message("%s: %.1f s\n", cases[i].label, seconds);
    }
}

/* Any cut of a good file must end well, and no single byte less may crash. */
static void test_cuts(void **state)
{
    (void)state;
    for (gsize n = 0; n < sizeof smallest; n += 7) {
        g_autofree char *errors = NULL, *warnings = NULL;
        g_autoptr(Config) c G_GNUC_UNUSED = load(smallest, n, &errors, &warnings);
    }
}

/* escalate.yaml(5) has an item for each key and names each default; words of later versions stand in their own list. */
/* As the page has it, which knows the usual places only. */
static char *default_of(const ConfigKey *key)
{
    g_autoptr(GString) s = g_string_new(NULL);
    g_string_printf(s, "Default: %s", key->fallback != NULL ? key->fallback : "");
    g_string_replace(s, ESCALATE_SPOOLDIR, "/var/spool/escalate", 0);
    g_string_replace(s, ESCALATE_STATEDIR, "/var/lib/escalate", 0);
    return g_strdup(s->str);
}

static void test_man_page(void **state)
{
    (void)state;
    const char *top = g_getenv("srcdir");
    g_autofree char *path = g_build_filename(top != NULL ? top : ".", "man/escalate.yaml.5", NULL), *page = NULL;
    assert_true(g_file_get_contents(path, &page, NULL, NULL));
    for (int block = 0; block < KEYS_BLOCK_COUNT; block++) {
        guint n;
        const ConfigKey *rows = keys_of((KeysBlock)block, &n);
        for (guint i = 0; i < n; i++) {
            g_autofree char *item = g_strdup_printf("\n.It Ic %s", rows[i].name);
            g_autofree char *fallback = default_of(&rows[i]);
            if (strstr(page, item) == NULL)
                fail_msg("man page: no '%s' of %s", rows[i].name, keys_block_title((KeysBlock)block));
            if (rows[i].fallback != NULL && strstr(page, fallback) == NULL)
                fail_msg("man page: no default '%s' of '%s'", rows[i].fallback, rows[i].name);
            assert_non_null(rows[i].help);
        }
    }
}

static void test_keys(void **state)
{
    (void)state;
    for (int block = 0; block < KEYS_BLOCK_COUNT; block++) {
        guint n;
        const ConfigKey *rows = keys_of((KeysBlock)block, &n);
        assert_in_range(n, 1, KEYS_PER_BLOCK_MAX);
        for (guint i = 0; i < n; i++)
            assert_ptr_equal(keys_find((KeysBlock)block, rows[i].name), &rows[i]); /* no key twice, no block in two pieces */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors),        cmocka_unit_test(test_warnings), cmocka_unit_test(test_smallest_levels),
        cmocka_unit_test(test_smallest_rest), cmocka_unit_test(test_defaults), cmocka_unit_test(test_limits), cmocka_unit_test(test_values),
        cmocka_unit_test(test_lookups),       cmocka_unit_test(test_files),    cmocka_unit_test(test_includes),
        cmocka_unit_test(test_hostile),       cmocka_unit_test(test_cuts),     cmocka_unit_test(test_man_page),
        cmocka_unit_test(test_keys),          cmocka_unit_test(test_cadence),
    };
    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
