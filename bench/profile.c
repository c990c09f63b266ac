#include "bench/profile.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"

enum { FILE_MAX = 64 * 1024, LINE_SIZE = 128, NAME_SIZE = 32 };

/* A workload that asks something, over connections that are kept. */
static const struct work *find_work(const char *name)
{
    const struct work *work = work_find(name);

    return work == NULL || work->habit != HABIT_KEEP || work->method == NULL ? NULL : work;
}

static bool is_new(const struct profile *profile, const struct work *work)
{
    for (size_t i = 0; i < profile->count; i++)
        if (profile->shares[i].work == work)
            return false;
    return profile->count < SCRIPT_PARTS_MAX;
}

static bool read_line(const char *line, struct profile *profile)
{
    char name[NAME_SIZE], more;
    const struct work *work;
    unsigned weight;

    if (line[strspn(line, " \t")] == '\0' || line[strspn(line, " \t")] == '#')
        return true;
    if (sscanf(line, "%6u %31s %c", &weight, name, &more) != 2 || weight < 1 ||
        weight > PROFILE_SHARE_MAX)
        return false;
    work = find_work(name);
    if (work == NULL || !is_new(profile, work))
        return false;
    profile->shares[profile->count++] = (struct share){ work, weight };
    return true;
}

enum err profile_parse(struct bytes text, const char *path, struct why *why,
                       struct profile *ret_profile)
{
    struct profile profile = { 0 };

    for (unsigned number = 1; text.size > 0; number++) {
        const uint8_t *end = memchr(text.data, '\n', text.size);
        const size_t size = end == NULL ? text.size : (size_t)(end - text.data);
        char line[LINE_SIZE];

        if (!bytes_copy_text(bytes_of(text.data, size), line, sizeof(line)) ||
            !read_line(line, &profile))
            return why_say(why, ERR_CONFIG,
                           "%s:%u: must be a share of 1 to %d and a workload that is not there yet",
                           path, number, PROFILE_SHARE_MAX);
        text = bytes_from(text, end == NULL ? size : size + 1);
    }
    if (profile.count == 0)
        return why_say(why, ERR_CONFIG, "%s: names no workload", path);
    *ret_profile = profile;
    return OK;
}

enum err profile_read(const char *path, struct why *why, struct profile *ret_profile)
{
    struct buf text AUTO(buf_done);
    enum err err;

    buf_init(&text, FILE_MAX);
    err = file_read(path, &text);
    if (err != OK)
        return why_say(why, err, "%s: cannot be read: %s", path, strerror(errno));
    return profile_parse(buf_bytes(&text), path, why, ret_profile);
}
