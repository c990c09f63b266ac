#include "store/layout.h"

#include <errno.h>
#include <stddef.h>
#include <sys/stat.h>

#include "base/file.h"

enum {
    MAGIC = 0xBEEFC0DE,
    VERSION = 1,
    META_FLAG = 0x08,
    PAGE_SIZE_MIN = 256,
    PAGE_SIZE_MAX = 0x8000,
};

/* A meta page as LMDB 0.9 writes it, in the machine's byte order (lmdb.h, MDB_DATA_VERSION 1). */
struct meta_page {
    uint64_t number;
    uint16_t pad, flags;
    uint32_t bounds;
    uint32_t magic, version;
    uint64_t address, map_size;
    uint32_t page_size; /* kept in the free list's table */
    uint8_t tables[92];
    uint64_t page_last, transaction;
};
_Static_assert(offsetof(struct meta_page, page_last) == 136, "LMDB's layout has no gaps");

static enum err meta_read(int fd, uint64_t offset, struct meta_page *ret_meta)
{
    TRY(file_read_at(fd, ret_meta, sizeof(*ret_meta), offset));
    if (ret_meta->magic != MAGIC || (ret_meta->flags & META_FLAG) == 0)
        return ERR_CORRUPT;
    return ret_meta->version == VERSION ? OK : ERR_NEWER;
}

enum err layout_read(int fd, struct layout *ret_layout)
{
    struct meta_page first, second;
    struct stat status;
    uint64_t size, page_last;

    TRY(meta_read(fd, 0, &first));
    size = first.page_size;
    if (size < PAGE_SIZE_MIN || size > PAGE_SIZE_MAX || (size & (size - 1)) != 0)
        return ERR_CORRUPT;
    TRY(meta_read(fd, size, &second));
    if (second.page_size != size)
        return ERR_CORRUPT;
    if (fstat(fd, &status) != 0)
        return file_err(errno);
    page_last = first.transaction > second.transaction ? first.page_last : second.page_last;
    if (page_last == 0 || page_last >= UINT64_MAX / PAGE_SIZE_MAX)
        return ERR_CORRUPT;
    *ret_layout = (struct layout){
        .page_size = size,
        .page_count = page_last + 1,
        .file_pages = (uint64_t)status.st_size / size,
    };
    return OK;
}
