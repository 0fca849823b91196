/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * on [-i] [-t SECONDS] NODE COMMAND...: run a shell command on a node of the lab, as ssh would.
 *
 * The words of COMMAND are joined by blanks; -i passes stdin on. Exit: the command's own status; 124 when it took
 * longer than SECONDS (default 120); 125 when the node cannot be reached or went away.
 * The lab's network is a namespace of its own: this enters it through the file named in FERRY_LAB_NETNS.
 * A node's name ends in its number, which is the last byte of its address on the management network, 10.79.0.0/24.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "wire.h"

#define CONNECT_MS 3000

static int fail(const char *node, const char *what)
{
	fprintf(stderr, "on %s: %s\n", node, what);
	return 125;
}

static int enter_network(void)
{
	const char *path = getenv("FERRY_LAB_NETNS");
	int fd;

	if (!path)
		return -1;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET) < 0)
		return -1;
	close(fd);
	return 0;
}

/* A frozen or cut node answers nothing: the connect has a time limit of its own. */
static int connect_node(unsigned int number)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(WIRE_PORT),
				  .sin_addr.s_addr = htonl(0x0a4f0000u | number) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	int error = 0, yes = 1;
	socklen_t size = sizeof(error);

	if (fd < 0)
		return -1;
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0 && errno != EINPROGRESS)
		goto fail;
	if (poll(&p, 1, CONNECT_MS) != 1 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0 || error)
		goto fail;
	fcntl(fd, F_SETFL, 0);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	/* a node that dies while we wait sends nothing: keepalive finds out, in 5 + 3 * 2 s */
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof(yes));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &(int){ 5 }, sizeof(int));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &(int){ 2 }, sizeof(int));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &(int){ 3 }, sizeof(int));
	return fd;
fail:
	close(fd);
	return -1;
}

static char *join(char **words)
{
	size_t size = 1;
	char *text;

	for (char **w = words; *w; w++)
		size += strlen(*w) + 1;
	text = calloc(1, size);
	for (char **w = words; text && *w; w++) {
		if (w != words)
			strcat(text, " ");
		strcat(text, *w);
	}
	return text;
}

static int pass_input(int node, int *input)
{
	char data[WIRE_MAX];
	ssize_t n = read(0, data, sizeof(data));

	if (n < 0 && errno == EINTR)
		return 0;
	if (n > 0)
		return wire_send(node, WIRE_INPUT, data, (uint32_t)n);
	*input = -1;
	return wire_send(node, WIRE_INPUT_END, NULL, 0);
}

static void print(int fd, const char *data, size_t size)
{
	while (size) {
		ssize_t n = write(fd, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			exit(125);
		data += n;
		size -= (size_t)n;
	}
}

static int talk(int node, int input, const char *name)
{
	char data[WIRE_MAX];
	uint32_t size, be;

	for (;;) {
		struct pollfd p[] = { { .fd = node, .events = POLLIN }, { .fd = input, .events = POLLIN } };
		int type;

		if (poll(p, 2, -1) < 0) {
			if (errno == EINTR)
				continue;
			return fail(name, strerror(errno));
		}
		if (p[1].revents && pass_input(node, &input) < 0)
			return fail(name, "the node went away");
		if (!p[0].revents)
			continue;
		type = wire_receive(node, data, &size);
		if (type == WIRE_OUT || type == WIRE_ERR)
			print(type == WIRE_OUT ? 1 : 2, data, size);
		else if (type == WIRE_EXIT && size == sizeof(be)) {
			memcpy(&be, data, sizeof(be));
			return (int)(ntohl(be) & 255);
		} else
			return fail(name, "the node went away");
	}
}

int main(int argc, char **argv)
{
	int option, input = -1, node;
	double seconds = 120;
	char *name, *text, head[64];
	unsigned int number;

	while ((option = getopt(argc, argv, "+it:")) != -1) {
		if (option == 'i')
			input = 0;
		else if (option == 't')
			seconds = atof(optarg);
		else
			return 125;
	}
	if (argc - optind < 2)
		return fail("?", "usage: on [-i] [-t SECONDS] NODE COMMAND...");
	name = argv[optind];
	number = name[0] ? (unsigned int)(name[strlen(name) - 1] - '0') : 0;
	if (number < 1 || number > 9)
		return fail(name, "a node's name ends in its number");
	if (enter_network() < 0)
		return fail(name, "no lab is up (FERRY_LAB_NETNS)");
	node = connect_node(number);
	if (node < 0)
		return fail(name, "does not answer");
	text = join(argv + optind + 1);
	if (!text)
		return fail(name, "out of memory");
	snprintf(head, sizeof(head), "%ld %zu\n", (long)(seconds * 1000), strlen(text));
	if (wire_write(node, head, strlen(head)) < 0 || wire_write(node, text, strlen(text)) < 0)
		return fail(name, "the node went away");
	if (input < 0 && wire_send(node, WIRE_INPUT_END, NULL, 0) < 0)
		return fail(name, "the node went away");
	return talk(node, input, name);
}
