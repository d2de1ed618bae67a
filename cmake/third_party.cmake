# SPDX-License-Identifier: Apache-2.0
# Third-party libraries, the same names on both targets: tp_sodium, tp_blake2 (and tp_lwip).
# THIRD_PARTY.md says what they are; scripts/setup.sh fetches the sources.
function(dsb_third_party_dir var env_name folder probe)
  if(DEFINED ENV{${env_name}})
    set(dir "$ENV{${env_name}}")
  else()
    set(dir "${CMAKE_SOURCE_DIR}/third_party/${folder}")
  endif()
  if(NOT EXISTS "${dir}/${probe}")
    message(FATAL_ERROR "${dir}/${probe} is missing: run scripts/setup.sh, or set ${env_name} to an unpacked copy of ${folder}")
  endif()
  set(${var} "${dir}" PARENT_SCOPE)
endfunction()

dsb_third_party_dir(LWIP_DIR DSB_LWIP_DIR lwip-2.2.1 src/core/tcp.c)

if(DSB_OS)
  dsb_third_party_dir(SODIUM_DIR DSB_LIBSODIUM_DIR libsodium-1.0.18 src/libsodium/include/sodium.h)
  dsb_third_party_dir(BLAKE2_DIR DSB_LIBB2_DIR libb2-0.98.1 src/blake2s-ref.c)
  include(${CMAKE_CURRENT_LIST_DIR}/third_party_os.cmake)
else()
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
  pkg_check_modules(B2 REQUIRED IMPORTED_TARGET libb2)
  add_library(tp_sodium ALIAS PkgConfig::SODIUM)
  add_library(tp_blake2 ALIAS PkgConfig::B2)
endif()
