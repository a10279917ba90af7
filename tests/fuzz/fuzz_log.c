/* LINK: core/log core/log_levels core/time core/out core/span core/err */
/* LINK: core/must codec/syslog codec/url */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "codec/syslog.h"
#include "core/log.h"

/* log.levels and log.syslog: refused with a reason, or what was read, written
 * again, is read the same way. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
claim(bool holds)
{
	if (!holds)
		abort();
}

static void
levels_again(const struct log_levels *levels)
{
	static const char *const names[] = { "error", "warn", "info", "debug" };
	char text[1024], why[16];
	struct log_levels again;
	struct out o, none;

	out_init(&o, text, sizeof(text));
	out_init(&none, why, sizeof(why));
	for (unsigned i = 0; i < LOG_COMPONENTS; i++) {
		claim(levels->of[i] <= LOG_DEBUG + 1);
		if (levels->of[i] > LOG_DEBUG)
			continue;
		out_text(&o, log_components[i]);
		out_char(&o, ':');
		out_text(&o, names[levels->of[i]]);
		out_char(&o, ' ');
	}
	claim(log_levels_parse(out_cstr(&o), &again, &none) == ERR_OK);
	claim(memcmp(&again, levels, sizeof(again)) == 0);
}

static void
target_again(const struct syslog_target *t)
{
	bool v6 = strchr(t->host, ':') != NULL;
	char text[512];
	struct syslog_target again;
	struct out o;

	out_init(&o, text, sizeof(text));
	claim((t->host[0] == '\0') != (t->path[0] == '\0'));
	if (t->path[0] != '\0') {
		out_text(&o, t->path);
	} else {
		out_text(&o, v6 ? "udp://[" : "udp://");
		out_text(&o, t->host);
		out_text(&o, v6 ? "]:" : ":");
		out_u64(&o, t->port);
	}
	claim(syslog_target_parse(out_done(&o), &again) == ERR_OK);
	claim(memcmp(&again, t, sizeof(again)) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	char why[1024];
	struct syslog_target target;
	struct log_levels levels;
	struct out o;

	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	out_init(&o, why, sizeof(why));
	if (log_levels_parse(text, &levels, &o) == ERR_OK)
		levels_again(&levels);
	else
		claim(o.len > 0);
	if (syslog_target_parse((struct span){ text, size }, &target) == ERR_OK)
		target_again(&target);
	free(text);
	return 0;
}
