# SPDX-License-Identifier: Apache-2.0
# libsodium and libb2 compiled freestanding for rv64imac/lp64: only the files the crypto seam needs.
add_library(tp_sodium STATIC
  ${sodium_src}/crypto_scalarmult/curve25519/scalarmult_curve25519.c
  ${sodium_src}/crypto_scalarmult/curve25519/ref10/x25519_ref10.c
  ${sodium_src}/crypto_core/ed25519/ref10/ed25519_ref10.c
  ${sodium_src}/crypto_core/ed25519/core_ed25519.c
  ${sodium_src}/crypto_core/ed25519/core_ristretto255.c
  ${sodium_src}/crypto_sign/ed25519/ref10/open.c
  ${sodium_src}/crypto_sign/ed25519/ref10/sign.c
  ${sodium_src}/crypto_scalarmult/ristretto255/ref10/scalarmult_ristretto255_ref10.c
  ${sodium_src}/crypto_hash/sha512/cp/hash_sha512_cp.c
  ${sodium_src}/crypto_stream/chacha20/stream_chacha20.c
  ${sodium_src}/crypto_stream/chacha20/ref/chacha20_ref.c
  ${sodium_src}/crypto_onetimeauth/poly1305/onetimeauth_poly1305.c
  ${sodium_src}/crypto_onetimeauth/poly1305/donna/poly1305_donna.c
  ${sodium_src}/crypto_aead/chacha20poly1305/sodium/aead_chacha20poly1305.c
  ${sodium_src}/crypto_verify/sodium/verify.c)
# NATIVE_LITTLE_ENDIAN stays undefined: with it gcc turns word loads into byte copies through the stack.
target_compile_definitions(tp_sodium PRIVATE CONFIGURED=1 HAVE_TI_MODE=1 PUBLIC SODIUM_STATIC=1)
target_include_directories(tp_sodium SYSTEM
  PUBLIC ${sodium_gen} ${sodium_src}/include
  PRIVATE ${sodium_gen}/sodium ${sodium_src}/include/sodium ${sodium_src}/include/sodium/private)
target_compile_options(tp_sodium PRIVATE -w)
# Counted on this target with gcc 12 (docs/figures.md): -O3 makes a base-point multiplication 11 % shorter; with its
# field operations inlined the ladder is 16 % shorter for 6 KB of text (the base point gains 4 % for 9 KB: left). By the costs
# of -mtune=size a product by a constant stays one instruction, where gcc's usual ones make shifts and sums of it: 5 % of the
# ladder; they would also let words be read at any address, which -mstrict-align forbids. Values carried forward into the next
# instruction, in ChaCha20, and expressions replaced at their use, in BLAKE2s, lengthen live ranges in unrolled rounds. Code hoisting would
# take Poly1305's loads of words at their places and of bytes from anywhere for the same, and leave the bytes.
# Nothing else that gcc offers is shorter by 1 %.
set_source_files_properties(
  ${sodium_src}/crypto_scalarmult/curve25519/ref10/x25519_ref10.c
  ${sodium_src}/crypto_core/ed25519/ref10/ed25519_ref10.c
  PROPERTIES COMPILE_OPTIONS "-O3;-mtune=size;-mstrict-align")
set_property(SOURCE ${sodium_src}/crypto_scalarmult/curve25519/ref10/x25519_ref10.c
  APPEND PROPERTY COMPILE_OPTIONS -finline-limit=300)
set_source_files_properties(${sodium_src}/crypto_stream/chacha20/ref/chacha20_ref.c
  PROPERTIES COMPILE_OPTIONS -fno-forward-propagate)
set_source_files_properties(${sodium_src}/crypto_onetimeauth/poly1305/donna/poly1305_donna.c
  PROPERTIES COMPILE_OPTIONS -fno-code-hoisting)

file(WRITE ${CMAKE_BINARY_DIR}/third_party/libb2/config.h "")
add_library(tp_blake2 STATIC ${BLAKE2_DIR}/src/blake2s-ref.c)
target_compile_definitions(tp_blake2 PRIVATE "SUFFIX=")
target_include_directories(tp_blake2 SYSTEM PUBLIC ${BLAKE2_DIR}/src PRIVATE ${CMAKE_BINARY_DIR}/third_party/libb2)
target_compile_options(tp_blake2 PRIVATE -w -O3 -fno-tree-ter)
