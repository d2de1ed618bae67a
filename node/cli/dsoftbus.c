/* SPDX-License-Identifier: Apache-2.0 */
/* dsoftbus: the command line tool. See dsoftbus(1). */
#include "node/base/program.h"
#include "node/base/words.h"
#include "node/cli/command.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct command_row {
    const char *name;
    const char *words;
    const char *meaning;
    enum command_bit bit;
    bool (*run)(const struct options *o, char **words, int word_count, struct error *e);
};

static const struct command_row commands[] = {
    {"keygen", "ID", "make this device's identity", CMD_KEYGEN, command_keygen},
    {"id", "", "show this device's id and public key", CMD_ID, command_id},
    {"trust", "add ID KEY [SERVICES] | list | remove ID [ROOT] | show",
     "say which peers are trusted", CMD_TRUST, command_trust},
    {"attest", "FILE|-", "take what a root signed for this device", CMD_ATTEST, command_attest},
    {"root", "new|show ROOTFILE | sign ROOTFILE ID KEY [SERVICES] | revoke ROOTFILE ID [SERIAL]",
     "the key that vouches for devices", CMD_ROOT, command_root},
    {"pair", "[HOST[:PORT]]", "trust each other by a code: open a window, or connect to one",
     CMD_PAIR, command_pair},
    {"serve", "", "accept sessions until stopped (dsoftbusd in the foreground)", CMD_SERVE,
     command_serve},
    {"ping", "ID[@HOST[:PORT]]", "measure round trips inside a session", CMD_PING, command_ping},
    {"send", "ID[@HOST[:PORT]] FILE|-", "send a file, or standard input", CMD_SEND, command_send},
    {"receive", "FILE|-", "wait for one file", CMD_RECEIVE, command_receive},
    {"discover", "[ID]", "ask which devices are on this network", CMD_DISCOVER, command_discover},
    {"status", "", "show the sessions and counters of the daemon", CMD_STATUS, command_status},
    {"connect", "DEVICE SERVICE", "a service's stream at standard input and output", CMD_CONNECT,
     command_connect},
    {"call", "DEVICE SERVICE", "the same until the answer has ended", CMD_CONNECT, command_call},
    {"publish", "NAME -- COMMAND ... | --tcp HOST:PORT NAME", "offer a service", CMD_PUBLISH,
     command_publish},
    {"forward", "PORT|ADDR:PORT DEVICE SERVICE", "a local port that leads to a service",
     CMD_FORWARD, command_forward},
    {"peers", "", "show the trusted devices and which are online", CMD_PEERS, command_peers},
    {"services", "DEVICE", "show the services that a device lets this one use", CMD_SERVICES,
     command_services},
};
#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

static void print_help(FILE *out)
{
    (void)fprintf(out, "usage: dsoftbus COMMAND [options] [words]\n\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        (void)fprintf(out, "  %-9s %-31s %s\n", commands[i].name, commands[i].words,
                      commands[i].meaning);
    (void)fprintf(out, "\ndsoftbus COMMAND --help shows a command's options; see dsoftbus(1).\n");
}

static const struct command_row *find_command(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

/* A command with commands of its own looks at its words itself. */
static bool words_fit(const struct command_row *command, char **words, int word_count,
                      struct error *e)
{
    return strstr(command->words, " | ") != NULL ||
           words_check(command->name, command->words, words, word_count, e);
}

static bool run(const struct command_row *command, int argc, char **argv, struct error *e)
{
    struct options o;
    int word_count;
    if (!options_parse(&o, command->bit, argc, argv, &word_count, e))
        return false;
    if (o.help) {
        (void)printf("usage: dsoftbus %s [options] %s\n%s\n\n", command->name, command->words,
                     command->meaning);
        options_print_help(command->bit);
    } else if (o.version) {
        (void)printf("dsoftbus %s\n", DSOFTBUS_VERSION);
    } else if (!words_fit(command, argv + 1, word_count, e) ||
               !command->run(&o, argv + 1, word_count, e)) {
        return false;
    }
    return program_flush(e);
}

int main(int argc, char **argv)
{
    struct error e = {EXIT_OK, ""};
    int at = options_before_command(argc, argv);
    const char *name = argc > 1 ? argv[at] : "";
    if (!program_init(&e))
        return error_print(&e, "dsoftbus");
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        print_help(stdout);
        return program_flush(&e) ? EXIT_OK : error_print(&e, "dsoftbus");
    }
    if (strcmp(name, "--version") == 0) {
        (void)printf("dsoftbus %s\n", DSOFTBUS_VERSION);
        return program_flush(&e) ? EXIT_OK : error_print(&e, "dsoftbus");
    }
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    const struct command_row *command = find_command(name);
    if (command == NULL)
        (void)error_set(&e, EXIT_USAGE, "unknown %s \"%s\" (see dsoftbus --help)",
                        name[0] == '-' ? "option" : "command", name);
    else {
        /* `dsoftbus --dir D id` is `dsoftbus id --dir D`: the command moves to the front. */
        memmove(argv + 2, argv + 1, (size_t)(at - 1) * sizeof *argv);
        argv[1] = (char *)(uintptr_t)command->name;
        if (run(command, argc - 1, argv + 1, &e))
            return EXIT_OK;
    }
    return error_print(&e, "dsoftbus");
}
