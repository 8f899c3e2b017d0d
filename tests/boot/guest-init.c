/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The init of the guests of tests/boot/guest, which have no other program than the one
 * that is tested. Mounts /proc and /sys, runs each line of /commands (words separated by
 * spaces), and prints a line "@status N" after it. Then the machine is reset.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static void run(char *line)
{
	char *words[16] = {0}, *empty[] = {NULL};
	int n = 0, status = -1;
	pid_t pid;

	for (char *word; n < 15 && (word = strsep(&line, " "));)
		words[n++] = word;
	pid = fork();
	if (pid == 0) {
		execve(words[0], words, empty);
		perror(words[0]);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	printf("@status %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	fflush(stdout);
}

int main(void)
{
	FILE *commands = fopen("/commands", "re");
	struct termios tty;
	char line[1024];

	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	if (mount("proc", "/proc", "proc", 0, NULL) < 0 ||
	    mount("sysfs", "/sys", "sysfs", 0, NULL) < 0)
		perror("mount");
	if (tcgetattr(STDOUT_FILENO, &tty) == 0) {
		tty.c_oflag &= ~(tcflag_t)OPOST;
		tcsetattr(STDOUT_FILENO, TCSANOW, &tty);
	}
	while (commands && fgets(line, sizeof(line), commands)) {
		line[strcspn(line, "\n")] = '\0';
		run(line);
	}
	printf("@end\n");
	fflush(stdout);
	tcdrain(STDOUT_FILENO);
	reboot(RB_AUTOBOOT);
	return 0;
}
