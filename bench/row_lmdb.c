#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/folder.h"
#include "bench/lmdb_peer.h"
#include "bench/measure.h"
#include "bench/row.h"

enum {
    SUSTAINED = 2000000,
    BATCH = 1000,
    LMDB_BATCH = 8192,
    GROUP = 32,
    BATCH_CONNECTIONS = 8,
    FOREVER_S = 86400,
};

struct contest { /* cards a second, round by round */
    struct arena *arena;
    uint64_t cards;
    struct sample ours_batch, theirs_batch, ours_group, theirs_group;
    struct lmdb_sizes sizes;
};

/* A vault that began empty takes the batches, then single cards that 32 connections wait for. */
static enum err run_gateway(struct contest *contest, const struct yard *yard,
                            struct figures *figures, struct why *why)
{
    char paths[YARD_PATHS][PATH_SIZE], vault[PATH_SIZE + 8];
    struct options options = contest->arena->options;
    struct measurement measurement = { &options, work_find("batch"), false };

    yard_point(yard, paths, &options);
    options.rounds = 1;
    options.warmup_s = 0;
    options.connections = BATCH_CONNECTIONS;
    options.batch = contest->cards < BATCH ? (unsigned)contest->cards : BATCH;
    options.count = contest->cards / options.batch;
    TRY(measure(&measurement, why, figures));
    sample_add(&contest->ours_batch, figures_median(figures, FIGURE_RATE) * options.batch);
    measurement.work = work_find("tokenize");
    options.connections = GROUP;
    options.count = 0;
    TRY(measure(&measurement, why, figures));
    sample_add(&contest->ours_group, figures_median(figures, FIGURE_RATE));
    (void)snprintf(vault, sizeof(vault), "%s/vault", yard->folder);
    return lmdb_sizes_read(vault, why, &contest->sizes);
}

static enum err play_gateway(struct contest *contest, struct figures *figures, struct why *why)
{
    const struct options *options = &contest->arena->options;
    struct yard yard AUTO(yard_stop) = { 0 };
    enum err err = yard_make(options, 1, why, &yard);

    if (err == OK)
        err = yard_start(&yard, options, why);
    if (err == OK)
        err = run_gateway(contest, &yard, figures, why);
    yard_stop(&yard);
    folder_remove(yard.folder);
    return err;
}

static enum err load_peer(struct contest *contest, struct lmdb_peer *peer)
{
    const struct lmdb_load batches = { LMDB_BATCH, contest->cards, FOREVER_S };
    const struct lmdb_load groups = { GROUP, UINT64_MAX, contest->arena->options.duration_s };
    double rate;

    TRY(lmdb_peer_load(peer, &batches, &rate));
    sample_add(&contest->theirs_batch, rate);
    TRY(lmdb_peer_load(peer, &groups, &rate));
    sample_add(&contest->theirs_group, rate);
    return OK;
}

static enum err play_peer(struct contest *contest, struct why *why)
{
    struct lmdb_peer *peer = NULL;
    enum err err = lmdb_peer_open(contest->arena->options.folder, &contest->sizes, why, &peer);

    if (err == OK)
        err = load_peer(contest, peer);
    lmdb_peer_close(peer);
    return err;
}

static void judge(struct contest *contest, const struct sample *ours, const struct sample *theirs,
                  struct verdict verdict)
{
    const struct comparison comparison = sample_compare(theirs, ours);

    verdict.is_least = true;
    verdict.value = comparison.ratio;
    verdict.noise = comparison.noise * comparison.ratio;
    (void)snprintf(verdict.behind, sizeof(verdict.behind), "%.0f against %.0f", sample_median(ours),
                   sample_median(theirs));
    verdict_print(&verdict);
    verdicts_add(&contest->arena->verdicts, &verdict);
}

static enum err play(struct contest *contest, struct figures *figures, struct why *why)
{
    for (unsigned i = 0; i < contest->arena->options.rounds; i++) {
        TRY(play_gateway(contest, figures, why));
        TRY(play_peer(contest, why));
    }
    judge(contest, &contest->ours_batch, &contest->theirs_batch,
          (struct verdict){ .work = "tokenize in batches of 1,000, sustained from an empty vault",
                            .figure = "cards a second, x LMDB by 8,192",
                            .bar = 0.6,
                            .stretch = 0.9 });
    judge(contest, &contest->ours_group, &contest->theirs_group,
          (struct verdict){ .work = "tokenize at 32, behind them",
                            .figure = "cards a second, x LMDB by 32",
                            .bar = 3,
                            .stretch = NAN });
    return OK;
}

enum err row_lmdb(struct arena *arena, struct why *why)
{
    struct figures *figures = calloc(1, sizeof(*figures));
    struct contest *contest = calloc(1, sizeof(*contest));
    enum err err = figures == NULL || contest == NULL ? ERR_MEMORY : OK;

    if (err == OK) {
        arena_close_yard(arena); /* nothing else runs meanwhile, and it may be the same */
        contest->arena = arena;
        contest->cards = arena->options.count > 0 ? arena->options.count : SUSTAINED;
        err = play(contest, figures, why);
    }
    free(contest);
    free(figures);
    return err;
}
