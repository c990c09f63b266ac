#include "card/card.h"

#include "base/secret.h"

enum err card_set_name(struct card *card, struct bytes name)
{
    if (name.size > CARD_NAME_MAX)
        return ERR_BAD_REQUEST;
    wipe(card->name, sizeof(card->name));
    if (name.size > 0)
        memcpy(card->name, name.data, name.size);
    card->name_size = (uint8_t)name.size;
    return OK;
}

void card_wipe(struct card *card)
{
    wipe(card, sizeof(*card));
}
