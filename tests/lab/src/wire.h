/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words that `on` and a node's agent speak over TCP.
 *
 * The client sends one header line, "TIMEOUT_MS LENGTH\n", and LENGTH bytes of shell command. After that both sides
 * send frames: one type byte, four bytes of length (big endian), that many bytes. The client keeps the connection open
 * until it has the result: its end is a client that went away, and the agent then kills what it started for it.
 */
#ifndef LAB_WIRE_H
#define LAB_WIRE_H

#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define WIRE_PORT 7000
#define WIRE_MAX 65536

enum wire_type {
	WIRE_INPUT = 'I',   /* client: bytes for the command's stdin */
	WIRE_INPUT_END = 'E', /* client: no more of them */
	WIRE_OUT = 'O',     /* agent: bytes of its stdout */
	WIRE_ERR = 'R',     /* agent: bytes of its stderr */
	WIRE_EXIT = 'X',    /* agent: four bytes, the exit status (124: time-out); the last frame */
};

struct wire_head {
	uint8_t type;
	uint8_t length[4];
};

/* All of it, or -1: the peer is gone. */
static inline int wire_read(int fd, void *buffer, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = read(fd, (char *)buffer + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		done += (size_t)n;
	}
	return 0;
}

static inline int wire_write(int fd, const void *buffer, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = send(fd, (const char *)buffer + done, size - done, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		done += (size_t)n;
	}
	return 0;
}

static inline int wire_send(int fd, enum wire_type type, const void *data, uint32_t size)
{
	char frame[sizeof(struct wire_head) + WIRE_MAX];
	struct wire_head head = { .type = (uint8_t)type };
	uint32_t be = htonl(size);

	if (size > WIRE_MAX)
		return -1;
	memcpy(head.length, &be, sizeof(be));
	memcpy(frame, &head, sizeof(head));
	if (size)
		memcpy(frame + sizeof(head), data, size);
	return wire_write(fd, frame, sizeof(head) + size);
}

/* One frame into data, which has room for WIRE_MAX. Returns its type, or -1. */
static inline int wire_receive(int fd, void *data, uint32_t *ret_size)
{
	struct wire_head head;
	uint32_t be, size;

	if (wire_read(fd, &head, sizeof(head)) < 0)
		return -1;
	memcpy(&be, head.length, sizeof(be));
	size = ntohl(be);
	if (size > WIRE_MAX || wire_read(fd, data, size) < 0)
		return -1;
	*ret_size = size;
	return head.type;
}

#endif
