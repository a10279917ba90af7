/*
 * print.h -- the program's tables as text: --print NAME.
 */
#ifndef MPEDGE_APP_PRINT_H
#define MPEDGE_APP_PRINT_H

#include "core/out.h"

/*
 * schema   records and their members, Markdown
 * ddl      ClickHouse tables, SQL
 * config   the shipped config.ini
 * metrics  all families, Markdown
 * states   the life of a connection, Markdown with a diagram
 * limits   fixed limits, Markdown
 * errors   error names, Markdown
 * environment  variables, and names of the services replaced, Markdown
 * alarms   rules of the alarms, Markdown
 * alert-rules  the same for Prometheus, YAML
 * events   what the log may say, Markdown
 *
 * UNKNOWN for another name.
 */
enum err print_table(struct span name, struct out *o) MUST_USE;

/* print_names.c */
void print_environment(struct out *o);

/* print_alarms.c */
void print_alarms(struct out *o);
void print_alert_rules(struct out *o);
/* print_events.c */
void print_events(struct out *o);

#endif
