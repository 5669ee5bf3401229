/* headroom: one call of statvfs(3), and two floors. */
#include "base/headroom.h"

#include <sys/statvfs.h>

#include "base/limits.h"

#include "base/banned.h"

static uint64_t lesser(uint64_t a, uint64_t b) { return a < b ? a : b; }

int headroom_read(const char *path, Headroom *ret)
{
    struct statvfs s;
    if (statvfs(path, &s) != 0)
        return -1;
    *ret = (Headroom){.bytes = (uint64_t)s.f_bavail * s.f_frsize,
                      .bytes_floor = lesser(LIMIT_FREE_BYTES, (uint64_t)s.f_blocks * s.f_frsize / 20),
                      .inodes = s.f_favail,
                      .inodes_floor = lesser(LIMIT_FREE_INODES, (uint64_t)s.f_files / 20)}; /* no inodes at all: none is needed */
    return 0;
}

int headroom_is_enough(const Headroom *h, unsigned times) { return h->bytes >= h->bytes_floor * times && h->inodes >= h->inodes_floor * times; }
