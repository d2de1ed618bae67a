/* SPDX-License-Identifier: Apache-2.0 */
/* Moves of connections, moves of the wire, which of them comes next, and what is said to the
 * device's answers. */
#include "netstackd/storm.h"

#include "tests/support/xorshift.h"

#include <string.h>

enum {
    DATA_LEN_MAX = 1460,
    OPTIONS_LEN_MAX = 40,
    IP_OPTIONS_LEN_MAX = 40,
    FLIPS_MAX = 2, /* too few to become one of STORM_OTHERS */
};

/* --- chance --- */

static uint32_t random_of(struct storm *storm)
{
    return (uint32_t)(xorshift64(&storm->random) >> 32);
}

static uint32_t below(struct storm *storm, uint32_t bound)
{
    return (uint32_t)((uint64_t)random_of(storm) * bound >> 32);
}

static bool percent(struct storm *storm, uint32_t chance)
{
    return below(storm, 100) < chance;
}

/* Zero and tiny ones often: that is where the bugs are. */
static uint16_t some_window(struct storm *storm)
{
    static const uint16_t bounds[] = {1, 2, 8, 100, 2000, 8193, 65535};

    return (uint16_t)below(storm, bounds[below(storm, sizeof bounds / sizeof bounds[0])]);
}

static size_t some_len(struct storm *storm)
{
    static const uint16_t bounds[] = {2, 10, 100, 600, DATA_LEN_MAX};

    return below(storm, bounds[below(storm, sizeof bounds / sizeof bounds[0])]) + 1;
}

static void some_bytes(struct storm *storm, uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        bytes[i] = (uint8_t)random_of(storm);
}

/* Station i; those from STORM_HOST_COUNT on answer no ARP. */
static uint32_t station(const struct storm *storm, uint32_t idx)
{
    return (storm->config.device_ipv4 & ~0xffu) + STORM_HOST_FIRST + idx;
}

static uint16_t some_port(struct storm *storm, const uint16_t *ports)
{
    uint32_t count = 0;

    while (count < STORM_PORTS_MAX && ports[count] != 0)
        count++;
    if (count == 0 || percent(storm, 3))
        return (uint16_t)random_of(storm);
    return ports[below(storm, count)];
}

/* --- frames --- */

static struct packet to_device(const struct storm *storm, enum packet_kind kind, uint32_t source)
{
    struct packet packet = {
        .kind = kind, .source = source, .destination = storm->config.device_ipv4};

    memcpy(packet.to_mac, storm->config.device_mac, sizeof packet.to_mac);
    return packet;
}

static void send_bytes(struct storm *storm, const uint8_t *frame, size_t len)
{
    for (size_t i = 0; i < len; i++)
        storm->digest = (storm->digest ^ frame[i]) * 1099511628211u;
    storm->config.send(frame, len);
}

static void send_packet(struct storm *storm, const struct packet *packet)
{
    uint8_t frame[PACKET_FRAME_BYTES_MAX];
    size_t len = packet_write(frame, packet);

    send_bytes(storm, frame, len);
}

static struct packet segment_of(const struct storm *storm, const struct storm_connection *with,
                                uint8_t flags)
{
    struct packet packet = to_device(storm, PACKET_TCP, with->ipv4);

    packet.source_port = with->port;
    packet.destination_port = with->device_port;
    packet.seq = with->seq;
    packet.ack = with->ack;
    packet.flags = flags;
    packet.window = with->window;
    return packet;
}

static void send_flags(struct storm *storm, const struct storm_connection *with, uint8_t flags)
{
    const struct packet packet = segment_of(storm, with, flags);

    send_packet(storm, &packet);
}

/* The stream's own bytes at that place: what it opens with, then anything. */
static void send_data(struct storm *storm, const struct storm_connection *with, uint32_t seq,
                      size_t len, uint8_t flags)
{
    uint8_t data[DATA_LEN_MAX];
    struct packet packet = segment_of(storm, with, flags);

    some_bytes(storm, data, len);
    for (size_t i = 0; i < len; i++) {
        uint32_t at = seq + (uint32_t)i - with->first_seq;
        if (at < storm->config.stream_opening_len)
            data[i] = storm->config.stream_opening[at];
    }
    packet.seq = seq;
    packet.data = data;
    packet.data_len = len;
    send_packet(storm, &packet);
}

/* --- moves of a connection --- */

static size_t some_options(struct storm *storm, uint8_t options[OPTIONS_LEN_MAX])
{
    static const uint16_t sizes[] = {0, 1, 3, 48, 536, 1460, 4088, 65535};
    uint16_t mss = sizes[below(storm, sizeof sizes / sizeof sizes[0])];
    size_t len = 4 * below(storm, OPTIONS_LEN_MAX / 4 + 1);

    if (percent(storm, 30)) {
        some_bytes(storm, options, len);
        return len;
    }
    memset(options, 1, OPTIONS_LEN_MAX);
    options[0] = 2;
    options[1] = 4;
    options[2] = (uint8_t)(mss >> 8);
    options[3] = (uint8_t)mss;
    return len;
}

/* Sometimes again from where the last one came, with numbers just above. */
static void move_syn(struct storm *storm, struct storm_connection *with)
{
    uint8_t options[OPTIONS_LEN_MAX];
    const struct storm_connection last = *with;
    bool is_again = last.port != 0 && percent(storm, 20);

    *with = (struct storm_connection){
        .state = STORM_SYN_SENT,
        .ipv4 = is_again ? last.ipv4 : station(storm, below(storm, storm->config.station_count)),
        .port = is_again ? last.port : (uint16_t)(STORM_PORT_FIRST + below(storm, 10000)),
        .device_port = is_again ? last.device_port : some_port(storm, storm->config.tcp_ports),
        .seq = is_again ? last.seq + below(storm, 100) : random_of(storm),
        .window = some_window(storm),
    };
    with->first_seq = with->seq + 1;
    struct packet packet = segment_of(storm, with, PACKET_SYN);
    packet.options = options;
    packet.options_len = some_options(storm, options);
    send_packet(storm, &packet);
    with->seq++;
}

static void move_data(struct storm *storm, struct storm_connection *with)
{
    size_t len = some_len(storm);

    send_data(storm, with, with->seq, len, PACKET_ACK | PACKET_PSH);
    with->seq += (uint32_t)len; /* whether the window had room or not */
}

static void move_data_beyond(struct storm *storm, struct storm_connection *with)
{
    send_data(storm, with, with->seq + 1 + below(storm, 3000), some_len(storm), PACKET_ACK);
}

static void move_data_again(struct storm *storm, struct storm_connection *with)
{
    uint32_t back = 1 + below(storm, percent(storm, 50) ? 100 : 9000);
    uint32_t seq = percent(storm, 50) ? with->heard_ack : with->seq - back;

    send_data(storm, with, seq, some_len(storm), PACKET_ACK);
}

static void move_window(struct storm *storm, struct storm_connection *with)
{
    with->window = some_window(storm);
    send_flags(storm, with, PACKET_ACK);
}

/* What the device answers to these bytes comes by its probes alone, the last one, too. */
static void move_pinch(struct storm *storm, struct storm_connection *with)
{
    with->window = 0;
    send_flags(storm, with, PACKET_ACK);
    send_data(storm, with, with->seq, 1, PACKET_ACK);
    with->seq++;
    with->is_pinched = true;
}

/* Less than was acknowledged before, and another window. */
static void move_ack_part(struct storm *storm, struct storm_connection *with)
{
    struct packet packet = segment_of(storm, with, PACKET_ACK);

    packet.ack -= below(storm, 3);
    packet.window = with->window = some_window(storm);
    send_packet(storm, &packet);
}

static void move_ack_wrong(struct storm *storm, struct storm_connection *with)
{
    struct packet packet = segment_of(storm, with, PACKET_ACK);
    static const uint32_t bounds[] = {2, 2000, 70000, 0x7fffffff};
    uint32_t off = 1 + below(storm, bounds[below(storm, sizeof bounds / sizeof bounds[0])]);

    packet.ack = percent(storm, 50) ? with->ack + off : with->ack - off;
    packet.data_len = percent(storm, 50) ? some_len(storm) : 0;
    send_packet(storm, &packet);
}

static void move_options(struct storm *storm, struct storm_connection *with)
{
    uint8_t options[OPTIONS_LEN_MAX];
    struct packet packet = segment_of(storm, with, PACKET_ACK);

    packet.options = options;
    packet.options_len = some_options(storm, options);
    send_packet(storm, &packet);
}

static void move_end(struct storm *storm, struct storm_connection *with)
{
    size_t len = percent(storm, 50) ? some_len(storm) : 0;

    send_data(storm, with, with->seq, len, PACKET_ACK | PACKET_FIN);
    with->seq += (uint32_t)len + 1;
}

static void move_reset(struct storm *storm, struct storm_connection *with)
{
    struct packet packet = segment_of(storm, with, PACKET_RST | PACKET_ACK);

    if (percent(storm, 50)) {
        packet.seq += below(storm, 20000);
        send_packet(storm, &packet);
        return;
    }
    send_packet(storm, &packet);
    with->state = STORM_FREE;
}

static void move_syn_again(struct storm *storm, struct storm_connection *with)
{
    struct packet packet = segment_of(storm, with, PACKET_SYN);

    packet.seq += below(storm, 20000) - 10000;
    if (percent(storm, 30))
        packet.flags |= PACKET_ACK;
    send_packet(storm, &packet);
}

static void move_flags(struct storm *storm, struct storm_connection *with)
{
    send_data(storm, with, with->seq, some_len(storm) - 1, (uint8_t)random_of(storm));
}

static void move_silence(struct storm *storm, struct storm_connection *with)
{
    (void)storm;
    with->state = STORM_SILENT;
}

static void move_forget(struct storm *storm, struct storm_connection *with)
{
    (void)storm;
    with->state = STORM_FREE; /* what comes for it is answered by a reset, sometimes */
}

/* --- moves of the wire --- */

static void move_syn_forged(struct storm *storm, struct storm_connection *with)
{
    for (uint32_t i = 0; i < STORM_FRAMES_PER_STEP_MAX; i++) {
        struct packet packet = to_device(storm, PACKET_TCP, 0x01000000 + below(storm, 0x7e000000));
        packet.source_port = with->port;
        packet.destination_port = some_port(storm, storm->config.tcp_ports);
        packet.seq = random_of(storm);
        packet.flags = PACKET_SYN;
        packet.window = some_window(storm);
        send_packet(storm, &packet);
    }
}

static void move_arp(struct storm *storm, struct storm_connection *with)
{
    bool is_own = percent(storm, 5); /* a second station with the device's address */
    uint32_t source = station(storm, below(storm, 2 * STORM_HOST_COUNT));
    struct packet packet =
        to_device(storm, percent(storm, 50) ? PACKET_ARP_REQUEST : PACKET_ARP_REPLY,
                  is_own ? storm->config.device_ipv4 : source);

    (void)with;
    if (percent(storm, 20))
        packet.destination = station(storm, below(storm, 2 * STORM_HOST_COUNT));
    if (percent(storm, 50))
        memset(packet.to_mac, 0xff, sizeof packet.to_mac);
    send_packet(storm, &packet);
}

static void move_ping(struct storm *storm, struct storm_connection *with)
{
    struct packet packet =
        to_device(storm, PACKET_ECHO_REQUEST, station(storm, below(storm, 2 * STORM_HOST_COUNT)));

    (void)with;
    packet.data_len = some_len(storm) - 1;
    send_packet(storm, &packet);
}

static void move_udp(struct storm *storm, struct storm_connection *with)
{
    uint8_t data[DATA_LEN_MAX];
    struct packet packet = to_device(storm, PACKET_UDP, with->ipv4);
    size_t opening_len = storm->config.datagram_opening_len;

    if (with->ipv4 == 0 || percent(storm, 20))
        packet.source = station(storm, below(storm, 2 * STORM_HOST_COUNT));
    packet.source_port = with->port;
    packet.destination_port = some_port(storm, storm->config.udp_ports);
    packet.data = data;
    packet.data_len = some_len(storm) - 1;
    some_bytes(storm, data, packet.data_len);
    if (opening_len > 0 && percent(storm, 70)) {
        memcpy(data, storm->config.datagram_opening, opening_len);
        if (percent(storm, 50)) {
            packet.data_len = below(storm, (uint32_t)opening_len + 1);
            data[below(storm, (uint32_t)opening_len)] ^= (uint8_t)(1 << below(storm, 8));
        }
    }
    send_packet(storm, &packet);
}

/* About a connection, as a router would say it. */
static void move_icmp_error(struct storm *storm, struct storm_connection *with)
{
    uint8_t about[PACKET_FRAME_BYTES_MAX], frame[PACKET_FRAME_BYTES_MAX];
    const struct packet segment = segment_of(storm, with, PACKET_ACK);
    struct packet packet = to_device(storm, PACKET_UNREACHABLE, storm->config.gateway_ipv4);

    (void)packet_write(about, &segment);
    packet.data = about + PACKET_ETHERNET_LEN;
    packet.data_len = below(storm, PACKET_IP_LEN + 9);
    size_t len = packet_write(frame, &packet);
    frame[34] = (uint8_t)below(storm, 20); /* type and code */
    frame[35] = (uint8_t)below(storm, 16);
    packet_mend(frame, len);
    send_bytes(storm, frame, len);
}

/* A good segment of this connection, to be spoilt: it moves no number, so that the good one comes
 * after it. */
static size_t spoilable(struct storm *storm, const struct storm_connection *with,
                        uint8_t frame[PACKET_FRAME_BYTES_MAX])
{
    uint8_t data[DATA_LEN_MAX - IP_OPTIONS_LEN_MAX];
    struct packet packet = segment_of(storm, with, PACKET_ACK);

    packet.data = data;
    packet.data_len = below(storm, percent(storm, 80) ? 40 : sizeof data);
    some_bytes(storm, data, packet.data_len);
    if (percent(storm, 20))
        packet.kind = percent(storm, 50) ? PACKET_UDP : PACKET_ARP_REQUEST;
    return packet_write(frame, &packet);
}

static void move_fragment(struct storm *storm, struct storm_connection *with)
{
    uint8_t frame[PACKET_FRAME_BYTES_MAX];
    size_t len = spoilable(storm, with, frame);

    frame[20] = (uint8_t)(percent(storm, 50) ? 0x20 : below(storm, 0x40));
    frame[21] = (uint8_t)below(storm, 256);
    packet_mend(frame, len);
    send_bytes(storm, frame, len);
}

static void move_ip_options(struct storm *storm, struct storm_connection *with)
{
    uint8_t frame[PACKET_FRAME_BYTES_MAX];
    size_t len = spoilable(storm, with, frame), options_len = 4 * (1 + below(storm, 10));
    const size_t at = PACKET_ETHERNET_LEN + PACKET_IP_LEN;

    if (len < at)
        return;
    memmove(frame + at + options_len, frame + at, len - at);
    some_bytes(storm, frame + at, options_len);
    frame[PACKET_ETHERNET_LEN] = (uint8_t)(0x45 + options_len / 4);
    packet_mend(frame, len + options_len);
    send_bytes(storm, frame, len + options_len);
}

static void move_foreign_mac(struct storm *storm, struct storm_connection *with)
{
    uint8_t frame[PACKET_FRAME_BYTES_MAX];
    size_t len = spoilable(storm, with, frame);

    if (percent(storm, 50))
        memset(frame, 0xff, 6);
    else
        some_bytes(storm, frame, 6);
    send_bytes(storm, frame, len);
}

static void move_our_address(struct storm *storm, struct storm_connection *with)
{
    struct packet packet = segment_of(storm, with, PACKET_SYN);

    packet.source = percent(storm, 50) ? storm->config.device_ipv4 : 0x7f000001;
    if (percent(storm, 30))
        packet.destination = 0x7f000001;
    send_packet(storm, &packet);
}

static void move_short(struct storm *storm, struct storm_connection *with)
{
    uint8_t frame[PACKET_FRAME_BYTES_MAX];
    size_t len = spoilable(storm, with, frame);

    /* At least a byte: an empty frame is none. */
    send_bytes(storm, frame, 1 + below(storm, (uint32_t)(len < 60 ? len : 60)));
}

static void move_flipped(struct storm *storm, struct storm_connection *with)
{
    uint8_t frame[PACKET_FRAME_BYTES_MAX];
    size_t len = spoilable(storm, with, frame);
    uint32_t count = 1 + below(storm, FLIPS_MAX);

    for (uint32_t i = 0; i < count; i++)
        frame[12 + below(storm, (uint32_t)len - 12)] ^= (uint8_t)(1 << below(storm, 8));
    packet_mend(frame, len);
    send_bytes(storm, frame, len);
}

static void move_sum(struct storm *storm, struct storm_connection *with)
{
    uint8_t frame[PACKET_FRAME_BYTES_MAX];
    size_t len = spoilable(storm, with, frame);

    frame[14 + below(storm, (uint32_t)len - 14)] ^= (uint8_t)(1 << below(storm, 8));
    send_bytes(storm, frame, len);
}

/* --- which move --- */

static const struct {
    const char *name;
    uint32_t weight;
    bool is_of_connection; /* needs one that is open */
    void (*run)(struct storm *storm, struct storm_connection *with);
} moves[STORM_MOVE_COUNT] = {
    [STORM_SYN] = {"syn", 0, false, move_syn},
    [STORM_DATA] = {"data", 30, true, move_data},
    [STORM_DATA_BEYOND] = {"data-beyond", 4, true, move_data_beyond},
    [STORM_DATA_AGAIN] = {"data-again", 6, true, move_data_again},
    [STORM_WINDOW] = {"window", 14, true, move_window},
    [STORM_PINCH] = {"pinch", 4, true, move_pinch},
    [STORM_ACK_PART] = {"ack-part", 6, true, move_ack_part},
    [STORM_ACK_WRONG] = {"ack-wrong", 4, true, move_ack_wrong},
    [STORM_OPTIONS] = {"options", 3, true, move_options},
    [STORM_END] = {"end", 3, true, move_end},
    [STORM_RESET] = {"reset", 3, true, move_reset},
    [STORM_SYN_AGAIN] = {"syn-again", 3, true, move_syn_again},
    [STORM_FLAGS] = {"flags", 3, true, move_flags},
    [STORM_SILENCE] = {"silence", 1, true, move_silence},
    [STORM_FORGET] = {"forget", 2, false, move_forget},
    [STORM_SYN_FORGED] = {"syn-forged", 4, false, move_syn_forged},
    [STORM_ARP] = {"arp", 3, false, move_arp},
    [STORM_PING] = {"ping", 3, false, move_ping},
    [STORM_UDP] = {"udp", 4, false, move_udp},
    [STORM_ICMP_ERROR] = {"icmp-error", 2, false, move_icmp_error},
    [STORM_FRAGMENT] = {"fragment", 2, false, move_fragment},
    [STORM_IP_OPTIONS] = {"ip-options", 2, false, move_ip_options},
    [STORM_FOREIGN_MAC] = {"foreign-mac", 2, false, move_foreign_mac},
    [STORM_OUR_ADDRESS] = {"our-address", 1, false, move_our_address},
    [STORM_SHORT] = {"short", 2, false, move_short},
    [STORM_FLIPPED] = {"flipped", 4, false, move_flipped},
    [STORM_SUM] = {"sum", 2, false, move_sum},
};

const char *storm_move_name(enum storm_move move)
{
    return moves[move].name;
}

static enum storm_move some_move(struct storm *storm, const struct storm_connection *with)
{
    uint32_t total = 0, at;

    if (with->state == STORM_FREE && percent(storm, 50))
        return STORM_SYN;
    for (uint32_t i = 0; i < STORM_MOVE_COUNT; i++)
        total += moves[i].is_of_connection && with->state != STORM_OPEN ? 0 : moves[i].weight;
    at = below(storm, total);
    for (uint32_t i = 0;; i++) {
        uint32_t weight =
            moves[i].is_of_connection && with->state != STORM_OPEN ? 0 : moves[i].weight;
        if (at < weight)
            return (enum storm_move)i;
        at -= weight;
    }
}

static bool waits(const struct storm_connection *with)
{
    return with->state == STORM_OPEN && with->is_pinched;
}

void storm_step(struct storm *storm)
{
    struct storm_connection *with = &storm->connections[below(storm, STORM_CONNECTIONS)];

    for (uint32_t i = 0; i < STORM_CONNECTIONS && waits(with) && !percent(storm, 2); i++)
        with = &storm->connections[i];
    enum storm_move move = some_move(storm, with);
    storm->move_count[move]++;
    moves[move].run(storm, with);
}

void storm_init(struct storm *storm, const struct storm_config *config)
{
    memset(storm, 0, sizeof *storm);
    storm->config = *config;
    storm->random = config->seed * 0x9e3779b97f4a7c15u + 0x632be59bd9b4e019u;
    for (uint32_t i = 0; i < STORM_CONNECTIONS;
         i++) /* spoilt packets come from here, before any SYN */
        storm->connections[i].ipv4 = station(storm, i % config->station_count);
}

/* --- what the device says --- */

static void on_arp_request(struct storm *storm, const struct packet *heard)
{
    uint32_t idx = heard->destination - station(storm, 0);
    struct packet answer = to_device(storm, PACKET_ARP_REPLY, heard->destination);

    if (heard->destination == storm->config.gateway_ipv4 || idx < STORM_HOST_COUNT)
        send_packet(storm, &answer);
}

static struct storm_connection *find(struct storm *storm, const struct packet *heard)
{
    for (uint32_t i = 0; i < STORM_CONNECTIONS; i++) {
        struct storm_connection *with = &storm->connections[i];
        if (with->state != STORM_FREE && with->ipv4 == heard->destination &&
            with->port == heard->destination_port && with->device_port == heard->source_port)
            return with;
    }
    return NULL;
}

/* The device calls one of ours. */
static void on_call(struct storm *storm, const struct packet *heard)
{
    struct storm_connection *with = &storm->connections[below(storm, STORM_CONNECTIONS)];

    if (percent(storm, 20))
        return;
    *with = (struct storm_connection){
        .state = STORM_OPEN,
        .ipv4 = heard->destination,
        .port = heard->destination_port,
        .device_port = heard->source_port,
        .seq = random_of(storm),
        .ack = heard->seq + 1,
        .window = some_window(storm),
    };
    with->first_seq = with->seq + 1;
    storm->accepted_count++;
    send_flags(storm, with, percent(storm, 90) ? PACKET_SYN | PACKET_ACK : PACKET_SYN);
    with->seq++;
}

static void on_nobody(struct storm *storm, const struct packet *heard)
{
    struct packet reset = to_device(storm, PACKET_TCP, heard->destination);

    if ((heard->flags & PACKET_RST) || !percent(storm, 30))
        return;
    reset.source_port = heard->destination_port;
    reset.destination_port = heard->source_port;
    reset.seq = heard->ack;
    reset.ack = heard->seq + (uint32_t)heard->data_len;
    reset.flags = PACKET_RST | PACKET_ACK;
    send_packet(storm, &reset);
}

static void on_syn_ack(struct storm *storm, struct storm_connection *with,
                       const struct packet *heard)
{
    with->state = STORM_OPEN;
    with->ack = heard->seq + 1;
    with->heard_ack = heard->ack;
    storm->opened_count++;
    if (percent(storm, 90))
        send_flags(storm, with, PACKET_ACK);
}

/* Bytes, or the end. Mostly taken and acknowledged, with whatever window there is. */
static void on_segment(struct storm *storm, struct storm_connection *with,
                       const struct packet *heard)
{
    uint32_t len = (uint32_t)heard->data_len + ((heard->flags & PACKET_FIN) ? 1 : 0);

    with->heard_ack = heard->ack;
    if (len == 0 || heard->seq != with->ack)
        return;
    if (percent(storm, 20)) /* lost, or only the front of it read */
        len = below(storm, len + 1);
    with->ack += len;
    storm->received_len += len;
    if (len > 1 && percent(storm, 30)) /* a probe does not open a closed window */
        with->window = some_window(storm);
    if ((heard->flags & PACKET_FIN) && len > heard->data_len && percent(storm, 50)) {
        send_flags(storm, with, PACKET_FIN | PACKET_ACK);
        with->seq++;
        with->state = STORM_FREE; /* and may call again from there */
    } else if (percent(storm, 80)) {
        send_flags(storm, with, PACKET_ACK);
    }
}

static void on_tcp(struct storm *storm, const struct packet *heard)
{
    struct storm_connection *with = find(storm, heard);

    if (with == NULL && (heard->flags & (PACKET_SYN | PACKET_ACK)) == PACKET_SYN)
        on_call(storm, heard);
    else if (with == NULL)
        on_nobody(storm, heard);
    else if (heard->flags & PACKET_RST)
        with->state = STORM_FREE;
    else if (with->state == STORM_SYN_SENT && (heard->flags & PACKET_SYN))
        on_syn_ack(storm, with, heard);
    else if (with->state == STORM_OPEN)
        on_segment(storm, with, heard);
}

static void on_ping(struct storm *storm, const struct packet *heard)
{
    struct packet answer = to_device(storm, PACKET_ECHO_REPLY, heard->destination);

    answer.source_port = heard->source_port;
    answer.destination_port = heard->destination_port;
    answer.data = heard->data;
    answer.data_len = percent(storm, 70) ? heard->data_len : below(storm, 100);
    if (answer.data_len > heard->data_len)
        answer.data = NULL;
    send_packet(storm, &answer);
}

void storm_receive(struct storm *storm, const uint8_t *frame, size_t frame_len)
{
    struct packet heard;

    if (!packet_read(&heard, frame, frame_len))
        return;
    uint32_t idx = heard.destination - station(storm, 0);
    if (heard.kind == PACKET_ARP_REQUEST)
        on_arp_request(storm, &heard);
    else if (heard.kind == PACKET_TCP && idx < STORM_HOST_COUNT)
        on_tcp(storm, &heard);
    else if (heard.kind == PACKET_ECHO_REQUEST && idx < STORM_HOST_COUNT)
        on_ping(storm, &heard);
}
