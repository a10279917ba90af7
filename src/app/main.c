#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/app.h"
#include "app/commands.h"
#include "app/config.h"
#include "app/config_parts.h"
#include "app/doctor.h"
#include "app/fleet.h"
#include "app/migrate.h"
#include "app/print.h"
#include "app/safe_mode.h"
#include "app/top.h"
#include "app/update_parts.h"
#include "app/versions.h"
#include "core/log.h"

enum {
	/* sysexits.h: the configuration is not usable; usage. */
	EXIT_USAGE = 64,
	EXIT_CONFIG = 78,
	PRINT_MAX = 512 * 1024,
};

/* The variables of the process. */
extern char **environ;

/* The whole program's memory that is not in the arena. */
static struct mpedge program;
static struct options options;
static struct config_origins origins;
static struct migrate migration;
static struct doctor doctor_state;
static struct top screen;
static struct update updating;
static struct safe_mode safe;
static struct fleet boxes;
static char text[PRINT_MAX];
static int wake_pipe[2] = { -1, -1 };

static int
put(FILE *to, const struct out *o)
{
	return fwrite(o->at, 1, o->len, to) == o->len && fflush(to) == 0 ? 0
									 : 1;
}

static int
print(const char *name)
{
	struct out o;

	out_init(&o, text, sizeof(text));
	if (print_table(span_of(name), &o) != ERR_OK) {
		fprintf(stderr,
		    "mpedge: --print %s: there is no such table; there are: "
		    "schema ddl ddl-marketprism config metrics states limits "
		    "errors environment events alarms alert-rules updates, and "
		    "effective FILE\n",
		    name);
		return EXIT_USAGE;
	}
	return put(stdout, &o);
}

static int
usage(const char *what)
{
	fprintf(stderr, "mpedge: %s\n%s", what, help_text);
	return EXIT_USAGE;
}

static void
on_signal(int number)
{
	char byte = (char)number;
	ssize_t n = write(wake_pipe[1], &byte, 1);

	(void)n;
}

/* A page of the journal's file that cannot be had; anything else ends us. */
static void
on_fault(int number, siginfo_t *info, void *context)
{
	(void)context;
	if (!journal_fault(&program.journal, info->si_addr))
		signal(number, SIG_DFL);
}

static enum err
catch_faults(void)
{
	struct sigaction a;

	memset(&a, 0, sizeof(a));
	a.sa_sigaction = on_fault;
	a.sa_flags = SA_SIGINFO;
	return sigaction(SIGBUS, &a, NULL) == 0 ? ERR_OK : ERR_IO;
}

static enum err
catch_signals(void)
{
	static const int numbers[] = { SIGTERM, SIGINT, SIGHUP };
	struct sigaction a;

	if (pipe(wake_pipe) != 0)
		return ERR_IO;
	memset(&a, 0, sizeof(a));
	a.sa_handler = on_signal;
	a.sa_flags = SA_RESTART;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (sigaction(numbers[i], &a, NULL) != 0)
			return ERR_IO;
	}
	a.sa_handler = SIG_IGN;
	if (sigaction(SIGPIPE, &a, NULL) != 0)
		return ERR_IO;
	return catch_faults();
}

static bool
is_yaml(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot != NULL &&
	       (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

/* Both sets of errors and the reason for not starting go the same way. */
static int
configure(const char *path)
{
	struct config_input in = { .path = path, .environment = environ };
	struct out errors;

	if (is_yaml(path)) {
		fprintf(stderr,
		    "mpedge: %s: is YAML; mpedge migrate %s writes settings "
		    "for mpedge\n",
		    path, path);
		return EXIT_CONFIG;
	}
	out_init(&errors, text, sizeof(text));
	if (config_read(&in, &options, &origins, &errors) == ERR_OK)
		return 0;
	put(stderr, &errors);
	return EXIT_CONFIG;
}

static int
collect(const char *path)
{
	struct log_line l;
	struct out why;
	enum err e;

	if (configure(path) != 0)
		return EXIT_CONFIG;
	log_setup_journal(environ);
	log_setup(&options);
	config_log(&origins, environ);
	e = catch_signals();
	out_init(&why, text, sizeof(text));
	program.reload.path = path;
	program.reload.environment = environ;
	program.sandbox.environment = environ;
	program.sandbox.origins = &origins;
	if (e == ERR_OK)
		e = app_start(&program, &options, wake_pipe[0], &why);
	if (e != ERR_OK) {
		log_open(&l, LOG_ERROR, "app", "start_failed");
		log_err(&l, e);
		log_span(&l, "why", out_done(&why));
		log_send(&l);
		return e == ERR_CONFIG || e == ERR_UNSUPPORTED ? EXIT_CONFIG
							       : 1;
	}
	loop_run(&program.loop);
	app_stop(&program);
	return 0;
}

static int
print_effective(const char *path)
{
	struct out o;
	int status;

	path = path != NULL ? path : environment_config(environ);
	if (path == NULL)
		return usage("--print effective needs a FILE");
	status = configure(path);
	if (status != 0)
		return status;
	out_init(&o, text, sizeof(text));
	config_effective(&options, &origins, &o);
	return put(stdout, &o);
}

static int
print_named(const char *name, const char *path)
{
	if (name == NULL)
		return usage("--print needs a name");
	if (strcmp(name, "effective") == 0)
		return print_effective(path);
	return print(name);
}

/* Options before FILE; returns FILE, or NULL when it is all done and *status is
 * the result. */
static const char *
options_of(int argc, char **argv, bool *check, int *status)
{
	const char *path = environment_config(environ);
	int i = 1;

	for (; i < argc && argv[i][0] == '-' && argv[i][1] != '\0'; i++) {
		if (strcmp(argv[i], "--help") == 0) {
			*status = fputs(help_text, stdout) >= 0 ? 0 : 1;
			return NULL;
		}
		if (strcmp(argv[i], "--version") == 0) {
			*status = versions_print(MPEDGE_VERSION);
			return NULL;
		}
		if (strcmp(argv[i], "--print") == 0) {
			/* A NULL stands behind the last one. */
			*status = print_named(argv[i + 1],
			    argv[i + 1] != NULL ? argv[i + 2] : NULL);
			return NULL;
		}
		if (strcmp(argv[i], "--check-config") != 0) {
			*status = usage("an option is not known");
			return NULL;
		}
		*check = true;
	}
	if (i + 1 == argc)
		return argv[i];
	if (i == argc && path != NULL)
		return path;
	*status = usage(i < argc ? "one FILE is expected" : "FILE is missing");
	return NULL;
}

static int
migrate(int argc, char **argv)
{
	struct out o;

	out_init(&o, text, sizeof(text));
	return migrate_main(argc, argv, &migration, &o);
}

static int
doctor(int argc, char **argv)
{
	struct doctor_input in = { .environment = environ,
		.options = &options,
		.origins = &origins,
		.journal = &program.journal };
	struct out o;
	int status;

	in.path = argc > 0 ? argv[0] : environment_config(environ);
	if (argc > 1 || (argc == 1 && argv[0][0] == '-'))
		return usage("doctor takes one FILE");
	signal(SIGPIPE, SIG_IGN);
	if (catch_faults() != ERR_OK)
		return COMMAND_FAILED;
	out_init(&o, text, sizeof(text));
	in.out = &o;
	status = doctor_main(&doctor_state, &in);
	return put(stdout, &o) != 0 ? COMMAND_FAILED : status;
}

static bool
look_on(int argc, char **argv, struct top_input *in)
{
	*in = (struct top_input){
		.argc = argc, .argv = argv, .environment = environ
	};
	if (catch_signals() != ERR_OK)
		return false;
	in->signals = wake_pipe[0];
	return true;
}

static int
top(int argc, char **argv)
{
	struct top_input in;

	return look_on(argc, argv, &in) ? top_main(&screen, &in)
					: COMMAND_FAILED;
}

static int
fleet(int argc, char **argv)
{
	struct top_input in;

	return look_on(argc, argv, &in) ? fleet_main(&boxes, &in)
					: COMMAND_FAILED;
}

static int
journal(int argc, char **argv)
{
	return catch_faults() != ERR_OK
		   ? COMMAND_FAILED
		   : journal_main(argc, argv, &program.journal);
}

static int
safe_mode(int argc, char **argv)
{
	struct safe_mode_input in = { .environment = environ,
		.app = &program,
		.options = &options,
		.origins = &origins };

	if (argc != 2)
		return usage("--safe-mode takes a file with the reason and "
			     "FILE");
	if (catch_signals() != ERR_OK)
		return COMMAND_FAILED;
	in.reason_path = argv[0];
	in.path = argv[1];
	in.signals = wake_pipe[0];
	return safe_mode_main(&safe, &in);
}

static int
update(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	return update_main(&updating, argc, argv);
}

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "replay", replay_main },
	{ "bench", bench_main },
	{ "migrate", migrate },
	{ "journal", journal },
	{ "doctor", doctor },
	{ "top", top },
	{ "update", update },
	{ "--safe-mode", safe_mode },
	{ "fleet", fleet },
};

int
main(int argc, char **argv)
{
	const char *path;
	bool check = false;
	int status = 0;

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (argc > 1 && strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 2, argv + 2);
	}
	path = options_of(argc, argv, &check, &status);
	if (path == NULL)
		return status;
	if (!check)
		return collect(path);
	status = configure(path);
	if (status == 0)
		printf("%s: ok\n", path);
	return status;
}
