#include "bench/match.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/disk.h"
#include "bench/setup.h"
#include "gateway/config.h"

enum { GATEWAY = PEER_KINDS, SIDES, MANY = 256, BURST = 60000, SYNCS_EACH = 100 };

#define COST(factor, farther)       FIGURE_SERVER_CPU, PEER_NGINX, factor, farther
#define RATE(peer, factor, farther) FIGURE_RATE, peer, factor, farther

/* Memory comes first: a process that has been busy has some left over. */
static const struct match matches[] = {
    { .name = "idle, 2,000 connections",
      .work = "idle",
      .connections = 2000,
      .bar_count = 1,
      .bars = { { FIGURE_CONNECTION, PEER_NGINX, 1.1, 0.9 } } },
    { .name = "constant, its head at 32",
      .work = "head",
      .connections = 32,
      .peer_path = "/",
      .bar_count = 1,
      .bars = { { COST(1.0, 0.85) } } },
    { .name = "constant, the whole document at 32",
      .work = "constant",
      .connections = 32,
      .peer_path = "/document",
      .bar_count = 1,
      .bars = { { COST(1.0, 0.85) } } },
    { .name = "inspect at 32",
      .work = "inspect",
      .connections = 32,
      .bar_count = 2,
      .bars = { { COST(1.2, 1.05) }, { RATE(PEER_NGINX, 0.85, 1.0) } } },
    { .name = "detokenize at 32",
      .work = "detokenize",
      .connections = 32,
      .has_share = true,
      .bar_count = 1,
      .bars = { { COST(1.6, 1.4) } } },
    { .name = "detokenize at 256",
      .work = "detokenize",
      .connections = MANY,
      .bar_count = 1,
      .bars = { { RATE(PEER_NGINX, 0.55, 0.7) } } },
    { .name = "tokenize at 32",
      .work = "tokenize",
      .connections = 32,
      .bar_count = 1,
      .bars = { { COST(3.2, 2.5) } } },
    { .name = "tokenize, a burst of 60,000 at 256",
      .work = "tokenize",
      .connections = MANY,
      .count = BURST,
      .has_tables = true,
      .bar_count = 3,
      .bars = { { RATE(PEER_NGINX, 0.35, 0.45) },
                { RATE(PEER_POSTGRES, 2, 3) },
                { RATE(PEER_REDIS, 0.8, 1.2) } } },
    { .name = "forward at 1",
      .work = "forward",
      .connections = 1,
      .is_forward = true,
      .has_added = true },
    { .name = "forward at 32",
      .work = "forward",
      .connections = 32,
      .is_forward = true,
      .bar_count = 1,
      .bars = { { COST(2.5, NAN) } } },
    { .name = "handshake at 32",
      .work = "handshake",
      .connections = 32,
      .bar_count = 1,
      .bars = { { COST(1.05, 0.95) } } },
};

const struct match *match_at(size_t index)
{
    return index < sizeof(matches) / sizeof(matches[0]) ? &matches[index] : NULL;
}

struct side { /* the gateway or a peer, in one match */
    bool plays;
    int pid;
    struct setup setup;
    struct figures figures;
};

struct contest {
    const struct match *match;
    struct arena *arena;
    struct options options;
    struct config *config; /* the gateway's; NULL: not known */
    struct side sides[SIDES];
};

static void contest_free(struct contest **contest)
{
    if (*contest == NULL)
        return;
    for (size_t i = 0; i < SIDES; i++)
        setup_done(&(*contest)->sides[i].setup);
    config_free((*contest)->config);
    free(*contest);
}

/* What the gateway is asked, with this peer's name. */
static void copy_script(const struct contest *contest, struct group *group)
{
    script_init(&group->script, &contest->options);
    group->script.tokens = &contest->sides[GATEWAY].setup.tokens;
    script_add(&group->script, work_find(contest->match->work), &contest->options,
               group->target->authority);
}

/* A peer speaks as the first client; where nothing is asked at all, as the gateway is. */
static enum err contest_add_peer(struct contest *contest, enum peer_kind kind, struct why *why)
{
    const struct peer_server *server = &contest->arena->peers[kind];
    const struct options *options = &contest->options;
    const struct client client = { options->ca, options->cert, options->key };
    struct side *side = &contest->sides[kind];
    struct group *group = &side->setup.plan.groups[0];
    char url[64];

    (void)snprintf(url, sizeof(url), "https://127.0.0.1:%u", server->port);
    TRY(target_open(url, &client, why, &side->setup.targets[0]));
    side->setup.target_count = 1;
    side->setup.plan.group_count = 1;
    side->setup.plan.habit = work_find(contest->match->work)->habit;
    group->target = &side->setup.targets[0];
    if (contest->match->is_forward)
        copy_script(contest, group);
    else
        peer_script(kind, contest->match->peer_path, group->target->authority, &group->script);
    side->pid = server->pid;
    side->plays = true;
    return OK;
}

static void contest_name(struct contest *contest)
{
    for (size_t i = 0; i < SIDES; i++) {
        struct figures *figures = &contest->sides[i].figures;

        (void)snprintf(figures->name, sizeof(figures->name), "%s",
                       i == GATEWAY ? "gateway" : peer_name((enum peer_kind)i));
        figures->connections = contest->match->connections;
        figures->is_counted = contest->match->count > 0;
    }
}

static enum err contest_prepare(struct contest *contest, struct why *why)
{
    const struct match *match = contest->match;
    struct side *gateway = &contest->sides[GATEWAY];

    contest->options = contest->arena->options;
    contest->options.connections = match->connections;
    if (match->count == 0 || contest->options.count == 0)
        contest->options.count = match->count;
    contest_name(contest);
    TRY(setup_make(&contest->options, work_find(match->work), why, &gateway->setup));
    gateway->pid = contest->options.pid;
    contest->config = gateway->pid == 0 ? NULL : vitals_find(gateway->pid);
    gateway->plays = true;
    for (enum peer_kind kind = 0; kind < PEER_KINDS; kind++)
        if (contest->arena->peers[kind].pid > 0 && (kind == PEER_NGINX || match->has_tables))
            TRY(contest_add_peer(contest, kind, why));
    return OK;
}

static enum err contest_play_side(struct contest *contest, unsigned turn, struct round *round,
                                  struct why *why)
{
    struct side *side = &contest->sides[turn % SIDES];
    struct course course = { &side->setup.plan,
                             &contest->options,
                             side->pid,
                             turn % SIDES == GATEWAY ? contest->config : NULL,
                             NULL,
                             "" };

    (void)snprintf(course.label, sizeof(course.label), "%s, %s, round %u of %u",
                   contest->match->name, side->figures.name, turn / SIDES + 1,
                   contest->options.rounds);
    TRY(round_run(&course, why, round));
    figures_add(&side->figures, round);
    if (turn % SIDES != GATEWAY)
        return OK;
    return disk_measure(contest->options.folder, SYNCS_EACH, &contest->arena->syncs_ns);
}

static enum err contest_play(struct contest *contest, struct why *why)
{
    struct round *round = calloc(1, sizeof(*round));
    enum err err = round == NULL ? ERR_MEMORY : OK;

    contest->arena->syncs_ns = (struct histogram){ 0 };
    for (unsigned turn = 0; turn < contest->options.rounds * SIDES && err == OK; turn++)
        if (contest->sides[turn % SIDES].plays)
            err = contest_play_side(contest, turn, round, why);
    free(round);
    return err;
}

static const char *figure_title(enum figure figure)
{
    return figure == FIGURE_RATE         ? "requests a second"
           : figure == FIGURE_SERVER_CPU ? "CPU per request"
                                         : "bytes per connection";
}

static void judge_bar(const struct contest *contest, const struct bar *bar)
{
    const struct side *peer = &contest->sides[bar->peer];
    const struct sample *ours = &contest->sides[GATEWAY].figures.samples[bar->figure];
    const struct sample *theirs = &peer->figures.samples[bar->figure];
    struct verdict verdict = { .bar = bar->bar,
                               .stretch = bar->stretch,
                               .is_least = bar->figure == FIGURE_RATE };
    struct comparison comparison;

    if (!peer->plays || ours->count == 0 || theirs->count == 0 || sample_median(theirs) == 0)
        return;
    comparison = sample_compare(theirs, ours);
    verdict.value = comparison.ratio;
    verdict.noise = comparison.noise * comparison.ratio;
    (void)snprintf(verdict.work, sizeof(verdict.work), "%s", contest->match->name);
    (void)snprintf(verdict.figure, sizeof(verdict.figure), "%s, x %s", figure_title(bar->figure),
                   peer->figures.name);
    (void)snprintf(verdict.behind, sizeof(verdict.behind), "%.*f against %.*f",
                   bar->figure == FIGURE_SERVER_CPU, sample_median(ours),
                   bar->figure == FIGURE_SERVER_CPU, sample_median(theirs));
    verdict_print(&verdict);
    verdicts_add(&contest->arena->verdicts, &verdict);
}

/* c requests are under way at once: each costs CPU time, and waits for a sync and a quarter. */
static void judge_share(const struct contest *contest)
{
    const struct figures *figures = &contest->sides[GATEWAY].figures;
    const double c = contest->match->connections;
    const double cpu_us =
        figures_median(figures, FIGURE_SERVER_CPU) + figures_median(figures, FIGURE_CLIENT_CPU);
    const double cores = (double)sysconf(_SC_NPROCESSORS_ONLN);
    const double sync_us = (double)histogram_at(&contest->arena->syncs_ns, 0.5) / 1000;
    const double possible = c / ((c * cpu_us / cores + 1.25 * sync_us) / 1e6);
    struct verdict verdict = { .figure = "share of what is possible",
                               .value = figures_median(figures, FIGURE_RATE) / possible,
                               .bar = 0.8,
                               .stretch = 1.0,
                               .is_least = true };

    if (!contest->match->has_share || isnan(possible))
        return;
    verdict.noise = sample_spread(&figures->samples[FIGURE_RATE]) * verdict.value;
    (void)snprintf(verdict.work, sizeof(verdict.work), "%s", contest->match->name);
    (void)snprintf(verdict.behind, sizeof(verdict.behind),
                   "%.0f of %.0f /s, by %.1f us of CPU and a sync of %.0f us",
                   figures_median(figures, FIGURE_RATE), possible, cpu_us, sync_us);
    verdict_print(&verdict);
    verdicts_add(&contest->arena->verdicts, &verdict);
}

/* An intent and an outcome are two syncs; the rest is work that nginx does not have to do. */
static void judge_added(const struct contest *contest)
{
    const struct figures *ours = &contest->sides[GATEWAY].figures;
    const struct side *peer = &contest->sides[PEER_NGINX];
    const double p50_us = figures_median(ours, FIGURE_P50);
    const double sync_us = (double)histogram_at(&contest->arena->syncs_ns, 0.5) / 1000;
    struct verdict verdict = { .figure = "ms added at p50, beyond nginx and two syncs",
                               .bar = 0.2,
                               .stretch = NAN };

    if (!contest->match->has_added || !peer->plays)
        return;
    verdict.value = (p50_us - figures_median(&peer->figures, FIGURE_P50) - 2 * sync_us) / 1000;
    verdict.noise = sample_spread(&ours->samples[FIGURE_P50]) * p50_us / 1000;
    (void)snprintf(verdict.work, sizeof(verdict.work), "%s", contest->match->name);
    (void)snprintf(verdict.behind, sizeof(verdict.behind),
                   "%.0f us against %.0f us, a sync of %.0f us", p50_us,
                   figures_median(&peer->figures, FIGURE_P50), sync_us);
    verdict_print(&verdict);
    verdicts_add(&contest->arena->verdicts, &verdict);
}

/* A process keeps what connections before left behind: only the greatest figure is a whole one. */
static void keep_greatest(struct sample *sample)
{
    struct sample greatest = { 0 };

    for (size_t i = 1; i < sample->count; i++)
        if (sample->values[i] > sample->values[0])
            sample->values[0] = sample->values[i];
    if (sample->count > 0)
        sample_add(&greatest, sample->values[0]);
    *sample = greatest;
}

static void contest_report(const struct contest *contest)
{
    const struct match *match = contest->match;

    (void)printf("%s\n", match->name);
    for (size_t i = 0; i < SIDES; i++) {
        const struct figures *figures = &contest->sides[i].figures;

        if (!contest->sides[i].plays)
            continue;
        (void)printf("  %-12s %9.0f /s  p50 %6.0f  p99 %7.0f us  server %6.1f us  client %5.1f us",
                     figures->name, figures_median(figures, FIGURE_RATE),
                     figures_median(figures, FIGURE_P50), figures_median(figures, FIGURE_P99),
                     figures_median(figures, FIGURE_SERVER_CPU),
                     figures_median(figures, FIGURE_CLIENT_CPU));
        if (figures->samples[FIGURE_CONNECTION].count > 0)
            (void)printf("  %.0f bytes", figures_median(figures, FIGURE_CONNECTION));
        (void)printf("%s\n", figures->total.bad > 0 ? "  WITH ERRORS" : "");
        for (size_t n = 0; n < figures->total.code_count; n++)
            (void)printf("    error %s: %llu\n", figures->total.codes[n].code,
                         (unsigned long long)figures->total.codes[n].count);
    }
    for (size_t i = 0; i < match->bar_count; i++)
        judge_bar(contest, &match->bars[i]);
    judge_share(contest);
    judge_added(contest);
    (void)printf("\n");
    (void)fflush(stdout);
}

enum err match_run(const struct match *match, struct arena *arena, struct why *why)
{
    struct contest *contest AUTO(contest_free) = calloc(1, sizeof(*contest));

    if (contest == NULL)
        return ERR_MEMORY;
    contest->match = match;
    contest->arena = arena;
    TRY(contest_prepare(contest, why));
    TRY(contest_play(contest, why));
    for (size_t i = 0; i < SIDES; i++)
        keep_greatest(&contest->sides[i].figures.samples[FIGURE_CONNECTION]);
    contest_report(contest);
    return OK;
}
