# LZ4 blocks, from one file; codec/pack puts the frame around them.  Nothing here
# takes memory: the caller's state is used.
unpack lz4
cd lib
cp lz4.h "$deps/include/"
archive liblz4.a -Os -- lz4.c
