#include "dialect.h"

/* The first one is spoken when --venue is not given. */
static const struct dialect *const venues[] = {
	&binance_spot,
	&binance_usdm,
	&okx,
	&deribit,
};

enum { VENUES = sizeof(venues) / sizeof(*venues) };

const struct dialect *
dialect_number(int i)
{
	return i < VENUES ? venues[i] : NULL;
}

const struct dialect *
dialect_find(const char *name)
{
	for (int i = 0; i < VENUES; i++)
		if (strcmp(venues[i]->name, name) == 0)
			return venues[i];
	return NULL;
}
