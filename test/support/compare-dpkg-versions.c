/* Reads pairs of versions and writes -1, 0, 1 or invalid for each: cmpversions() of dpkg's src/main/enquiry.c in a loop. */
#include <stdio.h>

#include <dpkg/dpkg.h>
#include <dpkg/dpkg-db.h>
#include <dpkg/version.h>

static int read_version(struct dpkg_version *version, const char *text)
{
	struct dpkg_error error = DPKG_ERROR_INIT;
	int failed = parseversion(version, text, &error) < 0 && error.type == DPKG_MSG_ERROR;
	dpkg_error_destroy(&error);
	return !failed;
}

int main(void)
{
	char a[4096], b[4096];
	while (scanf("%4095s %4095s", a, b) == 2) {
		struct dpkg_version left, right;
		if (!read_version(&left, a) || !read_version(&right, b)) {
			puts("invalid");
			continue;
		}
		int order = dpkg_version_compare(&left, &right);
		printf("%d\n", (order > 0) - (order < 0));
	}
	return 0;
}
