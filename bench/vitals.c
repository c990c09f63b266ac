#include "bench/vitals.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/admin_client.h"

enum { PAGE_MAX = 4 * 1024 * 1024, COMMAND_SIZE = 4096 };

/* The words of its command line, each with its NUL; "" behind the last. */
static void read_command(int pid, char ret_words[COMMAND_SIZE])
{
    char path[64];
    size_t size = 0;
    FILE *file;

    (void)snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
    file = fopen(path, "re");
    if (file != NULL) {
        size = fread(ret_words, 1, COMMAND_SIZE - 2, file);
        (void)fclose(file);
    }
    ret_words[size] = ret_words[size + 1] = '\0';
}

/* What follows -c or --config; NULL if nothing does. */
static const char *find_path(const char *words)
{
    static const char joined[] = "--config=";

    for (const char *word = words; *word != '\0'; word += strlen(word) + 1) {
        if (strcmp(word, "-c") == 0 || strcmp(word, "--config") == 0)
            return word + strlen(word) + 1;
        if (strncmp(word, joined, sizeof(joined) - 1) == 0)
            return word + sizeof(joined) - 1;
    }
    return NULL;
}

struct config *vitals_find(int pid)
{
    struct config_mistakes *mistakes = calloc(1, sizeof(*mistakes));
    struct config *config = NULL;
    char words[COMMAND_SIZE], folder[64], path[PATH_SIZE];
    const char *name;

    read_command(pid, words);
    name = find_path(words);
    (void)snprintf(folder, sizeof(folder), "/proc/%d/cwd", pid);
    if (mistakes == NULL || name == NULL || path_join(folder, name, path, sizeof(path)) != OK ||
        config_load(path, &config, mistakes) != OK)
        config = NULL;
    free(mistakes);
    return config;
}

/* "name 12.5": another name leaves the value alone. */
static void read_sample(const char *line, const char *name, double *ret_value)
{
    const size_t size = strlen(name);

    if (strncmp(line, name, size) == 0 && line[size] == ' ')
        *ret_value = strtod(line + size, NULL);
}

static void read_bucket(const char *line, struct vitals *vitals)
{
    static const char name[] = "pangate_journal_sync_duration_seconds_bucket{le=\"";
    double limit, count;

    if (strncmp(line, name, sizeof(name) - 1) != 0 || vitals->bucket_count == VITALS_BUCKETS ||
        sscanf(line + sizeof(name) - 1, "%lf\"} %lf", &limit, &count) != 2)
        return;
    vitals->limits_s[vitals->bucket_count] = limit;
    vitals->within[vitals->bucket_count++] = count;
}

void vitals_parse(const char *text, struct vitals *ret_vitals)
{
    struct vitals *vitals = ret_vitals;

    *vitals = (struct vitals){ 0 };
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        read_sample(line, "pangate_decided_entries", &vitals->entries);
        read_sample(line, "pangate_journal_sync_duration_seconds_count", &vitals->syncs);
        read_sample(line, "pangate_journal_sync_duration_seconds_sum", &vitals->sync_s);
        read_bucket(line, vitals);
    }
}

bool vitals_read(const struct config *config, struct vitals *ret_vitals)
{
    struct buf page AUTO(buf_done);

    buf_init(&page, PAGE_MAX);
    if (admin_get(config, "/metrics", &page) != OK)
        return false;
    buf_add_u8(&page, 0);
    if (buf_check(&page) != OK)
        return false;
    vitals_parse((const char *)page.data, ret_vitals);
    return true;
}

double vitals_sync_us(const struct vitals *before, const struct vitals *after, double share)
{
    const size_t count = after->bucket_count;
    const double all = count == 0 ? 0 : after->within[count - 1] - before->within[count - 1];
    double below = 0;

    for (size_t i = 0; i < count && all > 0; i++) {
        const double within = after->within[i] - before->within[i];
        const double from_s = i == 0 ? 0 : after->limits_s[i - 1];
        const double part = within > below ? (all * share - below) / (within - below) : 0;

        if (within >= all * share)
            return 1e6 *
                   (from_s + (isinf(after->limits_s[i]) ? 0 : after->limits_s[i] - from_s) * part);
        below = within;
    }
    return NAN;
}
