/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "commands/connect.h"

#include "base/mem.h"
#include "commands/libexec.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* As many domains as anybody has on one host, of ordinary size. */
#define ALL_LIMIT        (1024u << 20)
#define LAST_WORDS_LIMIT (64u << 10)

const struct option_row connect_rows[] = {
	{"connect", 'c', "URI",
	 "read the domain of that name from libvirt at URI; '' is the default URI",
	 SET_STRING(struct connect_wish, uri)},
	{"inactive", 0, NULL,
	 "with --connect: the configuration at the next start of a running domain",
	 SET_TRUE(struct connect_wish, inactive)},
	{},
};

void connected_free(struct connected *connected)
{
	for (size_t i = 0; i < connected->domains.n; i++) {
		free(connected->domains.v[i].name);
		text_free(&connected->domains.v[i].xml);
	}
	vec_free(&connected->domains);
}

/* virt-layout-run [--all] [--inactive] xml URI NAME...; the strings are borrowed. */
static vec_strings make_words(const struct connect_wish *wish, const char *program,
			      char *const *names, size_t n)
{
	vec_strings words = {};

	*vec_add(&words) = program;
	if (wish->all)
		*vec_add(&words) = "--all";
	if (wish->inactive)
		*vec_add(&words) = "--inactive";
	*vec_add(&words) = "--";
	*vec_add(&words) = "xml";
	*vec_add(&words) = wish->uri ? wish->uri : "";
	for (size_t i = 0; i < n; i++)
		*vec_add(&words) = names[i];
	*vec_add(&words) = NULL;
	return words;
}

_noreturn_ static void become(char *const *words, int output, int complaints)
{
	/* Standard input remains: libvirt may ask for a password. */
	if (dup2(output, STDOUT_FILENO) >= 0 && dup2(complaints, STDERR_FILENO) >= 0)
		execv(words[0], words);
	_exit(127);
}

/* The program's exit status, or -1. */
static int wait_for(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int read_back(int fd, size_t limit, struct text *text, struct error *error)
{
	if (lseek(fd, 0, SEEK_SET) < 0)
		return error_system(error, errno, "virt-layout-run");
	return file_read_fd(fd, "output of virt-layout-run", limit, text, error);
}

/* What the program printed on standard error, as our own error. */
static int explain(int status, int complaints, struct error *error)
{
	static const char prefix[] = "virt-layout-run: ";
	_cleanup_text_ struct text text = {};
	const char *message;

	if (read_back(complaints, LAST_WORDS_LIMIT, &text, error) < 0)
		return -1;
	while (text.n > 0 && text.s[text.n - 1] == '\n')
		text.s[--text.n] = '\0';
	message = text.n > 0 ? text.s : "virt-layout-run ended unexpectedly";
	if (has_prefix(message, prefix))
		message += strlen(prefix);
	return status == STATUS_INPUT ? error_input(error, "%s", message)
				      : error_system(error, 0, "%s", message);
}

/* NAME NUL XML NUL, for each domain. */
static int split(const struct text *output, struct connected *ret, struct error *error)
{
	const char *at = output->s, *end = output->s + output->n;

	while (at < end) {
		const char *xml = at + strlen(at) + 1;
		struct connected_domain *domain;

		if (xml >= end || end[-1] != '\0')
			return error_system(error, 0, "virt-layout-run ended too early");
		domain = vec_add(&ret->domains);
		*domain = (struct connected_domain){.name = xstrdup(at)};
		text_adds(&domain->xml, xml);
		at = xml + strlen(xml) + 1;
	}
	return 0;
}

int connect_check(const struct connect_wish *wish, struct error *error)
{
	if (wish->inactive && !connect_wanted(wish))
		return error_input(error, "--inactive needs --connect URI");
	return 0;
}

int connect_read(const struct connect_wish *wish, char *const *names, size_t n,
		 struct connected *ret, struct error *error)
{
	_cleanup_fd_ int output = memfd_create("output", MFD_CLOEXEC);
	_cleanup_fd_ int complaints = memfd_create("complaints", MFD_CLOEXEC);
	_cleanup_free_ char *program = NULL;
	_cleanup_text_ struct text text = {};
	vec_strings words;
	int status;
	pid_t child;

	if (find_libexec("virt-layout-run", &program, error) < 0)
		return -1;
	if (output < 0 || complaints < 0)
		return error_system(error, errno, "memfd_create");
	words = make_words(wish, program, names, n);
	child = fork();
	if (child == 0)
		become((char *const *)(const void *)words.v, output, complaints);
	vec_free(&words);
	if (child < 0)
		return error_system(error, errno, "cannot start virt-layout-run");
	status = wait_for(child);
	if (status != STATUS_OK)
		return explain(status, complaints, error);
	if (read_back(output, ALL_LIMIT, &text, error) < 0)
		return -1;
	return text.n > 0 ? split(&text, ret, error) : 0;
}

void connect_advise(const char *name, struct error *error)
{
	_cleanup_free_ char *message = NULL;

	if (error->status != STATUS_INPUT || access(name, F_OK) == 0 || errno != ENOENT ||
	    strpbrk(name, "/.") || !*name || streq(name, "-"))
		return;
	message = error->message;
	error->message = xasprintf(
		"%s; to read the domain of that name from libvirt, use --connect URI",
		message);
}

int connect_read_document(const struct connect_wish *wish, const char *name,
			  struct document *ret, struct error *error)
{
	_cleanup_connected_ struct connected connected = {};
	char *const names[] = {(char *)(uintptr_t)name};

	if (!connect_wanted(wish)) {
		if (document_read(name, ret, error) == 0)
			return 0;
		connect_advise(name, error);
		return -1;
	}
	if (connect_read(wish, names, 1, &connected, error) < 0)
		return -1;
	if (connected.domains.n == 0)
		return error_system(error, 0, "virt-layout-run printed no domain");
	return document_parse(connected.domains.v[0].name, connected.domains.v[0].xml.s,
			      connected.domains.v[0].xml.n, ret, error);
}
