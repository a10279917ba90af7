# 64-bit ARM, static against musl.  AES in hardware is found at run time.
TARGET_ARCH := aarch64
MUSL_ARCH := aarch64-linux-musl
CROSS := aarch64-linux-gnu-
CPU_FLAGS :=
EMULATOR := qemu-aarch64-static
CROSS_PACKAGES := gcc-aarch64-linux-gnu lld
# Kernels with pages of 4 and 16 KiB, which is what boxes have; up to 64 KiB, the
# linker's usual choice, would cost as much in the file.
PAGE_FLAGS := -Wl,-z,max-page-size=16384
# Addresses to be moved at start, in words instead of triples: of this machine
# only lld knows how.  It is found by its full name.
RELR_FLAGS := -B/usr/bin -fuse-ld=lld -Wl,-O2,--pack-dyn-relocs=relr
