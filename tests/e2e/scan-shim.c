/* scan-shim: for tests only: a library before the others, which writes into the file $SCANS each statement of SQLite that went through more rows of a
 * table or an index from its beginning than $SCANS_MOST, with their number. */
#include <dlfcn.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#define NEXT(type, name) ((type)dlsym(RTLD_NEXT, name))

int sqlite3_reset(sqlite3_stmt *statement)
{
    const char *path = getenv("SCANS"), *most = getenv("SCANS_MOST");
    int rows = statement != NULL ? sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_FULLSCAN_STEP, 1) : 0;
    FILE *f = path != NULL && rows > (most != NULL ? (int)strtol(most, NULL, 10) : 0) ? fopen(path, "a") : NULL;
    if (f != NULL) {
        fprintf(f, "%d %s\n", rows, sqlite3_sql(statement));
        fclose(f);
    }
    return NEXT(int (*)(sqlite3_stmt *), "sqlite3_reset")(statement);
}
