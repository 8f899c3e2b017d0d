/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. libxml2 calls our functions instead of malloc() and free(). While
 * no arena is in use they are malloc() and free(). Otherwise a block is the next piece of
 * the newest chunk, after its size, and freeing it does nothing. What libxml2 had before
 * does not come from the arena and is freed as before, so each block is looked for in the
 * chunks; there are few, because each is as large as all previous ones together.
 */
#include "base/xml/arena.h"

#include "base/mem.h"
#include "base/xml/xml-library.h"

#include <assert.h>
#include <libxml/xmlmemory.h>
#include <pthread.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, n)   ((void)(at), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(at, n) ((void)(at), (void)(n))
#endif

#define ALIGNMENT    16
#define LEAST_CHUNK  4096
#define LARGEST_STEP ((size_t)1 << 24)

struct arena_chunk {
	struct arena_chunk *older;
	size_t total; /* bytes of this chunk and of the older ones */
	char *at, *end;
	char bytes[];
};

static _Thread_local struct arena *current;

/* The size of a block is kept in front of it. */
static size_t size_of(const char *block)
{
	size_t n;

	ASAN_UNPOISON_MEMORY_REGION(block - sizeof(n), sizeof(n));
	memcpy(&n, block - sizeof(n), sizeof(n));
	ASAN_POISON_MEMORY_REGION(block - sizeof(n), sizeof(n));
	return n;
}

static void set_size(char *block, size_t n)
{
	ASAN_UNPOISON_MEMORY_REGION(block - sizeof(n), sizeof(n));
	memcpy(block - sizeof(n), &n, sizeof(n));
	ASAN_POISON_MEMORY_REGION(block - sizeof(n), sizeof(n));
	ASAN_UNPOISON_MEMORY_REGION(block, n);
}

/* Where a block that begins at or after @at may begin: aligned, after its size. */
static char *align(char *at)
{
	uintptr_t place = (uintptr_t)at + sizeof(size_t);

	return at + sizeof(size_t) + (-place & (ALIGNMENT - 1));
}

/*
 * In a function of its own, whose pointer is not to const: gcc 16 thinks that the bytes
 * are read, and warns.
 */
static __attribute__((noinline)) void hide(char *bytes, size_t n)
{
	ASAN_POISON_MEMORY_REGION(bytes, n);
}

static bool add_chunk(struct arena *arena, size_t n)
{
	size_t total = arena->newest ? arena->newest->total : 0;
	size_t step = total ? MIN(total, LARGEST_STEP) : arena->estimate;
	size_t room = MAX(MAX(step, n + ALIGNMENT + sizeof(size_t)), (size_t)LEAST_CHUNK);
	struct arena_chunk *chunk = malloc(sizeof(*chunk) + room);

	if (!chunk)
		return false;
	*chunk = (struct arena_chunk){.older = arena->newest,
				      .total = total + room,
				      .at = chunk->bytes,
				      .end = chunk->bytes + room};
	hide(chunk->bytes, room);
	arena->newest = chunk;
	return true;
}

static bool fits(const struct arena_chunk *chunk, const char *block, size_t n)
{
	return block <= chunk->end && n <= (size_t)(chunk->end - block);
}

static void *allocate(size_t n)
{
	struct arena_chunk *chunk;
	char *block;

	if (!current)
		return malloc(n);
	if (n > PTRDIFF_MAX / 2)
		return NULL;
	chunk = current->newest;
	if (!chunk || !fits(chunk, align(chunk->at), n)) {
		if (!add_chunk(current, n))
			return NULL;
		chunk = current->newest;
	}
	block = align(chunk->at);
	chunk->at = block + n;
	set_size(block, n);
	return block;
}

void *arena_allocate(size_t n)
{
	void *block = allocate(n);

	if (!block)
		abort();
	return block;
}

static bool is_ours(const char *block)
{
	const struct arena_chunk *chunk = current ? current->newest : NULL;

	while (chunk && ((uintptr_t)block < (uintptr_t)chunk->bytes ||
			 (uintptr_t)block >= (uintptr_t)chunk->end))
		chunk = chunk->older;
	return chunk != NULL;
}

static void release(void *block)
{
	if (!is_ours(block))
		free(block);
	else
		ASAN_POISON_MEMORY_REGION(block, size_of(block));
}

static void *reallocate(void *block, size_t n)
{
	struct arena_chunk *chunk;
	size_t old;
	void *moved;

	if (!block)
		return allocate(n);
	if (!is_ours(block))
		return realloc(block, n);
	old = size_of(block);
	chunk = current->newest;
	if ((char *)block + old == chunk->at && fits(chunk, block, n)) {
		ASAN_POISON_MEMORY_REGION(block, old);
		chunk->at = (char *)block + n;
		set_size(block, n);
		return block;
	}
	moved = allocate(n);
	if (moved)
		memcpy(moved, block, MIN(old, n));
	if (moved)
		release(block);
	return moved;
}

static char *duplicate(const char *string)
{
	size_t n = strlen(string) + 1;
	char *copy = allocate(n);

	return copy ? memcpy(copy, string, n) : NULL;
}

static void set_up(void)
{
	int rc;

	sym_xmlInitParser();
	rc = sym_xmlMemSetup(release, allocate, reallocate, duplicate);
	assert(rc == 0); /* each of them is given */
	(void)rc;
}

void arena_prepare(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, set_up);
}

void arena_begin(struct arena *arena)
{
	arena_prepare();
	current = arena;
}

void arena_end(void)
{
	/* The last error is kept for the thread, with strings of its own. */
	sym_xmlResetLastError();
	current = NULL;
}

void arena_free(struct arena *arena)
{
	while (arena->newest) {
		struct arena_chunk *chunk = arena->newest;

		arena->newest = chunk->older;
		ASAN_UNPOISON_MEMORY_REGION(chunk->bytes,
					    (size_t)(chunk->end - chunk->bytes));
		free(chunk);
	}
}
