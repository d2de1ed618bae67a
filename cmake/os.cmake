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

# dsb_os_image(PROFILE PROGRAMS target... [DATA name=path...]): build/os/images/PROFILE/kernel.elf,
# the kernel with a bundle of init, the programs, the data files and a file `profile` that tells init
# which part of its table to use. A program's file in the bundle bears its target's name. Call it
# from any folder: the image is put together after all folders were read.
function(dsb_os_image profile)
  cmake_parse_arguments(I "" "" "PROGRAMS;DATA" ${ARGN})
  set_property(GLOBAL APPEND PROPERTY dsb_profiles ${profile})
  set_property(GLOBAL PROPERTY dsb_programs_${profile} ${I_PROGRAMS})
  set_property(GLOBAL PROPERTY dsb_data_${profile} ${I_DATA})
endfunction()

# One bundle as assembly: abi/bundle.h is the layout, the assembler measures the files.
function(dsb_bundle_source profile out_file)
  set(names init profile)
  set(paths $<TARGET_FILE:init>.stripped ${CMAKE_BINARY_DIR}/images/${profile}/profile)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/images/${profile}/profile CONTENT ${profile})
  set(depends init ${CMAKE_BINARY_DIR}/images/${profile}/profile)
  get_property(programs GLOBAL PROPERTY dsb_programs_${profile})
  foreach(program IN LISTS programs)
    list(APPEND names ${program})
    list(APPEND paths $<TARGET_FILE:${program}>.stripped)
    list(APPEND depends ${program})
  endforeach()
  get_property(data GLOBAL PROPERTY dsb_data_${profile})
  foreach(item IN LISTS data)
    string(REGEX MATCH "^([^=]+)=(.+)$" matched "${item}")
    list(APPEND names ${CMAKE_MATCH_1})
    list(APPEND paths ${CMAKE_MATCH_2})
    list(APPEND depends ${CMAKE_MATCH_2})
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
  set(source ${CMAKE_BINARY_DIR}/images/${profile}/bundle.S)
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
  get_property(profiles GLOBAL PROPERTY dsb_profiles)
  foreach(profile IN LISTS profiles)
    dsb_bundle_source(${profile} source)
    add_executable(image_${profile} ${source} $<TARGET_OBJECTS:kernel>)
    target_link_options(image_${profile} PRIVATE -T ${DSB_KERNEL_LD} -nostdlib
      -Wl,-z,max-page-size=4096 -Wl,--no-warn-rwx-segments)
    set_target_properties(image_${profile} PROPERTIES OUTPUT_NAME kernel.elf
      RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/images/${profile} LINK_DEPENDS ${DSB_KERNEL_LD})
  endforeach()
endfunction()
