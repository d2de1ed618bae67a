# SPDX-License-Identifier: Apache-2.0
# Programs and boot images of the operating system.

# dsb_program(NAME SOURCES... [BASE address] [LIBS ...]): a user process's ELF file. Programs that run
# together have bases of their own, so that an address in a fault, a trace or a debugger names one.
function(dsb_program name)
  cmake_parse_arguments(P "" "BASE" "LIBS" ${ARGN})
  add_executable(${name} ${P_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE dsb_warnings ${P_LIBS} rt)
  target_link_options(${name} PRIVATE -T ${CMAKE_SOURCE_DIR}/lib/rt/program.ld
    # No floating point in log lines, so none in the programs.
    -Wl,--defsym=vfprintf=__i_vfprintf -Wl,-u,_start -Wl,-z,max-page-size=4096 -Wl,--no-warn-rwx-segments
    $<$<BOOL:${P_BASE}>:-Wl,--defsym=program_base=${P_BASE}>)
  set_target_properties(${name} PROPERTIES
    LINK_DEPENDS ${CMAKE_SOURCE_DIR}/lib/rt/program.ld)
  # What goes into a bundle; the file beside it keeps the symbols for a debugger.
  add_custom_command(TARGET ${name} POST_BUILD
    COMMAND ${CMAKE_OBJCOPY} --strip-all $<TARGET_FILE:${name}> $<TARGET_FILE:${name}>.stripped)
endfunction()

# What the tables of SOURCE and system/device.c say (system/describe.c), in dsb_says_PROFILE: programs and files; for other
# tools (where a device is plugged in) the whole of it in tables/NAME.txt of the build folder.
function(dsb_read_tables source)
  find_program(DSB_HOST_CC NAMES cc gcc clang REQUIRED)
  set(tables ${CMAKE_SOURCE_DIR}/system/describe.c ${CMAKE_SOURCE_DIR}/system/device.c ${source})
  get_filename_component(name ${source} NAME_WE)
  set(describe ${CMAKE_BINARY_DIR}/tables/${name})
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/tables)
  execute_process(COMMAND ${DSB_HOST_CC} -std=c11 -I${CMAKE_SOURCE_DIR} -o ${describe} ${tables} COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND ${describe} OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
  file(WRITE ${describe}.txt "${text}")
  set_property(DIRECTORY ${CMAKE_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
    ${tables} ${CMAKE_SOURCE_DIR}/system/system.h)
  string(STRIP "${text}" text)
  string(REPLACE "\n" ";" lines "${text}")
  foreach(line IN LISTS lines)
    string(REPLACE " " ";" words "${line}")
    list(GET words 0 kind)
    list(GET words 1 name)
    if(kind STREQUAL "profile")
      set(profile ${name})
    elseif(kind MATCHES "^(program|file)$")
      set_property(GLOBAL APPEND PROPERTY dsb_says_${profile} ${name})
    endif()
  endforeach()
endfunction()

# dsb_os_image(IMAGE [INIT target] [PROFILE profile] [LINK option...] [name=path|target...]): build/os/images/IMAGE/kernel.elf, the kernel
# with a bundle of init, all that the profile's table names (of the image's name, if no other is given), and a file
# `profile` that tells init which part of its table to use. What the table names is the program of that name unless a
# path or another program is given for it. Call it from any folder: the image is put together after all folders were read.
function(dsb_os_image image)
  cmake_parse_arguments(I "" "INIT;PROFILE" "LINK" ${ARGN})
  set(I_PROFILE_OR ${I_PROFILE})
  if(NOT I_PROFILE)
    set(I_PROFILE_OR ${image})
  endif()
  if(NOT I_INIT)
    set(I_INIT init-of-tests)
  endif()
  set_property(GLOBAL APPEND PROPERTY dsb_images ${image})
  set_property(GLOBAL PROPERTY dsb_init_${image} ${I_INIT})
  set_property(GLOBAL PROPERTY dsb_profile_${image} ${I_PROFILE_OR})
  set_property(GLOBAL PROPERTY dsb_link_${image} ${I_LINK})
  set_property(GLOBAL PROPERTY dsb_given_${image} ${I_UNPARSED_ARGUMENTS})
endfunction()

# Where one name of an image's table comes from: a program's file and its target, or a data file.
function(dsb_find_file image name out_path out_depends)
  get_property(given GLOBAL PROPERTY dsb_given_${image})
  set(source ${name})
  foreach(item IN LISTS given)
    if(item MATCHES "^([^=]+)=(.+)$" AND CMAKE_MATCH_1 STREQUAL name)
      set(source ${CMAKE_MATCH_2})
    endif()
  endforeach()
  if(TARGET ${source})
    set(${out_path} $<TARGET_FILE:${source}>.stripped PARENT_SCOPE)
  elseif(EXISTS ${source})
    set(${out_path} ${source} PARENT_SCOPE)
  elseif(EXISTS ${CMAKE_SOURCE_DIR}/system/${source}) # what the table says in a file beside it
    set(source ${CMAKE_SOURCE_DIR}/system/${source})
    set(${out_path} ${source} PARENT_SCOPE)
  else()
    message(FATAL_ERROR "image ${image}: its table names ${name}, which is neither a program nor given as a file")
  endif()
  set(${out_depends} ${source} PARENT_SCOPE)
endfunction()

# One bundle as assembly: abi/bundle.h is the layout, the assembler measures the files.
function(dsb_bundle_source image out_file)
  get_property(init GLOBAL PROPERTY dsb_init_${image})
  get_property(profile GLOBAL PROPERTY dsb_profile_${image})
  get_property(wanted GLOBAL PROPERTY dsb_says_${profile})
  if(NOT wanted)
    message(FATAL_ERROR "image ${image}: no table has a profile ${profile}")
  endif()
  set(names init profile)
  set(paths $<TARGET_FILE:${init}>.stripped ${CMAKE_BINARY_DIR}/images/${image}/profile)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/images/${image}/profile CONTENT ${profile})
  set(depends ${init} ${CMAKE_BINARY_DIR}/images/${image}/profile)
  list(REMOVE_DUPLICATES wanted)
  foreach(name IN LISTS wanted)
    dsb_find_file(${image} ${name} path depend)
    list(APPEND names ${name})
    list(APPEND paths ${path})
    list(APPEND depends ${depend})
  endforeach()

  list(LENGTH names count)
  set(table "")
  set(files "")
  set(idx 0)
  foreach(name path IN ZIP_LISTS names paths)
    string(APPEND table "name${idx}: .ascii \"${name}\"\n    .space 40 - (. - name${idx})\n"
      "    .8byte file${idx} - bundle_start, file${idx}_end - file${idx}\n")
    string(APPEND files "    .balign 4096\nfile${idx}:\n    .incbin \"${path}\"\nfile${idx}_end:\n")
    math(EXPR idx "${idx} + 1")
  endforeach()
  set(source ${CMAKE_BINARY_DIR}/images/${image}/bundle.S)
  file(GENERATE OUTPUT ${source}.in CONTENT
"    .section .bundle, \"a\"
    .globl bundle_start, bundle_end
    .balign 4096
bundle_start:
    .ascii \"DBUNDLE1\"
    .8byte bundle_end - bundle_start, ${count}
${table}${files}    .balign 4096
bundle_end:
")
  # The copy is newer than every file of the bundle, so that the assembler reads them again.
  add_custom_command(OUTPUT ${source} COMMAND ${CMAKE_COMMAND} -E copy ${source}.in ${source}
    DEPENDS ${source}.in ${depends} VERBATIM)
  set(${out_file} ${source} PARENT_SCOPE)
endfunction()

# Links every image that was asked for. The root calls it last.
function(dsb_build_images)
  get_property(images GLOBAL PROPERTY dsb_images)
  foreach(image IN LISTS images)
    dsb_bundle_source(${image} source)
    get_property(link GLOBAL PROPERTY dsb_link_${image})
    add_executable(image_${image} ${source} $<TARGET_OBJECTS:kernel>)
    target_link_options(image_${image} PRIVATE -T ${DSB_KERNEL_LD} -nostdlib
      -Wl,-z,max-page-size=4096 -Wl,--no-warn-rwx-segments ${link})
    set_target_properties(image_${image} PROPERTIES OUTPUT_NAME kernel.elf
      RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/images/${image} LINK_DEPENDS ${DSB_KERNEL_LD})
  endforeach()
endfunction()
