/* LINK: gen/ca_roots */
/* LIBS: mbedtls */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <mbedtls/x509_crt.h>

#include "net/ca_roots.h"

/* Each can be read by mbedTLS, and the subject is where the table says. */
static void
every_root(void **state)
{
	(void)state;
	assert_in_range(ca_roots_count, 50, 1000);
	for (unsigned i = 0; i < ca_roots_count; i++) {
		const struct ca_root *r = &ca_roots[i];
		mbedtls_x509_crt crt;

		mbedtls_x509_crt_init(&crt);
		assert_int_equal(
		    mbedtls_x509_crt_parse_der_nocopy(&crt, r->der, r->der_len),
		    0);
		assert_ptr_equal(crt.subject_raw.p, r->subject);
		assert_int_equal(crt.subject_raw.len, r->subject_len);
		assert_true(crt.MBEDTLS_PRIVATE(ca_istrue));
		mbedtls_x509_crt_free(&crt);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
