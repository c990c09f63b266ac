#include "audit/exposure.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ROWS = 64, SLOTS_PER_ROW = 2 };

void exposures_done(struct exposures *exposures)
{
    free(exposures->rows);
    free(exposures->slots);
    *exposures = (struct exposures){ 0 };
}

/* FNV-1a, 64 bits (draft-eastlake-fnv, section 2). What it hashes is public. */
static uint64_t key_hash(const struct exposure_key *key)
{
    const uint8_t *bytes = (const uint8_t *)key;
    uint64_t hash = 0xCBF29CE484222325;

    for (size_t i = 0; i < sizeof(*key); i++)
        hash = (hash ^ bytes[i]) * 0x100000001B3;
    return hash;
}

/* The slot of the key: the one that names its row, or the free one where it belongs. */
static uint32_t *slot_find(const struct exposures *exposures, const struct exposure_key *key)
{
    size_t at = key_hash(key) % exposures->slot_count;

    while (exposures->slots[at] != 0 &&
           memcmp(&exposures->rows[exposures->slots[at] - 1].key, key, sizeof(*key)) != 0)
        at = (at + 1) % exposures->slot_count;
    return &exposures->slots[at];
}

struct exposure *exposures_find(const struct exposures *exposures, const struct exposure_key *key)
{
    uint32_t row = exposures->slot_count == 0 ? 0 : *slot_find(exposures, key);

    return row == 0 ? NULL : &exposures->rows[row - 1];
}

static enum err exposures_grow(struct exposures *exposures)
{
    size_t capacity = exposures->capacity == 0 ? FIRST_ROWS : 2 * exposures->capacity;
    struct exposure *rows;
    uint32_t *slots;

    if (capacity > EXPOSURES_MAX)
        return ERR_LIMIT;
    rows = realloc(exposures->rows, capacity * sizeof(*rows));
    if (rows == NULL)
        return ERR_MEMORY;
    exposures->rows = rows;
    slots = calloc(SLOTS_PER_ROW * capacity, sizeof(*slots));
    if (slots == NULL)
        return ERR_MEMORY;
    free(exposures->slots);
    exposures->slots = slots;
    exposures->slot_count = SLOTS_PER_ROW * capacity;
    exposures->capacity = capacity;
    for (size_t i = 0; i < exposures->count; i++)
        *slot_find(exposures, &rows[i].key) = (uint32_t)(i + 1);
    return OK;
}

enum err exposures_add(struct exposures *exposures, const struct exposure_key *key,
                       struct exposure **ret_row)
{
    uint32_t *slot;

    if (exposures->count == exposures->capacity && exposures_find(exposures, key) == NULL)
        TRY(exposures_grow(exposures));
    slot = slot_find(exposures, key);
    if (*slot == 0) {
        exposures->rows[exposures->count] = (struct exposure){ .key = *key };
        *slot = (uint32_t)++exposures->count;
    }
    *ret_row = &exposures->rows[*slot - 1];
    return OK;
}
