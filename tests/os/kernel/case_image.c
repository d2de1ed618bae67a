/* SPDX-License-Identifier: Apache-2.0 */
/* Program images malformed in every field, and the other arguments of PROCESS_CREATE: each refused
 * with its reason, nothing taken. */
#include "kt.h"
#include "peer.h"

#include <string.h>

/* ELF-64 file header and program headers: where their fields are. */
#define E_CLASS     4
#define E_DATA      5
#define E_VERSION1  6
#define E_TYPE      16
#define E_MACHINE   18
#define E_VERSION   20
#define E_ENTRY     24
#define E_PHOFF     32
#define E_FLAGS     48
#define E_EHSIZE    52
#define E_PHENTSIZE 54
#define E_PHNUM     56
#define E_BYTES     64
#define P_TYPE      0
#define P_FLAGS     4
#define P_OFFSET    8
#define P_VADDR     16
#define P_PADDR     24
#define P_FILESZ    32
#define P_MEMSZ     40
#define P_ALIGN     48
#define P_BYTES     56

/* The linker script makes three segments: text, constants, data. */
#define TEXT     0
#define CONSTANT 1
#define DATA     2
#define SEGMENTS 3

#define SEGMENT_END (ABI_STACK_TOP - (ABI_STACK_PAGES_MAX + 1) * ABI_PAGE_BYTES)

static struct {
    uint8_t *file; /* a good image, in memory of its exact length */
    uint64_t len;
    uint8_t good[E_BYTES + 8 * P_BYTES]; /* its headers, to go back to */
    uint64_t header_len;
    struct abi_process_config config;
} image;

static uint64_t field(const uint8_t *at, uint32_t len)
{
    uint64_t value = 0;
    memcpy(&value, at, len);
    return value;
}

static uint64_t segment_field(uint32_t segment, uint32_t offset)
{
    return field(image.good + E_BYTES + segment * P_BYTES + offset, offset < P_OFFSET ? 4 : 8);
}

/* Bytes of the pages that a segment takes. */
static uint64_t segment_pages(uint32_t segment)
{
    uint64_t page_count = (segment_field(segment, P_MEMSZ) + ABI_PAGE_BYTES - 1) / ABI_PAGE_BYTES;
    return page_count * ABI_PAGE_BYTES;
}

static void restore(void)
{
    memcpy(image.file, image.good, image.header_len);
}

static void make_image(void)
{
    uint64_t rights;
    kt_ok("image", rt_cap_info(KTEST_SLOT_HELPER_FILE, &rights, &image.len));
    kt_true("image fits half the window", image.len < KT_WINDOW_BYTES / 2);
    kt_map(KTEST_SLOT_HELPER_FILE, KT_WINDOW, ABI_PROT_READ);
    rt_slot copy = kt_memory(image.len);
    kt_map(copy, KT_WINDOW + KT_WINDOW_BYTES / 2, ABI_PROT_READ | ABI_PROT_WRITE);
    image.file = kt_at(KT_WINDOW + KT_WINDOW_BYTES / 2);
    memcpy(image.file, kt_at(KT_WINDOW), image.len);
    kt_unmap(KT_WINDOW);
    kt_eq("headers follow each other", E_BYTES, (int64_t)field(image.file + E_PHOFF, 8));
    kt_eq("segments", SEGMENTS, (int64_t)field(image.file + E_PHNUM, 2));
    image.header_len = E_BYTES + SEGMENTS * P_BYTES;
    memcpy(image.good, image.file, image.header_len);
    image.config = (struct abi_process_config){
        .name = "from-image", .image_slot = copy, .stack_pages = 1, .page_quota = PEER_PAGE_QUOTA};
}

/* Creates from what image.file holds now; what was created is dropped. The machine must be as
 * before. *fault: the reason, when the image was refused. */
static int64_t try_create(uint64_t *fault)
{
    struct abi_system_info before = kt_info();
    int64_t status = rt_process_create(KTEST_SLOT_SYSTEM, &image.config, fault);
    if (status >= 0)
        kt_drop((rt_slot)status);
    struct abi_system_info after = kt_info();
    kt_same_info(&before, &after);
    return status;
}

static void refused(const char *what, uint64_t number, enum abi_image_fault expected)
{
    uint64_t fault = ABI_IMAGE_FAULT_COUNT;
    kt_step(what, number);
    kt_eq("refused", -ABI_E_IMAGE, try_create(&fault));
    kt_eq("reason", expected, (int64_t)fault);
    restore();
}

static void accepted(const char *what, uint64_t number)
{
    uint64_t fault = 0;
    kt_step(what, number);
    kt_ok("accepted", try_create(&fault));
    restore();
}

static void put(uint64_t offset, uint32_t len, uint64_t value)
{
    memcpy(image.file + offset, &value, len);
}

static void put_segment(uint32_t segment, uint32_t offset, uint64_t value)
{
    put(E_BYTES + segment * P_BYTES + offset, offset < P_OFFSET ? 4 : 8, value);
}

static void file_header(void)
{
    static const struct {
        const char *what;
        uint32_t offset, len;
        uint64_t value;
        enum abi_image_fault fault;
    } bad[] = {
        {"magic 0", 0, 1, 0, ABI_IMAGE_MAGIC},
        {"magic 1", 1, 1, 'e', ABI_IMAGE_MAGIC},
        {"magic 2", 2, 1, 0, ABI_IMAGE_MAGIC},
        {"magic 3", 3, 1, 0xff, ABI_IMAGE_MAGIC},
        {"class none", E_CLASS, 1, 0, ABI_IMAGE_CLASS},
        {"class 32", E_CLASS, 1, 1, ABI_IMAGE_CLASS},
        {"class 3", E_CLASS, 1, 3, ABI_IMAGE_CLASS},
        {"data none", E_DATA, 1, 0, ABI_IMAGE_CLASS},
        {"big endian", E_DATA, 1, 2, ABI_IMAGE_CLASS},
        {"ident version", E_VERSION1, 1, 0, ABI_IMAGE_CLASS},
        {"version 0", E_VERSION, 4, 0, ABI_IMAGE_CLASS},
        {"version 2", E_VERSION, 4, 2, ABI_IMAGE_CLASS},
        {"relocatable", E_TYPE, 2, 1, ABI_IMAGE_TYPE},
        {"shared object", E_TYPE, 2, 3, ABI_IMAGE_TYPE},
        {"core", E_TYPE, 2, 4, ABI_IMAGE_TYPE},
        {"no type", E_TYPE, 2, 0, ABI_IMAGE_TYPE},
        {"x86-64", E_MACHINE, 2, 62, ABI_IMAGE_MACHINE},
        {"no machine", E_MACHINE, 2, 0, ABI_IMAGE_MACHINE},
        {"float abi single", E_FLAGS, 4, 0x3, ABI_IMAGE_MACHINE},
        {"float abi double", E_FLAGS, 4, 0x5, ABI_IMAGE_MACHINE},
        {"rve", E_FLAGS, 4, 0x9, ABI_IMAGE_MACHINE},
        {"unknown flag", E_FLAGS, 4, 0x80000001, ABI_IMAGE_MACHINE},
        {"header size 0", E_EHSIZE, 2, 0, ABI_IMAGE_HEADER_SIZE},
        {"header size 63", E_EHSIZE, 2, 63, ABI_IMAGE_HEADER_SIZE},
        {"header size 65", E_EHSIZE, 2, 65, ABI_IMAGE_HEADER_SIZE},
        {"entry size 0", E_PHENTSIZE, 2, 0, ABI_IMAGE_HEADER_SIZE},
        {"entry size 55", E_PHENTSIZE, 2, 55, ABI_IMAGE_HEADER_SIZE},
        {"entry size 57", E_PHENTSIZE, 2, 57, ABI_IMAGE_HEADER_SIZE},
        {"no headers", E_PHNUM, 2, 0, ABI_IMAGE_SEGMENT_COUNT},
        {"nine headers", E_PHNUM, 2, 9, ABI_IMAGE_SEGMENT_COUNT},
        {"most headers", E_PHNUM, 2, 0xffff, ABI_IMAGE_SEGMENT_COUNT},
        {"headers at the end", E_PHOFF, 8, UINT64_MAX, ABI_IMAGE_TRUNCATED},
        {"headers wrap", E_PHOFF, 8, -(uint64_t)P_BYTES, ABI_IMAGE_TRUNCATED},
        {"headers high", E_PHOFF, 8, 1ull << 63, ABI_IMAGE_TRUNCATED},
        {"entry 0", E_ENTRY, 8, 0, ABI_IMAGE_ENTRY},
        {"entry odd", E_ENTRY, 8, ABI_USER_BASE + 1, ABI_IMAGE_ENTRY},
        {"entry below", E_ENTRY, 8, ABI_USER_BASE - 2, ABI_IMAGE_ENTRY},
        {"entry kernel", E_ENTRY, 8, 0xffffffc080200000ull, ABI_IMAGE_ENTRY},
        {"entry last", E_ENTRY, 8, UINT64_MAX - 1, ABI_IMAGE_ENTRY},
    };
    make_image();
    accepted("good image", 0);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        put(bad[i].offset, bad[i].len, bad[i].value);
        refused(bad[i].what, i, bad[i].fault);
    }
}

/* Values that depend on the image itself. */
static void file_header_relative(void)
{
    make_image();
    put(E_PHOFF, 8, image.len);
    refused("headers behind the file", 0, ABI_IMAGE_TRUNCATED);
    put(E_PHOFF, 8, image.len - SEGMENTS * P_BYTES + 1);
    refused("headers one byte too far", 0, ABI_IMAGE_TRUNCATED);
    put(E_ENTRY, 8, segment_field(DATA, P_VADDR));
    refused("entry in the data", 0, ABI_IMAGE_ENTRY);
    put(E_ENTRY, 8, segment_field(CONSTANT, P_VADDR));
    refused("entry in the constants", 0, ABI_IMAGE_ENTRY);
    put(E_ENTRY, 8, segment_field(TEXT, P_VADDR) + segment_field(TEXT, P_MEMSZ));
    refused("entry behind the text", 0, ABI_IMAGE_ENTRY);
}

static void segments(void)
{
    make_image();
    static const struct {
        const char *what;
        uint32_t offset;
        uint64_t value;
        enum abi_image_fault fault;
    } bad[] = {
        {"dynamic", P_TYPE, 2, ABI_IMAGE_SEGMENT_TYPE},
        {"interpreter", P_TYPE, 3, ABI_IMAGE_SEGMENT_TYPE},
        {"thread local", P_TYPE, 7, ABI_IMAGE_SEGMENT_TYPE},
        {"no rights", P_FLAGS, 0, ABI_IMAGE_SEGMENT_FLAGS},
        {"execute only", P_FLAGS, 1, ABI_IMAGE_SEGMENT_FLAGS},
        {"write only", P_FLAGS, 2, ABI_IMAGE_SEGMENT_FLAGS},
        {"write and execute", P_FLAGS, 3, ABI_IMAGE_SEGMENT_FLAGS},
        {"all", P_FLAGS, 7, ABI_IMAGE_SEGMENT_FLAGS},
        {"unknown flag", P_FLAGS, 8 | 4, ABI_IMAGE_SEGMENT_FLAGS},
        {"high flag", P_FLAGS, 0x80000004, ABI_IMAGE_SEGMENT_FLAGS},
        {"more in the file", P_MEMSZ, 1, ABI_IMAGE_SEGMENT_SIZE},
        {"too large", P_MEMSZ, ABI_MEMORY_BYTES_MAX + 1, ABI_IMAGE_SEGMENT_SIZE},
        {"largest", P_MEMSZ, UINT64_MAX, ABI_IMAGE_SEGMENT_SIZE},
        {"offset last", P_OFFSET, UINT64_MAX, ABI_IMAGE_TRUNCATED},
        {"offset wraps", P_OFFSET, -(uint64_t)16, ABI_IMAGE_TRUNCATED},
        {"not at a page", P_VADDR, ABI_USER_BASE + 1, ABI_IMAGE_SEGMENT_ALIGN},
        {"not at a page, high", P_VADDR, ABI_USER_BASE + 4095, ABI_IMAGE_SEGMENT_ALIGN},
        {"null", P_VADDR, 0, ABI_IMAGE_SEGMENT_RANGE},
        {"below user memory", P_VADDR, ABI_USER_BASE - 4096, ABI_IMAGE_SEGMENT_RANGE},
        {"end of user memory", P_VADDR, ABI_USER_END, ABI_IMAGE_SEGMENT_RANGE},
        {"stack", P_VADDR, ABI_STACK_TOP - 4096, ABI_IMAGE_SEGMENT_RANGE},
        {"guard", P_VADDR, SEGMENT_END, ABI_IMAGE_SEGMENT_RANGE},
        {"kernel", P_VADDR, 0xffffffc080200000ull, ABI_IMAGE_SEGMENT_RANGE},
        {"not canonical", P_VADDR, 1ull << 63, ABI_IMAGE_SEGMENT_RANGE},
        {"last page", P_VADDR, -(uint64_t)4096, ABI_IMAGE_SEGMENT_RANGE},
    };
    for (uint32_t segment = 0; segment < SEGMENTS; segment++) {
        for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
            put_segment(segment, bad[i].offset, bad[i].value);
            refused(bad[i].what, segment, bad[i].fault);
        }
        put_segment(segment, P_FILESZ, 0);
        put_segment(segment, P_MEMSZ, 0);
        refused("empty", segment, ABI_IMAGE_SEGMENT_SIZE);
        put_segment(segment, P_FILESZ, segment_field(segment, P_MEMSZ) + 1);
        refused("one more in the file", segment, ABI_IMAGE_SEGMENT_SIZE);
        put_segment(segment, P_OFFSET, image.len - segment_field(segment, P_FILESZ) + 1);
        refused("one byte behind the file", segment, ABI_IMAGE_TRUNCATED);
        put_segment(segment, P_PADDR, UINT64_MAX);
        put_segment(segment, P_ALIGN, 3);
        accepted("fields without meaning", segment);
    }
}

static void segments_together(void)
{
    make_image();
    for (uint32_t segment = 0; segment < SEGMENTS; segment++)
        put_segment(segment, P_TYPE, 0);
    refused("nothing to load", 0, ABI_IMAGE_SEGMENT_COUNT);
    put_segment(TEXT, P_TYPE, 4);
    refused("no text", 0, ABI_IMAGE_ENTRY);
    put_segment(TEXT, P_FLAGS, 4);
    refused("text not executable", 0, ABI_IMAGE_ENTRY);
    put_segment(CONSTANT, P_VADDR, segment_field(TEXT, P_VADDR));
    refused("constants over the text", 0, ABI_IMAGE_SEGMENT_OVERLAP);
    put_segment(DATA, P_VADDR, segment_field(CONSTANT, P_VADDR));
    refused("data over the constants", 0, ABI_IMAGE_SEGMENT_OVERLAP);
    put_segment(CONSTANT, P_VADDR, segment_field(DATA, P_VADDR) + (1 << 20));
    refused("not ascending", 0, ABI_IMAGE_SEGMENT_OVERLAP);
    uint64_t last_page = segment_field(CONSTANT, P_VADDR) - ABI_PAGE_BYTES;
    put_segment(TEXT, P_MEMSZ, last_page + ABI_PAGE_BYTES - segment_field(TEXT, P_VADDR) + 1);
    refused("text's last byte in the constants", 0, ABI_IMAGE_SEGMENT_OVERLAP);
    uint64_t left = ABI_MEMORY_BYTES_MAX - segment_pages(TEXT) - segment_pages(CONSTANT);
    put_segment(DATA, P_MEMSZ, left + 1);
    refused("one byte too large together", 0, ABI_IMAGE_SEGMENT_SIZE);
    image.config.page_quota += ABI_MEMORY_BYTES_MAX / ABI_PAGE_BYTES;
    put_segment(DATA, P_MEMSZ, left);
    accepted("largest together", 0);
    put_segment(DATA, P_VADDR, SEGMENT_END - ABI_PAGE_BYTES);
    put_segment(DATA, P_MEMSZ, ABI_PAGE_BYTES + 1);
    put_segment(DATA, P_FILESZ, 1);
    refused("data one byte into the guard", 0, ABI_IMAGE_SEGMENT_RANGE);
    put_segment(DATA, P_VADDR, SEGMENT_END - ABI_PAGE_BYTES);
    put_segment(DATA, P_MEMSZ, ABI_PAGE_BYTES);
    put_segment(DATA, P_FILESZ, 1);
    accepted("data up to the guard", 0);
}

/* Every length shorter than what the segments need. */
static void truncated(void)
{
    make_image();
    uint64_t needed = 0;
    for (uint32_t segment = 0; segment < SEGMENTS; segment++) {
        uint64_t end = segment_field(segment, P_OFFSET) + segment_field(segment, P_FILESZ);
        needed = end > needed ? end : needed;
    }
    for (uint64_t len = 1; len < needed; len += len < 300 || len + 20 > needed ? 1 : 97) {
        rt_slot memory = kt_memory(len);
        kt_map(memory, KT_WINDOW, ABI_PROT_READ | ABI_PROT_WRITE);
        memcpy(kt_at(KT_WINDOW), image.file, len);
        rt_slot whole = image.config.image_slot;
        image.config.image_slot = memory;
        refused("length", len, ABI_IMAGE_TRUNCATED);
        image.config.image_slot = whole;
        kt_unmap(KT_WINDOW);
        kt_drop(memory);
    }
}

/* Every byte of the headers, and random ones together: accepted, or refused with nothing taken. */
static void every_byte(void)
{
    make_image();
    uint64_t state = 0x1417, fault;
    uint32_t accepted_count = 0, refused_count = 0;
    for (uint64_t offset = 0; offset < image.header_len; offset++) {
        const uint8_t good = image.good[offset];
        const uint8_t values[] = {
            0, 0xff, 0x80, good ^ 1, (uint8_t)(good + 1), (uint8_t)(good - 1)};
        for (size_t i = 0; i < sizeof values; i++) {
            kt_step("offset", offset);
            image.file[offset] = values[i];
            int64_t status = try_create(&fault);
            kt_true("a stated error",
                    status >= 0 || status == -ABI_E_IMAGE || status == -ABI_E_NO_MEMORY);
            *(status >= 0 ? &accepted_count : &refused_count) += 1;
            restore();
        }
    }
    kt_true("some had a meaning", refused_count > 200);
    kt_true("some had none", accepted_count > 100);
    for (uint32_t i = 0; i < 3000; i++) {
        kt_step("random image", i);
        for (uint64_t changes = 1 + xorshift64_star(&state) % 4; changes > 0; changes--)
            image.file[xorshift64_star(&state) % image.header_len] =
                (uint8_t)(xorshift64_star(&state) >> 8);
        int64_t status = try_create(&fault);
        kt_true("a stated error",
                status >= 0 || status == -ABI_E_IMAGE || status == -ABI_E_NO_MEMORY);
        restore();
    }
}

/* --- the configuration -------------------------------------------------------------------------
 */

static void config_bounds(void)
{
    make_image();
    uint64_t fault;
    const struct abi_process_config good = image.config;
    static const char *const names[] = {"",      "Name", "na me",  "name_",        "n.",
                                        "name/", "\n",   "na\xff", "kernel: panic"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        kt_step("name", i);
        memset(image.config.name, 0, sizeof image.config.name);
        memcpy(image.config.name, names[i], strlen(names[i]));
        kt_eq("refused", -ABI_E_ARGUMENT, try_create(&fault));
    }
    memset(image.config.name, 'a', sizeof image.config.name);
    kt_eq("name without an end", -ABI_E_ARGUMENT, try_create(&fault));
    image.config.name[ABI_NAME_BYTES - 1] = 0;
    kt_ok("longest name", try_create(&fault));
    image.config = good;

    static const uint32_t stacks[] = {0, ABI_STACK_PAGES_MAX + 1, UINT32_MAX};
    for (size_t i = 0; i < sizeof stacks / sizeof stacks[0]; i++) {
        kt_step("stack pages", stacks[i]);
        image.config.stack_pages = stacks[i];
        kt_eq("refused", -ABI_E_ARGUMENT, try_create(&fault));
    }
    image.config = good;
    image.config.stack_pages = ABI_STACK_PAGES_MAX;
    image.config.page_quota += ABI_STACK_PAGES_MAX;
    kt_ok("largest stack", try_create(&fault));
}

/* Every quota that is too small is refused, whatever had been loaded by then. */
static void quota_too_small(void)
{
    make_image();
    uint64_t fault;
    uint32_t quota = 0;
    image.config.page_quota = 0;
    while (quota < PEER_PAGE_QUOTA) {
        kt_step("quota", quota);
        image.config.page_quota = quota;
        int64_t status = try_create(&fault);
        if (status >= 0)
            break;
        kt_eq("refused", -ABI_E_NO_MEMORY, status);
        quota++;
    }
    kt_true("several were too small", quota > 5);
    kt_true("the usual one is enough", quota < PEER_PAGE_QUOTA);
    struct abi_system_info info = kt_info();
    image.config.page_quota = (uint32_t)info.page_unreserved + 1;
    kt_eq("more than the machine has", -ABI_E_NO_MEMORY, try_create(&fault));
    image.config.page_quota = UINT32_MAX;
    kt_eq("wild quota", -ABI_E_NO_MEMORY, try_create(&fault));
    image.config.page_quota = (uint32_t)info.page_unreserved;
    kt_ok("all that the machine has", try_create(&fault));
}

/* The table of processes has an end; nothing is left of a refused one, and room comes back. */
static void process_count(void)
{
    make_image();
    uint64_t fault;
    rt_slot made[ABI_PROCESS_COUNT_MAX];
    uint32_t count = 0, before = kt_info().process_count;
    int64_t status;
    while ((status = rt_process_create(KTEST_SLOT_SYSTEM, &image.config, &fault)) >= 0)
        made[count++] = (rt_slot)status;
    kt_eq("one too many", -ABI_E_NO_OBJECT, status);
    kt_eq("as many as stated", ABI_PROCESS_COUNT_MAX, before + count);
    kt_drop(made[7]);
    kt_ok("then one more", rt_process_create(KTEST_SLOT_SYSTEM, &image.config, &fault));
}

/* A process that never ran cannot be given to another that never ran: they could keep each other.
 */
static void created_process_is_not_given(void)
{
    struct peer *first = peer_create("first"), *second = peer_create("second");
    kt_eq("to itself", -ABI_E_STATE,
          rt_process_give(first->process, first->process, ABI_RIGHTS_ALL, 0, 100));
    kt_eq("to another", -ABI_E_STATE,
          rt_process_give(second->process, first->process, ABI_RIGHTS_ALL, 0, 100));
    peer_start(first);
    peer_give(second, first->process, ABI_RIGHTS_ALL, 0, 100);
}

static const struct kt_case cases[] = {
    {"image-file-header", file_header},
    {"image-file-header-relative", file_header_relative},
    {"image-segments", segments},
    {"image-segments-together", segments_together},
    {"image-truncated", truncated},
    {"image-every-byte", every_byte},
    {"process-config-bounds", config_bounds},
    {"process-quota-too-small", quota_too_small},
    {"process-count", process_count},
    {"process-created-is-not-given", created_process_is_not_given},
};

const struct kt_group kt_group_image = KT_GROUP(cases);
