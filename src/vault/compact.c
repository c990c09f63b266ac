#include "store/store.h"
#include "vault/vault.h"

enum err vault_compact(const struct vault_options *options, struct why *why)
{
    enum err err = store_compact(options->folder, options->size_max, why);

    return err == OK ? OK
                     : why_say(why, err, "%s: the vault cannot be compacted: %s", options->folder,
                               err_text(err));
}
