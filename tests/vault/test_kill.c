/*
 * A child serves under load and says through a pipe what it was told; it is killed at a random
 * moment, also while it starts. Whatever was said must be in the log under its number, and tokens,
 * index, tombstones and counts must be what the log adds up to.
 */
#include <limits.h>
#include <poll.h>

#include "base/must.h"
#include "vault/books.h"

enum { SECONDS = 20, CARDS = 60, TELLS_MAX = 20000, JOURNAL_SIZE = 1024 * 1024 };

/* An acknowledged outcome, small enough for one write to a pipe. */
struct tell {
    uint64_t number;
    enum proposal_kind kind;
    enum decision decision;
    struct token token;
};

/* What a child's thread works with. */
struct busy {
    struct world *world;
    int pipe;
    uint32_t seed;
};

static void busy_tell(const struct busy *busy, enum proposal_kind kind, const struct told *told)
{
    struct tell tell = { .number = told->number, .kind = kind, .decision = told->decision };

    if (told->err != OK || told->decision == DECIDED_TAKEN)
        return;
    tell.token = told->token;
    (void)!write(busy->pipe, &tell, sizeof(tell));
}

/* A card in, then perhaps out again or away. */
static void busy_step(struct busy *busy, struct hand *hand, struct random *random)
{
    char pan[17];
    struct wish wish = { .pan = pan, .single = random_below(random, 4) == 0 };
    struct told stored, asked;
    unsigned what = random_below(random, 4);

    wish_pan(random_below(random, CARDS), pan);
    wish.format = wish.single ? TOKEN_ALNUM_FIRST6_LAST4 : TOKEN_DIGITS_LAST4;
    stored = hand_store(hand, &wish);
    busy_tell(busy, PROPOSE_STORE, &stored);
    if (stored.err != OK || stored.decision == DECIDED_TAKEN || what == 0)
        return;
    asked = hand_ask(hand, what == 1 ? PROPOSE_ERASE : PROPOSE_REVEAL, &stored.token, NULL);
    busy_tell(busy, what == 1 ? PROPOSE_ERASE : PROPOSE_REVEAL, &asked);
    if (random_below(random, 20) == 0)
        (void)vault_hurry(hand->vault);
}

static void *busy_run(void *argument)
{
    struct busy *busy = argument;
    struct random *random;
    struct hand hand;

    hand_init(&hand, busy->world);
    assert_err(OK, random_new(&random));
    while (true)
        busy_step(busy, &hand, random);
    return NULL;
}

/* The child: keys and vault of its own, two busy threads, no end. */
static _Noreturn void serve(struct world *world, int pipe)
{
    struct temp_path keyring = temp_file(&world->temp, "vault/keyring");
    struct busy busy = { .world = world, .pipe = pipe };
    pthread_t threads[2];
    struct why why = { 0 };

    if (keyring_open(keyring.text, &world->root, &world->keyring, &why) != OK)
        _exit(3);
    world->options.keyring = world->keyring;
    if (vault_open(&world->options, &world->vault, &why) != OK) {
        (void)fprintf(stderr, "child: %s\n", why.text);
        _exit(4);
    }
    for (int i = 0; i < 2; i++)
        must(pthread_create(&threads[i], NULL, busy_run, &busy) == 0);
    for (int i = 0; i < 2; i++)
        must(pthread_join(threads[i], NULL) == 0);
    _exit(5);
}

/* Read what the child says until the time is over, kill it, read the rest. */
static size_t watch(pid_t child, int pipe, int64_t kill_ms, struct tell *ret_tells)
{
    int64_t until_ms = clock_mono_ms() + kill_ms;
    struct pollfd fd = { .fd = pipe, .events = POLLIN };
    size_t count = 0;
    bool killed = false;
    int status;

    while (true) {
        int64_t left_ms = until_ms - clock_mono_ms();
        if (!killed && left_ms <= 0) {
            assert_int_equal(0, kill(child, SIGKILL));
            killed = true;
        }
        if (poll(&fd, 1, killed ? -1 : (int)left_ms) <= 0)
            continue;
        if (read(pipe, &ret_tells[count], sizeof(*ret_tells)) != (ssize_t)sizeof(*ret_tells))
            break;
        must(++count < TELLS_MAX);
    }
    assert_int_equal(child, waitpid(child, &status, 0));
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    return count;
}

/* The entry of an outcome says what was said. */
static void check_tells(struct world *world, const struct tell *tells, size_t count)
{
    struct audit_reader *reader = log_open(world);
    struct vault_stats stats;

    vault_stats(world->vault, &stats);
    for (size_t i = 0; i < count; i++) {
        struct audit_entry entry;
        assert_true(tells[i].number < stats.applied);
        leaf_read(reader, tells[i].number, &entry);
        assert_string_equal(tells[i].token.text, entry.token);
        assert_int_equal(AUDIT_OK, entry.outcome);
        if (tells[i].kind == PROPOSE_STORE)
            assert_int_equal(tells[i].decision == DECIDED_NEW ? 201 : 200, entry.status);
        if (tells[i].kind == PROPOSE_ERASE)
            assert_int_equal(AUDIT_ERASE, entry.kind);
    }
    audit_reader_free(reader);
}

static size_t one_round(struct world *world, struct books *books, int64_t kill_ms)
{
    static struct tell tells[TELLS_MAX];
    int ends[2];
    size_t count;
    pid_t child;

    assert_int_equal(0, pipe(ends));
    child = fork();
    assert_true(child >= 0);
    if (child == 0)
        serve(world, ends[1]);
    (void)close(ends[1]);
    count = watch(child, ends[0], kill_ms, tells);
    (void)close(ends[0]);
    world_open(world);
    world_settle(world);
    books_follow(books, world);
    books_check(books, world);
    check_tells(world, tells, count);
    world_close(world);
    return count;
}

static void kills_lose_and_double_nothing(void **state)
{
    int64_t until_ms = clock_mono_ms() + SECONDS * 1000;
    const char *rounds_text = getenv("PANGATE_KILL_ROUNDS");
    long rounds_max = rounds_text == NULL ? LONG_MAX : strtol(rounds_text, NULL, 10);
    struct world world;
    struct books books;
    struct random *random;
    size_t told = 0;
    long rounds = 0;
    (void)state;

    world_init_sized(&world, JOURNAL_SIZE, WORLD_MAP_SIZE);
    world_close(&world);
    books_init(&books);
    assert_err(OK, random_new(&random));
    for (; rounds < rounds_max && (rounds_text != NULL || clock_mono_ms() < until_ms); rounds++)
        told += one_round(&world, &books, 2 + random_below(random, 200));
    print_message("%ld kills, %zu outcomes told, %lu entries, %lu live, %lu ended\n", rounds, told,
                  (unsigned long)books.next, (unsigned long)books.live, (unsigned long)books.ended);
    assert_true(told > 0);
    random_free(random);
    books_done(&books);
    world_open(&world);
    world_done(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kills_lose_and_double_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
