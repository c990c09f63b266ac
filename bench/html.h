/*
 * A report that needs nothing but a browser: one file, its plots drawn as SVG.
 */
#ifndef PANGATE_BENCH_HTML_H
#define PANGATE_BENCH_HTML_H

#include "bench/figures.h"

enum err html_write(const char *path, const struct figures *figures, size_t count, struct why *why);

#endif
