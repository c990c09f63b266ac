#include "audit/made_key.h"
#include "audit/made_log.h"

#include "sink/feed.h"

enum { SIZE_MAX_BYTES = 64 * 1024, ENTRIES = 1000 };

/* A log with so many entries, of which `end` are said to be there for good. */
struct scene {
    struct temp temp;
    struct temp_path folder;
    struct made_key key;
    struct message_style style;
    struct sink_log log;
    struct feed_options options;
    struct feed feed;
    struct parcel parcel;
    struct why why;
    uint64_t end;
};

static uint64_t end_of(void *with)
{
    const struct scene *scene = with;

    return scene->end;
}

static void save_checkpoint(struct scene *scene, const struct merkle_edge *edge)
{
    const struct audit_checkpoint checkpoint = made_checkpoint(&scene->key, edge);

    assert_err(OK, audit_checkpoint_save(scene->folder.text, &checkpoint));
}

static int begin(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));
    struct merkle_edge edge;

    assert_non_null(scene);
    scene->temp = temp_new();
    scene->folder = temp_file(&scene->temp, "audit");
    made_key_init(&scene->key);
    edge = made_log(scene->folder.text, ENTRIES);
    save_checkpoint(scene, &edge);
    scene->end = ENTRIES;
    scene->log = (struct sink_log){ .folder = scene->folder.text,
                                    .verifier = scene->key.signer.verifier,
                                    .end = end_of,
                                    .with = scene };
    scene->options = (struct feed_options){ .log = &scene->log,
                                            .style = &scene->style,
                                            .entries = true,
                                            .size_max = SIZE_MAX_BYTES,
                                            .why = &scene->why };
    assert_err(OK, feed_open(&scene->feed, &scene->options));
    parcel_init(&scene->parcel, SIZE_MAX_BYTES);
    *state = scene;
    return 0;
}

static int end(void **state)
{
    struct scene *scene = *state;

    feed_close(&scene->feed);
    parcel_done(&scene->parcel);
    temp_done(&scene->temp);
    free(scene);
    return 0;
}

static struct bytes take_line(struct bytes *rest)
{
    size_t size = bytes_index(*rest, '\n');
    struct bytes line = bytes_of(rest->data, size);

    assert_true(size < rest->size);
    *rest = bytes_from(*rest, size + 1);
    return line;
}

/* The parcel holds these entries, in order, and then a checkpoint or not. */
static void assert_parcel(struct scene *scene, uint64_t from, uint64_t until, bool checkpoint)
{
    struct bytes rest = buf_bytes(&scene->parcel.text);
    char begin[64];

    for (uint64_t number = from; number < until; number++) {
        (void)snprintf(begin, sizeof(begin), "{\"receipt\":\"%llu\",", (unsigned long long)number);
        assert_true(bytes_start_with(take_line(&rest), bytes_str(begin)));
    }
    if (checkpoint)
        assert_non_null(memmem(rest.data, rest.size, "\"kind\":\"checkpoint\"", 19));
    assert_int_equal(checkpoint, rest.size > 0);
    assert_int_equal(until, scene->parcel.next);
}

static void parcels_hold_all_entries_and_at_the_end_the_checkpoint(void **state)
{
    struct scene *scene = *state;
    uint64_t position = 0;
    unsigned parcels = 0;

    while (position < ENTRIES) {
        assert_err(OK, feed_next(&scene->feed, position, &scene->parcel));
        assert_in_range(scene->parcel.text.size, 1, SIZE_MAX_BYTES + MESSAGE_SIZE_MAX);
        assert_true(scene->parcel.next > position);
        assert_parcel(scene, position, scene->parcel.next, scene->parcel.next == ENTRIES);
        position = scene->parcel.next;
        assert_int_equal(position < ENTRIES, feed_goes_on(&scene->feed, position));
        parcel_clear(&scene->parcel);
        parcels++;
    }
    assert_true(parcels > 2);
    assert_err(OK, feed_next(&scene->feed, position, &scene->parcel));
    assert_int_equal(0, scene->parcel.text.size);
}

static void nothing_beyond_what_the_vault_has_is_sent(void **state)
{
    struct scene *scene = *state;

    scene->end = 7;
    assert_err(OK, feed_next(&scene->feed, 3, &scene->parcel));
    assert_parcel(scene, 3, 7, false);
}

static void a_checkpoint_that_the_log_has_outgrown_comes_where_it_belongs(void **state)
{
    struct scene *scene = *state;
    struct temp_path other = temp_file(&scene->temp, "other");
    struct merkle_edge edge = made_log(other.text, 5);

    save_checkpoint(scene, &edge);
    scene->feed.options.size_max = 1;
    scene->end = 5;
    assert_err(OK, feed_next(&scene->feed, 0, &scene->parcel));
    assert_parcel(scene, 0, 1, false);
    parcel_clear(&scene->parcel);
    scene->feed.options.size_max = SIZE_MAX_BYTES;
    scene->end = ENTRIES;
    assert_err(OK, feed_next(&scene->feed, 1, &scene->parcel));
    assert_parcel(scene, 1, 5, true);
}

static void a_checkpoint_that_is_older_than_the_log_is_not_sent(void **state)
{
    struct scene *scene = *state;
    struct temp_path other = temp_file(&scene->temp, "other");
    struct merkle_edge edge = made_log(other.text, 5);

    save_checkpoint(scene, &edge);
    assert_err(ERR_ROLLED_BACK, feed_next(&scene->feed, 0, &scene->parcel));
    assert_non_null(strstr(scene->why.text, "an older copy"));
    assert_int_equal(0, scene->parcel.text.size);
}

static void without_entries_a_parcel_is_the_checkpoint(void **state)
{
    struct scene *scene = *state;

    scene->feed.options.entries = false;
    assert_err(OK, feed_next(&scene->feed, 0, &scene->parcel));
    assert_parcel(scene, ENTRIES, ENTRIES, true);
}

static void a_message_that_is_larger_than_a_parcel_is_sent_alone(void **state)
{
    struct scene *scene = *state;

    scene->feed.options.size_max = 1;
    assert_err(OK, feed_next(&scene->feed, 0, &scene->parcel));
    assert_parcel(scene, 0, 1, false);
}

static void a_log_that_ends_before_the_position_was_replaced(void **state)
{
    struct scene *scene = *state;

    scene->end = ENTRIES - 1;
    assert_err(ERR_ROLLED_BACK, feed_next(&scene->feed, ENTRIES, &scene->parcel));
    assert_non_null(strstr(scene->why.text, "older copy"));
    assert_int_equal(0, scene->parcel.text.size);
}

static void an_entry_that_was_changed_is_not_sent(void **state)
{
    struct scene *scene = *state;
    const struct temp_path path = temp_file(&scene->temp, "audit/00000000.entries");
    int fd = open(path.text, O_RDWR | O_CLOEXEC);
    uint8_t byte;

    assert_int_equal(1, pread(fd, &byte, 1, 40));
    byte ^= 1;
    assert_int_equal(1, pwrite(fd, &byte, 1, 40));
    (void)close(fd);
    assert_err(ERR_CORRUPT, feed_next(&scene->feed, 0, &scene->parcel));
}

static void a_checkpoint_of_another_key_is_not_sent(void **state)
{
    struct scene *scene = *state;
    struct made_key other;

    made_key_init(&other);
    scene->log.verifier = other.signer.verifier;
    assert_err(ERR_FORGED, feed_next(&scene->feed, 0, &scene->parcel));
}

static void a_new_sink_begins_with_the_first_entry_or_with_what_comes(void **state)
{
    struct scene *scene = *state;
    uint64_t position = 7;

    assert_err(OK, feed_begin(&scene->feed, true, &position));
    assert_int_equal(0, position);
    assert_err(OK, feed_begin(&scene->feed, false, &position));
    assert_int_equal(ENTRIES, position);
}

#define WITH_LOG(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_LOG(parcels_hold_all_entries_and_at_the_end_the_checkpoint),
        WITH_LOG(nothing_beyond_what_the_vault_has_is_sent),
        WITH_LOG(a_checkpoint_that_the_log_has_outgrown_comes_where_it_belongs),
        WITH_LOG(a_checkpoint_that_is_older_than_the_log_is_not_sent),
        WITH_LOG(without_entries_a_parcel_is_the_checkpoint),
        WITH_LOG(a_message_that_is_larger_than_a_parcel_is_sent_alone),
        WITH_LOG(a_log_that_ends_before_the_position_was_replaced),
        WITH_LOG(an_entry_that_was_changed_is_not_sent),
        WITH_LOG(a_checkpoint_of_another_key_is_not_sent),
        WITH_LOG(a_new_sink_begins_with_the_first_entry_or_with_what_comes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
