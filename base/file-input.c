/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/file-input.h"

#include "base/first.h"
#include "base/text.h"
#include "base/vec.h"

#include <pthread.h>

struct input {
	char *path, *target;
	struct stat st;
	bool forgotten;
};

/* Kept until the process ends. */
static struct {
	pthread_mutex_t lock;
	VEC(struct input) list;
	struct firsts names; /* of both kinds; to the index in the list */
} inputs = {.lock = PTHREAD_MUTEX_INITIALIZER};

static struct input *find(const char *path, const char *target)
{
	int at = target ? first_find(&inputs.names, target, 0) : -1;

	if (at < 0)
		at = first_find(&inputs.names, path, 0);
	return at < 0 ? NULL : &inputs.list.v[at];
}

static bool is_kernels(const char *target)
{
	return has_prefix(target, "/proc/") || has_prefix(target, "/sys/");
}

void file_input_add(const char *path, const struct stat *st)
{
	char *target = realpath(path, NULL);
	struct input *input;

	if (!S_ISREG(st->st_mode) || is_kernels(target ? target : path)) {
		free(target);
		return;
	}
	pthread_mutex_lock(&inputs.lock);
	input = find(path, target);
	if (!input) {
		input = vec_add(&inputs.list);
		*input = (struct input){.path = xstrdup(path), .target = TAKE(target)};
		input->forgotten = true;
		first_add(&inputs.names, input->path, 0, (int)inputs.list.n - 1);
		if (input->target)
			first_add(&inputs.names, input->target, 0,
				  (int)inputs.list.n - 1);
	}
	if (input->forgotten)
		input->st = *st;
	input->forgotten = false;
	pthread_mutex_unlock(&inputs.lock);
	free(target);
}

bool file_input_find(const char *path, const char *target, struct stat *ret)
{
	const struct input *input;
	bool found;

	pthread_mutex_lock(&inputs.lock);
	input = find(path, target);
	found = input && !input->forgotten;
	if (found)
		*ret = input->st;
	pthread_mutex_unlock(&inputs.lock);
	return found;
}

void file_input_forget(const char *path, const char *target)
{
	struct input *input;

	pthread_mutex_lock(&inputs.lock);
	input = find(path, target);
	if (input)
		input->forgotten = true;
	pthread_mutex_unlock(&inputs.lock);
}
