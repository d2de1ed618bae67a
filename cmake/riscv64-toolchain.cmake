# SPDX-License-Identifier: Apache-2.0
# rv64imac/lp64, freestanding, with picolibc's headers and soft-float library.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR riscv64)
set(CMAKE_C_COMPILER riscv64-unknown-elf-gcc)
set(CMAKE_ASM_COMPILER riscv64-unknown-elf-gcc)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)

# gcc finds picolibc's lp64 library only for exactly this -march, so the CSR extension is named where
# assembly needs it, not here. gcc 12's first scheduling pass only adds spills on this target.
set(CMAKE_C_FLAGS_INIT "-march=rv64imac -mabi=lp64 -mcmodel=medany --specs=picolibc.specs -O2 -g -fno-schedule-insns -ffunction-sections -fdata-sections -fno-common")
set(CMAKE_ASM_FLAGS_INIT "-march=rv64imac_zicsr -mabi=lp64 -mcmodel=medany -g")
# picolibc's default build copies and clears memory byte by byte; its release build does it by words.
set(CMAKE_EXE_LINKER_FLAGS_INIT "-march=rv64imac -mabi=lp64 --picolibc-buildtype=release -nostartfiles -static -Wl,--gc-sections")
