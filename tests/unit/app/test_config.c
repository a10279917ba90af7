/* LINK: model/instrument venues/% codec/crc32 */
/* LINK: book/book book/sync model/symbol model/frame codec/url codec/json */
/* LINK: codec/json_scan codec/json_value */
/* LINK: app/rename status/alarms core/log_levels codec/syslog net/tcp */
/* LINK: app/config% app/convert app/environment app/secrets app/effective */
/* LINK: app/print% sinks/nats_ack model/ddl model/marketprism model/subject% */
/* LINK: core/options core/metrics core/metrics_text core/log core/time */
/* LINK: core/must core/out */
/* LINK: core/span core/err model/model model/emit */
/* LINK: model/subject_p% */
/* LINK: codec/decimal codec/decmath codec/utf8 */
/* LINK: model/instrument codec/utf8 */
/* LIBS: inih */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/config.h"
#include "app/print.h"
#include "core/log.h"

enum {
	ERRORS = 64 * 1024,
	TEXT = 64 * 1024,
};

static struct options options;
static char errors_text[ERRORS];
static struct out errors;

static enum err
parse(const char *text)
{
	memset(&options, 0xa5, sizeof(options));
	out_init(&errors, errors_text, sizeof(errors_text));
	return config_text("t.ini", text, &options, &errors);
}

static void
expect_errors(const char *text, const char *lines)
{
	assert_int_equal(parse(text), ERR_CONFIG);
	assert_string_equal(out_cstr(&errors), lines);
}

static void
expect_good(const char *text)
{
	assert_int_equal(parse(text), ERR_OK);
	assert_string_equal(out_cstr(&errors), "");
}

/* --- what is refused -------------------------------------------------------
 */

#define SYMBOL_RULE                                                            \
	" cannot be a symbol; write BTC-USDT or the venue's own name, at "     \
	"most "                                                                \
	"63 bytes without ? # & / \\ \" % @\n"
#define LINE_RULE                                                              \
	"neither [section], key = value nor a comment, or longer than "        \
	"2046 bytes (a list may stand on several lines with the same "         \
	"key)\n"

/* clang-format off */
static const struct {
	const char *text;
	const char *errors;
} bad[] = {
	/* Names. */
	{ "[htpp]\nenabled = true\n",
	  "t.ini:2: htpp: there is no such section; did you mean [http]?\n" },
	{ "[kraken]\nenabled = true\n",
	  "t.ini:2: kraken: there is no such section; there are: box network "
	  "log shard http update alarms tls journal binance binance_usdm okx "
	  "deribit scheduler nats file clickhouse consume redis\n" },
	{ "name = a\n",
	  "t.ini:1: name: stands before the first [section]\n" },
	{ "[binance]\n; names\nsimbols = BTCUSDT\n",
	  "t.ini:3: binance.simbols: there is no such key; did you mean "
	  "symbols?\n" },
	{ "[box]\nquite_another_thing = 1\n",
	  "t.ini:2: box.quite_another_thing: there is no such key; "
	  "mpedge --print config lists them\n" },
	{ "[Box]\nname = a\n",
	  "t.ini:2: Box: there is no such section; did you mean [box]?\n" },
	/* Numbers. */
	{ "[box]\ndrain_ms = 60001\n",
	  "t.ini:2: box.drain_ms: \"60001\" is not a whole number from 0 to "
	  "60000\n" },
	{ "[box]\ndrain_ms = -1\n",
	  "t.ini:2: box.drain_ms: \"-1\" is not a whole number from 0 to "
	  "60000\n" },
	{ "[box]\ndrain_ms = five\n",
	  "t.ini:2: box.drain_ms: \"five\" is not a whole number from 0 to "
	  "60000\n" },
	{ "[box]\ndrain_ms = 5s\n",
	  "t.ini:2: box.drain_ms: \"5s\" is not a whole number from 0 to "
	  "60000\n" },
	{ "[box]\ndrain_ms = 1.5\n",
	  "t.ini:2: box.drain_ms: \"1.5\" is not a whole number from 0 to "
	  "60000\n" },
	{ "[box]\ndrain_ms = 99999999999999999999\n",
	  "t.ini:2: box.drain_ms: \"99999999999999999999\" is not a whole "
	  "number from 0 to 60000\n" },
	{ "[box]\ndrain_ms =\n",
	  "t.ini:2: box.drain_ms: \"\" is not a whole number from 0 to "
	  "60000\n" },
	/* Words. */
	{ "[http]\nenabled = ja\n",
	  "t.ini:2: http.enabled: \"ja\" is neither true nor false\n" },
	{ "[http]\nenabled = TRUE\n",
	  "t.ini:2: http.enabled: \"TRUE\" is neither true nor false\n" },
	{ "[log]\nlevels = feed:loud\n",
	  "t.ini: log.levels: \"feed:loud\" is not COMPONENT:LEVEL; levels "
	  "are: error warn info debug\n" },
	{ "[box]\nsandbox = maybe\n",
	  "t.ini: box.sandbox: \"maybe\" is none of: auto on off\n" },
	{ "[log]\nformat = xml\n",
	  "t.ini: log.format: \"xml\" is none of: logfmt json\n" },
	{ "[log]\nsyslog = tcp://a:1\n",
	  "t.ini: log.syslog: is neither udp://HOST:PORT nor the path of a "
	  "socket of at most 107 bytes, such as /dev/log\n" },
	{ "[box]\nlog_level = loud\n",
	  "t.ini:2: box.log_level: \"loud\" is none of: error, warn, info, "
	  "debug\n" },
	{ "[file]\npath =\n",
	  "t.ini:2: file.path: \"\" must not be empty\n" },
	/* Twice. */
	{ "[box]\nname = a\nname = b\n",
	  "t.ini:3: box.name: stands a second time; keep one of them\n" },
	{ "[box]\nname = a\n[http]\n[box]\nname = a\n",
	  "t.ini:5: box.name: stands a second time; keep one of them\n" },
	/* Lines. */
	{ "[box]\nname\n", "t.ini:2: " LINE_RULE },
	{ "[box\nname = a\n",
	  "t.ini:2: name: stands before the first [section]\n"
	  "t.ini:1: " LINE_RULE },
	/* All of them, not only the first. */
	{ "[box]\nnam = a\ndrain_ms = x\n[http]\nenabled = 2\n",
	  "t.ini:2: box.nam: there is no such key; did you mean name?\n"
	  "t.ini:3: box.drain_ms: \"x\" is not a whole number from 0 to "
	  "60000\n"
	  "t.ini:5: http.enabled: \"2\" is neither true nor false\n" },
	/* What needs more than one key. */
	{ "[binance]\nchannels = trade, trades\n",
	  "t.ini: binance.channels: \"trades\" is none of: trade orderbook "
	  "kline ticker\n" },
	{ "[binance]\nintervals = 1m 7m\n",
	  "t.ini: binance.intervals: \"7m\" is none of: 1s 1m 3m 5m 15m 30m "
	  "1h 2h 4h 6h 8h 12h 1d 3d 1w 1M\n" },
	{ "[binance]\nsymbols = BTC/USDT ETH-USDT\n",
	  "t.ini: binance.symbols: \"BTC/USDT\"" SYMBOL_RULE },
	{ "[binance]\nsymbols = \"BTC-USDT\"\n",
	  "t.ini: binance.symbols: \"\\\"BTC-USDT\\\"\"" SYMBOL_RULE },
	{ "[binance]\nbackoff_min_ms = 5000\nbackoff_max_ms = 1000\n",
	  "t.ini: binance.backoff_min_ms: is larger than "
	  "backoff_max_ms\n" },
	{ "[binance]\nbook_limit = 50\n",
	  "t.ini: binance.book_publish: is larger than book_limit: "
	  "no more can be published than is known\n" },
	{ "[binance]\nws_path = stream\n",
	  "t.ini: binance.ws_path: begins with /\n" },
	{ "[http]\nlisten = 127.0.0.1:80 localhost:80\n",
	  "t.ini: http.listen: \"localhost:80\" is not an address and port "
	  "such as 127.0.0.1:8080 or [::1]:8080\n" },
	{ "[http]\nlisten = ::1:80\n",
	  "t.ini: http.listen: \"::1:80\" is not an address and port "
	  "such as 127.0.0.1:8080 or [::1]:8080\n" },
	{ "[http]\nlisten =\n",
	  "t.ini: http.listen: names no address; http.enabled = false serves "
	  "nothing\n" },
	{ "[http]\ntoken = two words\n",
	  "t.ini: http.token: has a blank, a control character or more than "
	  "ASCII; it stands in a header line\n" },
	{ "[http]\nuser = joe\n",
	  "t.ini: http.user: a user needs a password and a password its "
	  "user: set user and password\n" },
	{ "[http]\nuser = a:b\npassword = c\n",
	  "t.ini: http.user: has a colon, which ends the user's name (RFC "
	  "7617)\n" },
	{ "[http]\nkey_file = a.pem\n",
	  "t.ini: http.cert_file: a certificate needs its key and a key its "
	  "certificate: set cert_file and key_file\n" },
	{ "[http]\nclients = 100\ncert_file = a\nkey_file = b\n",
	  "t.ini: http.clients: with TLS each client may take 64 KiB of "
	  "tls.heap_bytes, and half of that is kept for venues: raise "
	  "tls.heap_bytes or lower clients\n" },
	{ "[http]\nclients = 0\n",
	  "t.ini:2: http.clients: \"0\" is not a whole number from 1 to "
	  "256\n" },
	{ "[file]\nenabled = false\n",
	  "t.ini: nats.enabled: no sink is on: set nats.enabled, "
	  "file.enabled, clickhouse.enabled or redis.enabled\n" },
	{ "[alarms]\nwebhook = tcp://s3cret\nwebhook_token = a\x01\n",
	  "t.ini: alarms.webhook: an address is http://HOST/PATH or "
	  "https://HOST/PATH, without user and password; a secret may be in "
	  "its path\n"
	  "t.ini: alarms.webhook_token: is without control characters\n" },
	{ "[alarms]\nwebhook = wss://a/b\n",
	  "t.ini: alarms.webhook: an address is http://HOST/PATH or "
	  "https://HOST/PATH, without user and password; a secret may be in "
	  "its path\n" },
	{ "[alarms]\nerror_rate_percent = 101\n",
	  "t.ini:2: alarms.error_rate_percent: \"101\" is not a whole number "
	  "from 0 to 100\n" },
	{ "[clickhouse]\nenabled = true\nurl = tcp://a:9000\n",
	  "t.ini: clickhouse.url: an address is http://HOST:PORT or "
	  "https://HOST:PORT; user and password have their own keys\n" },
	{ "[clickhouse]\nenabled = true\nurl = http://u:p@a\n",
	  "t.ini: clickhouse.url: an address is http://HOST:PORT or "
	  "https://HOST:PORT; user and password have their own keys\n" },
	{ "[clickhouse]\nenabled = true\ndatabase = a.b\n",
	  "t.ini: clickhouse.database: a name is letters, digits and _, no "
	  "digit first\n" },
	{ "[clickhouse]\nenabled = true\ntable_prefix = 1x\n",
	  "t.ini: clickhouse.table_prefix: a name is letters, digits and _, "
	  "no digit first\n" },
	{ "[clickhouse]\nenabled = true\nschema = native\n",
	  "t.ini: clickhouse.schema: \"native\" is none of: mpedge "
	  "marketprism\n" },
	{ "[clickhouse]\nenabled = true\ncompress = zstd\n",
	  "t.ini: clickhouse.compress: \"zstd\" is none of: none lz4 "
	  "gzip\n" },
	{ "[clickhouse]\nenabled = true\ntypes = trade, quote\n",
	  "t.ini: clickhouse.types: \"quote\" is none of: trade orderbook "
	  "kline ticker funding_rate open_interest liquidation gap event "
	  "coverage\n" },
	{ "[clickhouse]\nenabled = true\npassword = a\tb\n",
	  "t.ini: clickhouse.user: user and password are without control "
	  "characters\n" },
	{ "[clickhouse]\nenabled = true\ncert_file = a.pem\n",
	  "t.ini: clickhouse.cert_file: a certificate needs its key and a "
	  "key its certificate: set cert_file and key_file\n" },
	{ "[redis]\nenabled = true\ntypes = trade candle\n",
	  "t.ini: redis.types: \"candle\" is none of: trade ticker kline "
	  "funding_rate open_interest liquidation orderbook bbo\n" },
	{ "[redis]\nenabled = true\nuser = joe\n",
	  "t.ini: redis.user: a user needs a password\n" },
	{ "[redis]\nenabled = true\nca_file = ca.pem\n",
	  "t.ini: redis.ca_file: is of no use without redis.tls\n" },
	{ "[redis]\nenabled = true\nclient_name = two words\n",
	  "t.ini: redis.client_name: a name has no blanks, controls or "
	  "? # & / \\ \" % @\n" },
	{ "[redis]\nenabled = true\nttl_s = 60\n",
	  "t.ini: redis.ttl_s: is not longer than a venue's book_interval_s: "
	  "the book of a quiet symbol would come and go\n" },
	{ "[nats]\nenabled = true\nurl = 127.0.0.1:4222\n",
	  "t.ini: nats.url: an address begins with nats:// or tls://\n" },
	{ "[nats]\nenabled = true\ncredentials = a\nnkey_seed_file = b\n",
	  "t.ini: nats.user: give one of user and password, token, "
	  "credentials, nkey_seed_file\n" },
	{ "[nats]\nenabled = true\nsubject = {prefix}.{symbl}.{type}\n",
	  "t.ini: nats.subject: column 10 of \"{prefix}.{symbl}.{type}\": "
	  "words are {prefix} {exchange} {venue} {market_type} {symbol} "
	  "{SYMBOL} {native} {type}\n" },
	{ "[nats]\nenabled = true\nprefix = mar*ket\n",
	  "t.ini: nats.prefix: \"mar*ket\": blanks, * and > cannot be in a "
	  "subject; a prefix is letters, digits, - and _, as market\n" },
	{ "[nats]\nenabled = true\nprefix = >\n",
	  "t.ini: nats.prefix: \">\": blanks, * and > cannot be in a "
	  "subject; a prefix is letters, digits, - and _, as market\n" },
	{ "[nats]\nenabled = true\nprefix = my data\n",
	  "t.ini: nats.prefix: \"my data\": blanks, * and > cannot be in a "
	  "subject; a prefix is letters, digits, - and _, as market\n" },
	{ "[nats]\nenabled = true\nprefix = a..b\n",
	  "t.ini: nats.prefix: \"a..b\": an empty token: dots stand between "
	  "tokens; a prefix is letters, digits, - and _, as market\n" },
	{ "[nats]\nenabled = true\nsubjects = october\n",
	  "t.ini: nats.subjects: \"october\" is none of: template "
	  "marketprism\n" },
	{ "[nats]\nenabled = true\nstream_discard = all\n",
	  "t.ini: nats.stream_discard: \"all\" is none of: old new\n" },
	{ "[shard]\nof = 4\nindex = 4\n",
	  "t.ini: shard.index: counts from 0 and is below shard.of: of two "
	  "boxes one has 0 and one has 1\n" },
	{ "[nats]\nenabled = true\ncert_file = a.pem\n",
	  "t.ini: nats.cert_file: a certificate needs its key and a key its "
	  "certificate: set cert_file and key_file\n" },
	{ "[nats]\nenabled = true\nuser = u\ntoken = t\n",
	  "t.ini: nats.user: give one of user and password, token, "
	  "credentials, nkey_seed_file\n" },
	/* The connection is that of [nats], which may be off. */
	{ "[nats]\nurl = 127.0.0.1:4222\n[consume]\nenabled = true\n",
	  "t.ini: nats.url: an address begins with nats:// or tls://\n" },
	{ "[nats]\nenabled = true\n[consume]\nenabled = true\n",
	  "t.ini: consume.stream: is what the sink nats publishes to: records "
	  "would come back for ever; set nats.enabled = false, or another "
	  "stream and subjects\n" },
	{ "[nats]\nenabled = true\nstream = OURS\nprefix = market\n"
	  "[consume]\nenabled = true\nsubjects = market.okx.*.trade\n",
	  "t.ini: consume.stream: is what the sink nats publishes to: records "
	  "would come back for ever; set nats.enabled = false, or another "
	  "stream and subjects\n" },
	{ "[consume]\nenabled = true\ndead_letter = market.dead\n",
	  "t.ini: consume.dead_letter: is one of consume.subjects: dead "
	  "letters would be read again\n" },
	{ "[consume]\nenabled = true\ndead_letter = dead.*\n",
	  "t.ini: consume.dead_letter: is one subject, without blanks and "
	  "wildcards\n" },
	{ "[consume]\nenabled = true\ndurable = a.b\n",
	  "t.ini: consume.durable: has a blank or one of . * > / \\\n" },
};
/* clang-format on */

static void
errors_name_the_line_and_what_would_be_right(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		expect_errors(bad[i].text, bad[i].errors);
}

/* "[section]\nkey = aaa...\n" with len letters. */
static const char *
long_value(const char *section, const char *key, size_t len)
{
	static char text[TEXT];
	int head = snprintf(text, sizeof(text), "[%s]\n%s = ", section, key);

	memset(text + head, 'a', len);
	memcpy(text + head + (int)len, "\n", 2);
	return text;
}

static void
a_text_of_the_most_bytes_is_taken_and_one_more_is_not(void **state)
{
	(void)state;
	expect_good(long_value("file", "path", 255));
	assert_int_equal(strlen(options.file.path), 255);
	expect_errors(long_value("file", "path", 256),
	    "t.ini:2: file.path: is too long; at most 255 bytes\n");
	expect_errors("[nats]\nstream = a-name-that-is-too-long-to-be-one-"
		      "0123456789012345678901234567890\n"
		      "prefix =\n",
	    "t.ini:2: nats.stream: is too long; at most 63 bytes\n"
	    "t.ini:3: nats.prefix: \"\" must not be empty\n");
	expect_errors("[binance]\nsymbols = A\n"
		      "[binance]\nintervals = "
		      "1m 1m 1m 1m 1m 1m 1m 1m 1m 1m 1m 1m 1m 1m\n"
		      "intervals = "
		      "1m 1m 1m 1m 1m 1m 1m 1m 1m 1m 1m 1m 1m 1m\n"
		      "intervals = "
		      "1m 1m 1m 1m 1m 1m 1m 1m 1m 1m 1m 1m 1m 1m 1m\n",
	    "t.ini:6: binance.intervals: \"1m 1m 1m 1m 1m 1m 1m 1m 1m 1m 1m "
	    "1m 1m 1m 1m\" is too long; at most 127 bytes\n");
}

static void
a_line_that_is_too_long_is_an_error(void **state)
{
	char line[64];

	(void)state;
	expect_good(long_value("binance", "symbols", 63));
	assert_int_equal(
	    parse(long_value("binance", "symbols", 2100)), ERR_CONFIG);
	snprintf(line, sizeof(line), "t.ini:2: neither [section]");
	assert_non_null(strstr(out_cstr(&errors), line));
}

static void
a_list_on_several_lines_adds_up(void **state)
{
	(void)state;
	expect_good("[binance]\nsymbols = BTC-USDT ETH-USDT\n"
		    "symbols = SOL-USDT\n\n[box]\nname = b\n"
		    "[binance]\nsymbols = BNB-USDT,XRPUSDT\n");
	assert_string_equal(options.venue[OPTION_VENUE_binance_spot].symbols,
	    "BTC-USDT ETH-USDT SOL-USDT BNB-USDT,XRPUSDT");
	/* The first replaces the default. */
	expect_good("[nats]\nurl = tls://a:1\nurl = tls://b:2\n");
	assert_string_equal(options.nats.url, "tls://a:1 tls://b:2");
}

static void
values_are_read(void **state)
{
	(void)state;
	expect_good("\xef\xbb\xbf# other comment\r\n[box]\r\n"
		    "name = the box  ; in the hall\r\n"
		    "log_level=debug\r\n drain_ms : 0\r\n"
		    "[http]\nenabled = off\n"
		    "[journal]\nsize_bytes = 1099511627776\n"
		    "[nats]\nstream_max_msgs = -1\nverify = no\n"
		    "password = p;w=1\n");
	assert_string_equal(options.box.name, "the box");
	assert_int_equal(options.box.log_level, LOG_DEBUG);
	assert_int_equal(options.box.drain_ms, 0);
	assert_false(options.http.enabled);
	assert_true(options.journal.size_bytes == 1099511627776);
	assert_true(options.nats.stream_max_msgs == -1);
	assert_false(options.nats.verify);
	assert_string_equal(options.nats.password, "p;w=1");
	/* A NATS that is off is not judged. */
	expect_good("[nats]\ncredentials = a.creds\n");
}

static void
a_secret_never_stands_in_an_error(void **state)
{
	static const char *const texts[] = {
		"[nats]\npassword = hunter2\npassword = hunter2\n",
		"[nats]\npasword = hunter2\n",
		"[natz]\npassword = hunter2\n",
		"[box]\npassword = hunter2\n",
		"password = hunter2\n",
		"[nats]\npassword hunter2\n",
		"[nats]\nenabled = true\nuser = a\ntoken = hunter2\n",
		"[nats]\npassword = hunter2 with many letters behind it "
		"0123456789012345678901234567890123456789012345678901234567890"
		"0123456789012345678901234567890123456789012345678901234567890"
		"0123456789012345678901234567890123456789012345678901234567890"
		"0123456789012345678901234567890123456789012345678901234567890"
		"\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(parse(texts[i]), ERR_CONFIG);
		assert_null(strstr(out_cstr(&errors), "hunter2"));
		assert_int_not_equal(errors.len, 0);
	}
}

static void
errors_that_do_not_fit_do_no_harm(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		for (size_t room = 0; room < 100; room++) {
			char *text = malloc(room + 1);
			struct out few;

			assert_non_null(text);
			out_init(&few, text, room);
			assert_int_equal(
			    config_text("t.ini", bad[i].text, &options, &few),
			    ERR_CONFIG);
			assert_true(few.len <= room);
			free(text);
		}
	}
}

/* --- defaults --------------------------------------------------------------
 */

static void
one_default(const struct option_desc *d, const struct options *o)
{
	const char *at = (const char *)o + d->offset;
	int64_t number;

	switch (d->type) {
	case OPTION_TYPE_INT:
		memcpy(&number, at, sizeof(number));
		assert_true(number == strtoll(d->value, NULL, 10));
		return;
	case OPTION_TYPE_LEVEL:
		memcpy(&number, at, sizeof(number));
		assert_int_equal(number, LOG_INFO);
		return;
	case OPTION_TYPE_BOOL:
		assert_int_equal(*(const bool *)(const void *)at,
		    strcmp(d->value, "true") == 0);
		return;
	case OPTION_TYPE_TEXT:
	case OPTION_TYPE_LIST:
	case OPTION_TYPE_SECRET:
		assert_string_equal(at, d->value);
		return;
	}
}

static void
defaults_are_those_of_the_table(void **state)
{
	struct options o;

	(void)state;
	memset(&o, 0xa5, sizeof(o));
	config_defaults(&o);
	for (size_t i = 0; i < option_count(); i++) {
		struct option_desc d = option_at(i);

		if (d.key != NULL)
			one_default(&d, &o);
	}
	expect_good("");
	assert_memory_equal(&options, &o, sizeof(o));
}

static size_t
read_shipped(char *text, size_t size)
{
	FILE *f = fopen("config.ini", "r");
	size_t len;

	assert_non_null(f);
	len = fread(text, 1, size - 1, f);
	fclose(f);
	text[len] = '\0';
	return len;
}

static void
the_shipped_file_gives_the_defaults(void **state)
{
	struct options o;

	(void)state;
	config_defaults(&o);
	out_init(&errors, errors_text, sizeof(errors_text));
	memset(&options, 0xa5, sizeof(options));
	assert_int_equal(config_load("config.ini", &options, &errors), ERR_OK);
	assert_memory_equal(&options, &o, sizeof(o));
}

/* Every setting of the printed file, taken at its word, is its default. */
static void
print_config_round_trip(void **state)
{
	static char printed[TEXT], shipped[TEXT];
	struct options o;
	struct out out;
	size_t to = 0;

	(void)state;
	out_init(&out, printed, sizeof(printed));
	assert_int_equal(print_table(SPAN("config"), &out), ERR_OK);
	assert_int_equal(read_shipped(shipped, sizeof(shipped)), out.len);
	assert_string_equal(out_cstr(&out), shipped);
	for (size_t i = 0; printed[i] != '\0'; i++) {
		bool setting = printed[i] == ';' && printed[i + 1] != ' ' &&
			       (i == 0 || printed[i - 1] == '\n');

		if (!setting)
			printed[to++] = printed[i];
	}
	printed[to] = '\0';
	assert_non_null(strstr(printed, "\ndrain_ms = 5000\n"));
	config_defaults(&o);
	expect_good(printed);
	assert_memory_equal(&options, &o, sizeof(o));
}

static void
other_tables_are_printed(void **state)
{
	static const char *const names[] = { "schema", "ddl", "metrics",
		"states", "limits", "errors", "environment" };
	static char text[TEXT];
	struct out out;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		out_init(&out, text, sizeof(text));
		assert_int_equal(print_table(span_of(names[i]), &out), ERR_OK);
		assert_true(out.len > 100);
		out_init(&out, text, 100);
		assert_int_equal(
		    print_table(span_of(names[i]), &out), ERR_FULL);
	}
	assert_int_equal(print_table(SPAN("confi"), &out), ERR_UNKNOWN);
	assert_int_equal(print_table(SPAN(""), &out), ERR_UNKNOWN);
}

static void
a_file_that_cannot_be_read(void **state)
{
	(void)state;
	out_init(&errors, errors_text, sizeof(errors_text));
	assert_int_equal(
	    config_load("tests/no such.ini", &options, &errors), ERR_CONFIG);
	assert_string_equal(out_cstr(&errors),
	    "tests/no such.ini: cannot be read: No such file or directory\n");
	out_reset(&errors);
	assert_int_equal(config_load("tests", &options, &errors), ERR_CONFIG);
	assert_string_equal(
	    out_cstr(&errors), "tests: cannot be read: Is a directory\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_name_the_line_and_what_would_be_right),
		cmocka_unit_test(
		    a_text_of_the_most_bytes_is_taken_and_one_more_is_not),
		cmocka_unit_test(a_line_that_is_too_long_is_an_error),
		cmocka_unit_test(a_list_on_several_lines_adds_up),
		cmocka_unit_test(values_are_read),
		cmocka_unit_test(a_secret_never_stands_in_an_error),
		cmocka_unit_test(errors_that_do_not_fit_do_no_harm),
		cmocka_unit_test(defaults_are_those_of_the_table),
		cmocka_unit_test(the_shipped_file_gives_the_defaults),
		cmocka_unit_test(print_config_round_trip),
		cmocka_unit_test(other_tables_are_printed),
		cmocka_unit_test(a_file_that_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
