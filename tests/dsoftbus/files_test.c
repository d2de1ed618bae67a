/* SPDX-License-Identifier: Apache-2.0 */
/* Identity files and trust store files: what is read, and each fault with its line. */
#include "dsoftbus/peer.h"
#include "dsoftbus/stream_record.h"
#include "dsoftbus/testing.h"
#include "vectors/hex.h"
#include "vectors/mixed_order_points.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_A "1000000000000000000000000000000000000000000000000000000000000000"
#define KEY_B "0900000000000000000000000000000000000000000000000000000000000000"
#define KEY_END                                                                                    \
    "00000000000000000000000000000000000000000000000000000000000000" /* behind one byte */

/* Identity */

static void identity_is_read(void **state)
{
    static const char text[] = "# any comment, also \xc3\xbc and\ttab\n\ndsoftbus-identity 1\n"
                               "id gateway.lab\nprivate 0123456789abcdef000000000000000000000000000"
                               "0000000000000000000ff\n";
    struct dsb_identity_file file;
    struct dsb_identity identity;
    struct dsb_text_error error;
    uint8_t public_key[DSB_KEY_LEN];

    (void)state;
    assert_ok(dsb_identity_parse(&file, text, sizeof text - 1, &error));
    assert_int_equal(error.fault, DSB_TEXT_NO_FAULT);
    assert_int_equal(file.id.len, 11);
    assert_memory_equal(file.id.text, "gateway.lab", 11);
    assert_memory_equal(file.private_key, "\x01\x23\x45\x67\x89\xab\xcd\xef\0", 9);
    assert_int_equal(file.private_key[31], 0xff);
    assert_false(file.bring_up);
    assert_ok(dsb_identity_init(&identity, &file));
    noise_x25519_base(public_key, file.private_key);
    assert_memory_equal(identity.key.public_key, public_key, DSB_KEY_LEN);
    dsb_identity_file_wipe(&file);
    assert_int_equal(dsb_identity_init(&identity, &file), DSB_INVALID);
}

static void identity_says_that_it_is_for_bring_up(void **state)
{
    static const char text[] = DSB_BRING_UP_MARK "\ndsoftbus-identity 1\nprivate " KEY_A "\nid x\n";
    static const char almost[] =
        DSB_BRING_UP_MARK "!\ndsoftbus-identity 1\nprivate " KEY_A "\nid x\n";
    struct dsb_identity_file file;
    struct dsb_text_error error;

    (void)state;
    assert_ok(dsb_identity_parse(&file, text, sizeof text - 1, &error));
    assert_true(file.bring_up);
    assert_ok(dsb_identity_parse(&file, almost, sizeof almost - 1, &error));
    assert_false(file.bring_up);
}

/* Without its comment line a test identity is still one. */
static void identity_is_known_by_its_key(void **state)
{
    DIR *folder = opendir(IDENTITIES);
    unsigned found = 0;

    (void)state;
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char path[512], text[DSB_IDENTITY_FILE_MAX + 1];
        struct dsb_identity_file file;
        struct dsb_text_error error;

        if (strstr(entry->d_name, ".identity") == NULL)
            continue;
        assert_true(snprintf(path, sizeof path, "%s/%s", IDENTITIES, entry->d_name) > 0);
        FILE *in = fopen(path, "r");
        assert_non_null(in);
        size_t len = fread(text, 1, sizeof text, in);
        assert_int_equal(fclose(in), 0);
        assert_true(len > sizeof DSB_BRING_UP_MARK && len < sizeof text);
        assert_ok(dsb_identity_parse(&file, text + sizeof DSB_BRING_UP_MARK,
                                     len - sizeof DSB_BRING_UP_MARK, &error));
        assert_true(file.bring_up);
        file.private_key[0] ^= 0x07; /* RFC 7748 section 5: bits that do not count */
        file.private_key[31] ^= 0xc0;
        file.bring_up = false;
        assert_ok(dsb_identity_format(text, sizeof text, &len, &file));
        assert_ok(dsb_identity_parse(&file, text, len, &error));
        assert_true(file.bring_up);
        found++;
    }
    assert_int_equal(closedir(folder), 0);
    assert_true(found >= 3);
}

/* Every spelling of the private key that X25519 takes for zero. */
static void the_zero_key_is_nobodys(void **state)
{
    struct dsb_identity_file file = {.id = {1, "x"}};
    struct dsb_identity identity;
    struct dsb_text_error error;
    char text[DSB_IDENTITY_FILE_MAX];
    size_t len;

    (void)state;
    for (unsigned low = 0; low < 8; low++) {
        for (unsigned high = 0; high < 4; high++) {
            int text_len =
                snprintf(text, sizeof text, "dsoftbus-identity 1\nprivate %02x%060d%02x\nid x\n",
                         low, 0, high << 6);
            assert_int_equal(dsb_identity_parse(&file, text, (size_t)text_len, &error),
                             DSB_INVALID);
            assert_int_equal(error.fault, DSB_TEXT_ZERO_KEY);
            assert_int_equal(error.line, 2);
            file = (struct dsb_identity_file){.id = {1, "x"}};
            file.private_key[0] = (uint8_t)low;
            file.private_key[31] = (uint8_t)(high << 6);
            assert_int_equal(dsb_identity_init(&identity, &file), DSB_INVALID);
            assert_int_equal(dsb_identity_format(text, sizeof text, &len, &file), DSB_INVALID);
        }
    }
    file.private_key[0] = 8;
    assert_ok(dsb_identity_init(&identity, &file));
    file.private_key[0] = 0;
    file.private_key[31] = 0x20;
    assert_ok(dsb_identity_init(&identity, &file));
}

static void identity_reads_back_as_written(void **state)
{
    struct dsb_identity_file file = {.id = {3, "a-b"}}, back;
    struct dsb_text_error error;
    char text[DSB_IDENTITY_FILE_MAX];
    size_t len;

    (void)state;
    for (unsigned i = 0; i < 256; i++) {
        for (size_t at = 0; at < DSB_KEY_LEN; at++)
            file.private_key[at] = (uint8_t)(i + at);
        file.bring_up = i % 2 == 0;
        assert_ok(dsb_identity_format(text, sizeof text, &len, &file));
        assert_ok(dsb_identity_parse(&back, text, len, &error));
        assert_memory_equal(&file, &back, sizeof file);
    }
    for (size_t cap = 0; cap < len; cap++) {
        size_t out_len;
        assert_int_equal(dsb_identity_format(text, cap, &out_len, &file), DSB_TOO_LARGE);
    }
    assert_ok(dsb_identity_format(text, len, &len, &file));
    file.id.len = 0;
    assert_int_equal(dsb_identity_format(text, sizeof text, &len, &file), DSB_INVALID);
    file.id.len = DSB_DEVICE_ID_MAX;
    file.bring_up = true;
    assert_ok(dsb_identity_format(text, sizeof text, &len, &file));
    assert_true(len <= DSB_IDENTITY_FILE_MAX);
}

struct fault_case {
    const char *text;
    enum dsb_text_fault fault;
    size_t line;
};

#define ID1 "dsoftbus-identity 1\n"

static char long_line[DSB_TEXT_LINE_MAX + 3];

static void identity_faults_have_their_line(void **state)
{
    static const struct fault_case cases[] = {
        {"", DSB_TEXT_NO_HEADER, 0},
        {"# only a comment\n", DSB_TEXT_NO_HEADER, 1},
        {"dsoftbus-trust 1\n", DSB_TEXT_NO_HEADER, 1},
        {"\n#\nid x\n", DSB_TEXT_NO_HEADER, 3},
        {"dsoftbus-identity 2\n", DSB_TEXT_VERSION, 1},
        {"dsoftbus-identity 11\n", DSB_TEXT_VERSION, 1},
        {"dsoftbus-identity 1", DSB_TEXT_NO_LINE_FEED, 1},
        {"dsoftbus-identity\n", DSB_TEXT_WORD_COUNT, 1},
        {ID1 "id\n", DSB_TEXT_WORD_COUNT, 2},
        {ID1 "id x y\n", DSB_TEXT_WORD_COUNT, 2},
        {ID1 "id  x\n", DSB_TEXT_WORD_COUNT, 2},
        {ID1 "id x \n", DSB_TEXT_WORD_COUNT, 2},
        {ID1 "id \n", DSB_TEXT_WORD_COUNT, 2},
        {ID1 " id x\n", DSB_TEXT_WORD_COUNT, 2},
        {ID1 "id\tx\n", DSB_TEXT_BAD_CHARACTER, 2},
        {ID1 "id x\r\n", DSB_TEXT_BAD_CHARACTER, 2},
        {ID1 "id \xc3\xbc\n", DSB_TEXT_BAD_CHARACTER, 2},
        {ID1 "# \x1b[2J\n", DSB_TEXT_BAD_CHARACTER, 2},
        {ID1 "# \x7f\n", DSB_TEXT_BAD_CHARACTER, 2},
        {ID1 "public " KEY_A "\n", DSB_TEXT_UNKNOWN_FIELD, 2},
        {ID1 "id x\nid x\n", DSB_TEXT_DUPLICATE_FIELD, 3},
        {ID1 "private " KEY_A "\nprivate " KEY_A "\n", DSB_TEXT_DUPLICATE_FIELD, 3},
        {ID1 "id x\n", DSB_TEXT_MISSING_FIELD, 2},
        {ID1 "private " KEY_A "\n", DSB_TEXT_MISSING_FIELD, 2},
        {ID1 "id X\n", DSB_TEXT_BAD_ID, 2},
        {ID1 "private " KEY_A "0\n", DSB_TEXT_BAD_KEY, 2},
        {ID1 "private 00\n", DSB_TEXT_BAD_KEY, 2},
        {ID1 "id x\nprivate A000000000000000000000000000000000000000000000000000000000000000\n",
         DSB_TEXT_BAD_KEY, 3},
        {ID1 "id x\nprivate 000000000000000000000000000000000000000000000000000000000000000g\n",
         DSB_TEXT_BAD_KEY, 3},
        {long_line, DSB_TEXT_LINE_TOO_LONG, 1},
    };
    static const struct dsb_identity_file zero;

    (void)state;
    memset(long_line, '#', DSB_TEXT_LINE_MAX + 1);
    long_line[DSB_TEXT_LINE_MAX + 1] = '\n';
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct dsb_identity_file file;
        struct dsb_text_error error;

        assert_int_equal(dsb_identity_parse(&file, cases[i].text, strlen(cases[i].text), &error),
                         DSB_INVALID);
        assert_string_equal(dsb_text_fault_name(error.fault), dsb_text_fault_name(cases[i].fault));
        assert_int_equal(error.line, cases[i].line);
        assert_memory_equal(&file, &zero, sizeof zero);
    }
}

static void a_line_may_have_its_full_length(void **state)
{
    static const char rest[] = "\n" ID1 "id x\nprivate " KEY_A "\n";
    char text[DSB_TEXT_LINE_MAX + sizeof rest];
    struct dsb_identity_file file;
    struct dsb_text_error error;

    (void)state;
    memset(text, '#', DSB_TEXT_LINE_MAX);
    memcpy(text + DSB_TEXT_LINE_MAX, rest, sizeof rest);
    assert_ok(dsb_identity_parse(&file, text, sizeof text - 1, &error));
}

static void hex_digits_are_exactly_sixteen(void **state)
{
    char text[sizeof(ID1 "id x\nprivate " KEY_A "\n")] = ID1 "id x\nprivate " KEY_A "\n";
    const size_t digit_at = sizeof text - 3;

    (void)state;
    for (int c = 33; c < 127; c++) {
        const char *found = strchr("0123456789abcdef", c);
        struct dsb_identity_file file;
        struct dsb_text_error error;

        text[digit_at] = (char)c;
        enum dsb_status status = dsb_identity_parse(&file, text, sizeof text - 1, &error);
        assert_int_equal(status, found != NULL ? DSB_OK : DSB_INVALID);
        if (found == NULL)
            assert_int_equal(error.fault, DSB_TEXT_BAD_KEY);
        else
            assert_int_equal(file.private_key[31], found - "0123456789abcdef");
    }
}

/* Trust store */

static struct peer own;

static int make_own(void **state)
{
    (void)state;
    peer_make(&own, "me", 0x42);
    return 0;
}

static void trust_store_is_read(void **state)
{
    static const char text[] =
        DSB_TRUST_HEADER "# the lab\n\nsensor-7.lab " KEY_A "\nb " KEY_B "\n";
    struct dsb_text_error error;
    struct dsb_device_id id;
    uint8_t key[DSB_KEY_LEN] = {9};

    (void)state;
    assert_ok(dsb_trust_store_parse(&own.trust, &own.identity, text, sizeof text - 1, &error));
    assert_int_equal(own.trust.count, 2);
    assert_ok(dsb_device_id_set(&id, "sensor-7.lab", 12));
    const struct dsb_trust_entry *entry = dsb_trust_store_find_id(&own.trust, &id);
    assert_non_null(entry);
    assert_int_equal(entry->key[0], 0x10);
    entry = dsb_trust_store_find_key(&own.trust, key);
    assert_non_null(entry);
    assert_int_equal(entry->id.len, 1);
    key[31] = 1;
    assert_null(dsb_trust_store_find_key(&own.trust, key));
    assert_ok(dsb_device_id_set(&id, "sensor-7.la", 11));
    assert_null(dsb_trust_store_find_id(&own.trust, &id));
}

static void trust_store_may_be_empty(void **state)
{
    struct dsb_text_error error;
    struct dsb_trust_store fresh;

    (void)state;
    memset(&fresh, 0xff, sizeof fresh);
    dsb_trust_store_init(&fresh, own.entries, PEER_TRUST_MAX);
    assert_null(dsb_trust_store_find_id(&fresh, &own.identity.id));
    assert_int_equal(fresh.count, 0);
    assert_ok(dsb_trust_store_parse(&own.trust, &own.identity, DSB_TRUST_HEADER,
                                    sizeof DSB_TRUST_HEADER - 1, &error));
    assert_int_equal(own.trust.count, 0);
}

static void trust_lines_read_back_as_written(void **state)
{
    struct dsb_trust_entry entry = {.id = {DSB_DEVICE_ID_MAX, ""}, .key = {16}, .is_paired = true};
    char text[sizeof DSB_TRUST_HEADER + DSB_TRUST_LINE_MAX] = DSB_TRUST_HEADER;
    struct dsb_text_error error;

    (void)state;
    memset(entry.id.text, 'q', DSB_DEVICE_ID_MAX);
    for (unsigned services_len = 0; services_len <= DSB_TRUST_SERVICES_LEN_MAX; services_len++) {
        entry.services_len = (uint8_t)services_len;
        for (unsigned i = 0; i < services_len; i++) /* names of 60 bytes, each its own letter */
            entry.services[i] = i % 61 == 60 && i + 1 < services_len ? ',' : (char)('a' + i / 61);
        size_t len = dsb_trust_entry_format(text + sizeof DSB_TRUST_HEADER - 1, &entry);
        if (services_len == DSB_TRUST_SERVICES_LEN_MAX)
            assert_int_equal(len, DSB_TRUST_LINE_MAX);
        assert_ok(dsb_trust_store_parse(&own.trust, &own.identity, text,
                                        sizeof DSB_TRUST_HEADER - 1 + len, &error));
        assert_memory_equal(&own.trust.entries[0], &entry, sizeof entry);
    }
}

static bool allows(const char *service, bool offered_to_all)
{
    return dsb_trust_entry_allows(&own.trust.entries[0], service, strlen(service), offered_to_all);
}

static void read_line_of_version(unsigned version, const char *rest)
{
    char text[512];
    struct dsb_text_error error;
    int len = snprintf(text, sizeof text, "dsoftbus-trust %u\na " KEY_A "%s\n", version, rest);

    assert_ok(dsb_trust_store_parse(&own.trust, &own.identity, text, (size_t)len, &error));
    assert_int_equal(own.trust.count, 1);
}

static void a_list_permits_exactly_its_services(void **state)
{
    static const char *const others[] = {"ech",      "echo1", "ho",  "log", "echo,log.",
                                         "log.live", "og.1",  "x.1", "",    "echo,"};

    (void)state;
    read_line_of_version(2, " echo,log.1,x");
    assert_true(allows("echo", false));
    assert_true(allows("log.1", false));
    assert_true(allows("x", false));
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_false(allows(others[i], false));
        assert_false(allows(others[i], true)); /* what is offered to all is not offered to it */
    }
}

static void without_a_list_it_is_what_is_offered_to_all(void **state)
{
    (void)state;
    for (unsigned version = 1; version <= 2; version++) {
        read_line_of_version(version, "");
        assert_true(allows("echo", true));
        assert_false(allows("echo", false));
    }
}

static void who_has_no_entry_may_nothing(void **state)
{
    (void)state;
    assert_false(dsb_trust_entry_allows(NULL, "echo", 4, true));
    assert_false(dsb_trust_entry_allows(NULL, "echo", 4, false));
}

/* A list of so many names of so many bytes each, then a line feed. */
static const char *line_with_names(unsigned count, unsigned len)
{
    static char text[1024];
    int end = snprintf(text, sizeof text, DSB_TRUST_HEADER "a " KEY_A);

    for (unsigned i = 0; i < count; i++)
        end += snprintf(text + end, sizeof text - (size_t)end, "%c%0*u", i == 0 ? ' ' : ',',
                        (int)len, i);
    (void)snprintf(text + end, sizeof text - (size_t)end, "\n");
    return text;
}

static void a_list_has_its_bounds(void **state)
{
    static const struct {
        unsigned count, len;
        enum dsb_text_fault fault;
    } cases[] = {
        {DSB_TRUST_SERVICES_MAX, 2, DSB_TEXT_NO_FAULT},
        {DSB_TRUST_SERVICES_MAX, 15, DSB_TEXT_NO_FAULT}, /* 255 bytes with the commas */
        {DSB_TRUST_SERVICES_MAX + 1, 2, DSB_TEXT_TOO_MANY_SERVICES},
        {2, 127, DSB_TEXT_BAD_SERVICE},
        {DSB_TRUST_SERVICES_LEN_MAX / 64 + 1, 63, DSB_TEXT_NO_FAULT},
        {DSB_TRUST_SERVICES_LEN_MAX / 64 + 1, 64, DSB_TEXT_TOO_MANY_SERVICES}, /* 259 bytes */
        {1, DSB_STREAM_SERVICE_MAX, DSB_TEXT_NO_FAULT},
        {1, DSB_STREAM_SERVICE_MAX + 1, DSB_TEXT_BAD_SERVICE},
        {1, DSB_TRUST_SERVICES_LEN_MAX + 1, DSB_TEXT_TOO_MANY_SERVICES},
        {1, DSB_TEXT_LINE_MAX, DSB_TEXT_LINE_TOO_LONG},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *text = line_with_names(cases[i].count, cases[i].len);
        struct dsb_text_error error;

        enum dsb_status status =
            dsb_trust_store_parse(&own.trust, &own.identity, text, strlen(text), &error);
        assert_string_equal(dsb_text_fault_name(error.fault), dsb_text_fault_name(cases[i].fault));
        assert_int_equal(status, error.fault == DSB_TEXT_NO_FAULT ? DSB_OK : DSB_INVALID);
    }
}

#define T1 DSB_TRUST_HEADER

static void trust_store_faults_have_their_line(void **state)
{
    static char own_key_line[sizeof T1 + DSB_TRUST_LINE_MAX] = T1;
    static const struct fault_case cases[] = {
        {"", DSB_TEXT_NO_HEADER, 0},
        {"a " KEY_A "\n", DSB_TEXT_NO_HEADER, 1},
        {"dsoftbus-trust 0\n", DSB_TEXT_VERSION, 1},
        {"dsoftbus-trust 4\n", DSB_TEXT_VERSION, 1},
        {"dsoftbus-trust 22\n", DSB_TEXT_VERSION, 1},
        {"dsoftbus-trust 2 echo\n", DSB_TEXT_WORD_COUNT, 1},
        {"dsoftbus-trust 1\na " KEY_A " echo\n", DSB_TEXT_WORD_COUNT, 2},
        {T1 "a " KEY_A, DSB_TEXT_NO_LINE_FEED, 2},
        {T1 "a\n", DSB_TEXT_WORD_COUNT, 2},
        {T1 "a " KEY_A " \n", DSB_TEXT_WORD_COUNT, 2},
        {T1 "a " KEY_A " x y\n", DSB_TEXT_WORD_COUNT, 2},
        {T1 "a " KEY_A " x, y\n", DSB_TEXT_WORD_COUNT, 2},
        {T1 "a " KEY_A "  x\n", DSB_TEXT_WORD_COUNT, 2},
        {T1 "a " KEY_A " x \n", DSB_TEXT_WORD_COUNT, 2},
        {T1 "a " KEY_A " ,\n", DSB_TEXT_BAD_SERVICE, 2},
        {T1 "a " KEY_A " x,\n", DSB_TEXT_BAD_SERVICE, 2},
        {T1 "a " KEY_A " ,x\n", DSB_TEXT_BAD_SERVICE, 2},
        {T1 "a " KEY_A " x,,y\n", DSB_TEXT_BAD_SERVICE, 2},
        {T1 "a " KEY_A " Echo\n", DSB_TEXT_BAD_SERVICE, 2},
        {T1 "a " KEY_A " *\n", DSB_TEXT_BAD_SERVICE, 2},
        {T1 "a " KEY_A " x,y,x\n", DSB_TEXT_DUPLICATE_SERVICE, 2},
        {T1 "A " KEY_A "\n", DSB_TEXT_BAD_ID, 2},
        {T1 "*.lab root:" KEY_A "\n", DSB_TEXT_NO_ROOTS, 2},
        {T1 "*lab root:" KEY_A "\n", DSB_TEXT_BAD_ID, 2},
        {T1 "*. root:" KEY_A "\n", DSB_TEXT_BAD_ID, 2},
        {T1 "*.* root:" KEY_A "\n", DSB_TEXT_BAD_ID, 2},
        {T1 "a.* root:" KEY_A "\n", DSB_TEXT_BAD_ID, 2},
        {T1 "* root:1234\n", DSB_TEXT_BAD_KEY, 2},
        {T1 "* root:" KEY_A " x,,y\n", DSB_TEXT_BAD_SERVICE, 2},
        {T1 "* " KEY_A "\n", DSB_TEXT_BAD_ID, 2},
        {T1 "a paired:" KEY_A "\na paired:" KEY_B "\n", DSB_TEXT_DUPLICATE_ID, 3},
        {"dsoftbus-trust 2\na paired:" KEY_A "\n", DSB_TEXT_BAD_KEY, 2},
        {"dsoftbus-trust 2\n* root:" KEY_A "\n", DSB_TEXT_BAD_ID, 2},
        {T1 "a 1234\n", DSB_TEXT_BAD_KEY, 2},
        {T1 "a\b " KEY_A "\n", DSB_TEXT_BAD_CHARACTER, 2},
        {T1 "me " KEY_A "\n", DSB_TEXT_OWN_ID, 2},
        {own_key_line, DSB_TEXT_OWN_KEY, 2},
        {T1 "a " KEY_A "\na " KEY_B "\n", DSB_TEXT_DUPLICATE_ID, 3},
        {T1 "a " KEY_A "\n\nb " KEY_A "\n", DSB_TEXT_DUPLICATE_KEY, 4},
    };

    (void)state;
    struct dsb_trust_entry self = {.id = {1, "x"}};
    memcpy(self.key, own.identity.key.public_key, DSB_KEY_LEN);
    (void)dsb_trust_entry_format(own_key_line + sizeof T1 - 1, &self);

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct dsb_text_error error;

        assert_int_equal(dsb_trust_store_parse(&own.trust, &own.identity, cases[i].text,
                                               strlen(cases[i].text), &error),
                         DSB_INVALID);
        assert_string_equal(dsb_text_fault_name(error.fault), dsb_text_fault_name(cases[i].fault));
        assert_int_equal(error.line, cases[i].line);
        assert_int_equal(own.trust.count, 0); /* nothing of a bad file is trusted */
    }
}

/* u of every point of order 1, 2, 4 or 8, on the curve and its twist, in its canonical spelling. */
static const char *const low_order[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
};

/* p, p + 1, p + 18 (the last one below 2^255), and an ordinary key with the top bit set. */
static const char *const non_canonical[] = {
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0900000000000000000000000000000000000000000000000000000000000080",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b880",
};

static enum dsb_text_fault fault_of_key(const char *digits)
{
    char text[256];
    struct dsb_text_error error;
    int len = snprintf(text, sizeof text, T1 "a %s\n", digits);

    if (dsb_trust_store_parse(&own.trust, &own.identity, text, (size_t)len, &error) == DSB_OK)
        return DSB_TEXT_NO_FAULT;
    assert_int_equal(error.line, 2);
    return error.fault;
}

static void trust_store_refuses_low_order_keys(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof low_order / sizeof low_order[0]; i++)
        assert_int_equal(fault_of_key(low_order[i]), DSB_TEXT_LOW_ORDER_KEY);
}

static void trust_store_refuses_non_canonical_keys(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof non_canonical / sizeof non_canonical[0]; i++)
        assert_int_equal(fault_of_key(non_canonical[i]), DSB_TEXT_NON_CANONICAL_KEY);
    /* Just below p, with the same high bytes. */
    assert_int_equal(
        fault_of_key("ebffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
        DSB_TEXT_MIXED_ORDER_KEY);
    assert_int_equal(
        fault_of_key("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffef7f"),
        DSB_TEXT_MIXED_ORDER_KEY);
}

/* A private key's public key P, and P + T for each T of low order: eight spellings, one is taken.
 */
static void trust_store_takes_one_spelling_of_a_key(void **state)
{
    (void)state;
    for (size_t i = 0; i < mixed_order_keys_count; i++) {
        const struct mixed_order_key *key = &mixed_order_keys[i];
        uint8_t products[MIXED_ORDER_SPELLINGS][DSB_KEY_LEN];

        for (size_t t = 0; t < MIXED_ORDER_SPELLINGS; t++) {
            static const uint8_t any_scalar[DSB_KEY_LEN] = {8};
            uint8_t point[DSB_KEY_LEN];

            assert_true(hex_decode(key->spellings[t], 64, point));
            assert_ok(noise_x25519(products[t], any_scalar, point));
            assert_memory_equal(products[t], products[0], DSB_KEY_LEN); /* they are one key */
            assert_int_equal(fault_of_key(key->spellings[t]),
                             t == 0 ? DSB_TEXT_NO_FAULT : DSB_TEXT_MIXED_ORDER_KEY);
        }
    }
}

static void trust_store_refuses_keys_on_the_twist(void **state)
{
    (void)state;
    for (size_t i = 0; i < twist_keys_count; i++)
        assert_int_equal(fault_of_key(twist_keys[i]), DSB_TEXT_MIXED_ORDER_KEY);
}

static void trust_store_takes_every_key_that_a_device_makes(void **state)
{
    uint8_t key[DSB_KEY_LEN], private_key[DSB_KEY_LEN];

    (void)state;
    for (unsigned i = 0; i < 200; i++) {
        noise_blake2s(private_key, (const uint8_t *)&i, sizeof i, NULL, 0);
        noise_x25519_base(key, private_key);
        assert_int_equal(dsb_public_key_fault(key), DSB_TEXT_NO_FAULT);
    }
}

static void trust_store_refuses_the_key_that_everybody_has(void **state)
{
    (void)state;
    assert_int_equal(
        fault_of_key("2fe57da347cd62431528daac5fbb290730fff684afc4cfc2ed90995f58cb3b74"),
        DSB_TEXT_ZERO_KEY);
}

static void trust_store_holds_what_its_array_holds(void **state)
{
    /* u of points of prime order */
    static const uint8_t small_keys[PEER_TRUST_MAX + 1] = {9, 16, 34, 45, 49, 78, 100, 104, 111};
    static char text[4096];
    struct dsb_text_error error;
    int len = snprintf(text, sizeof text, T1);

    (void)state;
    for (int i = 0; i <= PEER_TRUST_MAX; i++) {
        if (i == PEER_TRUST_MAX) {
            assert_ok(dsb_trust_store_parse(&own.trust, &own.identity, text, (size_t)len, &error));
            assert_int_equal(own.trust.count, PEER_TRUST_MAX);
        }
        len += snprintf(text + len, sizeof text - (size_t)len, "n%d %02x%s\n", i,
                        (unsigned)small_keys[i], KEY_END);
    }
    assert_int_equal(dsb_trust_store_parse(&own.trust, &own.identity, text, (size_t)len, &error),
                     DSB_INVALID);
    assert_int_equal(error.fault, DSB_TEXT_TOO_MANY_ENTRIES);
    assert_int_equal(error.line, PEER_TRUST_MAX + 2);
}

static void a_store_holds_as_many_roots_as_it_has_room_for(void **state)
{
    static struct dsb_trust_root roots[1];
    struct dsb_text_error error;
    static const char text[] = T1 "*.lab root:" KEY_A "\n*.home root:" KEY_A "\n";

    (void)state;
    own.trust.roots = roots;
    own.trust.root_capacity = 1;
    assert_int_equal(
        dsb_trust_store_parse(&own.trust, &own.identity, text, sizeof text - 1, &error),
        DSB_INVALID);
    assert_int_equal(error.fault, DSB_TEXT_TOO_MANY_ENTRIES);
    assert_int_equal(error.line, 3);
}

static void trust_entries_without_an_id_are_refused(void **state)
{
    struct dsb_trust_entry entry = {.key = {9}};

    (void)state;
    assert_int_equal(dsb_trust_store_add(&own.trust, &own.identity, &entry), DSB_TEXT_BAD_ID);
    entry.id.len = DSB_DEVICE_ID_MAX + 1;
    assert_int_equal(dsb_trust_store_add(&own.trust, &own.identity, &entry), DSB_TEXT_BAD_ID);
}

static void faults_have_names(void **state)
{
    (void)state;
    for (int fault = 0; fault <= DSB_TEXT_NO_ROOTS; fault++)
        assert_string_not_equal(dsb_text_fault_name((enum dsb_text_fault)fault), "unknown");
    assert_string_equal(dsb_text_fault_name((enum dsb_text_fault)99), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identity_is_read),
        cmocka_unit_test(identity_says_that_it_is_for_bring_up),
        cmocka_unit_test(identity_is_known_by_its_key),
        cmocka_unit_test(the_zero_key_is_nobodys),
        cmocka_unit_test(identity_reads_back_as_written),
        cmocka_unit_test(identity_faults_have_their_line),
        cmocka_unit_test(a_line_may_have_its_full_length),
        cmocka_unit_test(hex_digits_are_exactly_sixteen),
        cmocka_unit_test_setup(trust_store_is_read, make_own),
        cmocka_unit_test_setup(trust_store_may_be_empty, make_own),
        cmocka_unit_test_setup(trust_lines_read_back_as_written, make_own),
        cmocka_unit_test_setup(a_list_permits_exactly_its_services, make_own),
        cmocka_unit_test_setup(without_a_list_it_is_what_is_offered_to_all, make_own),
        cmocka_unit_test(who_has_no_entry_may_nothing),
        cmocka_unit_test_setup(a_list_has_its_bounds, make_own),
        cmocka_unit_test_setup(trust_store_faults_have_their_line, make_own),
        cmocka_unit_test_setup(trust_store_refuses_low_order_keys, make_own),
        cmocka_unit_test_setup(trust_store_refuses_non_canonical_keys, make_own),
        cmocka_unit_test_setup(trust_store_takes_one_spelling_of_a_key, make_own),
        cmocka_unit_test_setup(trust_store_refuses_keys_on_the_twist, make_own),
        cmocka_unit_test(trust_store_takes_every_key_that_a_device_makes),
        cmocka_unit_test_setup(trust_store_refuses_the_key_that_everybody_has, make_own),
        cmocka_unit_test_setup(trust_store_holds_what_its_array_holds, make_own),
        cmocka_unit_test_setup(a_store_holds_as_many_roots_as_it_has_room_for, make_own),
        cmocka_unit_test_setup(trust_entries_without_an_id_are_refused, make_own),
        cmocka_unit_test(faults_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
