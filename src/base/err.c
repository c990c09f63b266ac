#include "base/err.h"

#include "base/must.h"

struct err_row {
    const char *name, *code, *text;
    int http;
    const char *iso;
};

#define ERR_ROW(name, code, text, http, iso) { #name, code, text, http, iso },
static const struct err_row rows[ERR_COUNT] = { ERR_TABLE(ERR_ROW) };

static const struct err_row *err_row(enum err err)
{
    must(err < ERR_COUNT);
    return &rows[err];
}

const char *err_name(enum err err)
{
    return err_row(err)->name;
}

const char *err_code(enum err err)
{
    return err_row(err)->code;
}

const char *err_text(enum err err)
{
    return err_row(err)->text;
}

int err_http(enum err err)
{
    return err_row(err)->http;
}

const char *err_iso(enum err err)
{
    return err_row(err)->iso;
}
