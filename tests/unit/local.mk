# SPDX-License-Identifier: GPL-2.0-or-later
# For tests/unit/test_NAME.c, one cmocka group per program, write inside the `if`:
#	UNIT_TESTS += tests/unit/test_NAME
#	tests_unit_test_NAME_SOURCES = tests/unit/test_NAME.c
#	tests_unit_test_NAME_LDADD = $(UNIT_LIBS)

UNIT_LIBS = $(EDGE_LIBS) $(CMOCKA_LIBS)
UNIT_TESTS =

if HAVE_CMOCKA
UNIT_TESTS += tests/unit/test_address
tests_unit_test_address_SOURCES = tests/unit/test_address.c
tests_unit_test_address_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_base
tests_unit_test_base_SOURCES = tests/unit/test_base.c
tests_unit_test_base_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_bounded
tests_unit_test_bounded_SOURCES = tests/unit/test_bounded.c
tests_unit_test_bounded_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_chunk
tests_unit_test_chunk_SOURCES = tests/unit/test_chunk.c
tests_unit_test_chunk_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_disk_score
tests_unit_test_disk_score_SOURCES = tests/unit/test_disk_score.c
tests_unit_test_disk_score_LDADD = $(ACTION_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_domxml
tests_unit_test_domxml_SOURCES = tests/unit/test_domxml.c tests/unit/fixture.h
tests_unit_test_domxml_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_domxml_host
tests_unit_test_domxml_host_SOURCES = tests/unit/test_domxml_host.c tests/unit/fixture.h
tests_unit_test_domxml_host_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_drbd_conf
tests_unit_test_drbd_conf_SOURCES = tests/unit/test_drbd_conf.c tests/unit/fixture.h
tests_unit_test_drbd_conf_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_drbd_events
tests_unit_test_drbd_events_SOURCES = tests/unit/test_drbd_events.c tests/unit/fixture.h
tests_unit_test_drbd_events_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_dual
tests_unit_test_dual_SOURCES = tests/unit/test_dual.c tests/unit/fixture.h
tests_unit_test_dual_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_examples
tests_unit_test_examples_SOURCES = tests/unit/test_examples.c
tests_unit_test_examples_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_gate_state
tests_unit_test_gate_state_SOURCES = tests/unit/test_gate_state.c
tests_unit_test_gate_state_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_gate_status
tests_unit_test_gate_status_SOURCES = tests/unit/test_gate_status.c
tests_unit_test_gate_status_LDADD = $(ACTION_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_manifest
tests_unit_test_manifest_SOURCES = tests/unit/test_manifest.c tests/unit/manifest_kit.h
tests_unit_test_manifest_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_manifest_json
tests_unit_test_manifest_json_SOURCES = tests/unit/test_manifest_json.c tests/unit/manifest_kit.h
tests_unit_test_manifest_json_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_mark
tests_unit_test_mark_SOURCES = tests/unit/test_mark.c
tests_unit_test_mark_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_ids
tests_unit_test_ids_SOURCES = tests/unit/test_ids.c
tests_unit_test_ids_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_image
tests_unit_test_image_SOURCES = tests/unit/test_image.c tests/unit/checkpoints.h
tests_unit_test_image_LDADD = $(UNIT_LIBS)
tests_unit_test_image_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=pthread_create

UNIT_TESTS += tests/unit/test_move
tests_unit_test_move_SOURCES = tests/unit/test_move.c
tests_unit_test_move_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_peer
tests_unit_test_peer_SOURCES = tests/unit/test_peer.c
tests_unit_test_peer_LDADD = $(ACTION_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_proc
tests_unit_test_proc_SOURCES = tests/unit/test_proc.c
tests_unit_test_proc_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_run
tests_unit_test_run_SOURCES = tests/unit/test_run.c
tests_unit_test_run_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_shared
tests_unit_test_shared_SOURCES = tests/unit/test_shared.c
tests_unit_test_shared_LDADD = $(ACTION_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_stamp
tests_unit_test_stamp_SOURCES = tests/unit/test_stamp.c
tests_unit_test_stamp_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_store
tests_unit_test_store_SOURCES = tests/unit/test_store.c tests/unit/checkpoints.h tests/unit/store_kit.h
tests_unit_test_store_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_store_dir
tests_unit_test_store_dir_SOURCES = tests/unit/test_store_dir.c tests/unit/checkpoints.h tests/unit/store_kit.h
tests_unit_test_store_dir_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_store_volume
tests_unit_test_store_volume_SOURCES = tests/unit/test_store_volume.c tests/unit/checkpoints.h tests/unit/store_kit.h
tests_unit_test_store_volume_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_store_name
tests_unit_test_store_name_SOURCES = tests/unit/test_store_name.c
tests_unit_test_store_name_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_verdict
tests_unit_test_verdict_SOURCES = tests/unit/test_verdict.c
tests_unit_test_verdict_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_way
tests_unit_test_way_SOURCES = tests/unit/test_way.c
tests_unit_test_way_LDADD = $(UNIT_LIBS)
endif

check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)
