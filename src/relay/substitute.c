#include "relay/substitute.h"

#include "base/json_writer.h"

static void add_two_digits(struct buf *value, unsigned number)
{
    buf_add_u8(value, (uint8_t)('0' + number / 10 % 10));
    buf_add_u8(value, (uint8_t)('0' + number % 10));
}

enum err mark_value(enum mark_part part, const struct card *card, struct buf *value)
{
    bool needs_expiry = part == MARK_EXP_MONTH || part == MARK_EXP_YEAR || part == MARK_EXP_YY;

    if (needs_expiry && !expiry_is_known(card->expiry))
        return ERR_BAD_MARK;
    switch (part) {
    case MARK_NUMBER: pan_write_ascii(&card->pan, value); break;
    case MARK_EXP_MONTH: add_two_digits(value, card->expiry.month); break;
    case MARK_EXP_YEAR: buf_add_decimal(value, card->expiry.year); break;
    case MARK_EXP_YY: add_two_digits(value, card->expiry.year); break;
    case MARK_NAME: buf_add(value, card_name(card)); break;
    case MARK_CVC:
    case MARK_PARTS: return ERR_CVC_GONE;
    }
    return buf_check(value);
}

static bool has_control(struct bytes value, const char *but)
{
    for (size_t i = 0; i < value.size; i++) {
        uint8_t byte = value.data[i];
        if ((byte < 0x20 || byte == 0x7F) && (byte == 0 || strchr(but, byte) == NULL))
            return true;
    }
    return false;
}

static enum err land_text(struct bytes value, struct buf *out)
{
    if (has_control(value, ""))
        return ERR_BAD_MARK;
    buf_add(out, value);
    return OK;
}

/* RFC 8259, section 6: no zero in front. Months and short years are numbers without it, too. */
static bool is_json_number(enum mark_part part, struct bytes *value)
{
    while ((part == MARK_EXP_MONTH || part == MARK_EXP_YY) && value->size > 1 &&
           value->data[0] == '0')
        *value = bytes_from(*value, 1);
    for (size_t i = 0; i < value->size; i++) {
        if (value->data[i] < '0' || value->data[i] > '9')
            return false;
    }
    return value->size > 0 && (value->size == 1 || value->data[0] != '0');
}

static enum err land_json_value(enum mark_part part, struct bytes value, struct buf *out)
{
    bool is_number = is_json_number(part, &value);

    if (!is_number)
        buf_add_u8(out, '"');
    json_escape(out, value);
    if (!is_number)
        buf_add_u8(out, '"');
    return OK;
}

/* In an attribute as well as between tags; a carriage return would be read as a line feed (XML
 * 1.0, section 2.11). */
static void add_xml(uint8_t byte, struct buf *out)
{
    switch (byte) {
    case '&': buf_add_str(out, "&amp;"); break;
    case '<': buf_add_str(out, "&lt;"); break;
    case '>': buf_add_str(out, "&gt;"); break;
    case '"': buf_add_str(out, "&quot;"); break;
    case '\'': buf_add_str(out, "&#39;"); break;
    case '\t': buf_add_str(out, "&#9;"); break;
    case '\n': buf_add_str(out, "&#10;"); break;
    case '\r': buf_add_str(out, "&#13;"); break;
    default: buf_add_u8(out, byte); break;
    }
}

static enum err land_xml(struct bytes value, struct buf *out)
{
    if (has_control(value, "\t\n\r"))
        return ERR_BAD_MARK;
    for (size_t i = 0; i < value.size; i++)
        add_xml(value.data[i], out);
    return OK;
}

/* Nothing can be escaped there, so nothing may end it or be changed by the reader. */
static enum err land_cdata(struct bytes value, struct buf *out)
{
    if (has_control(value, "\t\n") || bytes_index(value, '>') < value.size)
        return ERR_BAD_MARK;
    buf_add(out, value);
    return OK;
}

/* RFC 3986, section 2.3; forms read %20 as they read +. */
static bool is_unreserved(uint8_t byte)
{
    uint8_t lower = byte | 0x20;

    return (byte >= '0' && byte <= '9') || (lower >= 'a' && lower <= 'z') ||
           (byte != 0 && strchr("-._~", byte) != NULL);
}

static enum err land_percent(struct bytes value, struct buf *out)
{
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < value.size; i++) {
        uint8_t byte = value.data[i];
        uint8_t encoded[3] = { '%', (uint8_t)digits[byte >> 4], (uint8_t)digits[byte & 15] };
        if (is_unreserved(byte))
            buf_add_u8(out, byte);
        else
            buf_add(out, bytes_of(encoded, sizeof(encoded)));
    }
    return OK;
}

static enum err land(const struct mark *mark, struct bytes value, struct buf *out)
{
    switch (mark->landing) {
    case LANDING_JSON_STRING: json_escape(out, value); return OK;
    case LANDING_JSON_VALUE: return land_json_value(mark->part, value, out);
    case LANDING_XML: return land_xml(value, out);
    case LANDING_CDATA: return land_cdata(value, out);
    case LANDING_PERCENT: return land_percent(value, out);
    case LANDING_TEXT: break;
    }
    return land_text(value, out);
}

enum err substitute(struct bytes text, const struct marks *marks, const struct bytes *values,
                    struct buf *out)
{
    size_t at = 0;

    for (size_t i = 0; i < marks->count; i++) {
        const struct mark *mark = &marks->list[i];
        buf_add(out, bytes_of(text.data + at, mark->at - at));
        TRY(land(mark, values[i], out));
        at = mark->at + mark->size;
    }
    buf_add(out, bytes_from(text, at));
    return buf_check(out);
}
