/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The init of the guests of tests/boot/windows. For BAR 2 of each ivshmem device it
 * prints a line "bar ADDRESS LAST WINDOW READ": its addresses; 1 if a window of a root
 * bus covers it; 1 if the device's memory can be read and written at both ends. Then
 * "end".
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#define DEVICES "/sys/bus/pci/devices"
#define PAGE    4096

static FILE *open_of(const char *name, const char *file, const char *mode)
{
	char path[512];

	snprintf(path, sizeof(path), DEVICES "/%s/%s", name, file);
	return fopen(path, mode);
}

static bool is_ivshmem(const char *name)
{
	FILE *file = open_of(name, "device", "re");
	unsigned id = 0;

	if (!file)
		return false;
	if (fscanf(file, "%x", &id) != 1)
		id = 0;
	fclose(file);
	return id == 0x1110;
}

/* A line without indentation is a window of a root bus, "PCI Bus 0000:80". */
static bool is_covered(uint64_t first, uint64_t last)
{
	FILE *file = fopen("/proc/iomem", "re");
	char line[256];
	bool covered = false;

	while (file && fgets(line, sizeof(line), file)) {
		unsigned long long begin, end;

		if (line[0] != ' ' && strstr(line, "PCI Bus") &&
		    sscanf(line, "%llx-%llx", &begin, &end) == 2 && begin <= first &&
		    last <= end)
			covered = true;
	}
	if (file)
		fclose(file);
	return covered;
}

/* Writes a number into a page of the BAR and reads it back. */
static bool holds(int fd, uint64_t at, uint32_t number)
{
	volatile uint32_t *page =
		mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)at);
	bool same;

	if (page == MAP_FAILED)
		return false;
	*page = number;
	same = *page == number;
	munmap((void *)page, PAGE);
	return same;
}

static bool can_read(const char *name, uint64_t size)
{
	FILE *enable = open_of(name, "enable", "we");
	char path[512];
	bool can;
	int fd;

	if (enable) {
		fputs("1", enable);
		fclose(enable);
	}
	snprintf(path, sizeof(path), DEVICES "/%s/resource2", name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return false;
	can = holds(fd, 0, 0x600d1) && holds(fd, size - PAGE, 0x600d2);
	close(fd);
	return can;
}

static void show(const char *name)
{
	FILE *file = open_of(name, "resource", "re");
	unsigned long long first = 0, last = 0;

	for (int i = 0; file && i <= 2; i++)
		if (fscanf(file, "%llx %llx %*x", &first, &last) != 2)
			first = last = 0;
	if (file)
		fclose(file);
	printf("bar 0x%llx 0x%llx %d %d\n", first, last, first && is_covered(first, last),
	       first && can_read(name, last - first + 1));
}

int main(void)
{
	DIR *devices;

	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	devices = opendir(DEVICES);
	for (struct dirent *entry; devices && (entry = readdir(devices));)
		if (is_ivshmem(entry->d_name))
			show(entry->d_name);
	puts("end");
	fflush(stdout);
	tcdrain(STDOUT_FILENO);
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}
