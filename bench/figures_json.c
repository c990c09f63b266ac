#include <math.h>
#include <stdio.h>

#include "base/json_writer.h"
#include "bench/figures.h"

enum { NUMBER_SIZE = 32 };

/* JSON has no word for what was not measured but null. */
static void write_real(struct json_writer *json, const char *name, double value)
{
    char text[NUMBER_SIZE] = "null";

    if (isfinite(value))
        (void)snprintf(text, sizeof(text), "%.3f", value);
    json_raw(json, name, bytes_str(text));
}

static void write_medians(struct json_writer *json, const struct figures *figures)
{
    json_open(json, "latency_us", '{');
    for (enum figure i = FIGURE_P50; i <= FIGURE_MAX; i++)
        write_real(json, figure_name(i), figures_median(figures, i));
    json_close(json, '}');
    for (enum figure i = FIGURE_SERVER_CPU; i < FIGURES; i++)
        write_real(json, figure_name(i), figures_median(figures, i));
}

static void write_codes(struct json_writer *json, const struct tally *total)
{
    json_open(json, "errors", '{');
    for (size_t i = 0; i < total->code_count; i++)
        json_number(json, total->codes[i].code, (int64_t)total->codes[i].count);
    json_close(json, '}');
}

static void write_rounds(struct json_writer *json, const struct figures *figures)
{
    json_open(json, "rounds", '{');
    for (enum figure i = FIGURE_RATE; i < FIGURES; i++) {
        json_open(json, figure_name(i), '[');
        for (size_t n = 0; n < figures->samples[i].count; n++)
            write_real(json, NULL, figures->samples[i].values[n]);
        json_close(json, ']');
    }
    json_close(json, '}');
}

void figures_json(const struct figures *figures, struct buf *ret_text)
{
    struct json_writer json = json_writer_on(ret_text);

    json_open(&json, NULL, '{');
    json_str(&json, "workload", figures->name);
    json_number(&json, "connections", figures->connections);
    json_number(&json, "requests", (int64_t)(figures->total.good + figures->total.bad));
    write_real(&json, "rate", figures->rate);
    write_real(&json, figure_name(FIGURE_RATE), figures_median(figures, FIGURE_RATE));
    write_codes(&json, &figures->total);
    write_medians(&json, figures);
    json_number(&json, "unsteady_rounds", figures->unsteady);
    write_rounds(&json, figures);
    json_close(&json, '}');
    buf_add_str(ret_text, "\n");
}
