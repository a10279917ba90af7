/* LINK: model/instrument venues/% codec/crc32 */
/* LINK: book/book book/sync model/symbol model/frame codec/url codec/json */
/* LINK: codec/json_scan codec/json_value */
/* LINK: app/rename net/tcp core/log_levels codec/syslog */
/* LINK: app/config% app/convert app/environment app/secrets sinks/nats_ack */
/* LINK: model/subject% core/options core/log core/time */
/* LINK: core/must core/out core/span core/err model/model */
/* LINK: codec/decimal codec/decmath codec/utf8 */
/* LINK: model/instrument codec/utf8 */
/* LIBS: inih jsmn */

/*
 * Whatever the settings file holds: it is read or told to be wrong, with an
 * error exactly when there is a line saying so; every number that was taken is
 * within its range and every text ends inside its room.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "app/config.h"
#include "core/must.h"

enum {
	TEXT = 8192,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const struct options *o)
{
	for (size_t i = 0; i < option_count(); i++) {
		struct option_desc d = option_at(i);
		const char *at = (const char *)o + d.offset;
		int64_t number;

		if (d.key == NULL || d.type == OPTION_TYPE_BOOL)
			continue;
		if (d.type == OPTION_TYPE_INT) {
			memcpy(&number, at, sizeof(number));
			must(number >= d.min && number <= d.max);
		} else if (d.type != OPTION_TYPE_LEVEL) {
			must(memchr(at, '\0', (size_t)d.max + 1) != NULL);
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[TEXT], said[TEXT];
	static struct options options;
	struct out errors;
	enum err e;

	if (size >= TEXT)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	out_init(&errors, said, sizeof(said));
	e = config_text("f.ini", text, &options, &errors);
	must(e == ERR_OK || e == ERR_CONFIG);
	must((e == ERR_OK) == (errors.len == 0));
	check(&options);
	return 0;
}
