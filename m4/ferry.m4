dnl SPDX-License-Identifier: GPL-2.0-or-later

dnl FERRY_MISSING(WHAT, DEBIAN-PACKAGE, FEDORA-PACKAGE): note it; FERRY_REPORT_MISSING tells.
AC_DEFUN([FERRY_MISSING],
[ferry_missing_what="$ferry_missing_what${ferry_missing_what:+, }$1"
ferry_missing_debian="$ferry_missing_debian $2"
ferry_missing_fedora="$ferry_missing_fedora $3"])

dnl FERRY_NEED(PREFIX, PKG-CONFIG-MODULE, DEBIAN-PACKAGE, FEDORA-PACKAGE): sets PREFIX_CFLAGS, PREFIX_LIBS.
AC_DEFUN([FERRY_NEED],
[PKG_CHECK_MODULES([$1], [$2], [], [FERRY_MISSING([$2], [$3], [$4])])])

dnl One message for all that is missing, so that one installation cures it.
AC_DEFUN([FERRY_REPORT_MISSING],
[AS_IF([test -n "$ferry_missing_what"],
  [AC_MSG_ERROR([missing: $ferry_missing_what
    Debian, Ubuntu:  apt-get install$ferry_missing_debian
    Fedora, RHEL:    dnf install$ferry_missing_fedora])])])

dnl FERRY_TRY_LINK(FLAGS, PROGRAM or empty for an empty main, IF-NOT)
AC_DEFUN([FERRY_TRY_LINK],
[ferry_try_CFLAGS=$CFLAGS
CFLAGS="$CFLAGS $1"
AC_MSG_CHECKING([whether $CC links with $1])
AC_LINK_IFELSE([m4_ifblank([$2], [AC_LANG_PROGRAM([], [])], [AC_LANG_SOURCE([$2])])],
  [AC_MSG_RESULT([yes])], [AC_MSG_RESULT([no])
  $3])
CFLAGS=$ferry_try_CFLAGS])

dnl FERRY_FLAGS(VARIABLE, FLAGS): those of FLAGS that the compiler knows.
AC_DEFUN([FERRY_FLAGS],
[$1=
for ferry_flag in $2; do
  ferry_try_CFLAGS=$CFLAGS
  CFLAGS="$CFLAGS -Werror $ferry_flag"
  AC_MSG_CHECKING([whether $CC accepts $ferry_flag])
  AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])],
    [AC_MSG_RESULT([yes])
     $1="$$1 $ferry_flag"], [AC_MSG_RESULT([no])])
  CFLAGS=$ferry_try_CFLAGS
done
AC_SUBST([$1])])
