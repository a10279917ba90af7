# Ed25519 for NKEYs: the five files of libsodium that sign.  What they refer to
# beside that is left out by the linker, and src/compat answers sodium_memzero.
unpack sodium
case $TARGET_ARCH in
x86_64 | aarch64) wide=-DHAVE_TI_MODE=1 ;;
*) wide= ;;
esac
mkdir -p "$deps/include/sodium"
cd src/libsodium
cp include/sodium/crypto_sign.h include/sodium/crypto_sign_ed25519.h \
	include/sodium/crypto_hash_sha512.h \
	include/sodium/export.h "$deps/include/sodium/"
archive libsodium.a -Iinclude/sodium -DCONFIGURED=1 -DNATIVE_LITTLE_ENDIAN=1 \
	-DSODIUM_STATIC=1 $wide -Os -- crypto_sign/crypto_sign.c \
	crypto_sign/ed25519/ref10/keypair.c crypto_sign/ed25519/ref10/sign.c \
	crypto_core/ed25519/ref10/ed25519_ref10.c \
	crypto_hash/sha512/cp/hash_sha512_cp.c
