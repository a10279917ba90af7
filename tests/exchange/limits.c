#include "limits.h"

#include "sim.h"

enum { IGNORED_MAX = 3 };

/* Clients that keep exactly to the limit may arrive a little bunched: so much
 * of a second or a millisecond counts. */
enum { SECOND_US = 950000, BUNCHED_US = 950 };

static void
count_connect(struct sim *sim)
{
	struct limits *l = &sim->limits;
	uint64_t most = (uint64_t)sim->rules.connects_max;
	uint64_t n = l->connects++;
	int64_t before;

	l->connect_us[n % CONNECTS_KEPT] = sim->now_us;
	if (most == 0 || n < most)
		return;
	before = l->connect_us[(n - most) % CONNECTS_KEPT];
	if (sim->now_us - before < sim->rules.connects_window_ms * BUNCHED_US)
		l->violations.connects++;
}

static bool
have_place(struct sim *sim, int64_t more)
{
	int64_t now = more;

	for (int i = 0; i < sim->server.count; i++) {
		const struct conn *c = sim->server.conn[i];

		now +=
		    c->kind == CONN_WS && c->state != CONN_DEAD && !c->refused;
	}
	if (!sim->rules.conns_max || now <= sim->rules.conns_max)
		return true;
	sim->limits.violations.parallel++;
	return false;
}

bool
limits_connect(struct sim *sim)
{
	count_connect(sim);
	return have_place(sim, 0);
}

bool
limits_place(struct sim *sim)
{
	return have_place(sim, 1);
}

bool
limits_message(struct sim *sim, struct conn *c)
{
	uint64_t most = (uint64_t)sim->rules.messages_per_second;
	uint64_t n = c->messages++;

	c->message_us[n % MESSAGE_TIMES] = sim->now_us;
	if (most == 0 || n < most ||
	    sim->now_us - c->message_us[(n - most) % MESSAGE_TIMES] > SECOND_US)
		return true;
	sim->limits.violations.messages++;
	return false;
}

bool
limits_op(struct sim *sim, struct conn *c)
{
	const struct rules *r = &sim->rules;

	if (sim->now_us - c->ops_us > r->ops_window_ms * 1000) {
		c->ops_us = sim->now_us;
		c->ops = 0;
	}
	c->ops++;
	if (!r->ops_max || c->ops <= r->ops_max)
		return true;
	sim->limits.violations.ops++;
	return false;
}

bool
limits_spend(struct sim *sim, enum credit pool, int64_t cost)
{
	const struct pool *p = &sim->rules.credits[pool];
	struct limits *l = &sim->limits;
	int64_t back =
	    (sim->now_us - l->spent_us[pool]) * p->per_second / 1000000;

	if (!p->size)
		return true;
	l->spent[pool] = back < l->spent[pool] ? l->spent[pool] - back : 0;
	l->spent_us[pool] = sim->now_us;
	if (l->spent[pool] + cost > p->size) {
		l->violations.credits++;
		return false;
	}
	l->spent[pool] += cost;
	return true;
}

bool
limits_rate(struct sim *sim, int kind, int64_t most, int64_t window_ms)
{
	struct limits *l = &sim->limits;
	int64_t window = sim->wall_us / (window_ms * 1000);

	if (window != l->rate_window[kind]) {
		l->rate_window[kind] = window;
		l->rate_count[kind] = 0;
	}
	if (++l->rate_count[kind] <= most)
		return true;
	l->violations.rate++;
	return false;
}

bool
limits_idle(struct sim *sim, const struct conn *c)
{
	if (!sim->rules.idle_ms ||
	    sim->now_us - c->pushed_us <= sim->rules.idle_ms * 1000)
		return true;
	sim->limits.violations.idle++;
	return false;
}

static int64_t
seconds_left(const struct sim *sim, int64_t until_us)
{
	int64_t left = (until_us - sim->wall_us + 999999) / 1000000;

	return left > 0 ? left : 0;
}

int
limits_weigh(struct sim *sim, int64_t weight, int64_t *retry_after)
{
	struct limits *l = &sim->limits;
	int64_t length = sim->rules.weight_window_ms * 1000;
	int64_t window = sim->wall_us / length;

	if (sim->wall_us < l->quiet_until_us)
		l->violations.early++;
	if (window != l->weight_window) {
		l->weight_window = window;
		l->weight_used = 0;
		l->ignored = 0;
	}
	if (sim->wall_us < l->banned_until_us) {
		*retry_after = l->ban_body_only
				   ? -1
				   : seconds_left(sim, l->banned_until_us);
		return 418;
	}
	l->weight_used += weight;
	if (l->weight_used <= sim->rules.weight_max)
		return 200;
	l->requests_limited++;
	l->violations.weight++;
	if (++l->ignored > IGNORED_MAX) {
		l->banned_until_us = sim->wall_us + sim->rules.ban_ms * 1000;
		l->quiet_until_us = l->banned_until_us;
		l->ban_body_only = false;
		*retry_after = seconds_left(sim, l->banned_until_us);
		return 418;
	}
	*retry_after = seconds_left(sim, (window + 1) * length);
	l->quiet_until_us = sim->wall_us + *retry_after * 1000000;
	return 429;
}

uint64_t
limits_violated(const struct limits *l)
{
	const struct violations *v = &l->violations;

	return v->messages + v->streams + v->connects + v->weight + v->early +
	       v->pong + v->protocol + v->ops + v->parallel + v->credits +
	       v->rate + v->idle;
}
