/*
 * fill.h -- a page is a template, filled with what /status says.
 *
 * The template is src/status/page.html.  Attributes of its elements say what
 * goes where; page.js reads the same attributes in the browser, so that the
 * server and the script make the same page of the same JSON.
 *
 *   data-v="PATH..."    the value is the element's text (show.h); several are
 *                       joined by a dash.  a tooltip where it is rounded
 *   data-c="PATH"       the value is a state: the element's class is good, bad
 *                       or warn, as the words of the nearest data-good and
 *                       data-bad around it say
 *   data-b="PATH MOST"  a <meter>: its value is the share of MOST
 *   data-s="PATH"       a <polyline>: the array as a line, as high as its peak
 *   data-has="PATH"     the element is hidden while there is nothing there
 *   data-each="PATH"    holds one <template>, which is repeated for each item
 *                       of an array or member of an object (those that are
 *                       values).  Items whose state is not good come first;
 *                       at most data-max (before it) are shown.  They are
 *                       written without these attributes
 *   data-k=""           the element's text is the member's name
 *   data-more=""        hidden unless the data-each before left items out;
 *                       how many it left is the text of its <b>
 *   data-keep="BYTES"   for what is filled behind the next data-keep so much is
 *                       kept of the page's size
 *
 * PATH is names joined by dots, from the item, or after a slash from the top; a
 * dot alone is the item itself.  Elements to be filled are empty.
 */
#ifndef MPEDGE_STATUS_FILL_H
#define MPEDGE_STATUS_FILL_H

#include "core/out.h"

/*
 * Write the template, filled from json.  Items that would make the page longer
 * than `most` bytes are left out, and counted by data-more.
 */
void fill(struct span template, struct span json, size_t most, struct out *o);

#endif
