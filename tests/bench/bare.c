/* bare TMP NAME DIRECTORY: standard input becomes the file TMP, then NAME in DIRECTORY, on disk: the least that an MTA can start for a mail. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static char bytes[65536];

int main(int argc, char **argv)
{
    ssize_t n;
    int fd = argc != 4 ? -1 : open(argv[1], O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0440);
    if (fd < 0)
        return 1;
    while ((n = read(STDIN_FILENO, bytes, sizeof bytes)) > 0)
        if (write(fd, bytes, (size_t)n) != n)
            return 1;
    if (n < 0 || fsync(fd) != 0 || close(fd) != 0 || rename(argv[1], argv[2]) != 0)
        return 1;
    int directory = open(argv[3], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return directory < 0 || fsync(directory) != 0;
}
