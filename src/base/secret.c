#include "base/secret.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <malloc.h>
#include <sys/mman.h>

enum { STACK_WIPED = 16 * 1024 };

void wipe(void *data, size_t size)
{
    if (size > 0)
        explicit_bzero(data, size);
}

void *secret_new(size_t size)
{
    void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (pages == MAP_FAILED)
        return NULL;
    if (mlock(pages, size) != 0 || madvise(pages, size, MADV_DONTDUMP) != 0 ||
        madvise(pages, size, MADV_WIPEONFORK) != 0) {
        (void)munmap(pages, size);
        return NULL;
    }
    return pages;
}

void secret_free(void *data, size_t size)
{
    if (data == NULL)
        return;
    wipe(data, size);
    (void)munmap(data, size);
}

void *wiping_malloc(size_t size)
{
    return malloc(size);
}

void *wiping_realloc(void *data, size_t size)
{
    size_t before = data == NULL ? 0 : malloc_usable_size(data);
    void *grown;

    if (size > 0 && size <= before)
        return data;
    grown = malloc(size);
    if (grown != NULL && data != NULL) {
        memcpy(grown, data, before < size ? before : size);
        wiping_free(data);
    }
    return grown;
}

void wiping_free(void *data)
{
    if (data == NULL)
        return;
    wipe(data, malloc_usable_size(data));
    free(data);
}

__attribute__((noinline)) void stack_wipe(void)
{
    uint8_t below[STACK_WIPED];

    wipe(below, sizeof(below));
}
