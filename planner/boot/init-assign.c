/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * init-assign.c - uses a PCI function like QEMU when it assigns one: binds vfio-pci,
 * checks that its group is viable, sets up a container with the type 1 IOMMU, maps a
 * page, and reads its config space through VFIO (Linux
 * Documentation/driver-api/vfio.rst). Without interrupt remapping the container refuses
 * the group unless vfio_iommu_type1 allows unsafe interrupts, which is never done here.
 */
#include "planner/boot/init.h"

#include "base/file.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAGE_BYTES = 4096, TEST_IOVA = 0x100000 };

/* Writes a sysfs file of the function; 0 or errno. */
static int write_attribute(const char *address, const char *name, const char *value)
{
	_cleanup_free_ char *path =
		xasprintf("/sys/bus/pci/devices/%s/%s", address, name);
	_cleanup_fd_ int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		return errno;
	return 0;
}

static uint64_t read_attribute(const char *address, const char *name)
{
	_cleanup_free_ char *path =
		xasprintf("/sys/bus/pci/devices/%s/%s", address, name);
	_cleanup_error_ struct error ignored = {};
	_cleanup_text_ struct text text = {};
	uint64_t value = 0;

	if (file_read(path, PAGE_BYTES, &text, &ignored) < 0)
		return 0;
	text.s[strcspn(text.s, "\n")] = '\0';
	return parse_u64(text.s, &value) ? value : 0;
}

void init_bind(const char *address)
{
	int fd, fault = write_attribute(address, "driver_override", "vfio-pci");

	write_attribute(address, "driver/unbind", address); /* it need not have one */
	fd = open("/sys/bus/pci/drivers_probe", O_WRONLY | O_CLOEXEC);
	if (!fault && (fd < 0 || write(fd, address, strlen(address)) < 0))
		fault = errno;
	close_fd(&fd);
	if (fault)
		init_say("note cannot bind %s to vfio-pci: %s", address, strerror(fault));
}

void init_make_vfs(const char *address)
{
	_cleanup_free_ char *number =
		xasprintf("%llu",
			  (unsigned long long)read_attribute(address, "sriov_totalvfs"));
	int fault;

	if (streq(number, "0"))
		return;
	write_attribute(address, "sriov_drivers_autoprobe", "0");
	fault = write_attribute(address, "sriov_numvfs", number);
	if (fault)
		init_say("note %s: cannot create its %s virtual functions: %s", address,
			 number, strerror(fault));
}

/* The number of the function's group, or -1. */
static int find_group(const char *address)
{
	_cleanup_free_ char *path =
		xasprintf("/sys/bus/pci/devices/%s/iommu_group", address);
	char target[256];
	ssize_t n = readlink(path, target, sizeof(target) - 1);
	const char *slash;
	int group;

	if (n <= 0)
		return -1;
	target[n] = '\0';
	slash = strrchr(target, '/');
	return slash && parse_int(slash + 1, &group) ? group : -1;
}

/* Open descriptors of one attempt. */
struct attempt {
	const char *address;
	int number, group, container, device;
	struct text why; /* where it failed */
};

static bool fail(struct attempt *a, const char *step)
{
	text_printf(&a->why, "%s: %s", step, strerror(errno));
	return false;
}

static bool open_group(struct attempt *a)
{
	struct vfio_group_status status = {.argsz = sizeof(status)};
	_cleanup_free_ char *path = xasprintf("/dev/vfio/%d", a->number);

	a->container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	if (a->container < 0)
		return fail(a, "/dev/vfio/vfio");
	a->group = open(path, O_RDWR | O_CLOEXEC);
	if (a->group < 0)
		return fail(a, path);
	if (ioctl(a->group, VFIO_GROUP_GET_STATUS, &status) < 0)
		return fail(a, "VFIO_GROUP_GET_STATUS");
	if (!(status.flags & VFIO_GROUP_FLAGS_VIABLE)) {
		text_printf(&a->why,
			    "group %d is not viable: other drivers use functions in it",
			    a->number);
		return false;
	}
	if (ioctl(a->group, VFIO_GROUP_SET_CONTAINER, &a->container) < 0)
		return fail(a, "VFIO_GROUP_SET_CONTAINER");
	if (ioctl(a->container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU) < 0)
		return fail(a, "VFIO_SET_IOMMU (are interrupts remapped?)");
	return true;
}

static bool map_page(struct attempt *a)
{
	void *page = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = (uintptr_t)page,
		.iova = TEST_IOVA,
		.size = PAGE_BYTES,
	};
	struct vfio_iommu_type1_dma_unmap unmap = {.argsz = sizeof(unmap),
						   .iova = TEST_IOVA,
						   .size = PAGE_BYTES};

	if (page == MAP_FAILED || ioctl(a->container, VFIO_IOMMU_MAP_DMA, &map) < 0)
		return fail(a, "VFIO_IOMMU_MAP_DMA");
	if (ioctl(a->container, VFIO_IOMMU_UNMAP_DMA, &unmap) < 0 ||
	    unmap.size != PAGE_BYTES)
		return fail(a, "VFIO_IOMMU_UNMAP_DMA");
	munmap(page, PAGE_BYTES);
	return true;
}

static bool read_config(struct attempt *a)
{
	struct vfio_region_info region = {.argsz = sizeof(region),
					  .index = VFIO_PCI_CONFIG_REGION_INDEX};
	uint64_t vendor = read_attribute(a->address, "vendor");
	uint64_t device = read_attribute(a->address, "device");
	uint16_t ids[2];

	a->device = ioctl(a->group, VFIO_GROUP_GET_DEVICE_FD, a->address);
	if (a->device < 0)
		return fail(a, "VFIO_GROUP_GET_DEVICE_FD");
	if (ioctl(a->device, VFIO_DEVICE_GET_REGION_INFO, &region) < 0)
		return fail(a, "VFIO_DEVICE_GET_REGION_INFO");
	if (pread(a->device, ids, sizeof(ids), (off_t)region.offset) != sizeof(ids))
		return fail(a, "its config space");
	if (ids[0] != vendor || ids[1] != device) {
		text_printf(&a->why, "its config space says %04x:%04x, sysfs %04x:%04x",
			    ids[0], ids[1], (unsigned)vendor, (unsigned)device);
		return false;
	}
	return true;
}

void init_try_assign(const char *address)
{
	struct attempt a = {.address = address,
			    .number = find_group(address),
			    .group = -1,
			    .container = -1,
			    .device = -1};

	if (read_attribute(address, "sriov_totalvfs") > 0)
		write_attribute(address, "sriov_numvfs", "0");
	if (a.number < 0)
		text_adds(&a.why, "it has no IOMMU group");
	else if (open_group(&a) && map_page(&a) && read_config(&a))
		init_say("assign %s ok group %d, a page mapped, its config space read",
			 address, a.number);
	if (a.why.n > 0)
		init_say("assign %s failed %s", address, a.why.s);
	close_fd(&a.device);
	close_fd(&a.group);
	close_fd(&a.container);
	text_free(&a.why);
}
