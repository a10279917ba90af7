# deflate, and inflate for tests, without gzip's own head and sum: codec/pack
# writes them, and the tables of that sum are larger than all the rest.
unpack zlib
cp zlib.h zconf.h "$deps/include/"
archive libz.a -Os -DNO_GZIP -DNO_GUNZIP -DHAVE_HIDDEN -- \
	adler32.c deflate.c inffast.c inflate.c inftrees.c trees.c zutil.c
