# The JSON tokenizer, one header.
unpack jsmn
cp usr/include/jsmn.h "$deps/include/"
