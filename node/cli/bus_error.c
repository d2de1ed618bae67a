/* SPDX-License-Identifier: Apache-2.0 */
/* One sentence for each answer. */
#include "node/cli/bus_error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool open_error(struct error *e, enum dsbc_result result, const char *text, const char *path)
{
    switch (result) {
    case DSBC_NO_DAEMON:
        return error_set(e, EXIT_UNREACHABLE,
                         "no daemon listens on %s: start dsoftbusd or dsoftbus serve, or name its "
                         "socket (--bus)",
                         path);
    case DSBC_TIMEOUT:
        return error_set(e, EXIT_UNREACHABLE, "%s: %s: is it stopped?", path, text);
    case DSBC_LIMIT:
        return error_set(e, EXIT_REFUSED, "%s: the daemon has as many clients as it takes: %s",
                         path, text);
    case DSBC_VERSION:
        return error_set(e, EXIT_UNREACHABLE,
                         "%s: the daemon is of another version than this command: %s", path, text);
    case DSBC_MISUSE:
        return error_set(e, EXIT_USAGE, "--bus %s: %s", path, text);
    case DSBC_SYSTEM:
        if (errno == EACCES)
            return error_set(e, EXIT_LOCAL,
                             "%s: Permission denied: ask for membership in the group of the "
                             "daemon's socket",
                             path);
        return error_set(e, EXIT_LOCAL, "%s: %s", path, text);
    default:
        return error_set(e, EXIT_UNREACHABLE, "%s: no daemon of dsoftbus: %s", path, text);
    }
}

bool bus_open(struct dsbc **bus, const char *path, struct error *e)
{
    char found[DSBC_PATH_SIZE];
    if (path == NULL && !dsbc_default_path(found))
        return error_set(e, EXIT_USAGE, "DSOFTBUS_BUS: longer than a socket's path can be");
    path = path != NULL ? path : found;
    errno = 0;
    enum dsbc_result result = dsbc_open(bus, path);
    if (result == DSBC_OK)
        return true;
    (void)open_error(e, result, *bus != NULL ? dsbc_text(*bus) : "out of memory", path);
    dsbc_close(*bus);
    *bus = NULL;
    return false;
}

/* The device's id, without its place. */
struct device_name {
    char text[DSBC_NAME_MAX + 1];
};

static struct device_name name_of(const char *device)
{
    struct device_name name;
    (void)snprintf(name.text, sizeof name.text, "%.*s", (int)strcspn(device, "@"), device);
    return name;
}

/* About a service of a device; both are named. */
static bool service_error(struct error *e, enum dsbc_result result, const char *device,
                          const char *service)
{
    switch (result) {
    case DSBC_NO_SUCH_SERVICE:
        return error_set(e, EXIT_REFUSED,
                         "%s has no service %s now (dsoftbus services %s lists those that this "
                         "device may use)",
                         device, service, device);
    case DSBC_NOT_ALLOWED:
        return error_set(e, EXIT_REFUSED,
                         "%s does not let this device use %s: its line for this device has to name "
                         "the service, or the service be offered to every trusted device",
                         device, service);
    case DSBC_BUSY:
        return error_set(e, EXIT_REFUSED,
                         "%s of %s has as many streams as it takes: try again later", service,
                         device);
    default:
        return error_set(e, EXIT_BROKEN, "%s of %s turned the stream away: %s", service, device,
                         dsbc_result_name(result));
    }
}

/* With the explanation behind it, where there is one. */
static bool explained(struct error *e, enum exit_code code, const char *text, const char *sentence)
{
    return error_set(e, code, "%s%s%s", sentence, text[0] != '\0' ? ": " : "", text);
}

static bool device_error(struct error *e, enum dsbc_result result, const char *text,
                         const char *device)
{
    char sentence[400];
    struct device_name id = name_of(device);
    if (result == DSBC_NOT_TRUSTED)
        return error_set(e, EXIT_NO_PEER,
                         "%s is not in the daemon's trust store (dsoftbus trust add %s KEY)",
                         id.text, id.text);
    (void)snprintf(sentence, sizeof sentence,
                   result == DSBC_TIMEOUT ? "%s did not answer in time" : "%s cannot be reached",
                   device);
    return explained(e, EXIT_UNREACHABLE, text, sentence);
}

static bool daemon_error(struct error *e, enum dsbc_result result, const char *text)
{
    char sentence[80];
    switch (result) {
    case DSBC_LOST:
        return error_set(e, EXIT_BROKEN, "the daemon ended, and with it all that it carried");
    case DSBC_LIMIT:
        return explained(e, EXIT_REFUSED, text, "the daemon gives one client no more of these");
    case DSBC_MISUSE:
        return explained(e, EXIT_USAGE, text, "not asked");
    case DSBC_SYSTEM:
        return explained(e, EXIT_LOCAL, text, "the daemon's socket");
    case DSBC_GARBAGE:
        return error_set(e, EXIT_BROKEN, "%s", text);
    default:
        (void)snprintf(sentence, sizeof sentence, "the daemon answers: %s",
                       dsbc_result_name(result));
        return explained(e, EXIT_BROKEN, text, sentence);
    }
}

bool bus_error(struct error *e, enum dsbc_result result, const char *text, const char *device,
               const char *service)
{
    bool of_device =
        result == DSBC_NOT_TRUSTED || result == DSBC_UNREACHABLE || result == DSBC_TIMEOUT;
    if (result == DSBC_EXISTS && service != NULL)
        return error_set(e, EXIT_LISTEN, "%s is published by another program already", service);
    if (device != NULL && of_device)
        return device_error(e, result, text, device);
    if (device != NULL && service != NULL && result <= DSBC_PROTOCOL)
        return service_error(e, result, name_of(device).text, service);
    return daemon_error(e, result, text);
}

bool bus_cut(struct error *e, enum dsbc_result verdict, const char *device, const char *service)
{
    static const char *const why[] = {
        [DSBC_CANCELLED] = "the other side does not want the rest",
        [DSBC_GONE] = "the service, the device or the way to it is gone",
        [DSBC_PROTOCOL] = "one side broke the service's rules",
        [DSBC_NO_SUCH_SERVICE] = "there is no such service",
        [DSBC_NOT_ALLOWED] = "this device may not use it",
        [DSBC_BUSY] = "it has as many streams as it takes",
    };
    bool is_known = verdict <= DSBC_PROTOCOL && why[verdict] != NULL;
    return error_set(e, EXIT_BROKEN, "the stream with %s of %s was cut off: %s (%s)", service,
                     name_of(device).text, is_known ? why[verdict] : "its reason is not known here",
                     dsbc_result_name(verdict));
}
