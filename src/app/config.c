#include "app/config.h"

#include <string.h>

#include "app/config_parts.h"
#include "core/must.h"

static void
set_defaults(struct config_reader *r)
{
	static const struct config_origin at = { .source = CONFIG_DEFAULT };

	must(option_count() <= CONFIG_KEYS_MAX);
	memset(r->options, 0, sizeof(*r->options));
	memset(r->origins, 0, sizeof(*r->origins));
	for (size_t i = 0; i < option_count(); i++) {
		struct option_desc d = option_at(i);

		if (d.key != NULL && d.value[0] != '\0')
			must(config_set(r, i, d.value, &at, false));
	}
}

void
config_defaults(struct options *o)
{
	struct config_origins origins;
	struct config_reader r = { .options = o, .origins = &origins };
	char text[256];
	struct out errors;

	out_init(&errors, text, sizeof(text));
	r.errors = &errors;
	set_defaults(&r);
}

/*
 * The simulator of one venue beside the other: localhost, two ports each.  What
 * the file says itself stays.
 */
static void
simulate(struct config_reader *r)
{
	enum {
		FIRST_PORT = 18000,
	};
	static const char *const keys[] = { "ws_port", "rest_port", "ws_host",
		"rest_host" };
	int port = FIRST_PORT;

	for (size_t i = 0; i < option_count(); i++) {
		struct option_desc d = option_at(i);
		char text[16];
		struct out o;

		for (size_t k = 0; d.key != NULL && k < 4; k++) {
			if (strcmp(d.key, keys[k]) != 0)
				continue;
			out_init(&o, text, sizeof(text));
			if (k < 2)
				out_i64(&o, port++);
			else
				OUT_LITERAL(&o, "localhost");
			if (r->origins->of[i].source == CONFIG_DEFAULT)
				must(config_set(r, i, out_cstr(&o),
				    &r->simulated_at, false));
		}
	}
}

enum err
config_read(const struct config_input *in, struct options *o,
    struct config_origins *from, struct out *errors)
{
	struct config_reader r = { .options = o,
		.origins = from,
		.errors = errors,
		.environment = in->environment };

	r.credentials =
	    environment_find(in->environment, "CREDENTIALS_DIRECTORY");
	set_defaults(&r);
	config_read_file(&r, in->path, in->text);
	if (r.simulated)
		simulate(&r);
	if (in->environment != NULL) {
		secrets_credentials(&r);
		environment_replaced(&r);
		environment_own(&r);
	}
	if (!r.failed && !config_check(in->path, o, errors))
		r.failed = true;
	return r.failed ? ERR_CONFIG : ERR_OK;
}

enum err
config_text(
    const char *path, const char *text, struct options *o, struct out *errors)
{
	struct config_input in = { .path = path, .text = text };
	struct config_origins from;

	return config_read(&in, o, &from, errors);
}

enum err
config_load(const char *path, struct options *o, struct out *errors)
{
	struct config_input in = { .path = path };
	struct config_origins from;

	return config_read(&in, o, &from, errors);
}
