/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "partition/fill-parts.h"

#include "base/file.h"
#include "base/sha256.h"
#include "partition/elastic.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

static struct guid file_system_uuid(struct guid partition)
{
	static const char what[] = "file-system-uuid";
	uint8_t hash[SHA256_BYTES];
	struct guid guid;

	hmac_sha256(partition.bytes, sizeof(partition.bytes), what, sizeof(what) - 1,
		    hash);
	memcpy(guid.bytes, hash, sizeof(guid.bytes));
	return guid_as_v4(guid);
}

/* A single directory that becomes the root needs no copy of its own. */
static bool is_one_tree(const struct part_content *content)
{
	struct stat status;

	return content->copies.n == 1 && content->directories.n == 0 &&
	       strspn(content->copies.v[0].target, "/") ==
		       strlen(content->copies.v[0].target) &&
	       lstat(content->copies.v[0].source, &status) == 0 &&
	       S_ISDIR(status.st_mode);
}

/* @content must live as long as the fill. */
static void set_sources(struct fill *fill, const struct part_content *content)
{
	if (is_one_tree(content))
		fill->copy_files = xstrdup(content->copies.v[0].source);
	else if (content->copies.n + content->directories.n > 0)
		fill->content = content;
}

static int measure(struct part_request *part, const struct fill_target *target,
		   uint32_t sector_bytes, struct error *error)
{
	struct fill fill = {.format = part->content.format};
	uint64_t bytes = 0;
	int rc;

	set_sources(&fill, &part->content);
	rc = fill_size(&fill, target, sector_bytes, &bytes, error);
	free(fill.copy_files);
	if (rc < 0)
		return error_wrap(error, "%s: Minimize=", part->file);
	part->elastic.data_bytes =
		(bytes + ELASTIC_GRAIN - 1) / ELASTIC_GRAIN * ELASTIC_GRAIN;
	return 0;
}

int fill_measure_parts(struct disk_request *request, struct error *error)
{
	const char *folder = getenv("TMPDIR");
	_cleanup_fd_ int folder_fd = -1;

	folder = folder && *folder ? folder : "/var/tmp";
	for (size_t i = 0; i < request->parts.n; i++) {
		struct fill_target target = {.fd = -1, .seed = request->seed};

		if (!request->parts.v[i].content.minimize)
			continue;
		if (folder_fd < 0)
			folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (folder_fd < 0)
			return error_system(error, errno,
					    "%s, for temporary files (TMPDIR)", folder);
		target.folder_fd = folder_fd;
		if (measure(&request->parts.v[i], &target, request->sector_bytes, error) <
		    0)
			return -1;
	}
	return 0;
}

int fill_add_parts(struct fill_list *fills, const struct disk_request *request,
		   const struct disk_layout *layout, struct error *error)
{
	for (size_t i = 0; i < layout->parts.n; i++) {
		const struct disk_layout_part *placed = &layout->parts.v[i];
		const struct part_content *content =
			placed->part == SIZE_MAX
				? NULL
				: &request->parts.v[placed->part].content;
		struct fill *fill;

		if (!content || part_content_is_empty(content))
			continue;
		for (size_t k = 0; k < fills->list.n; k++)
			if (fills->list.v[k].number == placed->number)
				return error_input(
					error,
					"partition %u has its content from %s already",
					placed->number,
					request->parts.v[placed->part].file);
		fill = vec_add(&fills->list);
		fill->number = placed->number;
		fill->populate = content->blocks ? xstrdup(content->blocks) : NULL;
		fill->format = content->format ? xstrdup(content->format) : NULL;
		fill->uuid = file_system_uuid(layout->table.partitions.v[i].uuid);
		set_sources(fill, content);
	}
	return 0;
}
