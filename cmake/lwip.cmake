# SPDX-License-Identifier: Apache-2.0
# lwIP's core, IPv4 and Ethernet as tp_lwip, configured by netstackd's port. Linked by netstackd and, on
# the host, by its tests. Programs provide port.c's functions (services/netstackd/port).
# Compiled is a copy under the build folder with patches/lwip applied; each patch says why it is there.
set(lwip_copy ${CMAKE_BINARY_DIR}/third_party/lwip)
set(lwip_src ${lwip_copy}/src)
dsb_patched_copy(${LWIP_DIR}/src ${lwip_copy} ${CMAKE_SOURCE_DIR}/patches/lwip)
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
