/*
 * Included before every file that goes into the binary.  All of it is linked
 * into one static program: no symbol is another object's to replace, so data and
 * functions are addressed directly and not through a table (on aarch64 that is
 * 60 kB).
 */
#pragma GCC visibility push(hidden)
