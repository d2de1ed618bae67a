# SPDX-License-Identifier: Apache-2.0
# Makes `copy` anew when the source or a patch is another than last time; a patch that does not apply cleanly
# is an error.
function(dsb_patched_copy source copy patches)
  set(stamp "${source}")
  foreach(patch ${patches})
    file(SHA256 ${patch} hash)
    string(APPEND stamp "\n${hash}")
  endforeach()
  set(last "")
  if(EXISTS ${copy}/stamp)
    file(READ ${copy}/stamp last)
  endif()
  if(last STREQUAL stamp)
    return()
  endif()
  file(REMOVE_RECURSE ${copy})
  file(COPY ${source} DESTINATION ${copy})
  foreach(patch ${patches})
    execute_process(COMMAND ${PATCH_PROGRAM} --batch --forward --fuzz=0 --no-backup-if-mismatch -p1 -i ${patch}
      WORKING_DIRECTORY ${copy} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
    if(NOT result EQUAL 0)
      message(FATAL_ERROR "${patch} does not apply to ${source}:\n${output}")
    endif()
  endforeach()
  # A copy has the old times of its source: newer than any object, so that everything is compiled again.
  file(GLOB_RECURSE files ${copy}/*.[ch])
  file(TOUCH ${files})
  file(WRITE ${copy}/stamp "${stamp}")
endfunction()

# lwIP's core, IPv4 and Ethernet as tp_lwip, configured by netstackd's port. Linked by netstackd and, on
# the host, by its tests. Programs provide port.c's functions (services/netstackd/port).
# Compiled is a copy under the build folder with patches/lwip applied; each patch says why it is there.
set(lwip_copy ${CMAKE_BINARY_DIR}/third_party/lwip)
set(lwip_src ${lwip_copy}/src)
file(GLOB lwip_patches CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/patches/lwip/*.patch)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${lwip_patches})
find_program(PATCH_PROGRAM patch REQUIRED)
dsb_patched_copy(${LWIP_DIR}/src ${lwip_copy} "${lwip_patches}")
add_library(tp_lwip STATIC
  ${lwip_src}/core/init.c ${lwip_src}/core/def.c ${lwip_src}/core/inet_chksum.c ${lwip_src}/core/ip.c
  ${lwip_src}/core/mem.c ${lwip_src}/core/memp.c ${lwip_src}/core/netif.c ${lwip_src}/core/pbuf.c
  ${lwip_src}/core/raw.c ${lwip_src}/core/stats.c ${lwip_src}/core/tcp.c ${lwip_src}/core/tcp_in.c
  ${lwip_src}/core/tcp_out.c ${lwip_src}/core/timeouts.c ${lwip_src}/core/udp.c
  ${lwip_src}/core/ipv4/etharp.c ${lwip_src}/core/ipv4/icmp.c ${lwip_src}/core/ipv4/ip4.c
  ${lwip_src}/core/ipv4/ip4_addr.c ${lwip_src}/netif/ethernet.c)
target_include_directories(tp_lwip SYSTEM PUBLIC
  ${lwip_src}/include ${CMAKE_SOURCE_DIR}/services/netstackd/port)
target_compile_options(tp_lwip PRIVATE -w)
