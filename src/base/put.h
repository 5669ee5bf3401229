/* put: text into a buffer of fixed size, piece by piece, for programs that start for one mail and should do little else. Libc only, and in
 * place: printf would be a quarter of all that the filter does, and calls for single characters a tenth. */
#ifndef BASE_PUT_H
#define BASE_PUT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PUT_DIGITS 20 /* of 64 bits */

typedef struct {
    char *out; /* terminated by put_end alone */
    size_t size, length;
    int is_cut; /* something did not fit, and what came after it is not there either */
} Put;

static inline void put_bytes(Put *p, const char *bytes, size_t length)
{
    p->is_cut = p->is_cut || length > p->size - p->length;
    if (p->is_cut)
        return;
    memcpy(p->out + p->length, bytes, length);
    p->length += length;
}

static inline void put_text(Put *p, const char *text) { put_bytes(p, text, strlen(text)); }

/* Decimal, with zeros before it up to so many digits. */
static inline void put_number(Put *p, uint64_t value, int digits)
{
    char text[PUT_DIGITS];
    int at = PUT_DIGITS;
    for (; value > 0; value /= 10)
        text[--at] = (char)('0' + value % 10);
    while (at > 0 && PUT_DIGITS - at < digits)
        text[--at] = '0';
    put_bytes(p, text + at, (size_t)(PUT_DIGITS - at));
}

/* The NUL, which is not counted. 0, or -1: something did not fit. */
static inline int put_end(Put *p)
{
    p->is_cut = p->is_cut || p->length == p->size;
    if (p->is_cut)
        return -1;
    p->out[p->length] = '\0';
    return 0;
}

#endif
