#include <argp.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "cli/command.h"
#include "crypto/library.h"
#include "wire/json.h"

/* A core dump would hold card numbers and keys. The limit alone is not asked where cores go to a
 * program, and does not keep others of the same user from reading this memory (prctl(2), proc(5)).
 * A leak sanitizer looks at its own process from outside, which needs just that. */
static void keep_memory_private(void)
{
    const struct rlimit none = { 0, 0 };

    (void)setrlimit(RLIMIT_CORE, &none);
    if (!PANGATE_SANITIZED)
        (void)prctl(PR_SET_DUMPABLE, 0);
}

int main(int argc, char **argv)
{
    argp_err_exit_status = EXIT_USAGE;
    keep_memory_private();
    if (crypto_start() != OK) {
        (void)fprintf(stderr, "pangate: the cryptographic library does not start\n");
        return EXIT_REFUSED;
    }
    json_library_start();
    return command_dispatch(argc, argv);
}
