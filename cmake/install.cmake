# SPDX-License-Identifier: Apache-2.0
# `make install`: the two programs, their manual pages and unit, and the library for other programs: one libdsoftbus,
# static and shared, of lib/noise and lib/dsoftbus, with headers and a pkg-config file; and libdsoftbus-client likewise.
include(GNUInstallDirs)

set(library_sources)
foreach(target noise_crypto noise dsoftbus)
  get_target_property(sources ${target} SOURCES)
  get_target_property(folder ${target} SOURCE_DIR)
  list(TRANSFORM sources PREPEND ${folder}/)
  list(APPEND library_sources ${sources})
endforeach()
list(APPEND library_sources ${TP_25519_OBJECTS})

foreach(kind static shared)
  string(TOUPPER ${kind} type)
  add_library(dsoftbus_${kind} ${type} ${library_sources})
  set_target_properties(dsoftbus_${kind} PROPERTIES OUTPUT_NAME dsoftbus POSITION_INDEPENDENT_CODE ON
    VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
  target_include_directories(dsoftbus_${kind} PRIVATE ${CMAKE_SOURCE_DIR}/lib)
  target_link_libraries(dsoftbus_${kind} PRIVATE dsb_warnings tp_sodium tp_blake2 tp_fast)
endforeach()
set(symbols ${CMAKE_CURRENT_LIST_DIR}/libdsoftbus.map)
# -Bsymbolic: the library calls its own functions, whatever another one of the program exports.
target_link_options(dsoftbus_shared PRIVATE -Wl,--version-script=${symbols} -Wl,-Bsymbolic)
set_target_properties(dsoftbus_shared PROPERTIES LINK_DEPENDS ${symbols})

# The headers include one another as "dsoftbus/..." and "noise/...": both lie in a folder of their own.
set(include_root ${CMAKE_INSTALL_INCLUDEDIR}/dsoftbus)
foreach(folder dsoftbus noise)
  file(GLOB headers ${CMAKE_SOURCE_DIR}/lib/${folder}/*.h)
  list(FILTER headers EXCLUDE REGEX "/(lines|[a-z]*_internal|crypto_[a-z0-9_]+)\\.h$") # of the library's own files
  install(FILES ${headers} DESTINATION ${include_root}/${folder})
endforeach()

install(FILES ${CMAKE_SOURCE_DIR}/node/client/dsoftbus-client.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/dsoftbus-client)

set(AT @)
# All name the prefix, so they are made again at install time: it may be chosen only then.
foreach(file dsoftbus.pc dsoftbus-client.pc)
  configure_file(${CMAKE_CURRENT_LIST_DIR}/${file}.in ${CMAKE_BINARY_DIR}/${file}.in @ONLY)
endforeach()
configure_file(${CMAKE_SOURCE_DIR}/node/daemon/dsoftbusd.service.in ${CMAKE_BINARY_DIR}/dsoftbusd.service.in @ONLY)
install(CODE "set(prefix \"\${CMAKE_INSTALL_PREFIX}\")
  foreach(file dsoftbus.pc dsoftbus-client.pc dsoftbusd.service)
    configure_file(${CMAKE_BINARY_DIR}/\${file}.in ${CMAKE_BINARY_DIR}/\${file} @ONLY)
  endforeach()")
install(FILES ${CMAKE_BINARY_DIR}/dsoftbus.pc ${CMAKE_BINARY_DIR}/dsoftbus-client.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(FILES ${CMAKE_BINARY_DIR}/dsoftbusd.service DESTINATION lib/systemd/system)

install(TARGETS dsoftbus_static dsoftbus_shared dsoftbus_client_static dsoftbus_client_shared)
install(TARGETS dsoftbus_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS dsoftbusd_program RUNTIME DESTINATION ${CMAKE_INSTALL_SBINDIR})
foreach(page dsoftbus.1 dsoftbus-client.3 dsoftbus-trust.5 dsoftbusd.8)
  configure_file(${CMAKE_SOURCE_DIR}/docs/man/${page} ${CMAKE_BINARY_DIR}/man/${page} @ONLY)
  string(REGEX REPLACE ".*\\." "" section ${page})
  install(FILES ${CMAKE_BINARY_DIR}/man/${page} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
endforeach()
