# SPDX-License-Identifier: GPL-2.0-or-later
# What the host's own programs are told, so that they leave guests and their disks alone; doc/man/ferry-host.7 explains it.

UDEV_RULES = host/12-ferry.rules host/59-ferry.rules

udevrulesdir = $(udevdir)/rules.d
udevrules_DATA = $(UDEV_RULES)
EXTRA_DIST += host/ferry.rules
CLEANFILES += $(UDEV_RULES)

$(UDEV_RULES): host/ferry.rules
	$(AM_V_GEN)$(MKDIR_P) $(@D) && cp $(srcdir)/host/ferry.rules $@

# Each has another name in its own place.
EXTRA_DIST += host/apparmor-libvirt-qemu host/lvmlocal.conf host/multipath.conf host/pacemaker.conf

pieces_apparmor = $(DESTDIR)$(sysconfdir)/apparmor.d/abstractions/libvirt-qemu.d
pieces_multipath = $(DESTDIR)$(sysconfdir)/multipath/conf.d
pieces_pacemaker = $(DESTDIR)$(systemdsystemunitdir)/pacemaker.service.d
pieces_lvm = $(DESTDIR)$(pkgdatadir)/host

install-data-local:
	$(MKDIR_P) "$(pieces_apparmor)" "$(pieces_multipath)" "$(pieces_pacemaker)" "$(pieces_lvm)"
	$(INSTALL_DATA) $(srcdir)/host/apparmor-libvirt-qemu "$(pieces_apparmor)/ferry"
	$(INSTALL_DATA) $(srcdir)/host/multipath.conf "$(pieces_multipath)/ferry.conf"
	$(INSTALL_DATA) $(srcdir)/host/pacemaker.conf "$(pieces_pacemaker)/ferry.conf"
	$(INSTALL_DATA) $(srcdir)/host/lvmlocal.conf "$(pieces_lvm)/lvmlocal.conf"

uninstall-local:
	rm -f "$(pieces_apparmor)/ferry" "$(pieces_multipath)/ferry.conf" "$(pieces_pacemaker)/ferry.conf" \
		"$(pieces_lvm)/lvmlocal.conf"
