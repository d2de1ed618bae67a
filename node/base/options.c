/* SPDX-License-Identifier: Apache-2.0 */
/* The command line: getopt does the splitting, the table below says what each option means and what
 * it may be. */
#include "node/base/options.h"

#include "dsoftbus/announce.h"
#include "dsoftbus/pairing.h"

#include "node/base/number.h"

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum value_kind { VALUE_FLAG, VALUE_TEXT, VALUE_NUMBER, VALUE_SECONDS };

#define SERVERS  (CMD_SERVE | CMD_DAEMON)
#define CLIENTS  (CMD_PING | CMD_SEND)
#define CARRIERS (CMD_PUBLISH | CMD_FORWARD)
#define BUS      (CMD_CONNECT | CARRIERS | CMD_PEERS | CMD_SERVICES) /* they need no key */
#define ALL      (~0)

struct option_row {
    const char *name;
    const char *value_name; /* NULL for a flag */
    const char *meaning;
    int commands;
    enum value_kind kind;
    size_t offset; /* of the value in struct options */
    uint64_t least;
    uint64_t most; /* VALUE_SECONDS: in ms */
};

#define AT(member) offsetof(struct options, member)

static const struct option_row rows[] = {
    {"dir", "DIR", "identity and trust store (default ~/.config/dsoftbus)", ALL & ~(BUS | CMD_ROOT),
     VALUE_TEXT, AT(dir), 0, 0},
    {"bus", "PATH", "the daemon's socket for programs (default: the user's, else the system's)",
     BUS | CLIENTS | SERVERS | CMD_RECEIVE, VALUE_TEXT, AT(bus), 0, 0},
    {"all", NULL, "offer it to every trusted device", CMD_PUBLISH, VALUE_FLAG, AT(all), 0, 0},
    {"tcp", "HOST:PORT", "each stream is a connection to this server", CMD_PUBLISH, VALUE_TEXT,
     AT(tcp), 0, 0},
    {"at-once", "COUNT", "streams at once, at most (default 128)", CARRIERS, VALUE_NUMBER,
     AT(at_once_count), 1, 4096},
    {"watch", NULL, "go on with what changes, until stopped", CMD_PEERS, VALUE_FLAG, AT(watch), 0,
     0},
    {"listen", "ADDR:PORT", "where to listen (default every address, port 34567)",
     SERVERS | CMD_RECEIVE, VALUE_TEXT, AT(listen), 0, 0},
    {"listen", "ADDR:PORT", "where the window is (default every address, port 34568)", CMD_PAIR,
     VALUE_TEXT, AT(listen), 0, 0},
    {"window", "SECONDS", "how long the window is open (default 120)", CMD_PAIR, VALUE_SECONDS,
     AT(window_ms), 1000, 600000},
    {"qr", NULL, "show a long code as a QR code", CMD_PAIR, VALUE_FLAG, AT(qr), 0, 0},
    {"finish", NULL, "ask the peer of a pairing that broke off whether it trusts this device",
     CMD_PAIR, VALUE_FLAG, AT(finish), 0, 0},
    {"inbox", "DIR", "accept files into DIR (default: files are refused)", SERVERS, VALUE_TEXT,
     AT(inbox), 0, 0},
    {"sessions", "COUNT", "sessions at most (default 4096)", SERVERS, VALUE_NUMBER,
     AT(session_count), 1, 100000},
    {"half-open", "COUNT", "unfinished handshakes at most (default 256)", SERVERS, VALUE_NUMBER,
     AT(half_open_count), 1, 100000},
    {"streams", "COUNT", "streams of a session, each side's, at most (default 256)", SERVERS,
     VALUE_NUMBER, AT(stream_count), 1, 4096},
    {"window", "BYTES", "what a stream holds that nobody has read (default 262144)", SERVERS,
     VALUE_NUMBER, AT(window_len), 1024, 16777216},
    {"peer-sessions", "COUNT", "sessions that one peer may dial (default 64)", SERVERS,
     VALUE_NUMBER, AT(peer_session_count), 1, 100000},
    {"peer-streams", "COUNT", "streams that one peer may have open (default 512)", SERVERS,
     VALUE_NUMBER, AT(peer_stream_count), 1, 100000},
    {"peer-bytes", "BYTES", "what one peer's files in the inbox may have (default: no bound)",
     SERVERS, VALUE_NUMBER, AT(peer_len_max), 1, UINT64_MAX},
    {"clients", "COUNT", "programs on the bus at most (default 64)", SERVERS, VALUE_NUMBER,
     AT(client_count), 1, 1024},
    {"client-streams", "COUNT", "streams of one program at most (default 128)", SERVERS,
     VALUE_NUMBER, AT(client_stream_count), 1, 4096},
    {"names", "COUNT", "services that programs publish, at most (default 64)", SERVERS,
     VALUE_NUMBER, AT(name_count), 1, 192},
    {"from", "ID", "accept the file from this peer only", CMD_RECEIVE, VALUE_TEXT, AT(from), 0, 0},
    {"name", "NAME", "name to give the file at the receiver", CMD_SEND, VALUE_TEXT, AT(name), 0, 0},
    {"force", NULL, "overwrite an existing file", CMD_RECEIVE, VALUE_FLAG, AT(force), 0, 0},
    {"count", "COUNT", "pings to send (default 4)", CMD_PING, VALUE_NUMBER, AT(ping_count), 1,
     UINT32_MAX},
    {"interval", "SECONDS", "time between pings (default 1)", CMD_PING, VALUE_SECONDS,
     AT(interval_ms), 0, 3600000},
    {"wait", "SECONDS", "how long to wait for announces (default 2)", CLIENTS | CMD_DISCOVER,
     VALUE_SECONDS, AT(wait_ms), 1, 3600000},
    {"discovery-port", "PORT", "UDP port of announces and queries (default 37020; 0: none)",
     SERVERS | CLIENTS | CMD_DISCOVER | CMD_RECEIVE, VALUE_NUMBER, AT(discovery_port), 0,
     UINT16_MAX},
    {"user", "USER", "become USER once the ports are open", CMD_DAEMON, VALUE_TEXT, AT(user), 0, 0},
    {"serial", "NUMBER", "of the attestation (default: one more than the id's last)", CMD_ROOT,
     VALUE_NUMBER, AT(serial), 1, UINT64_MAX - 1},
    {"allow-test-keys", NULL, "accept an identity that is marked as a test key",
     ALL & ~(CMD_KEYGEN | BUS | CMD_ROOT), VALUE_FLAG, AT(allow_test_keys), 0, 0},
    {"quiet", NULL, "no progress, errors only", ALL, VALUE_FLAG, AT(quiet), 0, 0},
    {"verbose", NULL, "say more: every step of a handshake", ALL & ~(BUS | CMD_ROOT), VALUE_FLAG,
     AT(verbose), 0, 0},
    {"help", NULL, "show this help", ALL, VALUE_FLAG, AT(help), 0, 0},
    {"version", NULL, "show the version", ALL, VALUE_FLAG, AT(version), 0, 0},
};
#define ROW_COUNT (sizeof rows / sizeof rows[0])

/* "2" or "0.25" seconds, as milliseconds. */
static bool seconds_parse(const char *text, uint64_t least_ms, uint64_t most_ms, uint64_t *out_ms)
{
    char whole[24];
    uint64_t seconds = 0;
    uint64_t fraction_ms = 0;
    const char *dot = strchr(text, '.');
    size_t whole_len = dot != NULL ? (size_t)(dot - text) : strlen(text);
    if (whole_len >= sizeof whole)
        return false;
    memcpy(whole, text, whole_len);
    whole[whole_len] = '\0';
    if (!number_parse(whole, 0, most_ms / 1000, &seconds))
        return false;
    if (dot != NULL) {
        char digits[4] = "000";
        size_t digits_len = strlen(dot + 1);
        if (digits_len == 0 || digits_len > 3)
            return false;
        memcpy(digits, dot + 1, digits_len);
        if (!number_parse(digits, 0, 999, &fraction_ms))
            return false;
    }
    uint64_t ms = seconds * 1000 + fraction_ms;
    if (ms < least_ms || ms > most_ms)
        return false;
    *out_ms = ms;
    return true;
}

static bool set_value(struct options *o, const struct option_row *row, const char *value,
                      struct error *e)
{
    void *at = (char *)o + row->offset;
    bool ok = true;
    switch (row->kind) {
    case VALUE_FLAG:
        *(bool *)at = true;
        break;
    case VALUE_TEXT:
        *(const char **)at = value;
        break;
    case VALUE_NUMBER:
        ok = number_parse(value, row->least, row->most, at);
        break;
    case VALUE_SECONDS:
        ok = seconds_parse(value, row->least, row->most, at);
        break;
    }
    if (ok)
        return true;
    if (row->kind == VALUE_SECONDS)
        return error_set(
            e, EXIT_USAGE,
            "--%s: \"%s\" is not a number of seconds from %.3f to %llu, without a unit", row->name,
            value, (double)row->least / 1000, (unsigned long long)row->most / 1000);
    return error_set(e, EXIT_USAGE, "--%s: \"%s\" is not a number from %llu to %llu", row->name,
                     value, (unsigned long long)row->least, (unsigned long long)row->most);
}

static void set_defaults(struct options *o)
{
    *o = (struct options){.session_count = 4096,
                          .half_open_count = 256,
                          .stream_count = 256,
                          .window_len = 262144,
                          .peer_session_count = 64,
                          .peer_stream_count = 512,
                          .client_count = 64,
                          .client_stream_count = 128,
                          .name_count = 64,
                          .at_once_count = 128,
                          .ping_count = 4,
                          .interval_ms = 1000,
                          .wait_ms = 2000,
                          .window_ms = DSB_PAIRING_WINDOW_MS,
                          .discovery_port = DSB_DISCOVERY_PORT};
}

bool options_parse(struct options *o, enum command_bit command, int argc, char **argv,
                   int *word_count, struct error *e)
{
    struct option long_options[ROW_COUNT + 1] = {{0}};
    const struct option_row *known[ROW_COUNT];
    int known_count = 0;
    int found;
    set_defaults(o);
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if ((rows[i].commands & (int)command) == 0)
            continue;
        long_options[known_count] = (struct option){
            rows[i].name, rows[i].value_name != NULL ? required_argument : no_argument, NULL,
            1000 + known_count};
        known[known_count++] = &rows[i];
    }
    optind = 1;
    opterr = 0;
    while ((found = getopt_long(argc, argv, ":h", long_options, NULL)) != -1) {
        if (found == ':')
            return error_set(e, EXIT_USAGE, "%s needs a value", argv[optind - 1]);
        if (found == 'h')
            o->help = true;
        else if (found < 1000 && optopt != 0 && optopt < 1000)
            return error_set(e, EXIT_USAGE, "unknown option -%c (see --help)", optopt);
        else if (found < 1000)
            return error_set(e, EXIT_USAGE, "unknown option %s (see --help)", argv[optind - 1]);
        if (found < 1000)
            continue;
        if (!set_value(o, known[found - 1000], optarg, e))
            return false;
    }
    *word_count = argc - optind;
    for (int i = 0; i < *word_count; i++)
        argv[1 + i] = argv[optind + i];
    return true;
}

static const struct option_row *find_row(const char *word)
{
    size_t name_len = strcspn(word, "=");
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (strlen(rows[i].name) == name_len && memcmp(rows[i].name, word, name_len) == 0)
            return &rows[i];
    return NULL;
}

int options_before_command(int argc, char **argv)
{
    int i = 1;
    while (i < argc && strncmp(argv[i], "--", 2) == 0) {
        const struct option_row *row = find_row(argv[i] + 2);
        if (row == NULL)
            return i;
        i += row->value_name != NULL && strchr(argv[i], '=') == NULL ? 2 : 1;
    }
    return i < argc ? i : 1;
}

void options_print_help(enum command_bit command)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        char left[40];
        if ((rows[i].commands & (int)command) == 0)
            continue;
        (void)snprintf(left, sizeof left, "--%s%s%s", rows[i].name,
                       rows[i].value_name != NULL ? " " : "",
                       rows[i].value_name != NULL ? rows[i].value_name : "");
        (void)printf("  %-24s %s\n", left, rows[i].meaning);
    }
}
