#include "init/facts.h"

#include <string.h>

void
facts_set(char *to, size_t size, struct span text)
{
	size_t len = text.len < size ? text.len : size - 1;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text.at[i];

		to[i] = (char)(c < ' ' || c == 0x7f ? '?' : c);
	}
	to[len] = '\0';
}

const char *
facts_clock_name(enum facts_clock clock)
{
	static const char *const names[] = {
		[CLOCK_UNSET] = "unset",
		[CLOCK_FLOOR] = "floor",
		[CLOCK_RTC] = "rtc",
		[CLOCK_NTP] = "ntp",
	};

	return names[clock];
}

static void
text(struct out *o, const char *key, const char *value)
{
	out_text(o, key);
	out_char(o, '=');
	out_text(o, value);
	out_char(o, '\n');
}

static void
number(struct out *o, const char *key, int64_t value)
{
	out_text(o, key);
	out_char(o, '=');
	out_i64(o, value);
	out_char(o, '\n');
}

void
facts_write(const struct facts *f, struct out *o)
{
	char slot[2] = { f->slot, '\0' };

	text(o, "board", f->board);
	text(o, "slot", slot);
	number(o, "trial", f->trial);
	text(o, "slot_state", f->slot_state);
	text(o, "other_version", f->other_version);
	number(o, "restarts", (int64_t)f->restarts);
	number(o, "boots", (int64_t)f->boots);
	text(o, "restart_reason", f->restart_reason);
	text(o, "clock", facts_clock_name(f->clock));
	number(o, "clock_offset_ms", f->clock_offset_ms);
	text(o, "safe_mode", f->safe_mode);
	text(o, "update", f->update[0] == '\0' ? "idle" : f->update);
	text(o, "identity", f->identity);
	text(o, "image_version", f->version);
	text(o, "image_sbom", f->sbom);
	text(o, "disk", f->disk);
	text(o, "data", f->data);
	text(o, "address", f->address);
	text(o, "name", f->name);
}
