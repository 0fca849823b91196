# SPDX-License-Identifier: GPL-2.0-or-later
# Man pages: doc/man/*.8 and ferry-*.7 are plain roff; ocf_ferry_NAME.7 is made from agents/NAME.xml.

MAN_PAGES = doc/man/ferry-drbd.8 doc/man/ferry-gate.8 doc/man/ferry-vm.8
AGENT_MAN_PAGES = doc/man/ocf_ferry_drbd.7 doc/man/ocf_ferry_gate.7 doc/man/ocf_ferry_vm.7

dist_man8_MANS = $(MAN_PAGES)
dist_man7_MANS = doc/man/ferry-host.7
man7_MANS = $(AGENT_MAN_PAGES)
EXTRA_DIST += doc/agent-man.xsl
CLEANFILES += $(AGENT_MAN_PAGES)

$(AGENT_MAN_PAGES): doc/man/ocf_ferry_%.7: agents/%.xml doc/agent-man.xsl
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(XSLTPROC) --novalid --nonet --stringparam version '$(VERSION)' \
		$(srcdir)/doc/agent-man.xsl $< >$@.tmp && mv $@.tmp $@

# Examples of one guest: what the demo loads and tests/sim puts before the scheduler, its disk and its XML.
exampledir = $(docdir)/examples
dist_example_DATA = doc/examples/active-passive.crm doc/examples/active-passive.pcs \
	doc/examples/dual-primary.crm doc/examples/dual-primary.pcs doc/examples/r0.res \
	doc/examples/shared-storage.crm doc/examples/shared-storage.pcs doc/examples/shared-storage.xml \
	doc/examples/single-primary.crm doc/examples/single-primary.pcs doc/examples/vm1.xml

# Texts for readers of the source.
dist-hook:
	for f in $(srcdir)/doc/*.md; do if [ -f "$$f" ]; then cp "$$f" $(distdir)/doc/ || exit 1; fi; done
