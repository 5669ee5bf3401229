/* put: text into a buffer of fixed size, piece by piece, for programs that start for one mail and should do little else. Libc only. */
#ifndef BASE_PUT_H
#define BASE_PUT_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    char *out; /* terminated by put_end alone */
    size_t size, length;
    int is_cut; /* something did not fit, and what came after it is not there either */
} Put;

void put_bytes(Put *p, const char *bytes, size_t length);
void put_text(Put *p, const char *text);
/* Decimal, with zeros before it up to so many digits. */
void put_number(Put *p, uint64_t value, int digits);
/* The NUL, which is not counted. 0, or -1: something did not fit. */
int put_end(Put *p);

#endif
