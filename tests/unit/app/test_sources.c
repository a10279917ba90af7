/* LINK: model/instrument venues/% codec/crc32 */
/* LINK: book/book book/sync model/symbol model/frame codec/url codec/json */
/* LINK: codec/json_scan codec/json_value */
/* LINK: core/log_levels codec/syslog app/rename net/tcp */
/* LINK: app/config% app/convert app/environment app/secrets app/effective */
/* LINK: app/reload_live */
/* LINK: sinks/nats_ack model/subject% */
/* LINK: core/options core/metrics core/log core/time core/must core/out */
/* LINK: core/span core/err model/model model/emit */
/* LINK: codec/decimal codec/decmath codec/utf8 */
/* LIBS: inih */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/config_parts.h"
#include "app/reload.h"
#include "core/log.h"

enum {
	ERRORS = 64 * 1024,
	NAMES = 32,
};

static struct options options;
static struct config_origins origins;
static char errors_text[ERRORS];
static struct out errors;
static char folder[64];

/* text, with these variables; the last one is NULL. */
static enum err
parse(const char *text, const char *const *variables)
{
	struct config_input in = { .path = "t.ini",
		.text = text,
		.environment = (char *const *)(uintptr_t)variables };
	enum err e;

	memset(&options, 0xa5, sizeof(options));
	out_init(&errors, errors_text, sizeof(errors_text));
	e = config_read(&in, &options, &origins, &errors);
	out_cstr(&errors);
	return e;
}

/* One variable. */
static enum err
with(const char *text, const char *variable)
{
	/* Names are borrowed. */
	static char copy[2048];
	const char *const variables[2] = { copy, NULL };

	snprintf(copy, sizeof(copy), "%s", variable);
	return parse(text, variables);
}

static const char *
origin(const char *section, const char *key)
{
	static char text[512];
	int i = config_find(span_of(section), span_of(key));
	struct out o;

	assert_true(i >= 0);
	out_init(&o, text, sizeof(text));
	config_origin_text(&origins, (size_t)i, &o);
	return out_cstr(&o);
}

static const char *
path_of(const char *name)
{
	static char paths[4][128];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

static const char *
put(const char *name, const char *text, unsigned mode)
{
	const char *path = path_of(name);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	assert_int_equal(chmod(path, (mode_t)mode), 0);
	return path;
}

/* --- variables of our own --------------------------------------------------
 */

static void
write_name(const struct option_desc *d, char *name, size_t size)
{
	snprintf(name, size, "MPEDGE_%s_%s", d->section, d->key);
	for (; *name != '\0'; name++)
		if (*name >= 'a' && *name <= 'z')
			*name = (char)(*name - 'a' + 'A');
}

static void
every_key_has_a_variable_and_no_two_share_one(void **state)
{
	char name[128], other[128], text[256];

	(void)state;
	for (size_t i = 0; i < option_count(); i++) {
		struct option_desc d = option_at(i);

		if (d.key == NULL)
			continue;
		write_name(&d, name, sizeof(name));
		snprintf(text, sizeof(text), "%s=%s", name, d.value);
		assert_int_equal(with("", text), ERR_OK);
		snprintf(text, sizeof(text), "variable %s", name);
		assert_string_equal(origin(d.section, d.key), text);
		for (size_t k = 0; k < i; k++) {
			struct option_desc e = option_at(k);

			if (e.key == NULL)
				continue;
			write_name(&e, other, sizeof(other));
			assert_string_not_equal(name, other);
		}
	}
}

static void
a_later_source_is_before_an_earlier_one(void **state)
{
	static const char *const all[] = { "NATS_URL=nats://b:1",
		"LOG_LEVEL=WARNING", "MPEDGE_NATS_URL=nats://c:1", NULL };
	static const char *const replaced[] = { "NATS_URL=nats://b:1",
		"LOG_LEVEL=CRITICAL", "SYMBOLS=", NULL };
	static const char text[] =
	    "[nats]\nurl = nats://a:1\nurl = nats://d:1\n"
	    "[box]\nlog_level = debug\n";

	(void)state;
	assert_int_equal(parse(text, NULL), ERR_OK);
	assert_string_equal(options.nats.url, "nats://a:1 nats://d:1");
	assert_string_equal(origin("nats", "url"), "t.ini:3");
	assert_string_equal(origin("nats", "window"), "default");
	assert_int_equal(parse(text, replaced), ERR_OK);
	assert_string_equal(options.nats.url, "nats://b:1");
	assert_true(options.nats.enabled);
	assert_int_equal(options.box.log_level, LOG_ERROR);
	/* An empty one is none. */
	assert_string_equal(origin("binance", "symbols"), "default");
	assert_int_equal(parse(text, all), ERR_OK);
	assert_string_equal(options.nats.url, "nats://c:1");
	assert_string_equal(origin("nats", "url"), "variable MPEDGE_NATS_URL");
	assert_int_equal(options.box.log_level, LOG_WARN);
	assert_string_equal(origin("box", "log_level"), "variable LOG_LEVEL");
}

/* clang-format off */
static const struct {
	const char *variable;
	const char *error;
} bad[] = {
	{ "MPEDGE_NAT_URL=x",
	  "MPEDGE_NAT_URL: there is no such setting; did you mean "
	  "MPEDGE_NATS_URL?\n" },
	{ "MPEDGE_BINANCE_USDM_SYMBOL=x",
	  "MPEDGE_BINANCE_USDM_SYMBOL: there is no such setting; did you mean "
	  "MPEDGE_BINANCE_USDM_SYMBOLS?\n" },
	{ "MPEDGE_ALTOGETHER_SOMETHING_ELSE=x",
	  "MPEDGE_ALTOGETHER_SOMETHING_ELSE: there is no such setting; names "
	  "are MPEDGE_SECTION_KEY, of mpedge --print config\n" },
	{ "MPEDGE_NATS_WINDOW=many",
	  "MPEDGE_NATS_WINDOW: nats.window: \"many\" is not a whole number "
	  "from 1 to 65536\n" },
	{ "MPEDGE_BOX_NAME=a\nb",
	  "MPEDGE_BOX_NAME: box.name: has a control character in it\n" },
	{ "MPEDGE_NATS_PASSWORD_FILE=/no/such/file",
	  "MPEDGE_NATS_PASSWORD_FILE: nats.password: /no/such/file: No such "
	  "file or directory\n" },
	{ "ENABLE_OKX=perhaps",
	  "ENABLE_OKX: okx.enabled: \"perhaps\" is neither true nor false\n" },
	{ "LOG_LEVEL=LOUD",
	  "LOG_LEVEL: box.log_level: \"LOUD\" is none of: DEBUG, INFO, "
	  "WARNING, ERROR, CRITICAL\n" },
	{ "CLICKHOUSE_PORT=0",
	  "CLICKHOUSE_PORT: clickhouse.url: \"0\" is not a port: a number "
	  "from 1 to 65535\n" },
	{ "BINANCE_WS_URL=stream",
	  "BINANCE_WS_URL: binance.ws_host: \"stream\" is not an address like "
	  "https://host:port/path\n"
	  "BINANCE_WS_URL: binance.ws_port: \"stream\" is not an address like "
	  "https://host:port/path\n" },
};
/* clang-format on */

static void
errors_name_the_variable_and_what_was_meant(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(with("", bad[i].variable), ERR_CONFIG);
		assert_string_equal(errors_text, bad[i].error);
	}
}

static void
foreign_variables_are_let_be(void **state)
{
	static const char *const all[] = { "MPEDGE_PORT=tcp://10.0.0.1:8080",
		"MPEDGE_PORT_8080_TCP_ADDR=10.0.0.1", "MPEDGE_SERVICE_HOST=x",
		"MPEDGE=x", "MPEDGE_CONFIG=y", "NOTMPEDGE_BOX_NAME=z", NULL };

	(void)state;
	assert_int_equal(parse("", all), ERR_OK);
	for (size_t i = 0; i < option_count(); i++)
		assert_int_equal(origins.of[i].source, CONFIG_DEFAULT);
}

/* --- of the services replaced ----------------------------------------------
 */

static void
every_row_has_a_key_here(void **state)
{
	static const enum rename_table tables[] = { RENAME_ENVIRONMENT,
		RENAME_ALIASES, RENAME_MIGRATE };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct rename n = { 0 };

		while (rename_next(tables[i], &n)) {
			const char *section = n.section;

			if (section == NULL) {
				assert_true(n.meaning[0] != '\0');
				assert_true(n.conversion >= CONVERT_REAL);
				continue;
			}
			section = section[0] == '\0' ? "okx" : section;
			if (config_find(span_of(section), span_of(n.key)) < 0)
				fail_msg(
				    "%s: no %s.%s", n.name, section, n.key);
		}
		assert_true(n.index > 4);
		assert_string_not_equal(n.name, "");
	}
}

static void
names_of_before_are_honoured(void **state)
{
	static const char *const all[] = { "SYMBOLS=BTCUSDT,ETHBTC",
		"ENABLE_BINANCE=False", "ENABLE_OKX=1", "ENABLE_DERIBIT=yes",
		"HTTP_PORT=9000", "CLICKHOUSE_DIRECT_WRITE=TRUE",
		"CLICKHOUSE_PORT=9000", "CLICKHOUSE_HOST=fe80::1",
		"CLICKHOUSE_PASSWORD=hunter2", "REDIS_CACHE=on",
		"REDIS_PORT=6380", "BINANCE_BASE_URL=https://api1.binance.com",
		"BINANCE_WS_URL=wss://h:9444/ws", "HTTPS_PROXY=http://x",
		NULL };
	const struct opt_venue *b = &options.venue[OPTION_VENUE_binance_spot];
	const struct opt_venue *o = &options.venue[OPTION_VENUE_okx];

	(void)state;
	assert_int_equal(parse("", all), ERR_OK);
	assert_string_equal(b->symbols, "BTCUSDT,ETHBTC");
	assert_string_equal(o->symbols, "BTC-USDT ETH-BTC");
	assert_false(b->enabled);
	assert_true(o->enabled);
	assert_true(options.venue[OPTION_VENUE_deribit].enabled);
	assert_string_equal(options.http.listen, "127.0.0.1:9000");
	assert_true(options.clickhouse.enabled);
	assert_string_equal(options.clickhouse.url, "http://[fe80::1]:8123");
	assert_string_equal(options.clickhouse.password, "hunter2");
	assert_true(options.redis.enabled);
	assert_int_equal(options.redis.port, 6380);
	assert_string_equal(b->rest_host, "api1.binance.com");
	assert_int_equal(b->rest_port, 443);
	assert_string_equal(b->ws_host, "h");
	assert_int_equal(b->ws_port, 9444);
}

static void
the_section_collector_is_read(void **state)
{
	const struct opt_venue *b = &options.venue[OPTION_VENUE_binance_spot];

	(void)state;
	assert_int_equal(parse("[collector]\nclickhouse_direct_write = True\n"
			       "redis_cache = true\nenable_scheduler = no\n"
			       "log_level = WARNING\nhttp_port = 81\n"
			       "use_real_exchanges = False\n"
			       "[binance]\nrest_port = 7\n",
			     NULL),
	    ERR_OK);
	assert_true(options.clickhouse.enabled);
	assert_true(options.redis.enabled);
	assert_false(options.scheduler.enabled);
	assert_int_equal(options.box.log_level, LOG_WARN);
	assert_string_equal(options.http.listen, "127.0.0.1:81");
	assert_string_equal(b->ws_host, "localhost");
	assert_int_equal(b->ws_port, 18000);
	/* What the file says itself stays. */
	assert_int_equal(b->rest_port, 7);
	assert_int_equal(
	    options.venue[OPTION_VENUE_binance_usdm].rest_port, 18003);
	assert_string_equal(origin("okx", "ws_host"), "t.ini:7");
	assert_int_equal(
	    parse("[collector]\nredis_cash = 1\nuse_real_exchanges = x\n"
		  "log_level = INFO\n[box]\nlog_level = info\n",
		NULL),
	    ERR_CONFIG);
	assert_string_equal(errors_text,
	    "t.ini:2: collector.redis_cash: there is no such key; did you "
	    "mean redis_cache?\n"
	    "t.ini:3: collector.use_real_exchanges: \"x\" is neither true nor "
	    "false\n"
	    "t.ini:6: box.log_level: stands a second time; keep one of "
	    "them\n");
}

/* --- secrets ----------------------------------------------------------------
 */

static void
secrets_come_from_files(void **state)
{
	char text[512], want[512];
	const char *path = put("secret", "hunter2\r\nmore\n", 0600);

	(void)state;
	snprintf(text, sizeof(text), "[nats]\npassword_file = %s\n", path);
	assert_int_equal(parse(text, NULL), ERR_OK);
	assert_string_equal(options.nats.password, "hunter2");
	assert_string_equal(origin("nats", "password"), "t.ini:2");
	snprintf(
	    text, sizeof(text), "MPEDGE_CLICKHOUSE_PASSWORD_FILE=%s", path);
	assert_int_equal(with("", text), ERR_OK);
	assert_string_equal(options.clickhouse.password, "hunter2");
	/* Others may read it. */
	for (unsigned bit = 1; bit <= 0040; bit <<= 1) {
		path = put("secret", "hunter2", 0600 | bit);
		snprintf(
		    text, sizeof(text), "[nats]\npassword_file = %s\n", path);
		snprintf(want, sizeof(want),
		    "t.ini:2: nats.password: %s: others may read it; chmod "
		    "600 it\n",
		    path);
		assert_int_equal(parse(text, NULL), ERR_CONFIG);
		assert_string_equal(errors_text, want);
	}
	/* A key that is no secret has no such twin. */
	assert_int_equal(parse("[nats]\nuser_file = x\n", NULL), ERR_CONFIG);
	/* Nor may both stand there. */
	path = put("secret", "hunter2", 0600);
	snprintf(text, sizeof(text),
	    "[nats]\npassword = a\npassword_file = %s\n", path);
	assert_int_equal(parse(text, NULL), ERR_CONFIG);
	assert_null(strstr(errors_text, "hunter2"));
}

static void
credentials_of_systemd_are_picked_up(void **state)
{
	char text[512];
	char variable[128];

	(void)state;
	put("nats.token", "t-o-k", 0440);
	put("redis.password", "r-e-d", 0400);
	snprintf(
	    variable, sizeof(variable), "CREDENTIALS_DIRECTORY=%s", folder);
	assert_int_equal(with("[nats]\ntoken = file\n", variable), ERR_OK);
	assert_string_equal(options.nats.token, "t-o-k");
	assert_string_equal(options.redis.password, "r-e-d");
	assert_string_equal(origin("nats", "token"), "$CREDENTIALS_DIRECTORY");
	/* Under that folder the bits do not say who may read. */
	snprintf(text, sizeof(text), "[nats]\ntoken_file = %s\n",
	    path_of("nats.token"));
	assert_int_equal(with(text, variable), ERR_OK);
	assert_int_equal(parse(text, NULL), ERR_CONFIG);
	unlink(path_of("nats.token"));
	unlink(path_of("redis.password"));
	assert_int_equal(with("", variable), ERR_OK);
	assert_string_equal(options.nats.token, "");
}

static void
no_secret_is_shown(void **state)
{
	static const char *const all[] = { "MPEDGE_NATS_TOKEN=hunter2",
		"CLICKHOUSE_PASSWORD=hunter2",
		"NATS_URL=nats://joe:hunter2@a:1,nats://b:1", NULL };
	static char text[64 * 1024];
	struct out o;

	(void)state;
	out_init(&o, text, sizeof(text));
	assert_int_equal(parse("", all), ERR_OK);
	config_effective(&options, &origins, &o);
	out_cstr(&o);
	assert_false(o.full);
	assert_null(strstr(text, "hunter2"));
	assert_non_null(
	    strstr(text, "\ntoken = *** ; variable MPEDGE_NATS_TOKEN\n"));
	assert_non_null(strstr(
	    text, "\nurl = nats://***@a:1 nats://b:1 ; variable NATS_URL\n"));
	assert_non_null(strstr(text, "\nwindow = 1024 ; default\n"));
	/* And it is a file itself. */
	assert_int_equal(parse(text, NULL), ERR_OK);
	assert_string_equal(options.nats.token, "***");
}

/* --- include ----------------------------------------------------------------
 */

static enum err
load(const char *path)
{
	struct config_input in = { .path = path };
	enum err e;

	out_init(&errors, errors_text, sizeof(errors_text));
	e = config_read(&in, &options, &origins, &errors);
	out_cstr(&errors);
	return e;
}

static void
files_include_others(void **state)
{
	char want[1024];
	const char *a;

	(void)state;
	put("b.ini",
	    "[box]\nname = b\ndrain_ms = 1\n[binance]\nsymbols = A-B\n"
	    "symbols = C-D\n",
	    0600);
	a = put("a.ini",
	    "include = b.ini\n[box]\nname = a\n[nats]\ninclude = c.ini\n"
	    "window = 5\n[binance]\nsymbols = E-F\n",
	    0600);
	put("c.ini", "[file]\nkeep = 9\n", 0600);
	assert_int_equal(load(a), ERR_OK);
	assert_string_equal(options.box.name, "a");
	assert_int_equal(options.box.drain_ms, 1);
	assert_int_equal(options.file.keep, 9);
	/* The section goes on behind it. */
	assert_int_equal(options.nats.window, 5);
	/* Of another file a list is another one. */
	assert_string_equal(
	    options.venue[OPTION_VENUE_binance_spot].symbols, "E-F");
	snprintf(want, sizeof(want), "%s/b.ini:3", folder);
	assert_string_equal(origin("box", "drain_ms"), want);
	put("c.ini", "[file]\n\nkeepp = 9\ninclude = none.ini\n", 0600);
	assert_int_equal(load(a), ERR_CONFIG);
	snprintf(want, sizeof(want),
	    "%s/c.ini:3: file.keepp: there is no such key; did you mean "
	    "keep?\n%s/c.ini:4: include: %s/none.ini: cannot be read: No such "
	    "file or directory\n",
	    folder, folder, folder);
	assert_string_equal(errors_text, want);
}

static void
circles_and_depth_are_errors(void **state)
{
	char name[32], text[64], want[1024];

	(void)state;
	put("a.ini", "include = b.ini\n", 0600);
	put("b.ini", "[box]\ninclude = ./a.ini\n", 0600);
	assert_int_equal(load(path_of("a.ini")), ERR_CONFIG);
	snprintf(want, sizeof(want),
	    "%s/b.ini:2: include: goes round in a circle: %s/a.ini -> "
	    "%s/b.ini -> %s/./a.ini\n",
	    folder, folder, folder, folder);
	assert_string_equal(errors_text, want);
	for (int i = 0; i < CONFIG_DEPTH_MAX; i++) {
		snprintf(name, sizeof(name), "%d.ini", i);
		snprintf(text, sizeof(text), "include = %d.ini\n", i + 1);
		put(name, i + 1 < CONFIG_DEPTH_MAX ? text : "", 0600);
	}
	assert_int_equal(load(path_of("0.ini")), ERR_OK);
	put("8.ini", "", 0600);
	put("7.ini", "include = 8.ini\n", 0600);
	assert_int_equal(load(path_of("0.ini")), ERR_CONFIG);
	assert_non_null(strstr(errors_text, "/7.ini:1: include: "));
	assert_non_null(strstr(errors_text, "stands too deep"));
	/* Many times the same one. */
	put("8.ini", "", 0600);
	for (int i = 0; i < 40; i++)
		memcpy(want + 16 * i, "include = 8.ini\n", 17);
	put("a.ini", want, 0600);
	assert_int_equal(load(path_of("a.ini")), ERR_CONFIG);
	assert_non_null(strstr(errors_text, "a.ini:32: include: "));
	/* What never ends. */
	put("a.ini", "include = /dev/zero\n", 0600);
	assert_int_equal(load(path_of("a.ini")), ERR_CONFIG);
	assert_non_null(strstr(errors_text, "/dev/zero: is not a file\n"));
}

/* ---------------------------------------------------------------------------
 */

/* --- reload -----------------------------------------------------------------
 */

/* One that is spelled wrong in the list would be missing here. */
static void
what_may_change_while_it_runs(void **state)
{
	unsigned venue = 0, scheduler = 0, others = 0;

	(void)state;
	for (size_t i = 0; i < option_count(); i++) {
		struct option_desc d = option_at(i);

		if (d.key == NULL || !reload_is_live(&d))
			continue;
		assert_true(d.type != OPTION_TYPE_SECRET);
		venue += strcmp(d.section, "okx") == 0;
		scheduler += strcmp(d.section, "scheduler") == 0;
		others += strcmp(d.section, "box") == 0 ||
			  strcmp(d.section, "file") == 0 ||
			  strcmp(d.section, "nats") == 0;
	}
	assert_int_equal(venue, 9);
	assert_int_equal(scheduler, 10);
	assert_int_equal(others, 6);
}

static int
make_folder(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/test_sources.XXXXXX");
	log_level(LOG_ERROR);
	return mkdtemp(folder) != NULL ? 0 : -1;
}

static int
remove_folder(void **state)
{
	static const char *const names[] = { "a.ini", "b.ini", "c.ini", "0.ini",
		"1.ini", "2.ini", "3.ini", "4.ini", "5.ini", "6.ini", "7.ini",
		"8.ini", "secret" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(path_of(names[i]));
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_has_a_variable_and_no_two_share_one),
		cmocka_unit_test(a_later_source_is_before_an_earlier_one),
		cmocka_unit_test(errors_name_the_variable_and_what_was_meant),
		cmocka_unit_test(foreign_variables_are_let_be),
		cmocka_unit_test(every_row_has_a_key_here),
		cmocka_unit_test(names_of_before_are_honoured),
		cmocka_unit_test(the_section_collector_is_read),
		cmocka_unit_test(secrets_come_from_files),
		cmocka_unit_test(credentials_of_systemd_are_picked_up),
		cmocka_unit_test(no_secret_is_shown),
		cmocka_unit_test(files_include_others),
		cmocka_unit_test(circles_and_depth_are_errors),
		cmocka_unit_test(what_may_change_while_it_runs),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
