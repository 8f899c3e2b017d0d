/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * terminal.c - Theory of operation. Colors follow the programs of util-linux: files of
 * the user's folder, or if that does not exist those of /etc/terminal-colors.d, are named
 * [[NAME][@TERM].]disable or enable. A name counts more than a terminal, and where the
 * most specific files of both kinds are alike, enable wins. This was compared with sfdisk
 * 2.38.
 */
#include "commands/terminal.h"

#include "base/mem.h"
#include "base/text.h"

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#define PROGRAM       "virt-layout"
#define COLORS_FOLDER "terminal-colors.d"

bool terminal_has_controls(void)
{
	const char *kind = getenv("TERM");

	return kind && *kind && !streq(kind, "dumb");
}

/* agetty takes the type vt220 for serial lines, such as those of `virsh console`. */
static bool shows_colors(void)
{
	static const char *const monochrome[] = {"vt100", "vt102", "vt220"};
	const char *kind = getenv("TERM");

	for (size_t i = 0; i < ARRAY_SIZE(monochrome); i++)
		if (streq_null(kind, monochrome[i]))
			return false;
	return terminal_has_controls();
}

/* How specific a file [[NAME][@TERM].]@type is; 0: it is for something else. */
static int specificity(const char *file, const char *type)
{
	_cleanup_free_ char *stem = NULL;
	char *term;

	if (streq(file, type))
		return 1;
	if (!has_suffix(file, type) || file[strlen(file) - strlen(type) - 1] != '.')
		return 0;
	stem = xstrndup(file, strlen(file) - strlen(type) - 1);
	term = strchr(stem, '@');
	if (term)
		*term++ = '\0';
	if ((*stem && !streq(stem, PROGRAM)) ||
	    (term && !streq_null(getenv("TERM"), term)) || (!*stem && !term))
		return 0;
	return 1 + 2 * (*stem != '\0') + (term != NULL);
}

/* False: the folder cannot be read. */
static bool read_colors(const char *folder, bool *ret_wanted)
{
	DIR *directory = opendir(folder);
	int enabled = 0, disabled = 0;
	const struct dirent *entry;

	if (!directory)
		return false;
	while ((entry = readdir(directory))) {
		enabled = MAX(enabled, specificity(entry->d_name, "enable"));
		disabled = MAX(disabled, specificity(entry->d_name, "disable"));
	}
	closedir(directory);
	*ret_wanted = enabled >= disabled;
	return true;
}

static bool files_want_colors(void)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	_cleanup_free_ char *own = config && *config
					   ? xasprintf("%s/" COLORS_FOLDER, config)
				   : home ? xasprintf("%s/.config/" COLORS_FOLDER, home)
					  : NULL;
	bool wanted = true;

	if (!own || !read_colors(own, &wanted))
		read_colors("/etc/" COLORS_FOLDER, &wanted);
	return wanted;
}

bool terminal_wants_colors(void)
{
	const char *no_color = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && !(no_color && *no_color) && shows_colors() &&
	       files_want_colors();
}
