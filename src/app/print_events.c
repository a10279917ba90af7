#include "app/print.h"

/* clang-format off */
static const char *const components[][2] = {
#define COMPONENT(name, meaning) { #name, meaning },
#define EVENT(component, event, level, meaning)
#include "tables/events.def"
#undef COMPONENT
#undef EVENT
};

static const struct {
	const char *component;
	const char *event;
	const char *level;
	const char *meaning;
} events[] = {
#define COMPONENT(name, meaning)
#define EVENT(component, event, level, meaning) \
	{ #component, #event, #level, meaning },
#include "tables/events.def"
#undef COMPONENT
#undef EVENT
};
/* clang-format on */

static void
lower(const char *text, struct out *o)
{
	for (; *text != '\0'; text++)
		out_char(o, (char)(*text | 0x20));
}

void
print_events(struct out *o)
{
	OUT_LITERAL(o,
	    "# Log events\n\nA line says `component=` and `event=`; these "
	    "names are stable. The level is the highest that the event is "
	    "written with. `log.levels` takes the components' names.\n");
	for (size_t i = 0; i < sizeof(components) / sizeof(components[0]);
	     i++) {
		OUT_LITERAL(o, "\n## ");
		out_text(o, components[i][0]);
		OUT_LITERAL(o, "\n\n");
		out_text(o, components[i][1]);
		OUT_LITERAL(o, "\n\n| event | level | meaning |\n"
			       "| --- | --- | --- |\n");
		for (size_t k = 0; k < sizeof(events) / sizeof(events[0]);
		     k++) {
			if (strcmp(events[k].component, components[i][0]) != 0)
				continue;
			OUT_LITERAL(o, "| `");
			out_text(o, events[k].event);
			OUT_LITERAL(o, "` | ");
			lower(events[k].level, o);
			OUT_LITERAL(o, " | ");
			out_text(o, events[k].meaning);
			OUT_LITERAL(o, " |\n");
		}
	}
}
