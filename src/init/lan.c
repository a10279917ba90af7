#define _GNU_SOURCE

#include "init/parts.h"

#include <net/if.h>
#include <net/route.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "init/settings.h"

static struct sockaddr
address_of(uint32_t address)
{
	struct sockaddr_in in;
	struct sockaddr any;

	memset(&in, 0, sizeof(in));
	in.sin_family = AF_INET;
	in.sin_addr.s_addr = address;
	memcpy(&any, &in, sizeof(any));
	return any;
}

static bool
name_it(struct ifreq *r, const char *name)
{
	size_t len = strlen(name);

	memset(r, 0, sizeof(*r));
	if (len >= sizeof(r->ifr_name))
		return false;
	memcpy(r->ifr_name, name, len + 1);
	return true;
}

enum err
lan_up(const char *name)
{
	struct ifreq r;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool done;

	if (fd < 0)
		return ERR_IO;
	done = name_it(&r, name) && ioctl(fd, SIOCGIFFLAGS, &r) == 0;
	r.ifr_flags = (short)(r.ifr_flags | IFF_UP);
	done = done && ioctl(fd, SIOCSIFFLAGS, &r) == 0;
	close(fd);
	return done ? ERR_OK : ERR_IO;
}

enum err
lan_set(const char *name, uint32_t address, uint32_t mask)
{
	struct ifreq r;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool done;

	if (fd < 0)
		return ERR_IO;
	done = name_it(&r, name);
	r.ifr_addr = address_of(address);
	done = done && ioctl(fd, SIOCSIFADDR, &r) == 0;
	if (address != 0) {
		r.ifr_netmask = address_of(mask);
		done = done && ioctl(fd, SIOCSIFNETMASK, &r) == 0;
	}
	close(fd);
	return done ? ERR_OK : ERR_IO;
}

enum err
lan_route(uint32_t gateway, const char *name, int metric)
{
	struct rtentry r;
	char device[IFNAMSIZ];
	size_t len = strlen(name);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool done;

	if (fd < 0 || len >= sizeof(device))
		return ERR_IO;
	memcpy(device, name, len + 1);
	memset(&r, 0, sizeof(r));
	r.rt_dst = address_of(0);
	r.rt_genmask = address_of(0);
	r.rt_gateway = address_of(gateway);
	r.rt_flags = RTF_UP | RTF_GATEWAY;
	/* The kernel takes one off. */
	r.rt_metric = (short)(metric + 1);
	r.rt_dev = device;
	/* Those of the lease before. */
	for (int i = 0; i < 4; i++) {
		struct rtentry old = r;

		old.rt_gateway = address_of(0);
		old.rt_flags = RTF_UP;
		if (ioctl(fd, SIOCDELRT, &old) != 0)
			break;
	}
	done = gateway == 0 || ioctl(fd, SIOCADDRT, &r) == 0;
	close(fd);
	return done ? ERR_OK : ERR_IO;
}

/* --- the script of udhcpc ------------------------------------------------- */

static uint32_t
first_address(const char *variable)
{
	struct span all = span_of(getenv(variable));
	uint32_t address = 0;

	if (all.at == NULL ||
	    ipv4_parse(span_word(&all, " ,"), &address) != ERR_OK)
		return 0;
	return address;
}

/* udhcpc reads all of what a server says into the environment. */
static void
tell_variable(const char *key, const char *variable)
{
	const char *value = getenv(variable);

	tell_text(key, value == NULL ? "" : value);
}

int
job_lease(char *const argv[])
{
	const char *name = getenv("interface");
	struct span what = span_of(argv[1]);
	uint32_t address = first_address("ip");
	uint32_t mask = first_address("subnet");

	if (name == NULL)
		return 1;
	if (span_is(what, "deconfig")) {
		(void)lan_up(name);
		tell_text("lease", "gone");
		return lan_set(name, 0, 0) == ERR_OK ? 0 : 1;
	}
	if (!span_is(what, "bound") && !span_is(what, "renew"))
		return 0;
	if (mask == 0)
		mask = htonl(0xffffff00);
	if (address == 0 || lan_set(name, address, mask) != ERR_OK)
		return 1;
	if (lan_route(first_address("router"), name,
		(int)if_nametoindex(name) % 1000) != ERR_OK)
		tell_text("note", "the default route could not be set");
	tell_variable("dns", "dns");
	tell_variable("ntp", "ntpsrv");
	tell_variable("host", "hostname");
	tell_variable("mask", "mask");
	/* The last one: with it the lease is complete. */
	tell_variable("address", "ip");
	return 0;
}
