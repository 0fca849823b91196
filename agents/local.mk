# SPDX-License-Identifier: GPL-2.0-or-later
# For an agent NAME: agents/NAME.in (POSIX sh; @sbindir@ and @pkgdatadir@ are filled in here) and
# agents/NAME.xml (its meta-data, printed by the action meta-data).

AGENTS = agents/drbd agents/gate agents/vm
AGENT_XML = agents/drbd.xml agents/gate.xml agents/vm.xml

agent_SCRIPTS = $(AGENTS)
dist_pkgdata_DATA = $(AGENT_XML)
EXTRA_DIST += $(AGENTS:=.in)
CLEANFILES += $(AGENTS)

$(AGENTS): %: %.in Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(SED) -e 's|@sbindir[@]|$(sbindir)|g' \
		-e 's|@pkgdatadir[@]|$(pkgdatadir)|g' -e 's|@VERSION[@]|$(VERSION)|g' \
		$< >$@.tmp && chmod 755 $@.tmp && mv $@.tmp $@
