/*
 * text.h -- fast text: a cursor into memory that is known to be large enough,
 * and a buffer that grows.
 *
 * put_* write at p and return the place behind what they wrote.  Amounts are
 * whole numbers of 1e-8 and always written with eight decimals, as Binance
 * does.
 */
#ifndef EXCHANGE_TEXT_H
#define EXCHANGE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Longest result of put_int and put_amount. */
enum { NUMBER_MAX = 24 };

static inline char *
put_mem(char *p, const void *from, size_t len)
{
	memcpy(p, from, len);
	return p + len;
}

#define PUT(p, literal) put_mem(p, literal, sizeof(literal) - 1)

char *put_text(char *p, const char *text);
char *put_int(char *p, int64_t value);
char *put_amount(char *p, int64_t value);
char *put_bool(char *p, bool value);
/* An amount without the zeros at its end. */
char *put_short(char *p, int64_t value);
/* An amount with as many decimals as this unit needs. */
char *put_fixed(char *p, int64_t value, int64_t unit);
/* a * b / c, the product as long as it needs to be. */
int64_t scale(int64_t a, int64_t b, int64_t c);

/* data[at..len) is what was added and not yet eaten. */
struct buf {
	char *data;
	size_t at;
	size_t len;
	size_t size;
};

static inline size_t
buf_left(const struct buf *b)
{
	return b->len - b->at;
}

/* Room for len bytes behind data + b->len; the caller advances b->len. */
char *buf_room(struct buf *b, size_t len);
void buf_add(struct buf *b, const void *from, size_t len);
void buf_text(struct buf *b, const char *text);
void buf_print(struct buf *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void buf_eat(struct buf *b, size_t len);
void buf_free(struct buf *b);

#endif
