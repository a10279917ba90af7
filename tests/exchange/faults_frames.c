#include "faults.h"

#include <stdlib.h>

#include "sim.h"
#include "ws.h"

enum { FRAGMENT = 65536 };

/* Frames that no venue should send. */
bool
fault_frame(struct sim *sim, int argc, char **argv)
{
	static const char garbage[] = "<html>this is not JSON";
	static const char cut[] =
	    "{\"stream\":\"btcusdt@trade\",\"data\":{\"e\":\"trade\",\"E\":17";
	static const char bytes[] = "{\"e\":\"\xc3\x28\xff\"}";
	int first = WS_FIN | WS_TEXT;
	const char *text = garbage;
	struct conn *c;
	int i = 0;

	(void)argc;
	if (strcmp(argv[0], "truncjson") == 0)
		text = cut;
	else if (strcmp(argv[0], "invalidutf8") == 0)
		text = bytes;
	else if (strcmp(argv[0], "rsv1") == 0)
		first |= WS_RSV1;
	while ((c = fault_next_ws(sim, &i, 0)))
		ws_frame(c, first, text, strlen(text));
	return true;
}

static void
send_fragments(struct sim *sim, struct conn *c, const char *text, size_t len)
{
	int first = WS_TEXT;

	for (size_t at = 0; at < len;) {
		size_t part = len - at < FRAGMENT ? len - at : FRAGMENT;
		bool last = at + part == len;

		ws_frame(c, first | (last ? WS_FIN : 0), text + at, part);
		if (at == 0)
			ws_ping(sim, c, "between", 7);
		first = WS_CONTINUATION;
		at += part;
	}
}

bool
fault_bigframe(struct sim *sim, int argc, char **argv)
{
	static const char head[] =
	    "{\"stream\":\"!big\",\"data\":{\"e\":\"bigEvent\",\"pad\":\"";
	size_t len = (size_t)fault_number(argc, argv, 1, 2 << 20);
	size_t least = sizeof(head) + 4;
	struct conn *c;
	char *text;
	int i = 0;

	if (len < least)
		len = least;
	text = malloc(len);
	if (!text)
		return false;
	memset(text, 'x', len);
	memcpy(text, head, sizeof(head) - 1);
	memcpy(text + len - 3, "\"}}", 3);
	while ((c = fault_next_ws(sim, &i, 0)))
		send_fragments(sim, c, text, len);
	free(text);
	return true;
}

bool
fault_ping(struct sim *sim, int argc, char **argv)
{
	int64_t len = fault_number(argc, argv, 1, 8);
	char data[125];
	struct conn *c;
	int i = 0;

	if (len < 0 || len > (int64_t)sizeof(data))
		return false;
	memset(data, 'p', sizeof(data));
	while ((c = fault_next_ws(sim, &i, 0)))
		ws_ping(sim, c, data, (size_t)len);
	return true;
}

bool
fault_cut(struct sim *sim, int argc, char **argv)
{
	int64_t only = fault_number(argc, argv, 1, 0);
	struct conn *c;
	int i = 0;

	/* Two bytes of the last frame never come. */
	while ((c = fault_next_ws(sim, &i, only))) {
		ws_frame(c, WS_FIN | WS_TEXT, argv[0], strlen(argv[0]));
		c->out.len -= 2;
		c->state = CONN_CLOSING;
	}
	return true;
}
