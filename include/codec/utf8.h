/*
 * utf8.h -- is this text UTF-8?
 *
 * Overlong forms, surrogates and code points past U+10FFFF are not (RFC 3629
 * section 3).  Plain ASCII, which venues send nearly always, is checked many
 * bytes at a time.
 */
#ifndef MPEDGE_CODEC_UTF8_H
#define MPEDGE_CODEC_UTF8_H

#include "core/span.h"

bool utf8_valid(struct span text);

#endif
