/* LINK: feed/catalog feed/catalog_text model/instrument model/symbol */
/* LINK: model/model codec/utf8 codec/decimal core/time core/out core/span */
/* LINK: core/must */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "feed/catalog.h"

enum {
	PLACES = 8,
	SPOT = 0,
	SWAP = 1,
	TEXT = 8192,
};

struct world {
	struct catalog c;
	char gone[256];
	char text[TEXT];
	struct out out;
};

static int
setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	void *memory = malloc(catalog_bytes(PLACES));

	memset(memory, 0xa5, catalog_bytes(PLACES));
	catalog_init(&w->c, memory, PLACES);
	out_init(&w->out, w->text, TEXT);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	free(w->c.rows);
	free(w);
	return 0;
}

static struct instrument
make(const char *native, const char *base, const char *settle)
{
	struct instrument i;

	instrument_init(&i);
	assert_int_equal(
	    instrument_name(i.native, SYMBOL_MAX, span_of(native)), ERR_OK);
	assert_int_equal(
	    instrument_name(i.base, ASSET_MAX, span_of(base)), ERR_OK);
	assert_int_equal(
	    instrument_name(i.quote, ASSET_MAX, SPAN("USD")), ERR_OK);
	if (settle[0])
		assert_int_equal(
		    instrument_name(i.settle, ASSET_MAX, span_of(settle)),
		    ERR_OK);
	i.market = settle[0] ? MARKET_PERPETUAL : MARKET_SPOT;
	i.status = INSTRUMENT_LIVE;
	assert_int_equal(instrument_unify(&i), ERR_OK);
	return i;
}

static enum catalog_change
put(struct world *w, const char *native, unsigned list)
{
	struct instrument i = make(native, native, "");
	enum catalog_change change;

	assert_int_equal(catalog_put(&w->c, &i, list, &change), ERR_OK);
	return change;
}

static enum instrument_state
state_of(const struct world *w, const char *native)
{
	const struct instrument *i = catalog_native(&w->c, span_of(native));

	return i ? i->status : INSTRUMENT_STATES;
}

static void
on_gone(void *owner, const struct instrument *i)
{
	struct world *w = owner;

	assert_int_equal(i->status, INSTRUMENT_GONE);
	strcat(w->gone, i->native);
	strcat(w->gone, " ");
}

static void
insert_and_update(void **state)
{
	struct world *w = *state;
	struct instrument i = make("BTC-USD", "BTC", "");
	const struct instrument *found;
	enum catalog_change change;

	assert_null(catalog_native(&w->c, SPAN("BTC-USD")));
	assert_int_equal(catalog_put(&w->c, &i, CATALOG_PUSH, &change), ERR_OK);
	assert_int_equal(change, CATALOG_ADDED);
	assert_int_equal(catalog_put(&w->c, &i, CATALOG_PUSH, &change), ERR_OK);
	assert_int_equal(change, CATALOG_SAME);
	i.status = INSTRUMENT_HALTED;
	assert_int_equal(catalog_put(&w->c, &i, CATALOG_PUSH, &change), ERR_OK);
	assert_int_equal(change, CATALOG_CHANGED);
	assert_int_equal(w->c.count, 1);
	assert_true(
	    instrument_same(catalog_native(&w->c, SPAN("BTC-USD")), &i));
	/* Its unified name changes: found by the new one alone. */
	assert_int_equal(
	    instrument_name(i.base, ASSET_MAX, SPAN("XBT")), ERR_OK);
	assert_int_equal(instrument_unify(&i), ERR_OK);
	assert_int_equal(catalog_put(&w->c, &i, CATALOG_PUSH, &change), ERR_OK);
	assert_int_equal(change, CATALOG_CHANGED);
	assert_non_null(catalog_find(&w->c, SPAN("XBT-USD")));
	assert_non_null(catalog_find(&w->c, SPAN("BTC-USD")));
	assert_int_equal(catalog_unified(&w->c, SPAN("BTC-USD"), &found), 0);
	/* Gone and never known. */
	i = make("OLD", "OLD", "");
	i.status = INSTRUMENT_GONE;
	assert_int_equal(catalog_put(&w->c, &i, CATALOG_PUSH, &change), ERR_OK);
	assert_int_equal(change, CATALOG_SAME);
	assert_int_equal(w->c.count, 1);
	i.unified[0] = '\0';
	assert_int_equal(
	    catalog_put(&w->c, &i, CATALOG_PUSH, &change), ERR_MISSING);
}

static void
sweep(void **state)
{
	struct world *w = *state;

	catalog_begin(&w->c, SPOT);
	put(w, "A", SPOT);
	put(w, "B", SPOT);
	assert_int_equal(catalog_end(&w->c, SPOT, on_gone, w), 0);
	catalog_begin(&w->c, SWAP);
	put(w, "C", SWAP);
	put(w, "D", SWAP);
	put(w, "P", CATALOG_PUSH);
	assert_int_equal(catalog_end(&w->c, SWAP, on_gone, w), 0);
	assert_string_equal(w->gone, "");
	/* B is not there any more; what other lists have does not matter. */
	catalog_begin(&w->c, SPOT);
	assert_int_equal(put(w, "A", SPOT), CATALOG_SAME);
	assert_int_equal(w->c.seen[SPOT], 1);
	assert_int_equal(w->c.seen[SWAP], 2);
	assert_int_equal(catalog_end(&w->c, SPOT, on_gone, w), 1);
	assert_string_equal(w->gone, "B ");
	assert_int_equal(state_of(w, "B"), INSTRUMENT_GONE);
	assert_int_equal(w->c.gone, 1);
	assert_int_equal(w->c.count, 5);
	/* Told once. */
	catalog_begin(&w->c, SPOT);
	put(w, "A", SPOT);
	assert_int_equal(catalog_end(&w->c, SPOT, on_gone, w), 0);
	/* A list that was cut off is begun again, and nothing went. */
	catalog_begin(&w->c, SWAP);
	put(w, "C", SWAP);
	catalog_begin(&w->c, SWAP);
	put(w, "D", SWAP);
	put(w, "C", SWAP);
	assert_int_equal(catalog_end(&w->c, SWAP, on_gone, w), 0);
	/* It comes back. */
	catalog_begin(&w->c, SPOT);
	put(w, "A", SPOT);
	assert_int_equal(put(w, "B", SPOT), CATALOG_CHANGED);
	assert_int_equal(catalog_end(&w->c, SPOT, on_gone, w), 0);
	assert_int_equal(state_of(w, "B"), INSTRUMENT_LIVE);
	assert_int_equal(w->c.gone, 0);
	assert_int_equal(state_of(w, "P"), INSTRUMENT_LIVE);
}

/* A push while a list comes does not make it one of the list. */
static void
pushes_between(void **state)
{
	struct world *w = *state;

	catalog_begin(&w->c, SWAP);
	put(w, "C", SWAP);
	catalog_end(&w->c, SWAP, on_gone, w);
	catalog_begin(&w->c, SPOT);
	put(w, "A", SPOT);
	put(w, "C", CATALOG_PUSH);
	put(w, "N", CATALOG_PUSH);
	catalog_end(&w->c, SPOT, on_gone, w);
	catalog_begin(&w->c, SPOT);
	put(w, "A", SPOT);
	assert_int_equal(catalog_end(&w->c, SPOT, NULL, NULL), 0);
	assert_int_equal(state_of(w, "C"), INSTRUMENT_LIVE);
	assert_int_equal(state_of(w, "N"), INSTRUMENT_LIVE);
	catalog_begin(&w->c, SWAP);
	assert_int_equal(catalog_end(&w->c, SWAP, on_gone, w), 1);
	assert_string_equal(w->gone, "C ");
}

static void
full(void **state)
{
	struct world *w = *state;
	struct instrument i = make("X", "X", "");
	enum catalog_change change;
	char name[2] = "A";

	catalog_begin(&w->c, SPOT);
	for (int n = 0; n < PLACES; n++, name[0]++)
		put(w, name, SPOT);
	assert_int_equal(catalog_put(&w->c, &i, SPOT, &change), ERR_FULL);
	assert_int_equal(w->c.refused, 1);
	assert_int_equal(w->c.count, PLACES);
	assert_null(catalog_native(&w->c, SPAN("X")));
	assert_int_equal(put(w, "A", SPOT), CATALOG_SAME);
	/* B goes, then A: B's place is the first to be taken. */
	for (int round = 0; round < 2; round++) {
		catalog_begin(&w->c, SPOT);
		for (int n = 2 - round; n < PLACES; n++) {
			name[0] = (char)('A' + n);
			if (n != 1 || round == 0)
				put(w, name, SPOT);
		}
		if (round == 0)
			put(w, "A", SPOT);
		catalog_end(&w->c, SPOT, on_gone, w);
	}
	assert_string_equal(w->gone, "B A ");
	assert_int_equal(catalog_put(&w->c, &i, SPOT, &change), ERR_OK);
	assert_int_equal(change, CATALOG_ADDED);
	assert_null(catalog_native(&w->c, SPAN("B")));
	assert_int_equal(state_of(w, "A"), INSTRUMENT_GONE);
	assert_int_equal(w->c.gone, 1);
	catalog_forget(&w->c);
	assert_null(catalog_native(&w->c, SPAN("A")));
	assert_int_equal(w->c.count, PLACES - 1);
	assert_int_equal(w->c.gone, 0);
	assert_int_equal(put(w, "Y", SPOT), CATALOG_ADDED);
}

static void
named(const struct world *w, const char *native, const char *name)
{
	const struct instrument *i = catalog_native(&w->c, span_of(native));
	char text[2 * SYMBOL_MAX];
	struct out o;

	assert_non_null(i);
	out_init(&o, text, sizeof(text));
	catalog_name(&w->c, i, &o);
	assert_true(span_is(out_done(&o), name));
	/* It is enough to find it again. */
	assert_ptr_equal(catalog_find(&w->c, span_of(name)), i);
}

static void
add(struct world *w, const char *native, const char *settle)
{
	struct instrument i = make(native, "BTC", settle);
	enum catalog_change change;

	assert_int_equal(catalog_put(&w->c, &i, SWAP, &change), ERR_OK);
	assert_int_equal(change, CATALOG_ADDED);
}

/* Three of OKX that are all called BTC-USD-PERP. */
static void
ambiguous_names(void **state)
{
	struct world *w = *state;
	const struct instrument *i;
	struct instrument copy;
	enum catalog_change change;

	catalog_begin(&w->c, SWAP);
	add(w, "BTC-USD-SWAP", "BTC");
	named(w, "BTC-USD-SWAP", "BTC-USD-PERP");
	assert_int_equal(
	    catalog_unified(&w->c, SPAN("BTC-USD-PERP:BTC"), &i), 1);
	add(w, "BTC-USD_UM-SWAP", "USD");
	named(w, "BTC-USD-SWAP", "BTC-USD-PERP:BTC");
	named(w, "BTC-USD_UM-SWAP", "BTC-USD-PERP:USD");
	assert_int_equal(catalog_unified(&w->c, SPAN("BTC-USD-PERP"), &i), 2);
	assert_non_null(i);
	assert_null(catalog_find(&w->c, SPAN("BTC-USD-PERP")));
	assert_null(catalog_find(&w->c, SPAN("BTC-USD-PERP:ETH")));
	assert_null(catalog_find(&w->c, SPAN("BTC-USD-PERP:")));
	add(w, "BTC-USD_UM_XPERP-310404", "USD");
	named(w, "BTC-USD-SWAP", "BTC-USD-PERP:BTC");
	named(w, "BTC-USD_UM-SWAP", "BTC-USD_UM-SWAP");
	named(w, "BTC-USD_UM_XPERP-310404", "BTC-USD_UM_XPERP-310404");
	assert_int_equal(
	    catalog_unified(&w->c, SPAN("BTC-USD-PERP:USD"), &i), 2);
	/* Those that went do not count. */
	catalog_begin(&w->c, SWAP);
	i = catalog_native(&w->c, SPAN("BTC-USD-SWAP"));
	copy = *i;
	assert_int_equal(catalog_put(&w->c, &copy, SWAP, &change), ERR_OK);
	assert_int_equal(catalog_end(&w->c, SWAP, on_gone, w), 2);
	named(w, "BTC-USD-SWAP", "BTC-USD-PERP");
	assert_int_equal(catalog_unified(&w->c, SPAN(""), &i), 0);
	assert_null(i);
}

static void
iteration(void **state)
{
	struct world *w = *state;
	uint32_t at = 0;
	int n = 0;

	assert_null(catalog_next(&w->c, &at));
	put(w, "A", CATALOG_PUSH);
	put(w, "B", CATALOG_PUSH);
	put(w, "C", CATALOG_PUSH);
	at = 0;
	while (catalog_next(&w->c, &at))
		n++;
	assert_int_equal(n, 3);
	assert_null(catalog_next(&w->c, &at));
}

/* --- as text -------------------------------------------------------------- */

static struct instrument
an_option(void)
{
	struct instrument i = make("XRP_USDC-27JUN25-0d625-P", "XRP", "USDC");

	i.market = MARKET_OPTIONS;
	i.status = INSTRUMENT_PREOPEN;
	i.expiry_ns = 1751011200 * NS_PER_S;
	i.listed_ns = 1534242287 * NS_PER_S;
	i.right = 'P';
	i.inverse = true;
	i.guessed = true;
	assert_int_equal(dec_parse(SPAN("0.625"), &i.strike), ERR_OK);
	assert_int_equal(dec_parse(SPAN("0.0010"), &i.contract_value), ERR_OK);
	i.multiplier = dec_make(1000, 0);
	instrument_word(i.kind, KIND_MAX, SPAN("option"));
	assert_int_equal(instrument_unify(&i), ERR_OK);
	return i;
}

static void
save_and_restore(void **state)
{
	struct world *w = *state;
	struct instrument option = an_option();
	struct instrument chinese = make("\xe5\xb8\x81USD", "\xe5\xb8\x81", "");
	enum catalog_change change;

	catalog_begin(&w->c, SWAP);
	assert_int_equal(catalog_put(&w->c, &option, SWAP, &change), ERR_OK);
	assert_int_equal(
	    catalog_put(&w->c, &chinese, CATALOG_PUSH, &change), ERR_OK);
	put(w, "end", SPOT);
	put(w, "GONE", SPOT);
	catalog_begin(&w->c, SPOT);
	put(w, "end", SPOT);
	assert_int_equal(catalog_end(&w->c, SPOT, NULL, NULL), 1);
	catalog_save(&w->c, SPAN("okx"), &w->out);
	assert_false(w->out.full);
	assert_string_equal(out_cstr(&w->out),
	    "mpedge instruments 1 okx\n"
	    "XRP_USDC-27JUN25-0d625-P\toptions\toption\tXRP\tUSD\tUSDC\t"
	    "preopen\tig\tP\t0.0010\t1000\t0.625\t1751011200000000000\t"
	    "1534242287000000000\t1\n"
	    "\xe5\xb8\x81USD\tspot\t\t\xe5\xb8\x81\tUSD\t\tlive\t\t\t\t1\t\t\t"
	    "\t16\n"
	    "end\tspot\t\tend\tUSD\t\tlive\t\t\t\t1\t\t\t\t0\n"
	    "end 3\n");
	put(w, "OTHER", SPOT);
	assert_int_equal(
	    catalog_restore(&w->c, SPAN("okx"), out_done(&w->out)), ERR_OK);
	assert_int_equal(w->c.count, 3);
	assert_null(catalog_native(&w->c, SPAN("OTHER")));
	assert_true(instrument_same(
	    catalog_native(&w->c, span_of(option.native)), &option));
	assert_true(instrument_same(
	    catalog_native(&w->c, span_of(chinese.native)), &chinese));
	/* Swept by the first refresh of its list that does not have it. */
	catalog_begin(&w->c, SPOT);
	put(w, "NEW", SPOT);
	assert_int_equal(catalog_end(&w->c, SPOT, on_gone, w), 1);
	assert_string_equal(w->gone, "end ");
	assert_int_equal(state_of(w, option.native), INSTRUMENT_PREOPEN);
}

#define HEAD "mpedge instruments 1 okx\n"
#define ROW "A\tspot\tSPOT\tA\tUSD\t\tlive\t\t\t1\t1\t\t\t\t0\n"

static const struct {
	const char *text;
	enum err e;
} texts[] = {
	{ HEAD "end 0\n", ERR_OK },
	{ HEAD ROW "end 1\n", ERR_OK },
	{ "", ERR_SHORT },
	{ "mpedge instruments 1 okx", ERR_SHORT },
	{ HEAD, ERR_SHORT },
	{ HEAD ROW, ERR_SHORT },
	{ HEAD ROW "end 1", ERR_SHORT },
	{ HEAD "A\tspot\tSPOT\tA\tUS", ERR_SHORT },
	{ "something else\nend 0\n", ERR_SYNTAX },
	{ "mpedge instruments x okx\nend 0\n", ERR_SYNTAX },
	{ "mpedge instruments 2 okx\nend 0\n", ERR_UNSUPPORTED },
	{ "mpedge instruments 1 binance\nend 0\n", ERR_UNKNOWN },
	{ HEAD ROW "end 2\n", ERR_SYNTAX },
	{ HEAD ROW "end 1\n\n", ERR_SYNTAX },
	{ HEAD ROW ROW "end 2\n", ERR_SYNTAX },
	{ HEAD "\nend 0\n", ERR_SYNTAX },
	{ HEAD "A\tspot\nend 1\n", ERR_SYNTAX },
	/* One field after the other. */
	{ HEAD "\tspot\tS\tA\tUSD\t\tlive\t\t\t1\t1\t\t\t\t0\nend 1\n",
	    ERR_SYNTAX },
	{ HEAD "A\tmoon\tS\tA\tUSD\t\tlive\t\t\t1\t1\t\t\t\t0\nend 1\n",
	    ERR_SYNTAX },
	{ HEAD "A\tspot\tS\t\tUSD\t\tlive\t\t\t1\t1\t\t\t\t0\nend 1\n",
	    ERR_MISSING },
	{ HEAD "A\tspot\tS\tA\tU D\t\tlive\t\t\t1\t1\t\t\t\t0\nend 1\n",
	    ERR_SYNTAX },
	{ HEAD "A\tspot\tS\tA\tUSD\t\tgone\t\t\t1\t1\t\t\t\t0\nend 1\n",
	    ERR_SYNTAX },
	{ HEAD "A\tspot\tS\tA\tUSD\t\tlive\t\tX\t1\t1\t\t\t\t0\nend 1\n",
	    ERR_SYNTAX },
	{ HEAD "A\tspot\tS\tA\tUSD\t\tlive\t\t\t-1\t1\t\t\t\t0\nend 1\n",
	    ERR_RANGE },
	{ HEAD "A\tspot\tS\tA\tUSD\t\tlive\t\t\t1\t1x\t\t\t\t0\nend 1\n",
	    ERR_SYNTAX },
	{ HEAD "A\tspot\tS\tA\tUSD\t\tlive\t\t\t1\t1\t\tx\t\t0\nend 1\n",
	    ERR_SYNTAX },
	{ HEAD "A\tspot\tS\tA\tUSD\t\tlive\t\t\t1\t1\t\t\t\t17\nend 1\n",
	    ERR_RANGE },
	{ HEAD "A\tspot\tS\tA\tUSD\t\tlive\t\t\t1\t1\t\t\t\t\nend 1\n",
	    ERR_SYNTAX },
	{ HEAD "A\tfutures\tS\tA\tUSD\t\tlive\t\t\t1\t1\t\t\t\t0\n"
	       "end 1\n",
	    ERR_MISSING },
};

static void
texts_that_are_wrong(void **state)
{
	struct world *w = *state;

	for (size_t n = 0; n < sizeof(texts) / sizeof(texts[0]); n++) {
		enum err e =
		    catalog_restore(&w->c, SPAN("okx"), span_of(texts[n].text));

		if (e != texts[n].e)
			fail_msg("%s: %d", texts[n].text, e);
		assert_int_equal(
		    w->c.count, e == ERR_OK && strstr(texts[n].text, ROW));
		put(w, "LEFT", SPOT);
	}
}

static void
more_than_places(void **state)
{
	struct world *w = *state;
	char row[] = ROW;

	OUT_LITERAL(&w->out, HEAD);
	for (int n = 0; n <= PLACES; n++, row[0]++)
		out_text(&w->out, row);
	OUT_LITERAL(&w->out, "end 9\n");
	assert_int_equal(
	    catalog_restore(&w->c, SPAN("okx"), out_done(&w->out)), ERR_FULL);
	assert_int_equal(w->c.count, 0);
	/* No room for the text. */
	put(w, "A", SPOT);
	out_init(&w->out, w->text, 40);
	catalog_save(&w->c, SPAN("okx"), &w->out);
	assert_true(w->out.full);
}

/* --- against a plain array ------------------------------------------------ */

enum {
	NAMES = 24,
	PLENTY = 16,
};

/* What catalog.h says, by looking at everything each time. */
struct plain {
	bool used[NAMES];
	bool gone[NAMES];
	bool seen[NAMES];
	unsigned list[NAMES];
	unsigned left[NAMES];
	unsigned clock;
};

static int
plain_room(struct plain *p)
{
	int oldest = -1;
	int count = 0;

	for (int n = 0; n < NAMES; n++)
		count += p->used[n];
	for (int n = 0; n < NAMES && count == PLENTY; n++) {
		if (p->used[n] && p->gone[n] &&
		    (oldest < 0 || p->left[n] < p->left[oldest]))
			oldest = n;
	}
	if (oldest >= 0)
		p->used[oldest] = false;
	return count < PLENTY || oldest >= 0;
}

static enum err
plain_put(struct plain *p, int n, unsigned list, bool gone)
{
	bool was_gone = p->used[n] && p->gone[n];

	if (!p->used[n]) {
		if (gone)
			return ERR_OK;
		if (!plain_room(p))
			return ERR_FULL;
		p->used[n] = true;
		p->list[n] = CATALOG_PUSH;
	}
	p->gone[n] = gone;
	if (gone && !was_gone)
		p->left[n] = ++p->clock;
	if (list != CATALOG_PUSH) {
		p->list[n] = list;
		p->seen[n] = true;
	}
	return ERR_OK;
}

static void
plain_compare(const struct plain *p, const struct catalog *c)
{
	char name[16];
	unsigned used = 0;

	for (int n = 0; n < NAMES; n++) {
		const struct instrument *i;

		snprintf(name, sizeof(name), "N%d", n);
		i = catalog_native(c, span_of(name));
		assert_int_equal(i != NULL, p->used[n]);
		if (i)
			assert_int_equal(
			    i->status == INSTRUMENT_GONE, p->gone[n]);
		used += p->used[n];
	}
	assert_int_equal(c->count, used);
}

static void
as_a_plain_array(void **state)
{
	void *memory = malloc(catalog_bytes(PLENTY));
	uint32_t random = 1;
	struct plain p = { .clock = 0 };
	struct catalog c;

	(void)state;
	catalog_init(&c, memory, PLENTY);
	for (int step = 0; step < 200000; step++) {
		int n = (int)((random = random * 1664525u + 1013904223u) >> 8) %
			NAMES;
		unsigned what = random >> 28;
		unsigned list = random >> 27 & 1;
		bool gone = (random >> 20 & 7) == 0;
		enum catalog_change change;
		struct instrument i;
		char name[16];

		if (what == 0) {
			catalog_begin(&c, list);
			for (int k = 0; k < NAMES; k++)
				p.seen[k] &= p.list[k] != list;
			continue;
		}
		if (what == 1) {
			/* Rows in the order of the table: which of them went
			 * first is not part of the comparison. */
			catalog_end(&c, list, NULL, NULL);
			for (int k = 0; k < NAMES; k++) {
				if (p.used[k] && p.list[k] == list &&
				    !p.seen[k] && !p.gone[k])
					p.gone[k] = true, p.left[k] = 0;
			}
			catalog_forget(&c);
			for (int k = 0; k < NAMES; k++)
				p.used[k] &= !p.gone[k];
			plain_compare(&p, &c);
			continue;
		}
		snprintf(name, sizeof(name), "N%d", n);
		i = make(name, n % 2 ? "ODD" : "EVEN", "");
		i.status = gone ? INSTRUMENT_GONE : INSTRUMENT_LIVE;
		list = what < 4 ? CATALOG_PUSH : list;
		assert_int_equal(catalog_put(&c, &i, list, &change),
		    plain_put(&p, n, list, gone));
		plain_compare(&p, &c);
	}
	free(memory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(insert_and_update),
		T(sweep),
		T(pushes_between),
		T(full),
		T(ambiguous_names),
		T(iteration),
		T(save_and_restore),
		T(texts_that_are_wrong),
		T(more_than_places),
		cmocka_unit_test(as_a_plain_array),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
