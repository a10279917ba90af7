#define _GNU_SOURCE

#include "init/box.h"

#include <dirent.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	LOOK_EVERY_MS = 1000,
	DHCP_AGAIN_MS = 5000,
	/* Settings that do not come: DHCP it is. */
	SETTINGS_WAIT_MS = 10 * 1000,
	SSH_AGAIN_MS = 5000,
	KEY_JOB_MS = 60 * 1000,
};

#define RESOLVER "/run/resolv.conf"
#define SSH_KEY DATA_FOLDER "/init/ssh_ed25519"
#define SSH_USERS CONFIG_FOLDER "/authorized_keys"

bool
network_is_up(const struct box *b)
{
	for (unsigned i = 0; i < b->lan_count; i++) {
		if (b->lans[i].address[0] != '\0')
			return true;
	}
	return false;
}

/* --- name servers --------------------------------------------------------- */

static void
write_resolver(struct box *b)
{
	char text[1024], old[1024];
	struct span now, before;
	struct out o;

	out_init(&o, text, sizeof(text));
	for (unsigned i = 0; i < b->lan_count; i++) {
		struct span words =
		    span_of(b->settings.dns[0] != '\0' ? b->settings.dns
						       : b->lans[i].dns);
		struct span word;

		while ((word = span_word(&words, " ,\t")).at != NULL) {
			uint32_t address;

			if (ipv4_parse(word, &address) != ERR_OK)
				continue;
			OUT_LITERAL(&o, "nameserver ");
			out_span(&o, word);
			out_char(&o, '\n');
		}
		if (b->settings.dns[0] != '\0')
			break;
	}
	now = out_done(&o);
	before = file_read(RESOLVER, old, sizeof(old));
	if (before.at != NULL && span_eq(now, before))
		return;
	(void)file_replace(RESOLVER, now, 0644);
	/* Who runs has read it at its start. */
	if (job_runs(&b->mpedge) && now.len > 0)
		sup_renew(
		    &b->sup, b->loop.now, "the name servers have changed");
}

/* --- leases --------------------------------------------------------------- */

static void
tell_lan(const struct lan *n, const char *how)
{
	struct log_line l;

	log_open(&l, LOG_INFO, "init", "network");
	log_text(&l, "interface", n->name);
	log_text(&l, "address", n->address[0] ? n->address : "none");
	log_text(&l, "by", how);
	log_send(&l);
}

static void
set_address(struct box *b, struct lan *n, struct span address, const char *how)
{
	bool same = span_is(address, n->address);

	if (address.len > 0 && b->network_since.ns == 0)
		b->network_since = b->loop.now;
	FACTS_SET(n->address, address);
	b->facts.address[0] = '\0';
	for (unsigned i = 0; i < b->lan_count; i++) {
		if (b->lans[i].address[0] != '\0') {
			FACTS_SET(
			    b->facts.address, span_of(b->lans[i].address));
			break;
		}
	}
	write_resolver(b);
	/* A new address: whoever is asked for time is asked now. */
	if (!same) {
		tell_lan(n, how);
		b->time_next = b->loop.now;
		box_wake(b);
	}
}

static void
on_lease(struct job *j, struct span line)
{
	struct box *b = j->owner;
	struct lan *n = NULL;
	const char *equals = memchr(line.at, '=', line.len);
	struct span key, value;

	for (unsigned i = 0; i < b->lan_count; i++) {
		if (&b->lans[i].dhcp == j)
			n = &b->lans[i];
	}
	if (n == NULL || equals == NULL)
		return;
	key = (struct span){ line.at, (size_t)(equals - line.at) };
	value = (struct span){ equals + 1, line.len - key.len - 1 };
	if (span_is(key, "dns"))
		FACTS_SET(n->dns, value);
	else if (span_is(key, "ntp"))
		FACTS_SET(n->ntp, value);
	else if (span_is(key, "address"))
		set_address(b, n, value, "dhcp");
	else if (span_is(key, "lease"))
		set_address(b, n, SPAN(""), "dhcp");
}

static void
on_dhcp_done(struct job *j, int status)
{
	struct box *b = j->owner;

	(void)status;
	for (unsigned i = 0; i < b->lan_count; i++) {
		if (&b->lans[i].dhcp == j)
			b->lans[i].again = box_after(b, DHCP_AGAIN_MS);
	}
}

static void
start_dhcp(struct box *b, struct lan *n)
{
	char host[SETTINGS_NAME_MAX + 16];
	const char *argv[] = { BUSYBOX, "udhcpc", "-f", "-i", n->name, "-s",
		SELF, "-t", "8", "-T", "1", "-A", "4", "-O", "ntpsrv", "-x",
		host, NULL };
	const char *name =
	    b->settings.hostname[0] ? b->settings.hostname : b->facts.name;
	struct out o;

	out_init(&o, host, sizeof(host));
	OUT_LITERAL(&o, "hostname:");
	out_text(&o, name[0] ? name : "mpedge");
	out_cstr(&o);
	n->dhcp.loop = &b->loop;
	n->dhcp.owner = b;
	n->dhcp.name = "dhcp";
	n->dhcp.line = on_lease;
	n->dhcp.done = on_dhcp_done;
	n->again = MONO_NEVER;
	if (job_start(&b->jobs, &n->dhcp, argv, NULL, JOB_EVER) != ERR_OK)
		n->again = box_after(b, DHCP_AGAIN_MS);
}

/* --- interfaces ----------------------------------------------------------- */

/* An Ethernet that is a device, not a bridge or the like. */
static bool
is_wired(const char *name)
{
	char path[300], text[16];
	struct out o;
	struct span type;

	if (strlen(name) > 200 || name[0] == '.')
		return false;
	out_init(&o, path, sizeof(path));
	OUT_LITERAL(&o, "/sys/class/net/");
	out_text(&o, name);
	OUT_LITERAL(&o, "/device");
	out_cstr(&o);
	if (access(path, F_OK) != 0)
		return false;
	o.len -= sizeof("/device") - 1;
	OUT_LITERAL(&o, "/type");
	out_cstr(&o);
	type = file_read(path, text, sizeof(text));
	return type.len >= 1 && span_is(span_word(&type, "\n"), "1");
}

static void
set_static(struct box *b, struct lan *n)
{
	uint32_t mask = htonl(~(uint32_t)0 << (32 - b->settings.prefix));
	char text[32];
	struct out o;

	if (lan_set(n->name, b->settings.address, mask) != ERR_OK ||
	    lan_route(b->settings.gateway, n->name, 0) != ERR_OK) {
		n->again = box_after(b, DHCP_AGAIN_MS);
		return;
	}
	n->again = MONO_NEVER;
	out_init(&o, text, sizeof(text));
	for (unsigned i = 0; i < 4; i++) {
		if (i > 0)
			out_char(&o, '.');
		out_u64(&o, ((const unsigned char *)&b->settings.address)[i]);
	}
	set_address(b, n, out_done(&o), "mp.ini");
}

static void
take_lan(struct box *b, const char *name)
{
	struct lan *n = &b->lans[b->lan_count];

	for (unsigned i = 0; i < b->lan_count; i++) {
		if (strcmp(b->lans[i].name, name) == 0)
			return;
	}
	if (strlen(name) >= sizeof(n->name) || lan_up(name) != ERR_OK)
		return;
	memset(n, 0, sizeof(*n));
	FACTS_SET(n->name, span_of(name));
	n->again = b->loop.now;
	b->lan_count++;
}

static void
look(struct box *b)
{
	DIR *all = opendir("/sys/class/net");
	struct dirent *e;

	if (all == NULL)
		return;
	while (b->lan_count < LANS_MAX && (e = readdir(all)) != NULL) {
		if (is_wired(e->d_name))
			take_lan(b, e->d_name);
	}
	closedir(all);
}

void
network_tick(struct box *b)
{
	bool waited =
	    mono_ms_between(b->booted, b->loop.now) > SETTINGS_WAIT_MS;

	if (box_due(b, b->lan_next)) {
		b->lan_next = box_after(
		    b, network_is_up(b) ? LOOK_EVERY_MS * 10 : TICK_MS);
		look(b);
	}
	if (!b->knows_config && !waited)
		return;
	for (unsigned i = 0; i < b->lan_count; i++) {
		struct lan *n = &b->lans[i];

		if (!box_due(b, n->again) || job_runs(&n->dhcp))
			continue;
		/* One address is for one interface. */
		if (b->settings.dhcp)
			start_dhcp(b, n);
		else if (i == 0)
			set_static(b, n);
		else
			n->again = MONO_NEVER;
	}
}

/* --- a way in for who has a key ------------------------------------------- */

static void
on_ssh_done(struct job *j, int status)
{
	struct box *b = j->owner;

	(void)status;
	b->ssh_next = box_after(b, SSH_AGAIN_MS);
}

static void
copy_users(void)
{
	char text[FILE_SMALL_MAX];
	struct span keys = file_read(SSH_USERS, text, sizeof(text));

	if (keys.at != NULL)
		(void)file_replace(
		    "/run/root/.ssh/authorized_keys", keys, 0600);
}

/* dropbear only with a key on the FAT partition; passwords never. */
void
ssh_tick(struct box *b)
{
	const char *const make[] = { "/usr/bin/dropbearkey", "-t", "ed25519",
		"-f", SSH_KEY, NULL };
	/* Without passwords, forwarding and syslog it was compiled, and does
	 * not know the options that turn them off. */
	const char *const serve[] = { "/usr/bin/dropbear", "-F", "-r", SSH_KEY,
		NULL };
	const char *const variables[] = { "PATH=/bin:/sbin:/usr/bin:/usr/sbin",
		NULL };
	bool has_key = access(SSH_KEY, R_OK) == 0;
	struct job *j = has_key ? &b->ssh : &b->ssh_key;

	if (!b->knows_data || b->leaving || !box_due(b, b->ssh_next) ||
	    job_runs(&b->ssh) || job_runs(&b->ssh_key))
		return;
	b->ssh_next = box_after(b, SSH_AGAIN_MS);
	if (access(SSH_USERS, R_OK) != 0 || access(serve[0], X_OK) != 0)
		return;
	copy_users();
	j->loop = &b->loop;
	j->owner = b;
	j->name = "ssh";
	j->told = box_told;
	j->done = on_ssh_done;
	if (job_start(&b->jobs, j, has_key ? serve : make, variables,
		has_key ? JOB_EVER : KEY_JOB_MS) != ERR_OK)
		b->ssh_next = box_after(b, 12 * SSH_AGAIN_MS);
}
