#include <argp.h>
#include <stdio.h>
#include <sys/resource.h>

#include "cli/command.h"
#include "crypto/library.h"
#include "wire/json.h"

/* A core dump would hold card numbers and keys. */
static void forbid_core_dumps(void)
{
    const struct rlimit none = { 0, 0 };

    (void)setrlimit(RLIMIT_CORE, &none);
}

int main(int argc, char **argv)
{
    argp_err_exit_status = EXIT_USAGE;
    forbid_core_dumps();
    if (crypto_start() != OK) {
        (void)fprintf(stderr, "pangate: the cryptographic library does not start\n");
        return EXIT_REFUSED;
    }
    json_library_start();
    return command_dispatch(argc, argv);
}
