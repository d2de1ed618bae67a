# SPDX-License-Identifier: Apache-2.0
# The warnings every file of ours is compiled with; third-party files are not.
add_library(dsb_warnings INTERFACE)
target_compile_options(dsb_warnings INTERFACE
  $<$<COMPILE_LANGUAGE:C>:-Wall -Wextra -Werror -Wshadow -Wpointer-arith -Wcast-qual -Wcast-align
  -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wundef -Wvla -Wformat=2 -Wconversion
  -Wno-sign-conversion>)
