/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hook.c - `hook qemu`: what libvirt calls as /etc/libvirt/hooks/qemu, with the domain on
 * standard input (libvirt's docs/hooks.rst).
 *
 * Theory of operation. Only the operation "prepare begin" does anything: the domain is
 * checked, and findings of severity error prevent the start. For "migrate" and "restore"
 * libvirt reads a changed domain from standard output; nothing is ever printed there,
 * because moving a PCI device would break the running guest. The rules are checked in a
 * child process (guarded.h): a failure of ours stops no domain, unless the configuration
 * is strict.
 */
#include "commands/commands.h"

#include "base/file.h"
#include "base/streams.h"
#include "commands/check-options.h"
#include "commands/guarded.h"
#include "commands/hook-config.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#define CONFIG SYSCONFDIR "/virt-layout/hook.conf"

struct wish {
	const char *config; /* NULL: the default, if it exists */
	const char *guest;
};

static const char *config_path(const struct wish *wish)
{
	return wish->config ? wish->config : CONFIG;
}

static int read_config(const struct wish *wish, struct hook_config *ret,
		       struct error *error)
{
	const char *path = config_path(wish);
	_cleanup_text_ struct text text = {};

	if (!wish->config && access(path, F_OK) < 0 && errno == ENOENT)
		return 0;
	if (file_read(path, 1 << 20, &text, error) < 0) {
		/*
		 * It may set strict, which is then unknown; a file that does not exist
		 * sets nothing.
		 */
		ret->strict = access(path, F_OK) == 0 || errno != ENOENT;
		return -1;
	}
	if (hook_config_read(text.s, text.n, ret, error) < 0)
		return error_wrap(error, "%s", path);
	return 0;
}

static int send_terms(int fd, const struct hook_config *config, struct error *error)
{
	const struct guard_terms terms = {config->strict, config->time_limit_s};

	return guard_send_terms(fd, &terms, error);
}

/* check prints on standard output, which libvirt does not show; it shows standard
 * error. */
static int judge(const void *user, int fd, struct error *error)
{
	const struct wish *wish = user;
	_cleanup_hook_config_ struct hook_config config = {};
	_cleanup_text_ struct text xml = {};
	_cleanup_error_ struct error why = {};
	bool configured;
	int rc;

	*vec_add(&config.words) = xstrdup("check");
	rc = read_config(wish, &config, &why);
	if (send_terms(fd, &config, error) < 0)
		return -1;
	if (rc < 0)
		return error_input(error, "%s", why.message);
	configured = config.words.n > 1;
	if (!config.has_host)
		*vec_add(&config.words) = xstrdup("--host=live");
	/* A host's facts include its versions; without a host they are determined
	 * here. */
	if (config.no_host && !config.has_target)
		*vec_add(&config.words) = xstrdup("--target=installed");
	if (file_read_fd(STDIN_FILENO, "standard input", FILE_LIMIT, &xml, error) < 0)
		return -1;
	if (dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
		return error_system(error, errno,
				    "cannot redirect standard output to standard error");
	rc = check_decide((int)config.words.n, config.words.v, wish->guest, &xml, error);
	if (rc > STATUS_FINDINGS)
		return error_system(error, 0, "the domain could not be checked");
	if (rc < 0 && configured)
		return error_wrap(error, "%s", config_path(wish));
	return rc;
}

static int prepare(const struct wish *wish, struct error *error)
{
	_cleanup_guarded_ struct guarded guarded = {};
	_cleanup_error_ struct error why = {};

	if (guarded_run(judge, wish, &guarded, &why) == 0) {
		if (guarded.status == STATUS_FINDINGS)
			streams_say(
				"%s is not started, because it would fail (see the messages above); `virt-layout explain RULE` explains each rule",
				wish->guest);
		return guarded.status;
	}
	if (guarded.strict)
		return error_system(
			error, 0,
			"%s is not started, because hook.conf says strict=yes or cannot be read, and the domain could not be checked: %s",
			wish->guest, why.message);
	error_wrap(&why, "%s starts unchecked", wish->guest);
	guard_say(&why);
	return STATUS_OK;
}

/* libvirt writes the domain whatever we do with it. */
static int drain(void)
{
	_cleanup_error_ struct error error = {};
	_cleanup_text_ struct text text = {};

	(void)!file_read_fd(STDIN_FILENO, "standard input", FILE_LIMIT, &text, &error);
	return STATUS_OK;
}

static const struct option_row rows[] = {
	{"config", 0, "FILE", "read this instead of " CONFIG,
	 SET_STRING(struct wish, config)},
	{},
};

static int run(const struct options *options, struct error *error)
{
	struct wish wish = {};

	if (options_set(options, &wish, 2, 100, error) < 0)
		return -1;
	wish.guest = options->args[0];
	if (options->n_args > 2 && streq(options->args[1], "prepare") &&
	    streq(options->args[2], "begin"))
		return prepare(&wish, error);
	return drain();
}

const struct command qemu_hook_command = {
	.name = "qemu",
	.args = "GUEST OPERATION [SUB-OPERATION EXTRA]",
	.summary = "libvirt's hook: check a domain before it starts",
	.about =
		"Install it as a link /etc/libvirt/hooks/qemu: the program acts as this hook\nwhen it is called by the name qemu. On \"prepare begin\" the domain on\nstandard input is checked, and the exit status 1 prevents it from starting.\nOther operations do nothing.",
	.rows = rows,
	.run = run,
};

const struct command hook_command = {
	.name = "hook",
	.args = "qemu [ARGUMENTS]",
	.summary = "Act as the hook that libvirt calls when a domain starts",
	.children = (const struct command *const[]){&qemu_hook_command, NULL},
};
