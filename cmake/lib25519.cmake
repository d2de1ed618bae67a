# SPDX-License-Identifier: Apache-2.0
# X25519 for x86-64 hosts out of lib25519's source (LIB25519_DIR): for each of three kinds of processor one
# implementation of the multiplication of a point (nP), of the base point (nG), and of the inversion that both
# need (pow); for two of them, that of as many points at once as a vector has lanes (nPbatch, powbatch). lib25519's own build chooses among some thirty; it wants to be installed, and Debian's binary package
# leaves out what is fastest. Names begin with noise_25519_, none is exported. TP_25519_OBJECTS lists the objects.
enable_language(ASM)
set(headers ${CMAKE_BINARY_DIR}/third_party/lib25519)

function(lib25519_header name text)
  file(CONFIGURE OUTPUT ${headers}/${name}.h CONTENT "${text}\n" @ONLY)
endfunction()
lib25519_header(crypto_nP "void crypto_nP(unsigned char *, const unsigned char *, const unsigned char *);")
lib25519_header(crypto_nG "void crypto_nG(unsigned char *, const unsigned char *);")
lib25519_header(crypto_nPbatch "void crypto_nPbatch(unsigned char *, const unsigned char *, const unsigned char *, long long);")
lib25519_header(crypto_powbatch "void crypto_powbatch(unsigned char *, const unsigned char *, long long);")
lib25519_header(crypto_powbatch_inv25519 "void crypto_powbatch_inv25519(unsigned char *, const unsigned char *, long long);")
lib25519_header(crypto_nP_montgomery25519 "void crypto_nP_montgomery25519(unsigned char *, const unsigned char *, const unsigned char *);")
lib25519_header(crypto_verify_32 "int crypto_verify_32(const unsigned char *, const unsigned char *);") # libsodium's
lib25519_header(crypto_pow "void crypto_pow(unsigned char *, const unsigned char *);")
lib25519_header(crypto_pow_inv25519 "void crypto_pow_inv25519(unsigned char *, const unsigned char *);")
lib25519_header(randombytes "") # included by everything, used by nothing
lib25519_header(crypto_hash_sha512 "")

# lib25519_part(NAME FOLDER POW FLAGS...): FOLDER's files, their public function named noise_25519_NAME.
function(lib25519_part name folder pow)
  string(REGEX REPLACE "_.*" "" operation ${name})
  string(REGEX REPLACE ".*_" "" one ${name}) # a batch's remainder, of which there is none
  # Copied, because most are links into other folders: a compiler cache that resolves them finds other headers there.
  file(GLOB files ${LIB25519_DIR}/${folder}/*.c ${LIB25519_DIR}/${folder}/*.h ${LIB25519_DIR}/${folder}/*.S
    ${LIB25519_DIR}/${folder}/*.data)
  set(copy ${headers}/${name})
  file(MAKE_DIRECTORY ${copy})
  foreach(path IN LISTS files)
    get_filename_component(file ${path} NAME)
    file(COPY_FILE ${path} ${copy}/${file} ONLY_IF_DIFFERENT)
  endforeach()
  file(GLOB sources ${copy}/*.c ${copy}/*.S)
  list(FILTER sources EXCLUDE REGEX "/u?intN_[a-z]*\\.c$") # a pattern for other files
  set(part tp_25519_${name})
  set(symbol noise_25519_${name})
  add_library(${part} OBJECT ${sources})
  set_target_properties(${part} PROPERTIES POSITION_INDEPENDENT_CODE ON C_VISIBILITY_PRESET hidden)
  target_include_directories(${part} SYSTEM PRIVATE ${headers}
    ${LIB25519_DIR}/cryptoint ${LIB25519_DIR}/include-build)
  lib25519_header(${part} "#define crypto_${operation} ${symbol}
#define crypto_pow_inv25519 noise_25519_pow_${pow}
#define crypto_powbatch_inv25519 noise_25519_powbatch_maax
#define crypto_nP_montgomery25519 noise_25519_nP_${one}
#define CRYPTO_NAMESPACE(name) ${symbol}_##name
#define _CRYPTO_NAMESPACE(name) _${symbol}_##name
#define CRYPTO_SHARED_NAMESPACE(name) ${symbol}_s_##name
#define _CRYPTO_SHARED_NAMESPACE(name) _${symbol}_s_##name
#define CRYPTO_ALIGN(n) __attribute__((aligned(n)))
#define crypto_int8_optblocker noise_25519_int8_optblocker
#define crypto_int16_optblocker noise_25519_int16_optblocker
#define crypto_int32_optblocker noise_25519_int32_optblocker
#define crypto_int64_optblocker noise_25519_int64_optblocker")
  # The flags of its own build; a sanitizer finds what -fwrapv allows, and clang's assembler refuses a spelling in it.
  target_compile_options(${part} PRIVATE $<$<COMPILE_LANGUAGE:C>:-O2 -fwrapv -w -fno-sanitize=all>
    $<$<COMPILE_LANGUAGE:ASM>:-Wa,--noexecstack>
    $<$<COMPILE_LANG_AND_ID:ASM,Clang>:-fno-integrated-as> "SHELL:-include ${headers}/${part}.h" ${ARGN})
  set(TP_25519_OBJECTS ${TP_25519_OBJECTS} $<TARGET_OBJECTS:${part}> PARENT_SCOPE)
endfunction()

# A part's flags are at most what its row of lib/noise/crypto_table_x86_64.c needs.
set(bmi2 -mbmi2)
set(avx2 -mbmi2 -madx -mavx2)
set(ifma ${avx2} -mavx512f -mavx512dq -mavx512vl -mavx512ifma)
set(TP_25519_OBJECTS "")
lib25519_part(nP_ifma crypto_nP/montgomery25519/amd64-avx512ifma-ns5l-maax safegcd ${ifma})
lib25519_part(nG_ifma crypto_nG/merged25519/amd64-avx512ifma-5l-maax safegcd ${ifma})
lib25519_part(nP_avx2 crypto_nP/montgomery25519/amd64-avx2-ns9l-maax safegcd ${avx2})
lib25519_part(nG_avx2 crypto_nG/merged25519/amd64-avx2-9l-maax safegcd ${avx2})
lib25519_part(nPbatch_ifma crypto_nPbatch/montgomery25519/amd64-avx512ifma-8x1-maax safegcd ${ifma})
lib25519_part(nPbatch_avx2 crypto_nPbatch/montgomery25519/amd64-avx2-4x1-9l-maax safegcd ${avx2})
lib25519_part(powbatch_maax crypto_powbatch/inv25519/amd64-maax safegcd ${avx2})
lib25519_part(pow_safegcd crypto_pow/inv25519/amd64-safegcd safegcd ${avx2})
lib25519_part(nP_mxaa crypto_nP/montgomery25519/amd64-mxaa mxaa ${bmi2})
lib25519_part(nG_mxaa crypto_nG/merged25519/amd64-mxaa-opt mxaa ${bmi2})
lib25519_part(pow_mxaa crypto_pow/inv25519/amd64-mxaa mxaa ${bmi2})
lib25519_part(int_blockers cryptoint none) # variables of which the compiler must not know that they are zero
add_library(tp_25519 STATIC ${TP_25519_OBJECTS})
