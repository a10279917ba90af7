/*
 * page_url.h -- the address of a collector's page, as people type it.
 */
#ifndef MPEDGE_APP_PAGE_URL_H
#define MPEDGE_APP_PAGE_URL_H

#include "codec/url.h"

enum {
	PAGE_PATH_MAX = 512,
};

/*
 * "host:port" is http; the address is that of the page (a literal: "/status")
 * or of what it lies below.  *u is without its path, which is in path.  SYNTAX
 * when it is no address of a page, FULL when it is too long.
 */
enum err page_url_read(const char *text, const char *page, struct url *u,
    char path[PAGE_PATH_MAX]) MUST_USE;

#endif
