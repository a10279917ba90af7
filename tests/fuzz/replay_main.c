/*
 * Runs a fuzz target over files and the files of folders, without libFuzzer:
 * a corpus stays a regression test where there is no clang.  Each input
 * stands in a block of exactly its size, so that the address sanitizer sees
 * the first byte read too far.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned count;

static void
run(FILE *file, const char *path, size_t size)
{
	uint8_t *data = malloc(size ? size : 1);

	if (!data || fread(data, 1, size, file) != size) {
		fprintf(stderr, "%s: cannot read\n", path);
		exit(2);
	}
	/* The line above a report says which input it was. */
	fprintf(stderr, "%s\n", path);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	count++;
}

static void
visit(const char *path)
{
	struct dirent **list;
	struct stat st;
	char name[4096];
	FILE *file;

	if (stat(path, &st) < 0) {
		perror(path);
		exit(2);
	}
	if (S_ISDIR(st.st_mode)) {
		int n = scandir(path, &list, NULL, alphasort);

		for (int i = 0; i < n; i++) {
			snprintf(
			    name, sizeof(name), "%s/%s", path, list[i]->d_name);
			if (list[i]->d_name[0] != '.')
				visit(name);
			free(list[i]);
		}
		if (n >= 0)
			free(list);
		return;
	}
	file = fopen(path, "rb");
	if (!file) {
		perror(path);
		exit(2);
	}
	run(file, path, (size_t)st.st_size);
	fclose(file);
}

int
main(int argc, char **argv)
{
	uint8_t *nothing = calloc(1, 1);

	LLVMFuzzerTestOneInput(nothing, 0);
	free(nothing);
	for (int i = 1; i < argc; i++)
		visit(argv[i]);
	printf("%u inputs\n", count);
	return 0;
}
