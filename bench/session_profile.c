/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counts a trace of executed instructions (QEMU: -singlestep -d exec,nochain) by group of code.
 *
 * usage: profile RANGES WINDOW... <TRACE
 *   RANGES  file of lines "FIRST END GROUP": addresses in hexadecimal, sorted, not overlapping
 *   WINDOW  NAME:FROM,N:TO,M   from the Nth time the address FROM is executed to the Mth time TO
 * is; FROM 0: from the first instruction Prints "WINDOW GROUP COUNT" for each that is not zero.
 * Exits 1 when a window did not begin and end.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RANGE_MAX    16384
#define GROUP_MAX    16
#define WINDOW_MAX   8
#define NAME_MAX_LEN 31

struct range {
    uint64_t first, end;
    unsigned group;
};

struct window {
    char name[NAME_MAX_LEN + 1];
    uint64_t from, to;
    unsigned from_left, to_left; /* times until it begins and ends */
    uint64_t count[GROUP_MAX];
};

static struct range ranges[RANGE_MAX];
static size_t range_count;
static char groups[GROUP_MAX][NAME_MAX_LEN + 1];
static unsigned group_count;
static struct window windows[WINDOW_MAX];
static size_t window_count;

static void fail(const char *what)
{
    fprintf(stderr, "profile: %s\n", what);
    exit(2);
}

static unsigned group_of(const char *name)
{
    unsigned i = 0;
    while (i < group_count && strcmp(groups[i], name) != 0)
        i++;
    if (i == group_count) {
        if (group_count == GROUP_MAX)
            fail("too many groups");
        snprintf(groups[group_count++], sizeof groups[0], "%s", name);
    }
    return i;
}

static void read_ranges(const char *path)
{
    char name[NAME_MAX_LEN + 1];
    uint64_t first, end;
    FILE *file = fopen(path, "r");
    if (file == NULL)
        fail("no ranges");
    (void)group_of("other"); /* group 0: whatever no range names */
    while (fscanf(file, "%" SCNx64 " %" SCNx64 " %31s", &first, &end, name) == 3) {
        if (range_count == RANGE_MAX)
            fail("too many ranges");
        ranges[range_count++] = (struct range){first, end, group_of(name)};
    }
    fclose(file);
}

static void read_window(const char *text)
{
    if (window_count == WINDOW_MAX)
        fail("too many windows");
    struct window *window = &windows[window_count++];
    if (sscanf(text, "%31[^:]:%" SCNx64 ",%u:%" SCNx64 ",%u", window->name, &window->from,
               &window->from_left, &window->to, &window->to_left) != 5)
        fail("a window is NAME:FROM,N:TO,M");
    if (window->from == 0)
        window->from_left = 0;
}

/* The range of an address; most instructions follow one of the same range. */
static unsigned find_group(uint64_t address)
{
    static size_t last;
    if (range_count == 0)
        return 0;
    if (address >= ranges[last].first && address < ranges[last].end)
        return ranges[last].group;
    size_t low = 0, high = range_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (ranges[middle].first <= address)
            low = middle;
        else
            high = middle;
    }
    if (address < ranges[low].first || address >= ranges[low].end)
        return 0;
    last = low;
    return ranges[low].group;
}

static void count(uint64_t address)
{
    unsigned group = find_group(address);
    for (size_t i = 0; i < window_count; i++) {
        struct window *window = &windows[i];
        if (window->from_left != 0 && window->from == address)
            window->from_left--;
        if (window->to_left != 0 && window->to == address)
            window->to_left--;
        if (window->from_left == 0 && window->to_left != 0)
            window->count[group]++;
    }
}

int main(int argc, char **argv)
{
    char line[256];
    int missing = 0;

    if (argc < 3)
        fail("usage: profile RANGES WINDOW...");
    read_ranges(argv[1]);
    for (int i = 2; i < argc; i++)
        read_window(argv[i]);
    /* "Trace 0: 0xHOST [BASE/ADDRESS/FLAGS/FLAGS] SYMBOL" */
    while (fgets(line, sizeof line, stdin) != NULL) {
        const char *slash = strchr(line, '/');
        if (strncmp(line, "Trace ", 6) == 0 && slash != NULL)
            count(strtoull(slash + 1, NULL, 16));
    }
    for (size_t i = 0; i < window_count; i++) {
        if (windows[i].from_left != 0 || windows[i].to_left != 0) {
            fprintf(stderr, "profile: window %s: not seen\n", windows[i].name);
            missing = 1;
        }
        for (unsigned group = 0; group < group_count; group++) {
            if (windows[i].count[group] != 0)
                printf("%s %s %" PRIu64 "\n", windows[i].name, groups[group],
                       windows[i].count[group]);
        }
    }
    return missing;
}
