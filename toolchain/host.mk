# The build machine itself with its glibc: for tests under the sanitizers.
TARGET_ARCH := $(shell uname -m)
MUSL_ARCH :=
CROSS :=
CPU_FLAGS :=
EMULATOR :=
CROSS_PACKAGES := gcc
