#include "app/log_setup.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/config_parts.h"
#include "core/must.h"

void
log_setup(const struct options *o)
{
	struct log_levels levels;
	char why[16];
	struct out none;

	out_init(&none, why, sizeof(why));
	log_level((enum log_level)o->box.log_level);
	log_json(strcmp(o->log.format, "json") == 0);
	/* config_check has read them. */
	must(log_levels_parse(o->log.levels, &levels, &none) == ERR_OK);
	log_component_levels(o->log.levels[0] != '\0' ? &levels : NULL);
}

/* "DEVICE:INODE" of what a service's stderr was when it was started; it may be
 * a file or a pipe by now. */
void
log_setup_journal(char *const *environment)
{
	struct span rest = environment_find(environment, "JOURNAL_STREAM");
	struct span device = span_word(&rest, ":");
	struct span inode = span_word(&rest, ":");
	uint64_t d, i;
	struct stat s;

	if (device.at == NULL || inode.at == NULL ||
	    span_u64(device, &d) != ERR_OK || span_u64(inode, &i) != ERR_OK ||
	    fstat(STDERR_FILENO, &s) != 0)
		return;
	log_priorities(s.st_dev == d && s.st_ino == i);
}
