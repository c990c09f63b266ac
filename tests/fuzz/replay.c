/*
 * main() of a fuzzer under plain ctest: hand it every file of its corpus, once.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/file.h"

enum { INPUT_MAX = 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A copy of exactly its size, so that the address sanitizer sees a read past the end. */
static void run_exact(struct bytes input)
{
    uint8_t *copy = malloc(input.size);

    if (input.size > 0)
        memcpy(copy, input.data, input.size);
    (void)LLVMFuzzerTestOneInput(copy, input.size);
    free(copy);
}

static bool replay(const char *folder, const char *name)
{
    char path[PATH_SIZE];
    struct buf input AUTO(buf_done) = { .max = INPUT_MAX };
    enum err err = path_join(folder, name, path, sizeof(path));

    if (err == OK)
        err = file_read(path, &input);
    if (err != OK) {
        (void)fprintf(stderr, "%s/%s: %s\n", folder, name, err_text(err));
        return false;
    }
    run_exact(buf_bytes(&input));
    return true;
}

static bool is_input(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* How many inputs ran; -1 if one could not be read. */
static int replay_folder(const char *path)
{
    DIR *folder = opendir(path);
    int count = 0;

    if (folder == NULL)
        return -1;
    for (struct dirent *entry = readdir(folder); entry != NULL && count >= 0;
         entry = readdir(folder)) {
        if (is_input(entry))
            count = replay(path, entry->d_name) ? count + 1 : -1;
    }
    (void)closedir(folder);
    return count;
}

int main(int argc, char **argv)
{
    int count = argc == 2 ? replay_folder(argv[1]) : -1;

    if (count <= 0) {
        (void)fprintf(stderr, "usage: %s CORPUS (a folder that is not empty)\n", argv[0]);
        return 1;
    }
    (void)printf("%d inputs\n", count);
    return 0;
}
