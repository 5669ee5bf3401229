/* templatewords: the table and the walk along a dotted name. Which section a name stands in is not asked: a name that some value of the
 * template has is known. */
#include "flows/templatewords.h"

#include <string.h>

#include "base/banned.h"

typedef enum { HOLDS_TEXT, HOLDS_TIME, HOLDS_TICKET, HOLDS_CLOCK, HOLDS_LINKS, HOLDS_OTHER, HOLDS_SHADOW, HOLDS_SEVERITY, HOLDS_LADDER } Holds; /* a list holds what its items hold */

/* Whose value it is: of a template's mail (a bit each), or of an object. */
enum {
    AUTO_ACK = 1, RESOLVED = 2, NEW_TICKET = 4, RELAY_IN = 8, PAGE = 16, LINE = 32, TRANSCRIPT = 64, DAILY = 128, NOTICE = 256, PLAIN = 512,
    BOARD = 1024, VENDOR = 2048, ALL = 4095, WITH_TICKET = AUTO_ACK | RESOLVED | NEW_TICKET | RELAY_IN | PAGE | LINE | TRANSCRIPT | BOARD | VENDOR
};

static const struct {
    const char *template_name;
    int bit;
} templates[] = {
    {"auto-ack", AUTO_ACK}, {"resolved", RESOLVED},     {"new-ticket", NEW_TICKET}, {"relay-in", RELAY_IN}, {"escalation", PAGE}, {"reminder", PAGE},
    {"triage", PAGE},       {"board", BOARD},           {"vendor", VENDOR},         {"line", LINE},         {"transcript", TRANSCRIPT},
    {"daily", DAILY},       {"notice", NOTICE},         {"plain", ALL} /* around the values of any mail */
};

typedef struct {
    int of;       /* templates */
    Holds object; /* or, where that is 0, this object */
    const char *names; /* with blanks between */
    Holds holds;
} Row;

static const Row rows[] = {
    {WITH_TICKET, HOLDS_TEXT, "reader", HOLDS_TEXT},
    {WITH_TICKET, HOLDS_TEXT, "ticket", HOLDS_TICKET},
    {0, HOLDS_TICKET, "id tag queue state severity category service subject language requester requester_name owner owner_name owner_phone impact next cause"
                      " resolution waiting_for operational zone", HOLDS_TEXT},
    {0, HOLDS_TICKET, "opened resolved contained next_until wait_until", HOLDS_TIME},
    {0, HOLDS_TICKET, "clocks due", HOLDS_CLOCK},
    {0, HOLDS_CLOCK, "target respond update resolve assign queue calendar duration state breached left late now", HOLDS_TEXT},
    {0, HOLDS_CLOCK, "at met", HOLDS_TIME},
    {AUTO_ACK, HOLDS_TEXT, "answer_by closed opens hours_notice", HOLDS_TEXT},
    {AUTO_ACK | RESOLVED | NEW_TICKET | RELAY_IN | LINE | TRANSCRIPT | BOARD | VENDOR, HOLDS_TEXT, "address", HOLDS_TEXT},
    {NEW_TICKET | RELAY_IN, HOLDS_TEXT, "from text relay headline", HOLDS_TEXT},
    {NEW_TICKET | RELAY_IN | PAGE | BOARD, HOLDS_TEXT, "about", HOLDS_TICKET},
    {NEW_TICKET | RELAY_IN | PAGE | BOARD, HOLDS_TEXT, "excerpt", HOLDS_TEXT},
    {NEW_TICKET | RELAY_IN | PAGE | BOARD, HOLDS_TEXT, "excerpt_at", HOLDS_TIME},
    {BOARD, HOLDS_TEXT, "risk open headline", HOLDS_TEXT},
    {VENDOR, HOLDS_TEXT, "contract again", HOLDS_TEXT},
    {VENDOR, HOLDS_TEXT, "answer_by", HOLDS_TIME},
    {PAGE | BOARD | VENDOR, HOLDS_TEXT, "severity_title", HOLDS_TEXT},
    {PAGE, HOLDS_TEXT, "severities", HOLDS_SEVERITY},
    {0, HOLDS_SEVERITY, "name title example", HOLDS_TEXT},
    {PAGE, HOLDS_TEXT, "also", HOLDS_LADDER},
    {0, HOLDS_LADDER, "policy level at", HOLDS_TEXT},
    {PAGE, HOLDS_TEXT, "headline policy level levels try again role instead_of shift_of tried authority bridge observe next_people repeats last last_queue"
                       " reminder done", HOLDS_TEXT},
    {PAGE, HOLDS_TEXT, "answer_by next_at done_at", HOLDS_TIME},
    {PAGE, HOLDS_TEXT, "pressing", HOLDS_CLOCK},
    {PAGE, HOLDS_TEXT, "links", HOLDS_LINKS},
    {0, HOLDS_LINKS, "ack ack2h no status", HOLDS_TEXT},
    {LINE, HOLDS_TEXT, "line", HOLDS_TEXT},
    {TRANSCRIPT, HOLDS_TEXT, "results choices", HOLDS_TEXT},
    {DAILY | NOTICE, HOLDS_TEXT, "queue", HOLDS_TEXT},
    {DAILY, HOLDS_TEXT, "day open late unowned other_count held dry audit_head is_late", HOLDS_TEXT},
    {DAILY, HOLDS_TEXT, "tickets", HOLDS_TICKET},
    {DAILY, HOLDS_TEXT, "other", HOLDS_OTHER},
    {0, HOLDS_OTHER, "from subject filed", HOLDS_TEXT},
    {DAILY, HOLDS_TEXT, "shadow", HOLDS_SHADOW},
    {0, HOLDS_SHADOW, "template to subject", HOLDS_TEXT},
    {NOTICE, HOLDS_TEXT, "title lines", HOLDS_TEXT},
    {PLAIN, HOLDS_TEXT, "lines", HOLDS_TEXT},
};

/* Whether the row has the first `length` bytes of `name`; a time stands exactly too. */
static gboolean has_name(const Row *row, const char *name, gsize length)
{
    if (row->holds == HOLDS_TIME && length > 6 && strncmp(name + length - 6, "_exact", 6) == 0)
        length -= 6;
    for (const char *p = row->names; *p != '\0';) {
        gsize n = strcspn(p, " ");
        if (n == length && strncmp(p, name, n) == 0)
            return TRUE;
        p += n + (p[n] == ' ' ? 1 : 0);
    }
    return FALSE;
}

/* The rest of a dotted name, behind a value that holds that: each part is a member of what stands before it. */
static gboolean is_member(Holds holds, const char *rest)
{
    while (rest != NULL && *rest != '\0') {
        gsize length = strcspn(rest, ".");
        gsize i = 0;
        while (i < G_N_ELEMENTS(rows) && !(rows[i].of == 0 && rows[i].object == holds && has_name(&rows[i], rest, length)))
            i++;
        if (i == G_N_ELEMENTS(rows))
            return FALSE;
        holds = rows[i].holds;
        rest += length + (rest[length] == '.' ? 1 : 0);
    }
    return TRUE;
}

/* Objects that the templates of `bits` can be inside of, a bit each; tickets hold clocks. */
static guint objects_of(int bits)
{
    guint objects = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if ((rows[i].of & bits) != 0)
            objects |= 1u << rows[i].holds;
    return objects | ((objects & 1u << HOLDS_TICKET) != 0 ? 1u << HOLDS_CLOCK : 0);
}

static int bits_of(const char *template_name)
{
    if (template_name == NULL)
        return ALL;
    for (gsize i = 0; i < G_N_ELEMENTS(templates); i++)
        if (strcmp(templates[i].template_name, template_name) == 0)
            return templates[i].bit;
    return PAGE;
}

gboolean templatewords_knows(const char *template_name, const char *name)
{
    int bits = bits_of(template_name);
    guint objects = objects_of(bits);
    gsize first = strcspn(name, ".");
    const char *rest = name[first] == '.' ? name + first + 1 : "";
    if (strcmp(name, ".") == 0)
        return TRUE;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        gboolean is_visible = rows[i].of != 0 ? (rows[i].of & bits) != 0 : (objects & 1u << rows[i].object) != 0;
        if (is_visible && has_name(&rows[i], name, first) && is_member(rows[i].holds, rest))
            return TRUE;
    }
    return FALSE;
}

const char *templatewords_name(gsize i) { return i < G_N_ELEMENTS(rows) ? rows[i].names : NULL; }
