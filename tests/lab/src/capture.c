/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * capture INTERFACE NONCE: looks at every frame that passes an interface of the lab's network (it is to be run there, as root) and
 * counts what can be read in it of the memory of the witness that booted with NONCE (hexadecimal): places where four words in a row are
 * what guest/witness.S has filled its memory with. And the TCP connections that were begun to the ports by which QEMU takes memory
 * in. On SIGTERM, one line:
 *
 *   FRAMES BYTES PLACES CONNECTIONS
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#define BASE (1u << 20)		/* as in guest/witness.S */
#define FILL (16u << 20)
#define WORDS 4

static volatile sig_atomic_t stopped;

static void stop(int number)
{
	(void)number;
	stopped = 1;
}

static uint32_t word(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static bool is_memory(const unsigned char *p, uint32_t nonce)
{
	uint32_t address = word(p) ^ nonce;

	if (address < BASE || address >= BASE + FILL || address % 4 != 0)
		return false;
	for (unsigned int i = 1; i < WORDS; i++)
		if ((word(p + 4 * i) ^ nonce) != address + 4 * i)
			return false;
	return true;
}

static unsigned long long places_in(const unsigned char *frame, size_t len, uint32_t nonce)
{
	unsigned long long n = 0;

	for (size_t i = 0; i + 4 * WORDS <= len;) {
		if (is_memory(frame + i, nonce)) {
			n++;
			i += 4 * WORDS;
		} else {
			i++;
		}
	}
	return n;
}

/* A frame that asks for a TCP connection (SYN without ACK) to a port of libvirt's migrations. No options of IP are expected. */
static bool begins_migration(const unsigned char *frame, size_t len)
{
	size_t at = sizeof(struct ether_header);
	unsigned int port;

	if (len < at + 20)
		return false;
	if (frame[at] >> 4 == 4 && frame[at + 9] == IPPROTO_TCP)
		at += (frame[at] & 15u) * 4;
	else if (frame[at] >> 4 == 6 && frame[at + 6] == IPPROTO_TCP)
		at += 40;
	else
		return false;
	if (len < at + 20)
		return false;
	port = (unsigned int)frame[at + 2] << 8 | frame[at + 3];
	return port >= 49152 && port <= 49215 && (frame[at + 13] & 0x12) == 0x02;
}

int main(int argc, char **argv)
{
	struct sockaddr_ll where = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	struct sigaction action = { .sa_handler = stop };
	unsigned long long frames = 0, bytes = 0, places = 0, connections = 0;
	const struct timeval turn = { 0, 100000 };
	const int buffer = 64 << 20;
	static unsigned char frame[128 << 10];
	uint32_t nonce;
	int fd;

	if (argc != 3) {
		fprintf(stderr, "usage: capture INTERFACE NONCE\n");
		return 2;
	}
	nonce = (uint32_t)strtoul(argv[2], NULL, 16);
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));
	where.sll_ifindex = (int)if_nametoindex(argv[1]);
	if (fd < 0 || where.sll_ifindex == 0 || bind(fd, (struct sockaddr *)&where, sizeof where) < 0) {
		perror(argv[1]);
		return 1;
	}
	/* Frames that come while it searches wait here; what is lost all the same is missing from BYTES too. */
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &turn, sizeof turn);
	sigaction(SIGTERM, &action, NULL);
	for (;;) {
		ssize_t n = recv(fd, frame, sizeof frame, 0);

		if (n < 0 && stopped)
			break;	/* and nothing waits any more */
		if (n < 0 && errno != EAGAIN && errno != EINTR) {
			perror(argv[1]);
			return 1;
		}
		if (n <= 0)
			continue;
		frames++;
		bytes += (unsigned long long)n;
		places += places_in(frame, (size_t)n, nonce);
		connections += begins_migration(frame, (size_t)n);
	}
	printf("%llu %llu %llu %llu\n", frames, bytes, places, connections);
	return 0;
}
