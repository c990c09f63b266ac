#include "bench/figures.h"

#include <math.h>

#include "base/file.h"
#include "test.h"

enum { TEXT_MAX = 1 << 20 };

static struct figures *figures_of(size_t rounds)
{
    struct figures *figures = calloc(1, sizeof(*figures));
    struct round *round = calloc(1, sizeof(*round));

    assert_non_null(figures);
    assert_non_null(round);
    (void)snprintf(figures->name, sizeof(figures->name), "inspect");
    figures->connections = 8;
    for (size_t i = 0; i < rounds; i++) {
        *round = (struct round){ .seconds = 2, .server_cpu_us = 2000, .client_cpu_us = NAN };
        for (uint64_t n = 0; n < 100; n++) {
            tally_good(&round->tally, (n + 1) * 1000000);
            round->tally.slices[n % SLICES]++;
        }
        figures_add(figures, round);
    }
    free(round);
    return figures;
}

static void figures_come_from_the_rounds(void **state)
{
    struct figures *figures = figures_of(3);
    (void)state;

    assert_true(figures_median(figures, FIGURE_RATE) == 50);
    assert_true(figures_median(figures, FIGURE_SERVER_CPU) == 20);
    assert_true(isnan(figures_median(figures, FIGURE_CLIENT_CPU)));
    assert_true(figures_median(figures, FIGURE_P50) >= 50000);
    assert_true(figures_median(figures, FIGURE_MAX) == 100000);
    free(figures);
}

static void a_report_reads_back(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct figures *figures = figures_of(3), *again = calloc(1, sizeof(*again));
    struct buf text AUTO(buf_done);
    struct why why = { 0 };
    char path[TEST_PATH_SIZE];
    (void)state;

    buf_init(&text, TEXT_MAX);
    figures_json(figures, &text);
    assert_err(OK, path_join(temp.path, "a.json", path, sizeof(path)));
    assert_err(OK, file_create(path, buf_bytes(&text), 0644));
    assert_err(OK, figures_read(path, &why, again));
    assert_string_equal("inspect", again->name);
    for (enum figure i = FIGURE_RATE; i < FIGURES; i++) {
        assert_int_equal(figures->samples[i].count, again->samples[i].count);
        for (size_t n = 0; n < again->samples[i].count; n++)
            assert_true(fabs(figures->samples[i].values[n] - again->samples[i].values[n]) < 0.001);
    }
    free(figures);
    free(again);
}

static void a_file_that_is_missing_or_no_report_is_named(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct figures *figures = calloc(1, sizeof(*figures));
    struct why missing = { 0 }, foreign = { 0 };
    char path[TEST_PATH_SIZE];
    (void)state;

    assert_err(OK, path_join(temp.path, "a.json", path, sizeof(path)));
    assert_err(ERR_NOT_FOUND, figures_read(path, &missing, figures));
    assert_non_null(strstr(missing.text, "a.json"));
    assert_err(OK, file_create(path, bytes_lit("{\"rounds\":[1,2]}"), 0644));
    assert_err(ERR_CORRUPT, figures_read(path, &foreign, figures));
    assert_non_null(strstr(foreign.text, "not a report"));
    free(figures);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_come_from_the_rounds),
        cmocka_unit_test(a_report_reads_back),
        cmocka_unit_test(a_file_that_is_missing_or_no_report_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
