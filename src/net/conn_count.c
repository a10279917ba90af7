#include "net/conn.h"

void
conn_explain(struct conn *c, enum err e, const char *step)
{
	struct out o;

	if (c->why[0] != '\0')
		return;
	out_init(&o, c->why, sizeof(c->why) - 1);
	if (c->use_tls && c->state >= CONN_HANDSHAKE)
		tls_why(&c->tls, &o);
	if (o.len == 0) {
		out_text(&o, step);
		if (c->address > 0 && c->state != CONN_RESOLVE) {
			OUT_LITERAL(&o, " ");
			address_write(&c->query.addresses[c->address - 1], &o);
		}
		OUT_LITERAL(&o, ": ");
		out_text(&o, err_text(e));
	}
	c->why[o.len] = '\0';
}

/* CONNECT: the first packet leaves now.  A plain connection has no handshake:
 * it comes from CONNECT to OPEN. */
void
conn_count_state(struct conn *c, enum conn_state s)
{
	struct conn_counts *n = c->world->counts;
	struct mono now = c->world->loop->now;
	int64_t ns = now.ns - c->entered.ns;

	c->entered = now;
	if (n == NULL)
		return;
	if (c->state == CONN_CONNECT && s != CONN_CONNECT) {
		n->net.connects++;
		histogram_add(&n->net.connect, ns);
	} else if (c->state == CONN_HANDSHAKE && s == CONN_OPEN) {
		n->tls.handshakes++;
		n->tls.resumed += tls_resumed(&c->tls);
		histogram_add(&n->tls.handshake, ns);
	}
}

void
conn_count_failure(struct conn *c)
{
	struct conn_counts *n = c->world->counts;

	if (n == NULL || c->state == CONN_OPEN)
		return;
	n->net.failures++;
	n->tls.failures += c->state == CONN_HANDSHAKE;
}
