/*
 * page.h -- the page at /, as toolchain/page.sh makes it of page.html, page.css
 * and page.js in src/status.
 *
 * The policy names style and script by their hashes: a browser runs nothing
 * else, whatever gets into the page.
 */
#ifndef MPEDGE_STATUS_PAGE_H
#define MPEDGE_STATUS_PAGE_H

/* A template for fill.h. */
extern const char page_template[];

/* Headers of its own, each with its end of line. */
extern const char page_policy[];

#endif
