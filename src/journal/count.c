#include "journal/count.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/ct.h"
#include "base/cursor.h"
#include "base/file.h"
#include "base/must.h"

static const uint8_t magic[8] = { 'p', 'g', 'j', 'c', 'o', 'u', 'n', 't' };

enum { SLOTS = 2, VERSION = 1, RECORD_SIZE = 52 /* magic, version, count, MAC */ };

static void record_write(struct mac *mac, uint64_t value, uint8_t ret_record[RECORD_SIZE])
{
    uint8_t own[MAC_SIZE];
    struct buf text;

    buf_init_fixed(&text, ret_record, RECORD_SIZE);
    buf_add(&text, bytes_of(magic, sizeof(magic)));
    buf_add_u32(&text, VERSION);
    buf_add_u64(&text, value);
    mac_of(mac, buf_bytes(&text), own);
    buf_add(&text, bytes_of(own, sizeof(own)));
    must(buf_check(&text) == OK);
}

static bool record_read(struct mac *mac, const uint8_t record[RECORD_SIZE], uint64_t *ret_value)
{
    struct cursor cursor = cursor_on(bytes_of(record + sizeof(magic) + 4, 8));
    uint64_t value = cursor_u64(&cursor);
    uint8_t expected[RECORD_SIZE];

    record_write(mac, value, expected);
    if (!ct_equal(expected, record, RECORD_SIZE))
        return false;
    *ret_value = value;
    return true;
}

enum err count_create(const char *folder, struct mac *mac, struct why *why)
{
    char path[PATH_SIZE];
    uint8_t slots[SLOTS][JOURNAL_BLOCK] = { 0 };
    enum err err;

    TRY(path_join(folder, "count", path, sizeof(path)));
    for (int i = 0; i < SLOTS; i++)
        record_write(mac, 0, slots[i]);
    err = file_replace(path, bytes_of(slots, sizeof(slots)), 0600);
    return err == OK ? OK : why_say(why, err, "%s cannot be made: %m", path);
}

/* The next record goes where the older or the bad one is. */
static enum err read_slots(struct count *count)
{
    unsigned good = 0;

    for (unsigned i = 0; i < SLOTS; i++) {
        uint8_t record[RECORD_SIZE];
        uint64_t value = 0;

        TRY(file_read_at(count->fd, record, sizeof(record), (uint64_t)i * JOURNAL_BLOCK));
        if (!record_read(count->mac, record, &value))
            continue;
        if (good++ == 0 || value > count->value) {
            count->value = value;
            count->slot = (i + 1) % SLOTS;
        }
    }
    return good > 0 ? OK : ERR_CORRUPT;
}

enum err count_open(const char *folder, struct mac *mac, struct count *ret_count, struct why *why)
{
    char path[PATH_SIZE];
    struct count count = { .fd = -1, .mac = mac };
    enum err err;

    TRY(path_join(folder, "count", path, sizeof(path)));
    count.fd = open(path, O_RDWR | O_CLOEXEC);
    if (count.fd < 0)
        return why_say(why, file_err(errno), "%s cannot be opened: %m", path);
    err = read_slots(&count);
    if (err != OK) {
        count_close(&count);
        return err == ERR_CORRUPT ? why_say(why, err, "%s is damaged", path)
                                  : why_say(why, err, "%s cannot be read: %m", path);
    }
    *ret_count = count;
    return OK;
}

void count_close(struct count *count)
{
    fd_close(&count->fd);
}

enum err count_set(struct count *count, uint64_t value)
{
    uint8_t record[RECORD_SIZE];

    must(value >= count->value);
    record_write(count->mac, value, record);
    TRY(file_write_at(count->fd, bytes_of(record, sizeof(record)),
                      (uint64_t)count->slot * JOURNAL_BLOCK));
    TRY(file_sync(count->fd));
    count->value = value;
    count->slot = (count->slot + 1) % SLOTS;
    return OK;
}
