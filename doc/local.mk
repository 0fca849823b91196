# SPDX-License-Identifier: GPL-2.0-or-later
# Man pages are plain roff in doc/man; examples are what the demo and tests/sim load.

MAN_PAGES =

dist_man_MANS = $(MAN_PAGES)
