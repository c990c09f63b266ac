#include "bench/verdicts.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/must.h"

enum { NUMBER_SIZE = 32, LINE_SIZE = 256, TABLE_MAX = 1 << 20 };

void verdicts_add(struct verdicts *verdicts, const struct verdict *verdict)
{
    must(verdicts->count < VERDICTS_MAX);
    verdicts->list[verdicts->count++] = *verdict;
}

static bool reaches(const struct verdict *verdict, double bar)
{
    return verdict->is_least ? verdict->value >= bar : verdict->value <= bar;
}

const char *verdict_word(const struct verdict *verdict)
{
    if (isnan(verdict->bar) || isnan(verdict->value))
        return "";
    if (!isnan(verdict->stretch) && reaches(verdict, verdict->stretch))
        return "stretch";
    return reaches(verdict, verdict->bar) ? "bar" : "missed";
}

/* Three digits that say something; "-" for what there is not. */
static const char *number_text(double value, char ret_text[NUMBER_SIZE])
{
    const int places = fabs(value) >= 100 ? 0 : fabs(value) >= 10 ? 1 : 2;

    (void)snprintf(ret_text, NUMBER_SIZE, "%.*f", places, value);
    return isnan(value) ? "-" : ret_text;
}

void verdict_print(const struct verdict *verdict)
{
    char value[NUMBER_SIZE], noise[NUMBER_SIZE], bar[NUMBER_SIZE], stretch[NUMBER_SIZE];

    (void)printf("  %-34s %s", verdict->figure, number_text(verdict->value, value));
    if (verdict->noise > 0)
        (void)printf(" +/- %s", number_text(verdict->noise, noise));
    if (!isnan(verdict->bar))
        (void)printf(" (bar %s, stretch %s: %s)", number_text(verdict->bar, bar),
                     number_text(verdict->stretch, stretch), verdict_word(verdict));
    (void)printf("%s%s\n", verdict->behind[0] == '\0' ? "" : "; ", verdict->behind);
    (void)fflush(stdout);
}

/* "model name : AMD EPYC" of /proc/cpuinfo; "" where there is none. */
static void read_processor(char ret_name[LINE_SIZE])
{
    FILE *file = fopen("/proc/cpuinfo", "re");
    char line[LINE_SIZE];

    ret_name[0] = '\0';
    while (file != NULL && ret_name[0] == '\0' && fgets(line, sizeof(line), file) != NULL)
        if (strncmp(line, "model name", strlen("model name")) == 0)
            (void)sscanf(line, "model name%*[ \t]: %255[^\n]", ret_name);
    if (file != NULL)
        (void)fclose(file);
}

static void write_machine(struct buf *text)
{
    const time_t now = time(NULL);
    char processor[LINE_SIZE], day[NUMBER_SIZE];
    struct utsname system;
    struct tm when;

    must(uname(&system) == 0 && gmtime_r(&now, &when) != NULL);
    (void)strftime(day, sizeof(day), "%Y-%m-%d", &when);
    read_processor(processor);
    buf_format(text, "Measured on %s: %ld x %s, %s %s, pangate %s.\n\n", day,
               sysconf(_SC_NPROCESSORS_ONLN), processor, system.sysname, system.release,
               PANGATE_VERSION);
}

static void write_row(const struct verdict *verdict, struct buf *text)
{
    char value[NUMBER_SIZE], noise[NUMBER_SIZE], bar[NUMBER_SIZE], stretch[NUMBER_SIZE];
    const bool is_sure = verdict->noise == 0;

    buf_format(text, "| %s | %s | %s%s%s | %s | %s | %s | %s |\n", verdict->work, verdict->figure,
               number_text(verdict->value, value), is_sure ? "" : " ± ",
               is_sure ? "" : number_text(verdict->noise, noise), number_text(verdict->bar, bar),
               number_text(verdict->stretch, stretch), verdict_word(verdict), verdict->behind);
}

void verdicts_markdown(const struct verdicts *verdicts, struct buf *text)
{
    write_machine(text);
    buf_add_str(text, "| work | figure | measured | bar | stretch | reached | behind it |\n"
                      "|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < verdicts->count; i++)
        write_row(&verdicts->list[i], text);
}

enum err verdicts_write(const struct verdicts *verdicts, const char *path, struct why *why)
{
    struct buf text AUTO(buf_done);
    enum err err;

    buf_init(&text, TABLE_MAX);
    if (path == NULL)
        return OK;
    verdicts_markdown(verdicts, &text);
    err = buf_check(&text);
    if (err == OK)
        err = file_replace(path, buf_bytes(&text), 0644);
    return err == OK ? OK : why_say(why, err, "%s: cannot be written: %s", path, strerror(errno));
}
