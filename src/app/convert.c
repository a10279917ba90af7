#include "app/convert.h"

#include <string.h>

#include "codec/url.h"

/* Words that mean others; NULL ends a table. */
struct word {
	const char *from;
	const char *to;
};

/* NULL: it has none. */
static const char *
translate(const struct word *words, struct span value)
{
	for (; words->from != NULL; words++) {
		if (span_is_nocase(value, words->from))
			return words->to;
	}
	return NULL;
}

static enum err
convert_word(const struct word *words, struct span value, struct out *to)
{
	const char *text = translate(words, value);

	if (text == NULL)
		return ERR_SYNTAX;
	out_text(to, text);
	return ERR_OK;
}

static const struct word flags[] = {
	{ "true", "true" },
	{ "yes", "true" },
	{ "on", "true" },
	{ "1", "true" },
	{ "y", "true" },
	{ "false", "false" },
	{ "no", "false" },
	{ "off", "false" },
	{ "0", "false" },
	{ "n", "false" },
	{ NULL, NULL },
};

static const struct word levels[] = {
	{ "debug", "debug" },
	{ "info", "info" },
	{ "warning", "warn" },
	{ "warn", "warn" },
	{ "error", "error" },
	{ "critical", "error" },
	{ "fatal", "error" },
	{ NULL, NULL },
};

static const struct word channels[] = {
	{ "trade", "trade" },
	{ "trades", "trade" },
	{ "orderbook", "orderbook" },
	{ "orderbook_snapshot", "orderbook" },
	{ "order_book", "orderbook" },
	{ "depth", "orderbook" },
	{ "ticker", "ticker" },
	{ "bookticker", "ticker" },
	{ "book_ticker", "ticker" },
	{ "kline", "kline" },
	{ "klines", "kline" },
	{ "funding_rate", "funding_rate" },
	{ "open_interest", "open_interest" },
	{ "liquidation", "liquidation" },
	{ NULL, NULL },
};

/* --- addresses ------------------------------------------------------------ */

/* The first address of now in three parts; port is SPAN_NULL without one. */
static void
cut_address(
    struct span now, struct span *scheme, struct span *host, struct span *port)
{
	struct span first = span_word(&now, " ,\t");
	const char *mark = NULL;
	size_t at;

	for (size_t i = 0; i + 3 <= first.len && mark == NULL; i++) {
		if (memcmp(first.at + i, "://", 3) == 0)
			mark = first.at + i + 3;
	}
	*scheme = mark == NULL
		      ? SPAN_NULL
		      : (struct span){ first.at, (size_t)(mark - first.at) };
	*host =
	    (struct span){ first.at + scheme->len, first.len - scheme->len };
	*port = SPAN_NULL;
	for (at = host->len; at > 0 && host->at[at - 1] != ']'; at--) {
		if (host->at[at - 1] != ':')
			continue;
		*port = (struct span){ host->at + at, host->len - at };
		host->len = at - 1;
		return;
	}
}

static bool
is_port(struct span value)
{
	uint64_t n;

	return span_u64(value, &n) == ERR_OK && n > 0 && n <= 65535;
}

static bool
is_host(struct span value)
{
	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.at[i];

		if (c <= ' ' || c == 0x7f || strchr("/?#@,[]", c) != NULL)
			return false;
	}
	return value.len > 0;
}

static enum err
convert_host(struct span value, struct span now, struct out *to)
{
	struct span scheme, host, port;
	bool six = value.len > 0 && memchr(value.at, ':', value.len) != NULL;

	if (!is_host(value))
		return ERR_SYNTAX;
	cut_address(now, &scheme, &host, &port);
	out_span(to, scheme);
	out_text(to, six ? "[" : "");
	out_span(to, value);
	out_text(to, six ? "]" : "");
	if (port.at != NULL) {
		out_char(to, ':');
		out_span(to, port);
	}
	return ERR_OK;
}

static enum err
convert_port(struct span value, struct span now, struct out *to)
{
	struct span scheme, host, port;

	if (!is_port(value))
		return ERR_SYNTAX;
	cut_address(now, &scheme, &host, &port);
	out_span(to, scheme);
	out_span(to, host);
	out_char(to, ':');
	out_span(to, value);
	return ERR_OK;
}

static enum err
convert_url(struct span value, bool port, struct out *to)
{
	struct url u;
	enum err e = url_parse(value, &u);

	if (e != ERR_OK)
		return ERR_SYNTAX;
	if (port)
		out_u64(to, u.port);
	else
		out_text(to, u.host);
	return ERR_OK;
}

/* --- lists ---------------------------------------------------------------- */

/* In the order in which they are looked for at the end of a name. */
static const char *const quotes[] = { "USDT", "USDC", "FDUSD", "BUSD", "TUSD",
	"USD", "BTC", "ETH", "EUR" };

static void
dash(struct span word, struct out *to)
{
	for (size_t i = 0; i < sizeof(quotes) / sizeof(quotes[0]); i++) {
		size_t len = strlen(quotes[i]);
		size_t base = word.len > len ? word.len - len : 0;

		if (base == 0 || memchr(word.at, '-', word.len) != NULL ||
		    memcmp(word.at + base, quotes[i], len) != 0)
			continue;
		out_bytes(to, word.at, base);
		out_char(to, '-');
		out_text(to, quotes[i]);
		return;
	}
	out_span(to, word);
}

static enum err
convert_words(enum conversion c, struct span value, struct out *to)
{
	struct span word;

	while ((word = span_word(&value, " ,\t")).at != NULL) {
		size_t had = to->len;

		if (had > 0)
			out_char(to, ' ');
		if (c == CONVERT_DASHED)
			dash(word, to);
		else if (convert_word(channels, word, to) != ERR_OK)
			to->len = had;
	}
	return to->len > 0 ? ERR_OK : ERR_SYNTAX;
}

/* --- numbers -------------------------------------------------------------- */

/* 5, 5.0 and 0.25 seconds; parts of a second are cut, or three digits kept. */
static enum err
convert_seconds(struct span value, unsigned keep, struct out *to)
{
	const char *dot = memchr(value.at, '.', value.len);
	size_t whole = dot != NULL ? (size_t)(dot - value.at) : value.len;
	struct span tail = { value.at + whole, value.len - whole };
	uint64_t seconds, rest = 0;

	if (span_u64((struct span){ value.at, whole }, &seconds) != ERR_OK ||
	    seconds > 1000000000)
		return ERR_SYNTAX;
	for (unsigned i = 1; i < tail.len; i++) {
		if (tail.at[i] < '0' || tail.at[i] > '9')
			return ERR_SYNTAX;
	}
	for (unsigned i = 1; i <= keep; i++) {
		unsigned digit =
		    i < tail.len ? (unsigned)(tail.at[i] - '0') : 0;

		seconds *= 10;
		rest = rest * 10 + digit;
	}
	out_u64(to, seconds + rest);
	return ERR_OK;
}

/* --- all ------------------------------------------------------------------ */

static enum err
convert_subject(struct span value, struct out *to)
{
	struct span word = span_word(&value, " ,\t");
	struct span token = span_word(&word, ".");

	if (token.len == 0 || memchr(token.at, '>', token.len) != NULL ||
	    memchr(token.at, '*', token.len) != NULL)
		return ERR_SYNTAX;
	out_span(to, token);
	return ERR_OK;
}

enum err
convert(enum conversion c, struct span value, struct span now, struct out *to)
{
	switch (c) {
	case CONVERT_PLAIN:
		out_span(to, value);
		return ERR_OK;
	case CONVERT_FLAG:
		return convert_word(flags, value, to);
	case CONVERT_LEVEL:
		return convert_word(levels, value, to);
	case CONVERT_HOST:
		return convert_host(value, now, to);
	case CONVERT_CLICKHOUSE_PORT:
		if (span_is(value, "9000"))
			value = SPAN("8123");
		return convert_port(value, now, to);
	case CONVERT_PORT:
		return convert_port(value, now, to);
	case CONVERT_URL_HOST:
		return convert_url(value, false, to);
	case CONVERT_URL_PORT:
		return convert_url(value, true, to);
	case CONVERT_DASHED:
	case CONVERT_CHANNELS:
		return convert_words(c, value, to);
	case CONVERT_S:
		return convert_seconds(value, 0, to);
	case CONVERT_MS:
		return convert_seconds(value, 3, to);
	case CONVERT_PREFIX:
		return convert_subject(value, to);
	case CONVERT_ON:
		out_text(to, "true");
		return ERR_OK;
	case CONVERT_NUMBER:
		if (span_is(value, "0"))
			return ERR_UNSUPPORTED;
		out_span(to, value);
		return ERR_OK;
	case CONVERT_MARKETPRISM:
		out_text(to, "marketprism");
		return ERR_OK;
	case CONVERT_REAL:
	case CONVERT_NONE:
	case CONVERT_HIDDEN:
	case CONVERT_LACKING:
		break;
	}
	return ERR_UNSUPPORTED;
}

const char *
convert_rule(enum conversion c)
{
	switch (c) {
	case CONVERT_FLAG:
		return " is neither true nor false";
	case CONVERT_LEVEL:
		return " is none of: DEBUG, INFO, WARNING, ERROR, CRITICAL";
	case CONVERT_HOST:
		return " is not the name of a host";
	case CONVERT_PORT:
	case CONVERT_CLICKHOUSE_PORT:
		return " is not a port: a number from 1 to 65535";
	case CONVERT_URL_HOST:
	case CONVERT_URL_PORT:
		return " is not an address like https://host:port/path";
	case CONVERT_CHANNELS:
		return " names no data type";
	case CONVERT_S:
	case CONVERT_MS:
		return " is not a number of seconds";
	case CONVERT_PREFIX:
		return " is not a subject that begins with a word";
	case CONVERT_DASHED:
		return " names no symbol";
	case CONVERT_PLAIN:
	case CONVERT_ON:
	case CONVERT_NUMBER:
	case CONVERT_MARKETPRISM:
	case CONVERT_REAL:
	case CONVERT_NONE:
	case CONVERT_HIDDEN:
	case CONVERT_LACKING:
		break;
	}
	return " is not usable";
}
