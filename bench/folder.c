#include "bench/folder.h"

#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK_SIZE = 512 }; /* the unit of st_blocks, stat(2) */

enum err folder_new(const char *folder, struct why *why, char ret_path[PATH_SIZE])
{
    char path[PATH_SIZE];

    TRY(path_join(folder, "pangate-bench-XXXXXX", path, sizeof(path)));
    if (mkdtemp(path) == NULL)
        return why_say(why, file_err(errno), "%s: %s", folder, strerror(errno));
    memcpy(ret_path, path, sizeof(path));
    return OK;
}

int64_t folder_bytes(const char *path)
{
    char *const paths[] = { (char *)path, NULL };
    FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    int64_t bytes = 0;

    if (walk == NULL)
        return 0;
    for (const FTSENT *entry = fts_read(walk); entry != NULL; entry = fts_read(walk))
        if (entry->fts_info == FTS_F)
            bytes += entry->fts_statp->st_blocks * BLOCK_SIZE;
    (void)fts_close(walk);
    return bytes;
}

void folder_remove(const char *path)
{
    char *const paths[] = { (char *)path, NULL };
    FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);

    if (walk == NULL)
        return;
    for (const FTSENT *entry = fts_read(walk); entry != NULL; entry = fts_read(walk))
        if (entry->fts_info != FTS_D) /* a folder is met again when it is empty */
            (void)remove(entry->fts_accpath);
    (void)fts_close(walk);
}

void file_beside(const char *path, const char *name, char ret_path[PATH_SIZE])
{
    const char *slash = strrchr(path, '/');

    (void)snprintf(ret_path, PATH_SIZE, "%.*s%s", slash == NULL ? 0 : (int)(slash - path + 1), path,
                   name);
}
