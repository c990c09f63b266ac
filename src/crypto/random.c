#include "crypto/random.h"

#include <string.h>
#include <openssl/rand.h>

#include "base/must.h"
#include "base/secret.h"
#include "crypto/library.h"

enum { POOL_SIZE = 4096 };

/* All zeros, as a child process finds it, is an empty pool. */
struct random {
    size_t left; /* pool[0 .. left - 1] has not been handed out */
    uint8_t pool[POOL_SIZE];
};

/* The generator of SP 800-90A for private values; it has one per thread, sees a fork, and fills a
 * pool in a tenth of the time that getrandom(2) takes. */
static enum err random_fill(struct random *random)
{
    TRY(crypto_err(RAND_priv_bytes(random->pool, POOL_SIZE)));
    random->left = POOL_SIZE;
    return OK;
}

enum err random_new(struct random **ret_random)
{
    struct random *random = secret_new(sizeof(*random));

    if (random == NULL)
        return ERR_MEMORY;
    if (random_fill(random) != OK) {
        random_free(random);
        return ERR_CRYPTO;
    }
    *ret_random = random;
    return OK;
}

void random_free(struct random *random)
{
    secret_free(random, sizeof(*random));
}

void random_bytes(struct random *random, void *ret_data, size_t size)
{
    uint8_t *to = ret_data;

    while (size > 0) {
        size_t part = size < random->left ? size : random->left;

        random->left -= part;
        memcpy(to, random->pool + random->left, part);
        wipe(random->pool + random->left, part);
        to += part;
        size -= part;
        if (random->left == 0)
            must(random_fill(random) == OK);
    }
}

/* Lemire, "Fast Random Integer Generation in an Interval" (2019), section 4: of the 2^32 values,
 * the 2^32 mod bound that would tip the scale are drawn again. */
uint32_t random_below(struct random *random, uint32_t bound)
{
    uint32_t tipping;
    uint64_t scaled;

    must(bound > 0);
    tipping = -bound % bound;
    do {
        uint32_t drawn;

        random_bytes(random, &drawn, sizeof(drawn));
        scaled = (uint64_t)drawn * bound;
    } while ((uint32_t)scaled < tipping);
    return (uint32_t)(scaled >> 32);
}
