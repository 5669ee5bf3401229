/* headroom: whether a file system has room for more. Libc only: the filter links it too, and has no configuration. */
#ifndef BASE_HEADROOM_H
#define BASE_HEADROOM_H

#include <stdint.h>

typedef struct {
    uint64_t bytes, bytes_floor;   /* free for users, and what should be */
    uint64_t inodes, inodes_floor; /* the floor is 0 where the file system does not count them */
} Headroom;

/* Of the file system that path lies on. The floors are LIMIT_FREE_BYTES and LIMIT_FREE_INODES, or 5 % of a file system that is small. 0, or -1 with
 * errno. */
int headroom_read(const char *path, Headroom *ret);
/* Whether both are at or above `times` their floor. */
int headroom_is_enough(const Headroom *h, unsigned times);

#endif
