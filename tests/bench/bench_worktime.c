/* bench_worktime HOURS HOLIDAYS: arithmetic on open time of one and ten years. The floor is the same two binary searches over
 * the same intervals, bare: no bounds, no errors, no units. */
#include "tests/bench/measure.h"

#include "rules/worktime.h"

#include "time/calendar.h"

#define FROM ((Instant)1767225600) /* 2026-01-01T00:00:00Z */
#define DAY ((Seconds)86400)
#define OPERATIONS 200000
#define ROUNDS 11
#define LONGEST (40 * 3600) /* of an add: a week's work */

typedef struct {
    Instant *start;
    Seconds *before; /* open seconds before start[i] */
    gsize n;
} Bare;

typedef struct {
    Instant a, b;
    Seconds add;
} Question;

static Question questions[OPERATIONS];
static volatile gint64 sink; /* keeps the work */

/* xorshift: the same questions in every run. */
static guint64 next_number(guint64 *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void make_questions(int years)
{
    guint64 state = 88172645463325252u;
    Seconds range = (Seconds)years * 365 * DAY - 30 * DAY;
    for (int i = 0; i < OPERATIONS; i++) {
        Instant a = FROM + (Instant)(next_number(&state) % (guint64)range);
        Instant b = FROM + (Instant)(next_number(&state) % (guint64)range);
        questions[i] = (Question){MIN(a, b), MAX(a, b), (Seconds)(next_number(&state) % LONGEST)};
    }
}

/* ---- the floor ---- */

static gsize last_at_or_before(const gint64 *sorted, gsize n, gint64 t)
{
    gsize low = 0;
    while (n > 1) {
        gsize half = n / 2;
        low += sorted[low + half] <= t ? half : 0;
        n -= half;
    }
    return low;
}

static Seconds bare_open(const Bare *b, Instant t)
{
    gsize i = last_at_or_before(b->start, b->n, t);
    return b->before[i] + MIN(t - b->start[i], b->before[i + 1] - b->before[i]);
}

static Instant bare_add(const Bare *b, Instant t, Seconds d)
{
    Seconds want = bare_open(b, t) + d;
    gsize i = last_at_or_before(b->before, b->n, want - 1);
    return b->start[i] + want - b->before[i];
}

/* ---- */

static double per_operation(double from) { return (now_us() - from) * 1000 / OPERATIONS; }

static double time_add(const Worktime *w)
{
    double from = now_us();
    for (int i = 0; i < OPERATIONS; i++) {
        Instant t = 0;
        Duration d = {questions[i].add, DURATION_OPEN_SECONDS};
        if (!worktime_add(w, questions[i].a, d, &t, NULL))
            fail("add: no answer");
        sink += t;
    }
    return per_operation(from);
}

static double time_between(const Worktime *w)
{
    double from = now_us();
    for (int i = 0; i < OPERATIONS; i++) {
        Seconds s = 0;
        if (!worktime_between(w, questions[i].a, questions[i].b, &s, NULL))
            fail("between: no answer");
        sink += s;
    }
    return per_operation(from);
}

static double time_calendar(Calendar *c)
{
    double from = now_us();
    for (int i = 0; i < OPERATIONS; i++) {
        Instant t = 0;
        Duration d = {questions[i].add, DURATION_OPEN_SECONDS};
        if (!calendar_add(c, questions[i].a, d, &t, NULL))
            fail("calendar add: no answer");
        sink += t;
    }
    return per_operation(from);
}

static double time_bare(const Bare *b, gboolean add)
{
    double from = now_us();
    for (int i = 0; i < OPERATIONS; i++) {
        const Question *q = &questions[i];
        sink += add ? bare_add(b, q->a, q->add) : bare_open(b, q->b) - bare_open(b, q->a);
    }
    return per_operation(from);
}

/* The floor must compute the same, or it is none. */
static void compare(const Worktime *w, const Bare *b)
{
    for (int i = 0; i < OPERATIONS; i++) {
        const Question *q = &questions[i];
        Duration d = {q->add, DURATION_OPEN_SECONDS};
        Instant t = 0;
        Seconds s = 0;
        if (q->add > 0 && worktime_add(w, q->a, d, &t, NULL) && t != bare_add(b, q->a, q->add))
            fail("add: floor and worktime differ at question %d", i);
        if (worktime_between(w, q->a, q->b, &s, NULL) && s != bare_open(b, q->b) - bare_open(b, q->a))
            fail("between: floor and worktime differ at question %d", i);
    }
}

static Calendar *load(char **files)
{
    GError *err = NULL;
    char *hours[] = {files[0], NULL}, *holidays[] = {files[1], NULL};
    Calendar *c = calendar_new(&(CalendarSource){.name = "bench", .hours = hours, .holidays = holidays, .zone_id = "Europe/Berlin"}, NULL, &err);
    if (c == NULL)
        fail("%s", err->message);
    return c;
}

static GArray *open_intervals(Calendar *c, Instant to)
{
    GArray *pieces = NULL, *open = g_array_new(FALSE, FALSE, sizeof(Interval));
    if (!calendar_pieces(c, FROM, to, &pieces, NULL))
        fail("no pieces");
    for (guint i = 0; i < pieces->len; i++) {
        const CalendarPiece *p = &g_array_index(pieces, CalendarPiece, i);
        Interval interval = {p->start, p->end};
        if (p->open)
            g_array_append_val(open, interval);
    }
    g_array_unref(pieces);
    return open;
}

static Bare bare_of(const GArray *open)
{
    Bare b = {g_new(Instant, open->len + 1), g_new(Seconds, open->len + 2), open->len + 1};
    b.start[0] = FROM - DAY; /* nothing is open before the first */
    b.before[0] = b.before[1] = 0;
    for (guint i = 0; i < open->len; i++) {
        const Interval *o = &g_array_index(open, Interval, i);
        b.start[i + 1] = o->start;
        b.before[i + 2] = b.before[i + 1] + o->end - o->start;
    }
    return b;
}

static void print(const char *what, int years, const Figure *f)
{
    g_autofree char *name = g_strdup_printf("worktime %s ns, %d year%s", what, years, years == 1 ? "" : "s");
    figure_print(name, f);
}

static void bench_years(char **files, int years)
{
    Instant to = FROM + (Instant)years * 365 * DAY;
    static Figure none;
    Figure compile = none, add = none, between = none, calendar = none;
    Calendar *c = NULL;
    for (int round = 0; round < 5; round++) {
        Seconds s;
        calendar_free(c);
        double from = now_us();
        c = load(files);
        if (!calendar_between(c, FROM, to, &s, NULL))
            fail("calendar: no answer");
        figure_add(&compile, (now_us() - from) / 1000, 0);
    }
    g_autoptr(GArray) open = open_intervals(c, to);
    Worktime *w = worktime_new((const Interval *)(const void *)open->data, open->len, FROM, to, calendar_zone(c));
    Bare b = bare_of(open);
    make_questions(years);
    compare(w, &b);
    for (int round = 0; round < ROUNDS; round++) {
        double floor_add = time_bare(&b, TRUE);
        figure_add(&add, time_add(w), floor_add);
        figure_add(&between, time_between(w), time_bare(&b, FALSE));
        figure_add(&calendar, time_calendar(c), floor_add);
    }
    print("add", years, &add);
    print("between", years, &between);
    print("add by its calendar", years, &calendar);
    g_autofree char *name = g_strdup_printf("calendar read and compiled ms, %d year%s", years, years == 1 ? "" : "s");
    figure_print(name, &compile);
    worktime_free(w);
    calendar_free(c);
    g_free(b.start);
    g_free(b.before);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        fail("usage: bench_worktime HOURS HOLIDAYS");
    bench_years(argv + 1, 1);
    bench_years(argv + 1, 10);
    return 0;
}
