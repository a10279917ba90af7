# 32-bit ARM with hardware floating point, static against musl.
TARGET_ARCH := arm
MUSL_ARCH := arm-linux-musleabihf
CROSS := arm-linux-gnueabihf-
CPU_FLAGS := -march=armv7-a+fp
EMULATOR := qemu-arm-static
CROSS_PACKAGES := gcc-arm-linux-gnueabihf
