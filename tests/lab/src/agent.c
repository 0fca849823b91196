/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PID 1 of a node: reaps orphans, and has a child that runs the shell commands which `on` sends (wire.h).
 *
 * A command is a session of its own. It is over when its first process ends; daemons that it left behind, even ones
 * that still hold its output, live on. It is killed, session leader's group whole, on time-out or when the client goes.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "wire.h"

struct command {
	pid_t pid;
	int pidfd;
	int in, out, err; /* our ends of its pipes; -1: closed */
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Never returns: becomes the command. */
static void become(char *text, int in, int out, int err)
{
	char *const environment[] = { "PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LC_ALL=C",
				      "TERM=dumb", "DM_DISABLE_UDEV=1", NULL };
	char *const argv[] = { "bash", "-c", text, NULL };

	setsid();
	if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
		_exit(126);
	execve("/bin/bash", argv, environment);
	_exit(127);
}

static int command_start(char *text, struct command *ret)
{
	int in[2], out[2], err[2];

	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0)
		return -1;
	ret->pid = fork();
	if (ret->pid < 0)
		return -1;
	if (ret->pid == 0)
		become(text, in[0], out[1], err[1]);
	close(in[0]);
	close(out[1]);
	close(err[1]);
	ret->in = in[1];
	ret->out = out[0];
	ret->err = err[0];
	fcntl(ret->out, F_SETFL, O_NONBLOCK);
	fcntl(ret->err, F_SETFL, O_NONBLOCK);
	ret->pidfd = (int)syscall(SYS_pidfd_open, ret->pid, 0);
	return ret->pidfd < 0 ? -1 : 0;
}

/* Pass on what is there now. Returns -1 when the client is gone. */
static int forward(int client, int *from, enum wire_type type)
{
	char data[WIRE_MAX];

	while (*from >= 0) {
		ssize_t n = read(*from, data, sizeof(data));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n <= 0) {
			close_fd(from);
			return 0;
		}
		if (wire_send(client, type, data, (uint32_t)n) < 0)
			return -1;
	}
	return 0;
}

/* One frame of the client to the command's stdin; a command that does not read it is no error. */
static int feed(int client, struct command *c)
{
	char data[WIRE_MAX];
	uint32_t size, done = 0;
	int type = wire_receive(client, data, &size);

	if (type < 0)
		return -1;
	if (type == WIRE_INPUT_END)
		close_fd(&c->in);
	while (type == WIRE_INPUT && c->in >= 0 && done < size) {
		ssize_t n = write(c->in, data + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			close_fd(&c->in);
		else
			done += (uint32_t)n;
	}
	return 0;
}

static void finish(int client, const struct command *c, int forced)
{
	int status = 0;
	uint32_t be;

	while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (forced < 0)
		forced = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	be = htonl((uint32_t)forced);
	wire_send(client, WIRE_EXIT, &be, sizeof(be));
}

static void run(int client, struct command *c, int64_t deadline)
{
	for (;;) {
		struct pollfd p[] = { { .fd = client, .events = POLLIN },
				      { .fd = c->pidfd, .events = POLLIN },
				      { .fd = c->out, .events = POLLIN },
				      { .fd = c->err, .events = POLLIN } };
		int64_t left = deadline - now_ms();
		int gone = 0;

		if (left <= 0) {
			kill(-c->pid, SIGKILL);
			finish(client, c, 124);
			return;
		}
		if (poll(p, 4, left > 60000 ? 60000 : (int)left) < 0 && errno != EINTR)
			return;
		if (p[0].revents)
			gone |= feed(client, c) < 0;
		if (p[2].revents || p[1].revents)
			gone |= forward(client, &c->out, WIRE_OUT) < 0;
		if (p[3].revents || p[1].revents)
			gone |= forward(client, &c->err, WIRE_ERR) < 0;
		if (gone) {
			kill(-c->pid, SIGKILL);
			return;
		}
		if (p[1].revents) {
			finish(client, c, -1);
			return;
		}
	}
}

static void serve(int client)
{
	char head[64];
	size_t length = 0, size;
	long timeout;
	char *text;
	struct command c = { .pidfd = -1, .in = -1, .out = -1, .err = -1 };

	while (length < sizeof(head) - 1) {
		if (wire_read(client, head + length, 1) < 0)
			return;
		if (head[length++] == '\n')
			break;
	}
	head[length] = '\0';
	if (sscanf(head, "%ld %zu", &timeout, &size) != 2 || size > 1 << 20)
		return;
	text = calloc(1, size + 1);
	if (!text || wire_read(client, text, size) < 0)
		return;
	if (command_start(text, &c) == 0)
		run(client, &c, now_ms() + timeout);
	free(text);
}

static void listen_for_ever(void)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(WIRE_PORT) };
	int yes = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (fd < 0 || bind(fd, (struct sockaddr *)&any, sizeof(any)) < 0 || listen(fd, 64) < 0) {
		perror("agent");
		return;
	}
	signal(SIGCHLD, SIG_IGN); /* handlers are nobody's business once started */
	for (;;) {
		int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC);

		if (client < 0)
			continue;
		if (fork() == 0) {
			signal(SIGCHLD, SIG_DFL);
			setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
			serve(client);
			_exit(0);
		}
		close(client);
	}
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	if (fork() == 0) {
		setsid();
		listen_for_ever();
		_exit(1);
	}
	for (;;)
		if (wait(NULL) < 0)
			pause();
}
