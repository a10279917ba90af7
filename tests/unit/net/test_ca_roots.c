/* LINK: gen/ca_roots */
/* LIBS: mbedtls */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <mbedtls/x509_crt.h>
#include <psa/crypto.h>

#include "net/ca_roots.h"

/* The built-in roots can be read, name and key, although they have no
 * signature. */
static void
test_all_can_be_read(void **state)
{
	unsigned read = 0;

	(void)state;
	assert_int_equal(psa_crypto_init(), PSA_SUCCESS);
	for (unsigned i = 0; i < ca_roots_count; i++) {
		const struct ca_root *r = &ca_roots[i];
		mbedtls_x509_crt crt;

		mbedtls_x509_crt_init(&crt);
		const unsigned char *der = ca_root_bytes + r->at;

		if (mbedtls_x509_crt_parse_der(&crt, der, r->der_len) == 0) {
			read++;
			assert_int_equal(crt.subject_raw.len, r->subject_len);
			assert_memory_equal(crt.subject_raw.p, der + r->subject,
			    r->subject_len);
			/* What a chain is judged by came along. */
			assert_true(crt.version < 3 ||
				    crt.MBEDTLS_PRIVATE(ca_istrue) == 1);
			assert_int_equal(mbedtls_x509_crt_check_key_usage(&crt,
					     MBEDTLS_X509_KU_KEY_CERT_SIGN),
			    0);
			assert_true(mbedtls_pk_get_bitlen(&crt.pk) >= 256);
		}
		mbedtls_x509_crt_free(&crt);
	}
	assert_true(ca_roots_count > 100);
	assert_int_equal(read, ca_roots_count);
	mbedtls_psa_crypto_free();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
