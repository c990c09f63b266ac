#include "bench/html.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/instant.h"

enum {
    REPORT_MAX = 1 << 23,
    PLOT_WIDTH = 640,
    PLOT_HEIGHT = 220,
    MARGIN_LEFT = 70,
    MARGIN_BOTTOM = 30,
    GRID_LINES = 4,
    NINES = 5, /* the latency axis ends at 99.999 % */
    CURVE_POINTS = 200,
};

static const char style[] =
    "body{font:15px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;"
    "color:#1c1c1c}table{border-collapse:collapse}td,th{padding:.15rem .8rem;text-align:right;"
    "border-bottom:1px solid #ddd}td:first-child,th:first-child{text-align:left}"
    "svg{display:block;margin:.5rem 0 1.5rem}text{font:12px system-ui,sans-serif;fill:#555}"
    ".grid{stroke:#ddd}.curve{fill:none;stroke:#0b6e99;stroke-width:1.6}";

struct plot {
    struct buf *out;
    double top; /* of the vertical axis, which begins at 0 */
    const char *unit;
};

static double plot_y(const struct plot *plot, double value)
{
    return PLOT_HEIGHT * (1 - value / plot->top);
}

static void plot_open(const struct plot *plot, const char *title)
{
    buf_format(plot->out, "<h3>%s</h3><svg width=\"%d\" height=\"%d\" role=\"img\">", title,
               MARGIN_LEFT + PLOT_WIDTH + 10, PLOT_HEIGHT + MARGIN_BOTTOM + 10);
    buf_format(plot->out, "<title>%s</title><g transform=\"translate(%d,10)\">", title,
               MARGIN_LEFT);
    for (int i = 0; i <= GRID_LINES; i++) {
        const double value = plot->top * i / GRID_LINES;

        buf_format(plot->out,
                   "<line class=\"grid\" x1=\"0\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>"
                   "<text x=\"-6\" y=\"%.1f\" text-anchor=\"end\">%.0f %s</text>",
                   PLOT_WIDTH, plot_y(plot, value), plot_y(plot, value), plot_y(plot, value) + 4,
                   value, plot->unit);
    }
    buf_add_str(plot->out, "<polyline class=\"curve\" points=\"");
}

static void plot_point(const struct plot *plot, double x, double value)
{
    buf_format(plot->out, "%.1f,%.1f ", x * PLOT_WIDTH, plot_y(plot, value));
}

static void plot_mark(const struct plot *plot, double x, const char *text)
{
    buf_format(plot->out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
               x * PLOT_WIDTH, PLOT_HEIGHT + MARGIN_BOTTOM - 10, text);
}

static void plot_close(const struct plot *plot)
{
    buf_add_str(plot->out, "</g></svg>\n");
}

/* Latency against the share of requests that were faster; each nine takes the same width. */
static void draw_latency(const struct figures *figures, struct buf *out)
{
    static const char *const marks[] = { "0", "90 %", "99 %", "99.9 %", "99.99 %", "99.999 %" };
    const struct histogram *latency = &figures->total.latency_ns;
    const struct plot plot = { out, (double)latency->most / 1000 + 1, "us" };

    plot_open(&plot, "Latency by share of requests");
    for (int i = 0; i < CURVE_POINTS; i++) {
        const double x = (double)i / (CURVE_POINTS - 1);

        plot_point(&plot, x, (double)histogram_at(latency, 1 - pow(10, -x * NINES)) / 1000);
    }
    buf_add_str(out, "\"/>");
    for (int i = 0; i <= NINES; i++)
        plot_mark(&plot, (double)i / NINES, marks[i]);
    plot_close(&plot);
}

/* How many answers came in each part of the measured time, against the mean. */
static void draw_throughput(const struct figures *figures, struct buf *out)
{
    const uint64_t *slices = figures->total.slices;
    struct plot plot = { out, 0, "%" };
    double sum = 0;

    for (size_t i = 0; i < SLICES; i++)
        sum += (double)slices[i];
    for (size_t i = 0; i < SLICES; i++)
        plot.top = fmax(plot.top, (double)slices[i] * SLICES * 100 / sum);
    if (sum == 0)
        return;
    plot_open(&plot, "Throughput over the measured time, share of its mean");
    for (size_t i = 0; i < SLICES; i++)
        plot_point(&plot, (double)i / (SLICES - 1), (double)slices[i] * SLICES * 100 / sum);
    buf_add_str(out, "\"/>");
    plot_mark(&plot, 0, "begin");
    plot_mark(&plot, 1, "end");
    plot_close(&plot);
}

static void write_table(const struct figures *figures, struct buf *out)
{
    buf_add_str(out, "<table><tr><th></th><th>median</th><th>spread</th></tr>");
    for (enum figure i = FIGURE_RATE; i < FIGURES; i++)
        if (figures->samples[i].count > 0)
            buf_format(out, "<tr><td>%s</td><td>%.1f</td><td>&plusmn; %.1f %%</td></tr>",
                       figure_name(i), figures_median(figures, i),
                       sample_spread(&figures->samples[i]) * 100);
    for (size_t i = 0; i < figures->total.code_count; i++)
        buf_format(out, "<tr><td>error %s</td><td>%llu</td><td></td></tr>",
                   figures->total.codes[i].code, (unsigned long long)figures->total.codes[i].count);
    buf_add_str(out, "</table>\n");
}

enum err html_write(const char *path, const struct figures *figures, size_t count, struct why *why)
{
    struct buf out AUTO(buf_done);
    char now[INSTANT_TEXT_SIZE];
    enum err err;

    instant_write(clock_wall_ms(), now);
    buf_init(&out, REPORT_MAX);
    buf_format(&out,
               "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>pangate-bench"
               "</title><style>%s</style><h1>pangate-bench</h1><p>%s</p>\n",
               style, now);
    for (size_t i = 0; i < count; i++) {
        buf_format(&out, "<h2>%s, %u connections, %zu rounds</h2>\n", figures[i].name,
                   figures[i].connections, figures[i].samples[FIGURE_RATE].count);
        write_table(&figures[i], &out);
        draw_latency(&figures[i], &out);
        draw_throughput(&figures[i], &out);
    }
    buf_add_str(&out, "</html>\n");
    err = buf_check(&out) != OK ? ERR_LIMIT : file_replace(path, buf_bytes(&out), 0644);
    return err == OK ? OK : why_say(why, err, "%s: %s", path, strerror(errno));
}
