#include "net/tls_parts.h"

enum {
	/* From 0000-03-01 to 1970-01-01. */
	DAYS_BEFORE_1970 = 719468,
	DAYS_PER_YEAR = 365,
	S_PER_DAY = 86400,
};

/* Years begin in March, so that the leap day is their last; the months from
 * there on have 153 days in five. */
int64_t
tls_seconds(const mbedtls_x509_time *t)
{
	int64_t year = t->mon > 2 ? t->year : t->year - 1;
	int64_t month = t->mon > 2 ? t->mon - 3 : t->mon + 9;
	int64_t days = DAYS_PER_YEAR * year + year / 4 - year / 100 +
		       year / 400 + (153 * month + 2) / 5 + t->day - 1 -
		       DAYS_BEFORE_1970;

	return days * S_PER_DAY + t->hour * 3600 + t->min * 60 + t->sec;
}

int64_t
tls_file_ends(const char *path)
{
	mbedtls_x509_crt crt;
	int64_t ends_s = 0;

	mbedtls_x509_crt_init(&crt);
	if (mbedtls_x509_crt_parse_file(&crt, path) >= 0 && crt.raw.p)
		ends_s = tls_seconds(&crt.valid_to);
	mbedtls_x509_crt_free(&crt);
	return ends_s;
}
