/* LINK: model/subject_p% model/model core/out core/span core/time */
/* LINK: core/must core/err */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "model/emit.h"

static char text[1024];

static const char *
spell(const char *template, bool marketprism, enum record_id id, void *rec)
{
	struct subject_plan plan;
	struct out o;

	out_init(&o, text, sizeof(text));
	assert_int_equal(
	    subject_plan_read(&plan, template, "market", &o), ERR_OK);
	plan.marketprism = marketprism;
	out_init(&o, text, SUBJECT_MAX);
	record_subject(&plan, id, rec, &o);
	return out_cstr(&o);
}

static struct trade
trade(void)
{
	struct trade t;

	record_init(RECORD_trade, &t);
	t.exchange_name = VENUE_binance_usdm;
	t.symbol_name = SPAN("BTC-USDT-PERP");
	t.native_symbol = SPAN("BTCUSDT");
	t.market_type = MARKET_PERPETUAL;
	return t;
}

static void
words(void **state)
{
	struct trade t = trade();

	(void)state;
	assert_string_equal(spell(SUBJECT_DEFAULT, false, RECORD_trade, &t),
	    "market.binance.btc-usdt-perp.trade");
	assert_string_equal(spell("{type}.{exchange}.{market_type}.{SYMBOL}",
				false, RECORD_trade, &t),
	    "trade.binance.perpetual.BTC-USDT-PERP");
	assert_string_equal(spell("md-{exchange}.{venue}.{native}.x.{type}",
				false, RECORD_trade, &t),
	    "md-binance.binance_usdm.BTCUSDT.x.trade");
	t.native_symbol = SPAN("A.B *>\n");
	assert_string_equal(spell("a.{native}.{type}", false, RECORD_trade, &t),
	    "a.Ax2eBx20x2ax3ex0a.trade");
}

static void
kline(void **state)
{
	struct kline k;

	(void)state;
	record_init(RECORD_kline, &k);
	k.symbol_name = SPAN("BTC-USDT");
	k.interval = SPAN("1M");
	assert_string_equal(spell(SUBJECT_DEFAULT, false, RECORD_kline, &k),
	    "market.binance.btc-usdt.kline.1M");
	assert_string_equal(spell("{type}.{symbol}", false, RECORD_kline, &k),
	    "kline.btc-usdt.1M");
}

static void
without_a_symbol(void **state)
{
	struct gap g;
	struct event v;

	(void)state;
	record_init(RECORD_gap, &g);
	assert_string_equal(spell(SUBJECT_DEFAULT, false, RECORD_gap, &g),
	    "market.binance.all.gap");
	record_init(RECORD_event, &v);
	v.connection = SPAN("Binance 1");
	assert_string_equal(spell("{type}.{market_type}.{symbol}.{native}",
				false, RECORD_event, &v),
	    "event.all.binancex201.Binancex201");
}

/* As the collector of that name spells them. */
static void
marketprism(void **state)
{
	struct trade t = trade();
	struct orderbook b;
	struct funding_rate f;
	struct open_interest i;
	struct liquidation l;
	struct ticker k;

	(void)state;
	assert_string_equal(spell(SUBJECT_DEFAULT, true, RECORD_trade, &t),
	    "market.binance.btc-usdt.trade");
	record_init(RECORD_orderbook, &b);
	b.symbol_name = SPAN("BTC-USDT");
	b.update_type = UPDATE_SNAPSHOT;
	assert_string_equal(spell(SUBJECT_DEFAULT, true, RECORD_orderbook, &b),
	    "market.binance.btc-usdt.orderbook");
	b.update_type = UPDATE_DELTA;
	assert_string_equal(spell(SUBJECT_DEFAULT, true, RECORD_orderbook, &b),
	    "market.binance.btc-usdt.orderbook.delta");
	assert_string_equal(spell(SUBJECT_DEFAULT, false, RECORD_orderbook, &b),
	    "market.binance.btc-usdt.orderbook");
	record_init(RECORD_ticker, &k);
	k.exchange_name = VENUE_okx;
	k.symbol_name = SPAN("BTC-USDT");
	assert_string_equal(spell(SUBJECT_DEFAULT, true, RECORD_ticker, &k),
	    "market.okx.btc-usdt.ticker");
	record_init(RECORD_funding_rate, &f);
	f.exchange_name = VENUE_okx;
	f.symbol_name = SPAN("BTC-USDT-PERP");
	assert_string_equal(
	    spell(SUBJECT_DEFAULT, true, RECORD_funding_rate, &f),
	    "market.okx.btc_usdt.funding_rate");
	record_init(RECORD_open_interest, &i);
	i.exchange_name = VENUE_deribit;
	i.symbol_name = SPAN("BTC-USD-PERP");
	assert_string_equal(
	    spell(SUBJECT_DEFAULT, true, RECORD_open_interest, &i),
	    "market.deribit.btc_usd.open_interest");
	record_init(RECORD_liquidation, &l);
	l.symbol_name = SPAN("BTC-USDT-270326");
	assert_string_equal(
	    spell(SUBJECT_DEFAULT, true, RECORD_liquidation, &l),
	    "market.binance.btc_usdt_270326.liquidation");
}

static const char *
filters(const char *template, const char *prefix)
{
	static char all[2048];
	struct subject_plan plan;
	struct out o;
	struct out list;
	unsigned at = 0;

	out_init(&o, text, sizeof(text));
	assert_int_equal(
	    subject_plan_read(&plan, template, prefix, &o), ERR_OK);
	out_init(&list, all, sizeof(all));
	while (subject_filter(&plan, &at, &o)) {
		out_span(&list, out_done(&o));
		out_char(&list, ' ');
	}
	return out_cstr(&list);
}

static void
alarms_have_their_own(void **state)
{
	struct subject_plan plan;
	char name[SUBJECT_MAX];
	struct event e;
	struct out n, o;
	unsigned at = 0;

	(void)state;
	record_init(RECORD_event, &e);
	out_init(&n, name, sizeof(name));
	event_alert_name("Box.1 *", "sink_stalled", &n);
	e.connection = out_done(&n);
	assert_string_equal(spell(SUBJECT_DEFAULT, false, RECORD_event, &e),
	    "alerts.Boxx2e1x20x2a.sink_stalled");
	assert_string_equal(spell(SUBJECT_DEFAULT, true, RECORD_event, &e),
	    "alerts.Boxx2e1x20x2a.sink_stalled");
	/* Of a stream that was read: it cannot be more than a subject. */
	e.connection = SPAN("alerts..>. x");
	assert_string_equal(
	    spell(SUBJECT_DEFAULT, false, RECORD_event, &e), "alerts.x3e.x20x");
	out_init(&o, text, sizeof(text));
	assert_int_equal(
	    subject_plan_read(&plan, SUBJECT_DEFAULT, "market", &o), ERR_OK);
	plan.no_alerts = true;
	e.connection = SPAN("alerts.a.b");
	record_subject(&plan, RECORD_event, &e, &o);
	assert_string_equal(
	    out_cstr(&o), "market.binance.alertsx2eax2eb.event");
	assert_true(subject_filter(&plan, &at, &o));
	assert_false(subject_filter(&plan, &at, &o));
}

static void
what_a_stream_covers(void **state)
{
	(void)state;
	assert_string_equal(
	    filters(SUBJECT_DEFAULT, "market"), "market.> alerts.> ");
	assert_string_equal(
	    filters("{prefix}.{symbol}.{type}", "a.b"), "a.b.> alerts.> ");
	assert_string_equal(
	    filters("{prefix}.x-{symbol}.{type}", "a"), "a.> alerts.> ");
	assert_string_equal(filters("{exchange}.{native}.{type}", "market"),
	    "binance.> okx.> deribit.> alerts.> ");
	assert_string_equal(filters(SUBJECT_DEFAULT, "alerts"), "alerts.> ");
	assert_non_null(strstr(filters("{type}.{venue}.{symbol}", "market"),
	    "trade.> orderbook.> kline.> "));
}

static void
expect_refusal(const char *template, const char *why)
{
	struct subject_plan plan;
	struct out o;

	out_init(&o, text, sizeof(text));
	assert_int_equal(
	    subject_plan_read(&plan, template, "market", &o), ERR_SYNTAX);
	if (strstr(out_cstr(&o), why) == NULL)
		fail_msg("%s: %s", template, text);
}

static void
refusals(void **state)
{
	(void)state;
	expect_refusal("{prefix}.{symbl}.{type}", "column 10 of");
	expect_refusal("{prefix}.{symbl}.{type}", "words are {prefix} ");
	expect_refusal("{prefix}.{symbol.{type}", "column 10 of");
	expect_refusal("{prefix}.symbol}.{type}", "column 16 of");
	expect_refusal("{prefix}..{symbol}.{type}", "column 10 of");
	expect_refusal("{prefix}..{symbol}.{type}", "an empty token");
	expect_refusal(".{prefix}.{symbol}.{type}", "column 1 of");
	expect_refusal("{prefix}.{symbol}.{type}.", "column 25 of");
	expect_refusal("a b.{symbol}.{type}", "column 2 of");
	expect_refusal("a.*.{symbol}.{type}", "column 3 of");
	expect_refusal("a.{symbol}.{type}.>", "cannot be in a subject");
	expect_refusal("$JS.{symbol}.{type}", "does not begin with $");
	expect_refusal("{prefix}.{type}", "{native} is missing");
	expect_refusal("{prefix}.{symbol}", "{type} is missing");
	expect_refusal("{symbol}.{type}", "the first token must be");
	expect_refusal("md-{symbol}.{type}", "the first token must be");
	expect_refusal("", "is missing");
	expect_refusal("{type}{type}{type}{type}{type}{type}{type}{type}{type}"
		       "{type}{type}{type}{type}{type}{type}{type}{type}{type}"
		       "{type}{type}{type}{type}{type}{type}{type}{type}",
	    "too many");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words),
		cmocka_unit_test(kline),
		cmocka_unit_test(without_a_symbol),
		cmocka_unit_test(marketprism),
		cmocka_unit_test(alarms_have_their_own),
		cmocka_unit_test(what_a_stream_covers),
		cmocka_unit_test(refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
