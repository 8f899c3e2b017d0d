/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * emulators.h: what an emulator says is taken, and whatever else a program does instead
 * (hang, crash, flood, nonsense, nothing) leaves it unknown, in time, and no process.
 */
#include "tests/unit/test.h"

#include "base/file.h"
#include "base/mem.h"
#include "planner/qemu/emulators.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Like those of QEMU 7.2, shortened; an answer that we did not ask for, and an event. */
static const char answers[] =
	"{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 22, \"minor\": 2, \"major\": 7}, "
	"\"package\": \"Debian 1:7.2\"}, \"capabilities\": [\"oob\"]}}\r\n"
	"{\"return\": {}, \"id\": 1}\r\n"
	"{\"return\": {\"arch\": \"x86_64\"}, \"id\": 2}\r\n"
	"{\"timestamp\": {}, \"event\": \"SHUTDOWN\"}\r\n"
	"{\"return\": [{\"name\": \"pc-q35-7.2\", \"alias\": \"q35\", \"cpu-max\": 288, "
	"\"deprecated\": false}, {\"name\": \"pc-i440fx-1.4\", \"cpu-max\": 255, "
	"\"deprecated\": true}, {\"name\": \"odd\", \"cpu-max\": -1}, {\"x\": 1}], "
	"\"id\": 3}\r\n"
	"{\"return\": [{\"name\": \"intel-iommu\"}, {\"name\": \"e1000e\"}], \"id\": 4}\r\n"
	"{\"return\": [{\"name\": \"aw-bits\"}, {\"name\": \"eim\"}], \"id\": 8}\r\n"
	"{\"error\": {\"class\": \"DeviceNotFound\"}, \"id\": 7}\r\n"
	"{\"return\": [{\"name\": \"max\", \"deprecated\": false}, {\"name\": \"EPYC\"}, "
	"{\"name\": \"\"}, {\"name\": 7}], \"id\": 100000}\r\n"
	"{\"return\": {}, \"id\": 5}\r\n";

static void check_answers(const struct machine_emulator *emulator)
{
	const struct machine_type *q35 = emulator_type(emulator, "q35");

	assert_null(emulator->unknown);
	assert_string_equal(emulator->version, "7.2.22");
	assert_string_equal(emulator->package, "Debian 1:7.2");
	assert_string_equal(emulator->architecture, "x86_64");
	assert_non_null(q35);
	assert_string_equal(q35->name, "pc-q35-7.2");
	assert_int_equal(q35->vcpus, 288);
	assert_int_equal(q35->deprecated, KNOWN_NO);
	assert_int_equal(emulator_type(emulator, "pc-i440fx-1.4")->deprecated, KNOWN_YES);
	assert_int_equal(emulator_type(emulator, "odd")->vcpus, UNKNOWN_ID);
	assert_int_equal(emulator_type(emulator, "odd")->deprecated, KNOWN_UNKNOWN);
	assert_null(emulator_type(emulator, "pc-q35-9.0"));
	assert_int_equal(emulator->cpus.n, 2);
	assert_string_equal(emulator->cpus.v[0].name, "EPYC");
	assert_int_equal(emulator->cpus.v[0].deprecated, KNOWN_UNKNOWN);
	assert_string_equal(emulator->cpus.v[1].name, "max");
	assert_int_equal(emulator->cpus.v[1].deprecated, KNOWN_NO);
	assert_int_equal(emulator_model(emulator, "e1000e"), KNOWN_YES);
	assert_int_equal(emulator_model(emulator, "igb"), KNOWN_NO);
	assert_int_equal(emulator_model(emulator, "no-rule-asks"), KNOWN_UNKNOWN);
	assert_int_equal(emulator_property(emulator, "intel-iommu", "eim"), KNOWN_YES);
	assert_int_equal(emulator_property(emulator, "intel-iommu", "dma-translation"),
			 KNOWN_NO);
	assert_int_equal(emulator_property(emulator, "arm-smmuv3", "accel"),
			 KNOWN_UNKNOWN);
}

static void answers_are_taken(void **state)
{
	struct machine_emulator emulator = {};

	(void)state;
	assert_true(emulator_take_answers(answers, strlen(answers), &emulator));
	check_answers(&emulator);
	/* Whoever answers twice is not believed the second time. */
	assert_true(emulator_take_answers(answers, strlen(answers), &emulator));
	check_answers(&emulator);
	assert_int_equal(emulator.types.n, 3);
	machine_emulator_free(&emulator);
}

/* Cut anywhere, or with one byte changed, it is read without an accident. */
static void damaged_answers_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < strlen(answers); i++) {
		_cleanup_free_ char *bytes = xstrdup(answers);
		struct machine_emulator cut = {}, changed = {};

		emulator_take_answers(bytes, i, &cut);
		bytes[i] = (char)(bytes[i] ^ 0x11);
		emulator_take_answers(bytes, strlen(answers), &changed);
		machine_emulator_free(&cut);
		machine_emulator_free(&changed);
	}
}

struct place {
	char directory[32];
	char *program, *pid;
};

static void make_program(struct place *place, const char *script)
{
	FILE *file;

	snprintf(place->directory, sizeof(place->directory), "/tmp/virt-layout-XXXXXX");
	assert_non_null(mkdtemp(place->directory));
	place->program = xasprintf("%s/qemu", place->directory);
	place->pid = xasprintf("%s/pid", place->directory);
	file = fopen(place->program, "we");
	assert_non_null(file);
	fprintf(file, "#!/bin/sh\necho $$ > %s\n%s\n", place->pid, script);
	fclose(file);
	assert_int_equal(chmod(place->program, 0755), 0);
}

static void remove_program(struct place *place)
{
	unlink(place->program);
	unlink(place->pid);
	rmdir(place->directory);
	free(place->program);
	free(place->pid);
}

/* Whether the process whose number the program wrote last is running; a zombie is not. */
static bool is_there(const struct place *place)
{
	FILE *file = fopen(place->pid, "re");
	_cleanup_free_ char *path = NULL;
	char state = 'Z';
	int pid = 0;

	if (!file)
		return false;
	if (fscanf(file, "%d", &pid) != 1)
		pid = 0;
	fclose(file);
	path = xasprintf("/proc/%d/stat", pid);
	file = pid > 0 ? fopen(path, "re") : NULL;
	if (!file)
		return false;
	if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
		state = 'Z';
	fclose(file);
	return state != 'Z' && state != 'X';
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void whatever_a_program_does_it_ends(void **state)
{
	static const struct {
		const char *script, *unknown;
	} rows[] = {
		{"exec sleep 100", "did not answer within 400 ms"},
		{"trap '' TERM; while :; do sleep 1; done", "did not answer within"},
		{"sleep 100 & echo $! > $(dirname $0)/pid; wait",
		 "did not answer within"},
		{"echo '{\"QMP\": {}}'; exec sleep 100", "did not answer within"},
		{"kill -SEGV $$", "without an answer"},
		{"exit 1", "without an answer"},
		{"echo nonsense; echo '[]'; echo '{\"return\": 7, \"id\": 3}'",
		 "without an answer"},
		{"exec cat /dev/zero", "did not answer within"},
		{"exec 0<&- 1>&-; exec sleep 100", "without an answer"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct place place = {};
		struct machine_emulator emulator = {};
		/* Those that end by themselves may take long on a busy machine. */
		int limit_ms = strstr(rows[i].unknown, "within") ? 400 : 20000;
		int64_t start_ms = now_ms();

		make_program(&place, rows[i].script);
		emulator.path = xstrdup(place.program);
		emulator_ask(limit_ms, &emulator);
		if (now_ms() - start_ms > (limit_ms == 400 ? 4000 : limit_ms))
			fail_msg("%s: took %d ms", rows[i].script,
				 (int)(now_ms() - start_ms));
		if (!emulator.unknown || !strstr(emulator.unknown, rows[i].unknown))
			fail_msg("%s: %s", rows[i].script,
				 emulator.unknown ? emulator.unknown : "is known");
		if (is_there(&place)) {
			usleep(300000); /* until the signal has arrived */
			if (is_there(&place))
				fail_msg("%s: is still running", rows[i].script);
		}
		machine_emulator_free(&emulator);
		remove_program(&place);
	}
}

/* A process that keeps this one's CPU busy. */
static pid_t keep_busy(void)
{
	pid_t child = fork();

	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			;
	}
	return child;
}

/* It gets a sixth of a CPU: what takes 0.15 s there, alone, takes 0.9 s. */
static void waiting_for_a_cpu_does_not_count(void **state)
{
	enum { N = 5 };

	struct place place = {};
	struct machine_emulator emulator = {};
	_cleanup_free_ char *script = xasprintf(
		"while read -r user rest < /proc/$$/schedstat && [ $user -lt 150000000 ]; do :; done\n"
		"cat <<'END'\n%s\nEND",
		answers);
	pid_t busy[N];
	cpu_set_t all, one;
	unsigned cpu = 0;
	int64_t start_ms;

	(void)state;
	if (access("/proc/self/schedstat", R_OK) < 0)
		skip();
	assert_int_equal(getcpu(&cpu, NULL), 0);
	assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	make_program(&place, script);
	emulator.path = xstrdup(place.program);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	for (int i = 0; i < N; i++)
		busy[i] = keep_busy();
	start_ms = now_ms();
	emulator_ask(400, &emulator);
	start_ms = now_ms() - start_ms;
	for (int i = 0; i < N; i++) {
		kill(busy[i], SIGKILL);
		waitpid(busy[i], NULL, 0);
	}
	assert_int_equal(sched_setaffinity(0, sizeof(all), &all), 0);
	if (emulator.unknown)
		fail_msg("after %d ms: %s", (int)start_ms, emulator.unknown);
	check_answers(&emulator);
	machine_emulator_free(&emulator);
	remove_program(&place);
}

static void a_program_that_answers(void **state)
{
	struct place place = {};
	struct machine_emulator emulator = {};
	_cleanup_free_ char *script =
		xasprintf("cat > /dev/null <&- ; cat <<'END'\n%s\nEND", answers);

	(void)state;
	make_program(&place, script);
	emulator.path = xstrdup(place.program);
	emulator_ask(10000, &emulator);
	check_answers(&emulator);
	machine_emulator_free(&emulator);
	remove_program(&place);
}

static void a_program_that_does_not_exist(void **state)
{
	struct machine_emulator emulator = {.path = xstrdup("/nonexistent/qemu")};

	(void)state;
	emulator_ask(10000, &emulator);
	assert_non_null(strstr(emulator.unknown, "without an answer"));
	free(emulator.unknown);
	emulator.unknown = NULL;
	emulator_ask(0, &emulator);
	assert_non_null(strstr(emulator.unknown, "not asked"));
	machine_emulator_free(&emulator);
}

/* A folder of descriptors: which counts, and what is taken of it. */
static void put(const char *directory, const char *name, const char *text)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", directory, name);
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

#define DESCRIPTOR(interface, extra)                                                       \
	"{\"interface-types\": [\"" interface "\"], \"mapping\": {\"device\": \"flash\", " \
	"\"executable\": {\"filename\": \"/etc/x\", \"format\": \"raw\"}, "                \
	"\"nvram-template\": {\"filename\": \"/etc/y\", \"format\": 7}}, \"targets\": "    \
	"[{\"architecture\": \"x86_64\", \"machines\": [\"pc-q35-*\", \"a b\"]}]" extra    \
	"}"

static void descriptors_are_read(void **state)
{
	char top[] = "/tmp/virt-layout-XXXXXX";
	_cleanup_machine_ struct machine machine = {};
	_cleanup_free_ char *etc = NULL, *usr = NULL, *make = NULL, *remove = NULL;
	_cleanup_fd_ int fd = -1;

	(void)state;
	assert_non_null(mkdtemp(top));
	etc = xasprintf("%s/etc/qemu/firmware", top);
	usr = xasprintf("%s/usr/share/qemu/firmware", top);
	make = xasprintf("mkdir -p %s %s", etc, usr);
	remove = xasprintf("rm -r %s", top);
	assert_int_equal(system(make), 0);
	put(usr, "50-a.json", DESCRIPTOR("uefi", ""));
	put(usr, "40-b.json",
	    DESCRIPTOR("bios", ", \"features\": [\"secure-boot\", 7, \"acpi-s3\"]"));
	put(usr, "30-hidden.json", DESCRIPTOR("uefi", ""));
	put(etc, "30-hidden.json", "");
	put(etc, "x", "");
	fd = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	firmware_gather(fd, &machine);
	assert_string_equal(machine_fact(&machine, "firmware.descriptors"), "2");
	assert_int_equal(machine.firmware.n, 2);
	assert_string_equal(machine.firmware.v[0].descriptor,
			    "/usr/share/qemu/firmware/40-b.json");
	assert_string_equal(machine.firmware.v[0].interfaces, "bios");
	assert_string_equal(machine.firmware.v[0].features, "secure-boot acpi-s3");
	assert_string_equal(machine.firmware.v[0].device, "flash");
	assert_int_equal(machine.firmware.v[0].present, KNOWN_NO);
	assert_string_equal(machine.firmware.v[0].mode, "split");
	assert_string_equal(machine.firmware.v[0].format, "raw");
	assert_string_equal(machine.firmware.v[0].nvram_template, "/etc/y");
	assert_null(machine.firmware.v[0].template_format);
	assert_string_equal(machine.firmware.v[1].targets.v[0].machines, "pc-q35-*");
	/* One that cannot be read might be any. */
	put(etc, "60-bad.json", "{\"interface-types\": 3}");
	put(top, "etc/x", "");
	machine_free(&machine);
	firmware_gather(fd, &machine);
	assert_null(machine_fact(&machine, "firmware.descriptors"));
	assert_int_equal(machine.firmware.v[0].present, KNOWN_YES);
	assert_int_equal(system(remove), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_are_taken),
		cmocka_unit_test(damaged_answers_are_read),
		cmocka_unit_test(whatever_a_program_does_it_ends),
		cmocka_unit_test(a_program_that_answers),
		cmocka_unit_test(waiting_for_a_cpu_does_not_count),
		cmocka_unit_test(a_program_that_does_not_exist),
		cmocka_unit_test(descriptors_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
