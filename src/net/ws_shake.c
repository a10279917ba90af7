#include "net/ws_shake.h"

#include "codec/http1.h"
#include "codec/url.h"

enum err
ws_shake_request(struct out *o, struct span host, uint16_t port,
    struct span path, struct span key)
{
	if (!url_host_ok(host) || !url_path_ok(path))
		return ERR_SYNTAX;
	OUT_LITERAL(o, "GET ");
	out_span(o, path);
	OUT_LITERAL(o, " HTTP/1.1\r\nHost: ");
	url_host_field(o, host, port);
	OUT_LITERAL(o, "\r\nUpgrade: websocket\r\nConnection: Upgrade"
		       "\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ");
	out_span(o, key);
	OUT_LITERAL(o, "\r\nUser-Agent: mpedge\r\n\r\n");
	return o->full ? ERR_FULL : ERR_OK;
}

enum err
ws_shake_answer(struct span head, struct span accept, struct ws_answer *a)
{
	struct http1_response r;
	enum err e = http1_response(head, &r);

	a->status = 0;
	a->retry_after_s = -1;
	if (e != ERR_OK)
		return ERR_PROTOCOL;
	a->status = r.status;
	if (r.status != 101) {
		a->retry_after_s = http1_retry_after(r.fields);
		return ERR_HTTP;
	}
	if (!http1_has(r.fields, "Upgrade", "websocket") ||
	    !http1_has(r.fields, "Connection", "upgrade") ||
	    !span_eq(http1_field(r.fields, "Sec-WebSocket-Accept"), accept))
		return ERR_PROTOCOL;
	/* Neither was asked for, so neither may be granted. */
	if (http1_field(r.fields, "Sec-WebSocket-Extensions").at ||
	    http1_field(r.fields, "Sec-WebSocket-Protocol").at)
		return ERR_PROTOCOL;
	return ERR_OK;
}
