# SPDX-License-Identifier: Apache-2.0
# libsodium's source for the OS, and for the host's test of what is patched in it: a copy under the build folder with
# patches/libsodium applied; each patch says why it is there.
set(sodium_copy ${CMAKE_BINARY_DIR}/third_party/libsodium-patched)
set(sodium_src ${sodium_copy}/src/libsodium)
dsb_patched_copy(${SODIUM_DIR}/src ${sodium_copy} ${CMAKE_SOURCE_DIR}/patches/libsodium)

# sodium/version.h is made by libsodium's configure step; nothing we compile reads its values.
set(sodium_gen ${CMAKE_BINARY_DIR}/third_party/libsodium)
file(CONFIGURE OUTPUT ${sodium_gen}/sodium/version.h CONTENT [[
#ifndef sodium_version_H
#define sodium_version_H
#include "export.h"
#define SODIUM_VERSION_STRING "1.0.18"
#define SODIUM_LIBRARY_VERSION_MAJOR 10
#define SODIUM_LIBRARY_VERSION_MINOR 3
#endif
]] @ONLY)
