/* banned: what must not be called in this tree. Include it last in every .c file; a test sees to that.
 * Time is an argument (only base/instant asks the system), and strings know their length. */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#define BANNED(func) this_function_is_banned_here_##func

#undef strcpy
#define strcpy(x, y) BANNED(strcpy)
#undef strcat
#define strcat(x, y) BANNED(strcat)
#undef strncpy
#define strncpy(x, y, n) BANNED(strncpy)
#undef strncat
#define strncat(x, y, n) BANNED(strncat)
#undef strtok
#define strtok(x, y) BANNED(strtok)
#undef sprintf
#define sprintf(...) BANNED(sprintf)
#undef vsprintf
#define vsprintf(...) BANNED(vsprintf)
#undef rand
#define rand() BANNED(rand)
#undef atoi
#define atoi(x) BANNED(atoi)
#undef system
#define system(x) BANNED(system)
#undef time
#define time(x) BANNED(time)
#undef localtime
#define localtime(x) BANNED(localtime)
#undef localtime_r
#define localtime_r(x, y) BANNED(localtime_r)
#undef gmtime
#define gmtime(x) BANNED(gmtime)
#undef mktime
#define mktime(x) BANNED(mktime)
#undef ctime
#define ctime(x) BANNED(ctime)
#undef icaltime_as_timet
#define icaltime_as_timet(x) BANNED(icaltime_as_timet)

#endif
