# 64-bit PC, static against musl.
TARGET_ARCH := x86_64
MUSL_ARCH := x86_64-linux-musl
CROSS := x86_64-linux-gnu-
CPU_FLAGS :=
EMULATOR :=
CROSS_PACKAGES := gcc
# Addresses to be moved at start, in words instead of triples.
RELR_FLAGS := -Wl,-z,pack-relative-relocs
