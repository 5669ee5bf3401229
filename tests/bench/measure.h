/* measure: what the bench programs share: a clock, medians of rounds, and the line of a figure. Value and floor are measured in
 * the same rounds, one after the other, for a neighbour on the machine slows both: only their ratio means something elsewhere.
 * */
#ifndef TESTS_BENCH_MEASURE_H
#define TESTS_BENCH_MEASURE_H

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUNDS_MAX 64

typedef struct {
    double value[ROUNDS_MAX], floor[ROUNDS_MAX];
    int rounds;
} Figure;

static inline _Noreturn __attribute__((format(printf, 1, 2))) void fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(1);
}

static inline double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* One round. floor 0: there is none. */
static inline void figure_add(Figure *f, double value, double floor)
{
    if (f->rounds == ROUNDS_MAX)
        fail("too many rounds");
    f->value[f->rounds] = value;
    f->floor[f->rounds++] = floor;
}

static inline int figure_order(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static inline double figure_median(const double *values, int n)
{
    double sorted[ROUNDS_MAX];
    memcpy(sorted, values, (size_t)n * sizeof *values);
    qsort(sorted, (size_t)n, sizeof *sorted, figure_order);
    return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

/* "name<TAB>value<TAB>floor<TAB>ratio": medians; the ratio is the median of the rounds' own ratios. */
static inline void figure_print(const char *name, const Figure *f)
{
    double ratio[ROUNDS_MAX];
    for (int i = 0; i < f->rounds; i++)
        ratio[i] = f->floor[i] > 0 ? f->value[i] / f->floor[i] : 0;
    double value = figure_median(f->value, f->rounds), floor = figure_median(f->floor, f->rounds);
    if (floor > 0)
        printf("%s\t%.1f\t%.1f\t%.2f\n", name, value, floor, figure_median(ratio, f->rounds));
    else
        printf("%s\t%.1f\t-\t-\n", name, value);
    fflush(stdout);
}

#endif
