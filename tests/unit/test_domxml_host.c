/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ties a guest to its host, element by element: refused with its cure; and what is only read: let pass, and listed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/model/domxml.h"
#include "lib/model/ocf.h"
#include "tests/unit/fixture.h"

#define OS "<boot dev='hd'/>"			/* in <os> */
#define DEV "<memballoon model='none'/>"	/* in <devices> */
#define TOP "<clock offset='utc'/>"		/* in <domain> */

static char *recorded;
static struct domxml dom; /* large */

static int setup(void **state)
{
	(void)state;
	recorded = fixture_read("libvirt/domain-9.0.xml", NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(recorded);
	return 0;
}

/* The recorded domain with FROM replaced by TO. */
static void with(const char *from, const char *to)
{
	struct ferry_error e = FERRY_ERROR_INIT;
	const char *at = strstr(recorded, from);
	char text[8192];

	assert_non_null(at);
	assert_true(snprintf(text, sizeof text, "%.*s%s%s", (int)(at - recorded), recorded, to, at + strlen(from)) <
		    (int)sizeof text);
	if (domxml_parse(text, strlen(text), &dom, &e) < 0)
		fail_msg("%s: %s", to, e.text);
}

static void test_refused(void **state)
{
	static const char *const cases[][3] = {
		/* what is changed, into what, what the refusal must say */
		{ OS, "<nvram>/var/lib/v.fd</nvram>", "<nvram> is a file that UEFI writes to" },
		{ OS, "<nvram type='file'><source file='/v.fd'/></nvram>", "use <loader stateless='yes'/>, or BIOS" },
		{ OS, "<nvram/>", "<nvram>" },
		{ OS, "<nvram template='/t.fd'/>", "<nvram>" },
		{ OS, "<varstore path='/v.json'/>", "<varstore>" },
		{ "<os>", "<os firmware='efi'>", "<os firmware='efi'>: libvirt adds a file" },
		{ "<os>", "<os firmware='efi'><loader secure='yes'/>", "<os firmware='efi'>" },
		{ "<os>", "<os firmware='efi'><loader stateless='no'/>", "<os firmware='efi'>" },
		{ OS, "<loader readonly='yes' type='pflash'>/O.fd</loader>", "<loader type='pflash'>: libvirt adds a file" },
		{ OS, "<loader type='pflash' stateless='yes'>/O.fd</loader>", "may write to; set readonly='yes'" },
		{ OS, "<loader readonly='no' type='rom'>/O.fd</loader>", "may write to; set readonly='yes'" },
		{ DEV, "<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>", "<tpm>: its state" },
		{ DEV, "<tpm model='tpm-tis'><backend type='passthrough'/></tpm>", "does not follow the guest; remove it" },
		{ DEV, "<hostdev mode='subsystem' type='pci'><source/></hostdev>", "<hostdev type='pci'> is a device of this host; remove it" },
		{ DEV, "<hostdev mode='subsystem' type='usb'/>", "<hostdev type='usb'>" },
		{ DEV, "<interface type='hostdev' managed='yes'/>", "<interface type='hostdev'> is a device of this host; use type='bridge'" },
		{ DEV, "<interface type='vdpa'><source dev='/dev/vhost-vdpa-0'/></interface>", "<interface type='vdpa'>" },
		{ DEV, "<filesystem type='mount'><source dir='/srv'/><target dir='s'/></filesystem>", "is a directory of this host; put its files" },
		{ DEV, "<shmem name='s'/>", "<shmem name='s'>" },
		{ DEV, "<pstore backend='acpi-erst'><path>/p</path></pstore>", "<pstore" },
		{ DEV, "<memory model='nvdimm'><source><path>/n</path></source></memory>", "<memory model='nvdimm'> keeps its content in a file on this host" },
		{ DEV, "<memory model='virtio-pmem'/>", "<memory model='virtio-pmem'>" },
		{ DEV, "<memory model='sgx-epc'/>", "<memory model='sgx-epc'>" },
		{ DEV, "<input type='evdev'><source dev='/dev/input/event1'/></input>", "<input type='evdev'>" },
		{ DEV, "<input type='passthrough' bus='virtio'/>", "<input type='passthrough'>" },
		{ DEV, "<smartcard mode='host'/>", "<smartcard mode='host'>" },
		{ DEV, "<audio id='1' type='file' path='/a.wav'/>", "<audio type='file'> writes to a file" },
		{ DEV, "<serial type='file'><source path='/s'/></serial>", "<serial type='file'> writes to a file on this host; use type='pty' with <log" },
		{ DEV, "<parallel type='dev'><source path='/dev/parport0'/></parallel>", "<parallel type='dev'>" },
		{ DEV, "<channel type='pipe'><source path='/p'/></channel>", "<channel type='pipe'>" },
		{ DEV, "<console type='file'><source path='/c'/></console>", "<console type='file'>" },
		{ TOP, "<memoryBacking><source type='file'/></memoryBacking>", "<memoryBacking>: <source type='file'/> keeps" },
		{ TOP, "<launchSecurity type='sev'/>", "<launchSecurity>" },
		{ TOP, "<q:commandline xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'><q:arg value='-drive'/>"
		  "<q:arg value='file=/x.img'/></q:commandline>", "<qemu:arg value='file=/x.img'> names a file" },
		{ DEV, "<disk type='block' device='cdrom'><source dev='/dev/sr0'/><target dev='sda'/></disk>", "disk sda: <source> is /dev/sr0, a drive of this host" },
		{ DEV, "<disk type='dir' device='floppy'><source dir='/d'/><target dev='fda'/><readonly/></disk>", "disk fda: type is dir; use an image file" },
		{ DEV, "<disk type='nvme' device='disk'><source type='pci'/><target dev='vdb'/><readonly/></disk>", "disk vdb: type is nvme" },
		{ DEV, "<disk type='file' device='floppy'><source file='/f'/><target dev='fda'/></disk>", "disk fda: device is a floppy that can be written to; add <readonly/>" },
		{ DEV, "<disk type='block' device='lun'><source dev='/dev/sdb'/><target dev='sda'/><readonly/></disk>", "disk sda: device is lun" },
		{ "<backingStore/>", "<transient/>", "<transient/> is set; remove it" },
		{ "<backingStore/>", "<mirror type='file' job='copy'/>", "end the block job first" },
		{ "dev='vda' bus='virtio'", "dev='hda' bus='ide'", "<geometry> is not given" },
		{ "dev='vda' bus='virtio'", "dev='hda'", "<geometry> is not given" },
		{ "dev='vda' bus='virtio'", "dev='sda' bus='sata'", "use <target bus='virtio'/>, which needs none, or add <geometry" },
		{ "<target dev='vda' bus='virtio'/>", "<target dev='hda' bus='ide'/><geometry cyls='130' heads='16'/>", "<geometry> is not given" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ferry_error e = FERRY_ERROR_INIT;

		with(cases[i][0], cases[i][1]);
		if (domxml_check_gated(&dom, "r0", &e) == 0)
			fail_msg("accepted: %s", cases[i][1]);
		assert_int_equal(e.code, OCF_ERR_CONFIGURED);
		if (!strstr(e.text, cases[i][2]) || !strstr(e.text, "domain vm1"))
			fail_msg("%s: '%s' does not say '%s'", cases[i][1], e.text, cases[i][2]);
		assert_true(strlen(e.text) < sizeof e.text - 1);
	}
}

static void test_accepted(void **state)
{
	static const char *const cases[][2] = {
		{ "<os>", "<os firmware='bios'>" },
		{ "<os>", "<os firmware='efi'><loader stateless='yes'/>" },
		{ OS, "<loader readonly='yes' type='pflash' stateless='yes'>/O.fd</loader>" },
		{ OS, "<loader readonly='yes' type='rom'>/bios.bin</loader>" },
		{ DEV, "<interface type='network'><source network='default'/></interface>" },
		{ DEV, "<memory model='dimm'><target/></memory>" },
		{ DEV, "<memory model='virtio-mem'><target/></memory>" },
		{ DEV, "<input type='tablet' bus='usb'/>" },
		{ DEV, "<serial type='tcp'><source mode='bind' host='::' service='5000'/></serial>" },
		{ DEV, "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>" },
		{ DEV, "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>" },
		{ DEV, "<audio id='1' type='none'/>" },
		{ TOP, "<memoryBacking><hugepages/><source type='memfd'/></memoryBacking>" },
		{ TOP, "<q:commandline xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'><q:arg value='-global'/>"
		  "<q:arg value='kvm-pit.lost_tick_policy=delay'/><q:env name='HOME' value='/root'/></q:commandline>" },
		{ DEV, "<disk type='file' device='cdrom'><source file='/a.iso'/><target dev='sda' bus='sata'/></disk>" },
		{ DEV, "<disk type='network' device='cdrom'><source protocol='https' name='a.iso'/><target dev='sda'/></disk>" },
		{ DEV, "<disk type='block' device='cdrom'><target dev='sda'/></disk>" },
		{ DEV, "<disk type='file' device='floppy'><source file='/f'/><target dev='fda'/><readonly/></disk>" },
		{ DEV, "<disk type='file' device='floppy'><target dev='fda'/></disk>" },
		{ DEV, "<disk type='file' device='disk'><driver type='qcow2'/><source file='/seed'/><target dev='vdb'/><readonly/></disk>" },
		{ "dev='vda' bus='virtio'", "dev='sda' bus='scsi'" },
		{ "<target dev='vda' bus='virtio'/>", "<target dev='hda' bus='ide'/><geometry cyls='130' heads='16' secs='63'/>" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ferry_error e = FERRY_ERROR_INIT;

		with(cases[i][0], cases[i][1]);
		if (domxml_check_gated(&dom, "r0", &e) < 0)
			fail_msg("refused: %s: %s", cases[i][1], e.text);
	}
}

static void test_images(void **state)
{
	(void)state;
	with(OS, "<loader readonly='yes' type='rom'>/bios</loader><kernel>/k</kernel><initrd> /i </initrd><dtb>/d</dtb>"
	     "<acpi><table type='slic'>/s</table></acpi>");
	assert_int_equal(dom.host.nimages, 5);
	assert_string_equal(dom.host.images[0].element, "loader");
	assert_string_equal(dom.host.images[1].path, "/k");
	assert_string_equal(dom.host.images[2].path, "/i");
	assert_string_equal(dom.host.images[4].element, "table");
	with(TOP, "<sysinfo type='fwcfg'><entry name='opt/a' file='/f'/><entry name='opt/b'>text</entry></sysinfo>");
	assert_int_equal(dom.host.nimages, 1);
	assert_string_equal(dom.host.images[0].path, "/f");
	with(DEV, "<disk type='file' device='cdrom'><source file='/a.iso' startupPolicy='optional'/><target dev='sda'/></disk>");
	assert_int_equal(dom.host.nimages, 0);
	assert_true(dom.disks[1].optional && dom.disks[1].readonly);
	assert_false(dom.disks[0].optional);
}

/* With aliases, ports, devices of the host and all that libvirt adds while it runs. */
static void test_live(void **state)
{
	char *live = fixture_read("libvirt/live-9.0.xml", NULL);
	struct ferry_error e = FERRY_ERROR_INIT;

	(void)state;
	assert_int_equal(domxml_parse(live, strlen(live), &dom, &e), 0);
	assert_string_equal(dom.host.tie, "");
	if (domxml_check_gated(&dom, "r0", &e) < 0)
		fail_msg("%s", e.text);
	free(live);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_images),
		cmocka_unit_test(test_live),
	};

	return cmocka_run_group_tests_name("domxml_host", tests, setup, teardown);
}
