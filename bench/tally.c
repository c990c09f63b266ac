#include "bench/tally.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

void tally_good(struct tally *tally, uint64_t latency_ns)
{
    tally->good++;
    histogram_add(&tally->latency_ns, latency_ns);
}

/* What a server says may end up in a report: letters, digits and little else. */
static void name_code(char to[CODE_SIZE], const char *code)
{
    (void)snprintf(to, CODE_SIZE, "%s", code);
    for (size_t i = 0; to[i] != '\0'; i++)
        if (!isalnum((unsigned char)to[i]) && strchr(" _-.", to[i]) == NULL)
            to[i] = '?';
}

/* The last place gathers what would need one more. */
static struct code_count *tally_code(struct tally *tally, const char *code)
{
    char name[CODE_SIZE];

    name_code(name, code);
    for (size_t i = 0; i < tally->code_count; i++)
        if (strcmp(tally->codes[i].code, name) == 0)
            return &tally->codes[i];
    if (tally->code_count == CODES_MAX)
        return &tally->codes[CODES_MAX - 1];
    name_code(tally->codes[tally->code_count].code,
              tally->code_count == CODES_MAX - 1 ? "others" : name);
    return &tally->codes[tally->code_count++];
}

void tally_bad(struct tally *tally, const char *code)
{
    tally->bad++;
    tally_code(tally, code)->count++;
}

void tally_merge(struct tally *to, const struct tally *from)
{
    to->good += from->good;
    to->bad += from->bad;
    histogram_merge(&to->latency_ns, &from->latency_ns);
    for (size_t i = 0; i < from->code_count; i++)
        tally_code(to, from->codes[i].code)->count += from->codes[i].count;
    for (size_t i = 0; i < SLICES; i++)
        to->slices[i] += from->slices[i];
}

double tally_drift(const struct tally *tally)
{
    double halves[2] = { 0, 0 };

    for (size_t i = 0; i < SLICES; i++)
        halves[i >= SLICES / 2] += (double)tally->slices[i];
    if (halves[0] + halves[1] == 0)
        return 0;
    return fabs(halves[1] - halves[0]) / ((halves[0] + halves[1]) / 2);
}
