/* LINK: venues/binance_instruments venues/binance_scaled */
/* LINK: venues/okx_instruments */
/* LINK: venues/deribit_instruments venues/instrument_parts */
/* LINK: model/instrument model/symbol model/model codec/utf8 codec/json */
/* LINK: codec/json_scan codec/json_value codec/json_split codec/json_split_lex
 */
/* LINK: codec/decimal codec/decmath core/time core/out core/span core/must */
/* LINK: core/err */
#define _GNU_SOURCE

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/json_split.h"
#include "venues/instrument_parts.h"
#include "venues/instruments.h"

#define DAY_NS (24 * 3600 * NS_PER_S)
/* 08:00 UTC of these days */
#define D270326 1806048000000000000LL
#define D310815 1944547200000000000LL
#define D250627 1751011200000000000LL

typedef enum err reader(const struct json *j, int object, struct instrument *i);

/* A row, and what is read: NULL and zero where it does not matter. */
struct row {
	reader *read;
	const char *text;
	enum err e;
	const char *unified;
	const char *settle;
	const char *kind;
	enum market_type market;
	enum instrument_state status;
	int64_t expiry_ns;
	const char *contract_value;
	bool inverse;
	bool guessed;
	int64_t multiplier;
};

static enum err
read_text(reader *read, struct span text, struct instrument *i)
{
	struct json j;
	void *pool = malloc(json_pool_bytes(INSTRUMENT_TOKENS));
	char *copy = malloc(text.len);
	enum err e;

	memcpy(copy, text.at, text.len);
	json_init(&j, pool, INSTRUMENT_TOKENS);
	assert_int_equal(json_parse(&j, copy, text.len), ERR_OK);
	e = read(&j, 0, i);
	/* It has nothing of the message left. */
	memset(copy, '#', text.len);
	free(copy);
	free(pool);
	return e;
}

static void
check_row(const struct row *r)
{
	struct instrument i;
	enum err e = read_text(r->read, span_of(r->text), &i);
	char text[DEC_TEXT_MAX];
	struct out o;

	if (e != r->e)
		fail_msg("%s: %d, not %d", r->text, e, r->e);
	if (e != ERR_OK)
		return;
	assert_string_equal(i.unified, r->unified);
	assert_string_equal(i.settle, r->settle);
	assert_string_equal(i.kind, r->kind);
	assert_int_equal(i.market, r->market);
	assert_int_equal(i.status, r->status);
	assert_int_equal(
	    i.expiry_ns, r->expiry_ns == 0 ? TIME_NULL : r->expiry_ns);
	out_init(&o, text, sizeof(text));
	dec_write(&i.contract_value, &o);
	assert_true(span_is(out_done(&o), r->contract_value));
	assert_int_equal(i.inverse, r->inverse);
	assert_int_equal(i.guessed, r->guessed);
	assert_int_equal(
	    i.multiplier.mantissa, r->multiplier == 0 ? 1 : r->multiplier);
}

#define LIVE INSTRUMENT_LIVE
#define SPOT_ROW(symbol, base, quote, status)                                  \
	"{\"symbol\":\"" symbol "\",\"status\":\"" status                      \
	"\",\"baseAsset\":\"" base "\",\"baseAssetPrecision\":8,"              \
	"\"quoteAsset\":\"" quote "\",\"orderTypes\":[\"LIMIT\"],\"filters\":" \
	"[{\"filterType\":\"PRICE_FILTER\",\"tickSize\":\"0.01\"}],"           \
	"\"permissionSets\":[[\"SPOT\",\"TRD_GRP_004\"]]}"

static const struct row spot_rows[] = {
	{ binance_spot_instrument,
	    SPOT_ROW("BTCUSDT", "BTC", "USDT", "TRADING"), ERR_OK, "BTC-USDT",
	    "", "SPOT", MARKET_SPOT, LIVE, 0, "1", 0, 0, 0 },
	{ binance_spot_instrument,
	    SPOT_ROW("1INCHUSDT", "1INCH", "USDT", "BREAK"), ERR_OK,
	    "1INCH-USDT", "", "SPOT", MARKET_SPOT, INSTRUMENT_HALTED, 0, "1", 0,
	    0, 0 },
	{ binance_spot_instrument,
	    SPOT_ROW("USDTTRY", "USDT", "TRY", "CANCEL_ONLY"), ERR_OK,
	    "USDT-TRY", "", "SPOT", MARKET_SPOT, INSTRUMENT_HALTED, 0, "1", 0,
	    0, 0 },
	{ binance_spot_instrument,
	    SPOT_ROW("BTCFDUSD", "BTC", "FDUSD", "SOMETHING_NEW"), ERR_OK,
	    "BTC-FDUSD", "", "SPOT", MARKET_SPOT, INSTRUMENT_HALTED, 0, "1", 0,
	    0, 0 },
	/* The asset itself is called that on spot. */
	{ binance_spot_instrument,
	    SPOT_ROW("1000SATSUSDT", "1000SATS", "USDT", "TRADING"), ERR_OK,
	    "1000SATS-USDT", "", "SPOT", MARKET_SPOT, LIVE, 0, "1", 0, 0, 0 },
	/* Raw UTF-8, and the same with escapes. */
	{ binance_spot_instrument,
	    SPOT_ROW("\xe5\xb8\x81USDT", "\xe5\xb8\x81", "USDT", "TRADING"),
	    ERR_OK, "\xe5\xb8\x81-USDT", "", "SPOT", MARKET_SPOT, LIVE, 0, "1",
	    0, 0, 0 },
	{ binance_spot_instrument,
	    SPOT_ROW("\\u5e01USDT", "\\u5e01", "USDT", "TRADING"), ERR_OK,
	    "\xe5\xb8\x81-USDT", "", "SPOT", MARKET_SPOT, LIVE, 0, "1", 0, 0,
	    0 },
	{ binance_spot_instrument, SPOT_ROW("", "BTC", "USDT", "TRADING"),
	    ERR_MISSING, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
	{ binance_spot_instrument, SPOT_ROW("BTCUSDT", "", "USDT", "TRADING"),
	    ERR_MISSING, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
	{ binance_spot_instrument, SPOT_ROW("BTC USDT", "BTC", "USDT", "x"),
	    ERR_SYNTAX, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
	{ binance_spot_instrument, "{\"symbol\":17,\"baseAsset\":\"BTC\"}",
	    ERR_SYNTAX, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
	{ binance_spot_instrument,
	    SPOT_ROW("A23456789012345678901234567890123456789012345678901234567"
		     "8901234567890",
		"BTC", "USDT", "x"),
	    ERR_FULL, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
	{ binance_spot_instrument, "[]", ERR_TYPE, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	    0 },
};

#define USDM_ROW(symbol, type, date, status, base, quote)                      \
	"{\"symbol\":\"" symbol "\",\"pair\":\"X\",\"contractType\":\"" type   \
	"\",\"deliveryDate\":" date ",\"onboardDate\":1569398400000,"          \
	"\"status\":\"" status "\",\"baseAsset\":\"" base                      \
	"\",\"quoteAsset\":\"" quote "\",\"marginAsset\":\"" quote             \
	"\",\"underlyingSubType\":[],\"filters\":[{\"tickSize\":\"0.1\"}]}"
#define USDM binance_usdm_instrument
#define PERP MARKET_PERPETUAL

static const struct row usdm_rows[] = {
	{ USDM,
	    USDM_ROW("BTCUSDT", "PERPETUAL", "4133404800000", "TRADING", "BTC",
		"USDT"),
	    ERR_OK, "BTC-USDT-PERP", "USDT", "PERPETUAL", PERP, LIVE, 0, "1", 0,
	    0, 0 },
	{ USDM,
	    USDM_ROW("BTCUSDC", "PERPETUAL", "4133404802000", "SETTLING", "BTC",
		"USDC"),
	    ERR_OK, "BTC-USDC-PERP", "USDC", "PERPETUAL", PERP,
	    INSTRUMENT_HALTED, 0, "1", 0, 0, 0 },
	/* Its end is announced. */
	{ USDM,
	    USDM_ROW("BTCBUSD", "PERPETUAL", "1806048000000", "TRADING", "BTC",
		"BUSD"),
	    ERR_OK, "BTC-BUSD-PERP", "BUSD", "PERPETUAL", PERP, LIVE, D270326,
	    "1", 0, 0, 0 },
	{ USDM,
	    USDM_ROW("BTCUSDT_270326", "CURRENT_QUARTER", "1806048000000",
		"TRADING", "BTC", "USDT"),
	    ERR_OK, "BTC-USDT-270326", "USDT", "CURRENT_QUARTER",
	    MARKET_FUTURES, LIVE, D270326, "1", 0, 0, 0 },
	{ USDM,
	    USDM_ROW("BTCUSDT_270326", "NEXT_QUARTER", "1806048000000",
		"PENDING_TRADING", "BTC", "USDT"),
	    ERR_OK, "BTC-USDT-270326", "USDT", "NEXT_QUARTER", MARKET_FUTURES,
	    INSTRUMENT_PREOPEN, D270326, "1", 0, 0, 0 },
	{ USDM,
	    USDM_ROW("BTCUSDT_270326", "CURRENT_QUARTER DELIVERING",
		"1806048000000", "DELIVERED", "BTC", "USDT"),
	    ERR_OK, "BTC-USDT-270326", "USDT", "CURRENT_QUARTER_DELIVER",
	    MARKET_FUTURES, INSTRUMENT_GONE, D270326, "1", 0, 0, 0 },
	{ USDM,
	    USDM_ROW("1000SHIBUSDT", "PERPETUAL", "4133404800000", "TRADING",
		"1000SHIB", "USDT"),
	    ERR_OK, "SHIB-USDT-PERP", "USDT", "PERPETUAL", PERP, LIVE, 0, "1",
	    0, 0, 1000 },
	{ USDM,
	    USDM_ROW("1000000MOGUSDT", "PERPETUAL", "4133404800000", "TRADING",
		"1000000MOG", "USDT"),
	    ERR_OK, "MOG-USDT-PERP", "USDT", "PERPETUAL", PERP, LIVE, 0, "1", 0,
	    0, 1000000 },
	{ USDM,
	    USDM_ROW("1MBABYDOGEUSDT", "PERPETUAL", "4133404800000", "TRADING",
		"1MBABYDOGE", "USDT"),
	    ERR_OK, "BABYDOGE-USDT-PERP", "USDT", "PERPETUAL", PERP, LIVE, 0,
	    "1", 0, 0, 1000000 },
	{ USDM,
	    USDM_ROW("1INCHUSDT", "PERPETUAL", "4133404800000", "TRADING",
		"1INCH", "USDT"),
	    ERR_OK, "1INCH-USDT-PERP", "USDT", "PERPETUAL", PERP, LIVE, 0, "1",
	    0, 0, 0 },
	{ USDM,
	    USDM_ROW("\xe5\xb8\x81USDT", "PERPETUAL", "4133404800000",
		"TRADING", "\xe5\xb8\x81", "USDT"),
	    ERR_OK, "\xe5\xb8\x81-USDT-PERP", "USDT", "PERPETUAL", PERP, LIVE,
	    0, "1", 0, 0, 0 },
	{ USDM,
	    USDM_ROW("TSLAUSDT", "TRADIFI_PERPETUAL", "4133404800000",
		"TRADING", "TSLA", "USDT"),
	    ERR_OK, "TSLA-USDT-PERP", "USDT", "TRADIFI_PERPETUAL", PERP, LIVE,
	    0, "1", 0, 0, 0 },
	/* Before listing. */
	{ USDM,
	    USDM_ROW("NEWUSDT", "", "4133404800000", "PENDING_TRADING", "NEW",
		"USDT"),
	    ERR_OK, "NEW-USDT-PERP", "USDT", "", PERP, INSTRUMENT_PREOPEN, 0,
	    "1", 0, 0, 0 },
	{ USDM,
	    USDM_ROW("BTCUSDT_270326", "", "1806048000000", "PENDING_TRADING",
		"BTC", "USDT"),
	    ERR_OK, "BTC-USDT-270326", "USDT", "", MARKET_FUTURES,
	    INSTRUMENT_PREOPEN, D270326, "1", 0, 1, 0 },
	{ USDM,
	    USDM_ROW("OLDUSDT", "", "1806048000000", "TRADING", "OLD", "USDT"),
	    ERR_OK, "OLD-USDT-PERP", "USDT", "", PERP, LIVE, D270326, "1", 0, 1,
	    0 },
	{ USDM,
	    USDM_ROW("BTCUSDT_270326", "CURRENT_QUARTER", "0", "TRADING", "BTC",
		"USDT"),
	    ERR_MISSING, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
	{ USDM,
	    USDM_ROW("BTCUSDT", "PERPETUAL", "-5", "TRADING", "BTC", "USDT"),
	    ERR_RANGE, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
	{ USDM,
	    USDM_ROW("BTCUSDT", "PERPETUAL", "[]", "TRADING", "BTC", "USDT"),
	    ERR_SYNTAX, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
	{ USDM,
	    USDM_ROW("BTCUSDT", "PERPETUAL", "9223372036854775807", "TRADING",
		"BTC", "USDT"),
	    ERR_OK, "BTC-USDT-PERP", "USDT", "PERPETUAL", PERP, LIVE, 0, "1", 0,
	    0, 0 },
};

#define COINM_ROW(symbol, type, date, status, base, size)                      \
	"{\"symbol\":\"" symbol "\",\"pair\":\"" base "USD\","                 \
	"\"contractType\":\"" type "\",\"deliveryDate\":" date                 \
	",\"onboardDate\":1596006000000,\"contractStatus\":\"" status          \
	"\",\"contractSize\":" size                                            \
	",\"quoteAsset\":\"USD\",\"baseAsset\":\"" base                        \
	"\",\"marginAsset\":\"" base "\",\"filters\":[]}"
#define COINM binance_coinm_instrument

static const struct row coinm_rows[] = {
	{ COINM,
	    COINM_ROW("BTCUSD_PERP", "PERPETUAL", "4133404800000", "TRADING",
		"BTC", "100"),
	    ERR_OK, "BTC-USD-PERP", "BTC", "PERPETUAL", PERP, LIVE, 0, "100", 1,
	    0, 0 },
	{ COINM,
	    COINM_ROW(
		"LINKUSD_PERP", "PERPETUAL", "0", "TRADING", "LINK", "10"),
	    ERR_OK, "LINK-USD-PERP", "LINK", "PERPETUAL", PERP, LIVE, 0, "10",
	    1, 0, 0 },
	{ COINM,
	    COINM_ROW("BTCUSD_270326", "NEXT_QUARTER", "1806048000000",
		"PRE_DELIVERING", "BTC", "100"),
	    ERR_OK, "BTC-USD-270326", "BTC", "NEXT_QUARTER", MARKET_FUTURES,
	    INSTRUMENT_HALTED, D270326, "100", 1, 0, 0 },
	/* No type, and a name that has an underscore but no day. */
	{ COINM,
	    COINM_ROW(
		"BTCUSD_PERP", "", "1806048000000", "TRADING", "BTC", "100"),
	    ERR_OK, "BTC-USD-PERP", "BTC", "", PERP, LIVE, D270326, "100", 1, 1,
	    0 },
	{ COINM,
	    COINM_ROW(
		"BTCUSD_PERP", "PERPETUAL", "0", "TRADING", "BTC", "-100"),
	    ERR_RANGE, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
};

#define OKX_ROW(type, id, uly, pair, contract, settle, exp, state, rest)       \
	"{\"instType\":\"" type "\",\"instId\":\"" id "\",\"uly\":\"" uly      \
	"\"," pair "," contract ",\"settleCcy\":\"" settle                     \
	"\",\"expTime\":\"" exp "\",\"state\":\"" state                        \
	"\",\"listTime\":\"1611916828000\",\"instIdCode\":null,"               \
	"\"upcChg\":[{\"param\":\"tickSz\"}]" rest "}"
#define NO_PAIR "\"baseCcy\":\"\",\"quoteCcy\":\"\""
#define NO_CONTRACT "\"ctVal\":\"\",\"ctMult\":\"\",\"ctType\":\"\""
#define CONTRACT(val, mult, type)                                              \
	"\"ctVal\":\"" val "\",\"ctMult\":\"" mult "\",\"ctType\":\"" type "\""

static const struct row okx_rows[] = {
	{ okx_instrument,
	    OKX_ROW("SPOT", "BTC-USDT", "",
		"\"baseCcy\":\"BTC\",\"quoteCcy\":\"USDT\"", NO_CONTRACT, "",
		"", "live", ""),
	    ERR_OK, "BTC-USDT", "", "SPOT", MARKET_SPOT, LIVE, 0, "1", 0, 0,
	    0 },
	{ okx_instrument,
	    OKX_ROW("SWAP", "BTC-USDT-SWAP", "BTC-USDT", NO_PAIR,
		CONTRACT("0.01", "1", "linear"), "USDT", "", "live", ""),
	    ERR_OK, "BTC-USDT-PERP", "USDT", "SWAP", PERP, LIVE, 0, "0.01", 0,
	    0, 0 },
	{ okx_instrument,
	    OKX_ROW("SWAP", "BTC-USD-SWAP", "BTC-USD", NO_PAIR,
		CONTRACT("100", "1", "inverse"), "BTC", "", "suspend", ""),
	    ERR_OK, "BTC-USD-PERP", "BTC", "SWAP", PERP, INSTRUMENT_HALTED, 0,
	    "100", 1, 0, 0 },
	/* Same unified name, other settlement; uly or the family. */
	{ okx_instrument,
	    OKX_ROW("SWAP", "BTC-USD_UM-SWAP", "BTC-USD", NO_PAIR,
		CONTRACT("0.01", "1", "linear"), "USD", "", "live",
		",\"instFamily\":\"BTC-USD_UM\""),
	    ERR_OK, "BTC-USD-PERP", "USD", "SWAP", PERP, LIVE, 0, "0.01", 0, 0,
	    0 },
	{ okx_instrument,
	    OKX_ROW("SWAP", "BTC-USD_UM-SWAP", "", NO_PAIR,
		CONTRACT("0.01", "1", "linear"), "USD", "", "post_only",
		",\"instFamily\":\"BTC-USD_UM\""),
	    ERR_OK, "BTC-USD-PERP", "USD", "SWAP", PERP, LIVE, 0, "0.01", 0, 0,
	    0 },
	{ okx_instrument,
	    OKX_ROW("FUTURES", "BTC-USDT-270326", "BTC-USDT", NO_PAIR,
		CONTRACT("0.01", "1", "linear"), "USDT", "1806048000000",
		"live", ",\"ruleType\":\"normal\""),
	    ERR_OK, "BTC-USDT-270326", "USDT", "FUTURES", MARKET_FUTURES, LIVE,
	    D270326, "0.01", 0, 0, 0 },
	{ okx_instrument,
	    OKX_ROW("FUTURES", "MOODENG-USD_UM_XPERP-310815", "MOODENG-USD",
		NO_PAIR, CONTRACT("10", "1", "linear"), "USD", "1944547200000",
		"live", ",\"ruleType\":\"xperp\""),
	    ERR_OK, "MOODENG-USD-PERP", "USD", "xperp", PERP, LIVE, D310815,
	    "10", 0, 0, 0 },
	{ okx_instrument,
	    OKX_ROW("FUTURES", "MOODENG-USD_UM_XPERP-310815", "", NO_PAIR,
		NO_CONTRACT, "", "", "preopen", ""),
	    ERR_OK, "MOODENG-USD-PERP", "", "xperp", PERP, INSTRUMENT_PREOPEN,
	    0, "", 0, 1, 0 },
	{ okx_instrument,
	    OKX_ROW("OPTION", "BTC-USD-270326-100000-C", "BTC-USD", NO_PAIR,
		CONTRACT("1", "0.01", ""), "BTC", "1806048000000", "live",
		",\"stk\":\"100000\",\"optType\":\"C\""),
	    ERR_OK, "BTC-USD-270326-100000-C", "BTC", "OPTION", MARKET_OPTIONS,
	    LIVE, D270326, "0.01", 1, 0, 0 },
	/* Announced, nothing filled in. */
	{ okx_instrument,
	    OKX_ROW("SPOT", "NEW-USDT", "", NO_PAIR, NO_CONTRACT, "", "",
		"preopen", ",\"tickSz\":\"\""),
	    ERR_OK, "NEW-USDT", "", "SPOT", MARKET_SPOT, INSTRUMENT_PREOPEN, 0,
	    "1", 0, 1, 0 },
	{ okx_instrument,
	    OKX_ROW("SWAP", "NEW-USDT-SWAP", "", NO_PAIR, NO_CONTRACT, "", "",
		"preopen", ""),
	    ERR_OK, "NEW-USDT-PERP", "", "SWAP", PERP, INSTRUMENT_PREOPEN, 0,
	    "", 0, 1, 0 },
	{ okx_instrument,
	    OKX_ROW("FUTURES", "NEW-USD_UM-270326", "", NO_PAIR, NO_CONTRACT,
		"", "", "preopen", ""),
	    ERR_OK, "NEW-USD-270326", "", "FUTURES", MARKET_FUTURES,
	    INSTRUMENT_PREOPEN, D270326, "", 0, 1, 0 },
	{ okx_instrument,
	    OKX_ROW("OPTION", "BTC-USD-270326-100000-P", "", NO_PAIR,
		NO_CONTRACT, "", "", "preopen", ""),
	    ERR_OK, "BTC-USD-270326-100000-P", "", "OPTION", MARKET_OPTIONS,
	    INSTRUMENT_PREOPEN, D270326, "", 0, 1, 0 },
	{ okx_instrument,
	    OKX_ROW("SWAP", "SPACEX-USDT-SWAP", "SPACEX-USDT", NO_PAIR,
		CONTRACT("1", "", "linear"), "USDT", "", "expired", ""),
	    ERR_OK, "SPACEX-USDT-PERP", "USDT", "SWAP", PERP, INSTRUMENT_GONE,
	    0, "1", 0, 0, 0 },
	{ okx_instrument,
	    OKX_ROW("SWAP", "SPCX-USDT-SWAP", "SPCX-USDT", NO_PAIR,
		CONTRACT("1", "1", "linear"), "USDT", "", "rebase", ""),
	    ERR_OK, "SPCX-USDT-PERP", "USDT", "SWAP", PERP, INSTRUMENT_HALTED,
	    0, "1", 0, 0, 0 },
	{ okx_instrument,
	    OKX_ROW("EVENTS", "BTC-ABOVE-DAILY-1", "", NO_PAIR, NO_CONTRACT, "",
		"", "live", ""),
	    ERR_UNSUPPORTED, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
	{ okx_instrument,
	    OKX_ROW("MARGIN", "BTC-USDT", "", NO_PAIR, NO_CONTRACT, "", "",
		"live", ""),
	    ERR_UNSUPPORTED, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
	{ okx_instrument, "{\"instId\":\"BTC-USDT\"}", ERR_MISSING, 0, 0, 0, 0,
	    0, 0, 0, 0, 0, 0 },
	{ okx_instrument, "{\"instType\":\"SPOT\",\"instId\":\"\"}",
	    ERR_MISSING, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
	{ okx_instrument, "{\"instType\":\"SPOT\",\"instId\":\"BTC\"}",
	    ERR_MISSING, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
	{ okx_instrument, "{\"instType\":\"FUTURES\",\"instId\":\"A-B-C\"}",
	    ERR_SYNTAX, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
	{ okx_instrument,
	    "{\"instType\":\"OPTION\",\"instId\":\"A-B-270326-1-X\"}",
	    ERR_SYNTAX, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
	{ okx_instrument,
	    "{\"instType\":\"FUTURES\",\"instId\":\"A-B-270230\"}", ERR_RANGE,
	    0, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
};

#define DRB_ROW(name, kind, base, quote, counter, settle, exp, rest)           \
	"{\"instrument_name\":\"" name "\",\"kind\":\"" kind                   \
	"\",\"base_currency\":\"" base "\",\"quote_currency\":\"" quote        \
	"\",\"counter_currency\":\"" counter                                   \
	"\",\"settlement_currency\":\"" settle                                 \
	"\",\"expiration_timestamp\":" exp ",\"creation_timestamp\":"          \
	"1534242287000,\"tick_size_steps\":[{\"tick_size\":1.0e-1}]" rest "}"
#define NEVER "32503708800000"
#define OPEN ",\"is_active\":true,\"state\":\"open\""
#define REVERSED ",\"instrument_type\":\"reversed\""
#define LINEAR ",\"instrument_type\":\"linear\""

static const struct row deribit_rows[] = {
	{ deribit_instrument,
	    DRB_ROW("BTC-PERPETUAL", "future", "BTC", "USD", "USD", "BTC",
		NEVER, OPEN REVERSED ",\"contract_size\":10.0"),
	    ERR_OK, "BTC-USD-PERP", "BTC", "future", PERP, LIVE, 0, "10.0", 1,
	    0, 0 },
	{ deribit_instrument,
	    DRB_ROW("BTC_USDC-PERPETUAL", "future", "BTC", "USDC", "USDC",
		"USDC", NEVER, OPEN LINEAR ",\"contract_size\":1.0e-3"),
	    ERR_OK, "BTC-USDC-PERP", "USDC", "future", PERP, LIVE, 0, "0.0010",
	    0, 0, 0 },
	{ deribit_instrument,
	    DRB_ROW("BTC-27JUN25", "future", "BTC", "USD", "USD", "BTC",
		"1751011200000",
		REVERSED ",\"contract_size\":1.0e1,\"state\":\"locked\","
			 "\"is_active\":true"),
	    ERR_OK, "BTC-USD-250627", "BTC", "future", MARKET_FUTURES,
	    INSTRUMENT_HALTED, D250627, "10", 1, 0, 0 },
	{ deribit_instrument,
	    DRB_ROW("BTC-27JUN25-100000-C", "option", "BTC", "BTC", "USD",
		"BTC", "1751011200000",
		OPEN REVERSED ",\"strike\":1.0e5,\"option_type\":\"call\","
			      "\"contract_size\":1.0"),
	    ERR_OK, "BTC-USD-250627-100000-C", "BTC", "option", MARKET_OPTIONS,
	    LIVE, D250627, "1.0", 1, 0, 0 },
	{ deribit_instrument,
	    DRB_ROW("XRP_USDC-27JUN25-0d625-P", "option", "XRP", "USDC", "USDC",
		"USDC", "1751011200000",
		OPEN LINEAR ",\"strike\":0.625,\"option_type\":\"put\","
			    "\"contract_size\":1000"),
	    ERR_OK, "XRP-USDC-250627-0.625-P", "USDC", "option", MARKET_OPTIONS,
	    LIVE, D250627, "1000", 0, 0, 0 },
	{ deribit_instrument,
	    DRB_ROW("ETH_BTC", "spot", "ETH", "BTC", "BTC", "BTC", NEVER,
		OPEN ",\"contract_size\":1"),
	    ERR_OK, "ETH-BTC", "", "spot", MARKET_SPOT, LIVE, 0, "1", 0, 0, 0 },
	/* As they were before counter_currency, state and the types. */
	{ deribit_instrument,
	    DRB_ROW("BTC-27JUN25-100000-C", "option", "BTC", "BTC", "", "",
		"1751011200000",
		",\"is_active\":true,\"strike\":100000.0,"
		"\"option_type\":\"call\",\"contract_size\":1.0"),
	    ERR_OK, "BTC-USD-250627-100000-C", "BTC", "option", MARKET_OPTIONS,
	    LIVE, D250627, "1.0", 1, 1, 0 },
	{ deribit_instrument,
	    DRB_ROW("SOL_USDC-PERPETUAL", "future", "SOL", "USDC", "", "",
		NEVER, ",\"is_active\":false,\"contract_size\":0.1"),
	    ERR_OK, "SOL-USDC-PERP", "USDC", "future", PERP, INSTRUMENT_HALTED,
	    0, "0.1", 0, 0, 0 },
	/* A perpetual whose end is announced; a state that is not active. */
	{ deribit_instrument,
	    DRB_ROW("OLD_USDC-PERPETUAL", "future", "OLD", "USDC", "USDC",
		"USDC", "1751011200000",
		",\"is_active\":false,\"state\":\"open\","
		"\"settlement_period\":\"perpetual\"" LINEAR),
	    ERR_OK, "OLD-USDC-PERP", "USDC", "future", PERP, INSTRUMENT_HALTED,
	    D250627, "", 0, 0, 0 },
	{ deribit_instrument,
	    DRB_ROW("BTC-27JUN25", "future", "BTC", "USD", "USD", "BTC",
		"1751011200000",
		REVERSED ",\"state\":\"archivized\",\"is_active\":false"),
	    ERR_OK, "BTC-USD-250627", "BTC", "future", MARKET_FUTURES,
	    INSTRUMENT_GONE, D250627, "", 1, 0, 0 },
	{ deribit_instrument,
	    DRB_ROW("BTC-FS-27JUN25_PERP", "future_combo", "BTC", "USD", "USD",
		"BTC", "1751011200000", OPEN REVERSED),
	    ERR_UNSUPPORTED, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
	{ deribit_instrument,
	    DRB_ROW("BTC-STRG-27JUN25-1_2", "option_combo", "BTC", "BTC", "USD",
		"BTC", "1751011200000", OPEN),
	    ERR_UNSUPPORTED, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
	{ deribit_instrument, "{\"instrument_name\":\"BTC-PERPETUAL\"}",
	    ERR_MISSING, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
	{ deribit_instrument,
	    DRB_ROW("BTC-27JUN25-1-C", "option", "BTC", "BTC", "USD", "BTC",
		"1751011200000", OPEN ",\"option_type\":\"call\""),
	    ERR_MISSING, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
	{ deribit_instrument,
	    DRB_ROW("BTC-27JUN25-1-C", "option", "BTC", "BTC", "USD", "BTC",
		"1751011200000", OPEN ",\"strike\":1"),
	    ERR_MISSING, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
};

#define CHECK(rows)                                                            \
	(void)state;                                                           \
	for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++)            \
	check_row(&rows[n])

static void
binance_spot(void **state)
{
	CHECK(spot_rows);
}

static void
binance_usdm(void **state)
{
	CHECK(usdm_rows);
}

static void
binance_coinm(void **state)
{
	CHECK(coinm_rows);
}

static void
okx(void **state)
{
	CHECK(okx_rows);
}

static void
deribit(void **state)
{
	CHECK(deribit_rows);
}

/* Names and times that check_row does not look at. */
static void
other_fields(void **state)
{
	struct instrument i;

	(void)state;
	assert_int_equal(
	    read_text(okx_instrument, span_of(okx_rows[6].text), &i), ERR_OK);
	assert_string_equal(i.native, "MOODENG-USD_UM_XPERP-310815");
	assert_string_equal(i.base, "MOODENG");
	assert_string_equal(i.quote, "USD");
	assert_int_equal(i.listed_ns, 1611916828 * NS_PER_S);
	assert_int_equal(
	    read_text(deribit_instrument, span_of(deribit_rows[4].text), &i),
	    ERR_OK);
	assert_int_equal(i.right, 'P');
	assert_int_equal(i.strike.mantissa, 625);
	assert_int_equal(i.strike.scale, 3);
	assert_int_equal(i.listed_ns, 1534242287 * NS_PER_S);
	assert_int_equal(
	    read_text(USDM, span_of(usdm_rows[6].text), &i), ERR_OK);
	assert_string_equal(i.native, "1000SHIBUSDT");
	assert_string_equal(i.base, "SHIB");
	assert_int_equal(i.listed_ns, 1569398400 * NS_PER_S);
}

static void
days(void **state)
{
	static const struct {
		const char *text;
		int64_t day;
		enum err e;
	} rows[] = {
		{ "000101", 10957, ERR_OK },
		{ "000229", 11016, ERR_OK },
		{ "000301", 11017, ERR_OK },
		{ "240229", 19782, ERR_OK },
		{ "250228", 20147, ERR_OK },
		{ "250301", 20148, ERR_OK },
		{ "261231", 20818, ERR_OK },
		{ "991231", 47481, ERR_OK },
		{ "250229", 0, ERR_RANGE },
		{ "250431", 0, ERR_RANGE },
		{ "251301", 0, ERR_RANGE },
		{ "250001", 0, ERR_RANGE },
		{ "250100", 0, ERR_RANGE },
		{ "25010", 0, ERR_SYNTAX },
		{ "2501011", 0, ERR_SYNTAX },
		{ "25O101", 0, ERR_SYNTAX },
		{ "", 0, ERR_SYNTAX },
	};
	int64_t ns;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(
		    read_day(span_of(rows[i].text), &ns), rows[i].e);
		if (rows[i].e == ERR_OK)
			assert_int_equal(ns, rows[i].day * DAY_NS + DAY_NS / 3);
	}
}

/* --- lists that were recorded, where the folder is ------------------------ */

struct list {
	const char *file;
	const char *path;
	reader *read;
	unsigned ok;
	unsigned unsupported;
};

struct reading {
	const struct list *list;
	unsigned ok;
	unsigned unsupported;
};

/* Of what every recorded row must satisfy whichever venue it is of. */
static void
check_sanity(const struct list *l, const struct instrument *i)
{
	char dashed[2 * ASSET_MAX + 8];
	size_t len = strlen(i->base);

	assert_int_equal(strncmp(i->unified, i->base, len), 0);
	assert_int_equal(i->unified[len], '-');
	/* The names of OKX are nearly the unified ones. */
	if (l->read == okx_instrument && i->market != PERP)
		assert_string_equal(i->native, i->unified);
	if (l->read == okx_instrument && i->market == PERP) {
		snprintf(
		    dashed, sizeof(dashed), "%s-%s-SWAP", i->base, i->quote);
		assert_string_equal(i->native, dashed);
	}
	if (l->read == binance_spot_instrument)
		assert_int_equal(
		    strlen(i->native), strlen(i->base) + strlen(i->quote));
	if (l->read == deribit_instrument && i->market == MARKET_OPTIONS)
		assert_string_equal(
		    strrchr(i->native, '-'), strrchr(i->unified, '-'));
}

static enum err
on_row(void *owner, struct span text)
{
	struct reading *r = owner;
	struct instrument i;
	enum err e = read_text(r->list->read, text, &i);

	if (e == ERR_OK) {
		r->ok++;
		check_sanity(r->list, &i);
	} else if (e == ERR_UNSUPPORTED) {
		r->unsupported++;
	} else {
		fail_msg("%s: %.*s", err_name(e), (int)text.len, text.at);
	}
	return ERR_OK;
}

static bool
read_list(const struct list *l, struct reading *r)
{
	static char room[JSON_SPLIT_ELEMENT];
	const char *folder = getenv("CAPTURES");
	char path[512];
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s",
	    folder ? folder : "../shared/captures", l->file);
	f = fopen(path, "r");
	if (!f)
		return false;
	while ((len = getline(&line, &size, f)) > 0) {
		struct json_split s;

		json_split_init(&s, &l->path, 1, room, sizeof(room), on_row, r);
		assert_int_equal(
		    json_split_feed(&s, line, (size_t)len), ERR_OK);
		assert_int_equal(json_split_end(&s), ERR_OK);
		assert_true(s.found);
		assert_int_equal(s.too_long, 0);
	}
	free(line);
	fclose(f);
	return true;
}

static void
recorded_lists(void **state)
{
	static const struct list lists[] = {
		{ "binance.rest.exchangeInfo.jsonl", "symbols",
		    binance_spot_instrument, 36, 0 },
		{ "binance_usdm.rest.exchangeInfo.jsonl", "symbols",
		    binance_usdm_instrument, 125, 0 },
		{ "okx.rest.instruments.jsonl", "data", okx_instrument, 148,
		    0 },
		{ "deribit.rest.get_instruments.jsonl", "result",
		    deribit_instrument, 112, 6 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct reading r = { .list = &lists[i] };

		if (!read_list(&lists[i], &r))
			skip();
		assert_int_equal(r.ok, lists[i].ok);
		assert_int_equal(r.unsupported, lists[i].unsupported);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(binance_spot),
		cmocka_unit_test(binance_usdm),
		cmocka_unit_test(binance_coinm),
		cmocka_unit_test(okx),
		cmocka_unit_test(deribit),
		cmocka_unit_test(other_fields),
		cmocka_unit_test(days),
		cmocka_unit_test(recorded_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
