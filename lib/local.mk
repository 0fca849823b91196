# SPDX-License-Identifier: GPL-2.0-or-later
# The rooms of lib/: base <- model <- edge <- action. Add your .c and .h here, one a line, sorted.

noinst_LIBRARIES += libferry-base.a libferry-model.a libferry-edge.a libferry-action.a

libferry_base_a_SOURCES = \
	lib/base/cleanup.h \
	lib/base/deadline.c \
	lib/base/deadline.h \
	lib/base/error.c \
	lib/base/error.h \
	lib/base/io.c \
	lib/base/io.h \
	lib/base/log.c \
	lib/base/log.h

libferry_model_a_SOURCES = \
	lib/model/address.c \
	lib/model/address.h \
	lib/model/chunk.c \
	lib/model/chunk.h \
	lib/model/domstatus.c \
	lib/model/domstatus.h \
	lib/model/domxml.c \
	lib/model/domxml.h \
	lib/model/domxml_check.c \
	lib/model/domxml_edit.c \
	lib/model/domxml_host.c \
	lib/model/domxml_host.h \
	lib/model/drbd_conf.c \
	lib/model/drbd_conf.h \
	lib/model/drbd_events.c \
	lib/model/drbd_events.h \
	lib/model/drbd_find.c \
	lib/model/drbd_find.h \
	lib/model/drbd_state.c \
	lib/model/drbd_words.h \
	lib/model/dual.c \
	lib/model/dual.h \
	lib/model/gate_state.c \
	lib/model/gate_state.h \
	lib/model/ids.c \
	lib/model/ids.h \
	lib/model/json_read.c \
	lib/model/json_read.h \
	lib/model/manifest.c \
	lib/model/manifest.h \
	lib/model/manifest_json.c \
	lib/model/mark.c \
	lib/model/mark.h \
	lib/model/move.c \
	lib/model/move.h \
	lib/model/ocf.c \
	lib/model/ocf.h \
	lib/model/origin.c \
	lib/model/origin.h \
	lib/model/stamp.c \
	lib/model/stamp.h \
	lib/model/start_plan.c \
	lib/model/start_plan.h \
	lib/model/store_name.c \
	lib/model/store_name.h \
	lib/model/verdict.c \
	lib/model/verdict.h \
	lib/model/volume_header.c \
	lib/model/volume_header.h \
	lib/model/way.c \
	lib/model/way.h \
	lib/model/xml_read.c \
	lib/model/xml_read.h

libferry_edge_a_SOURCES = \
	lib/edge/blockdev.c \
	lib/edge/blockdev.h \
	lib/edge/bounded.c \
	lib/edge/bounded.h \
	lib/edge/cluster.c \
	lib/edge/cluster.h \
	lib/edge/detach.c \
	lib/edge/detach.h \
	lib/edge/dm.c \
	lib/edge/dm.h \
	lib/edge/dm_bring.c \
	lib/edge/dm_priv.h \
	lib/edge/dm_swap.c \
	lib/edge/dm_task.c \
	lib/edge/dm_task.h \
	lib/edge/drbd.c \
	lib/edge/drbd.h \
	lib/edge/drbd_change.c \
	lib/edge/dual_file.c \
	lib/edge/dual_file.h \
	lib/edge/image.c \
	lib/edge/image.h \
	lib/edge/move_file.c \
	lib/edge/move_file.h \
	lib/edge/pipeline.c \
	lib/edge/pipeline.h \
	lib/edge/proc.c \
	lib/edge/proc.h \
	lib/edge/run.c \
	lib/edge/run.h \
	lib/edge/run_priv.h \
	lib/edge/run_stream.c \
	lib/edge/stamp_io.c \
	lib/edge/stamp_io.h \
	lib/edge/start_file.c \
	lib/edge/start_file.h \
	lib/edge/store.c \
	lib/edge/store.h \
	lib/edge/store_dir.c \
	lib/edge/store_dir_list.c \
	lib/edge/store_dir_priv.h \
	lib/edge/store_io.c \
	lib/edge/store_priv.h \
	lib/edge/store_read.c \
	lib/edge/store_volume.c \
	lib/edge/trace.c \
	lib/edge/trace.h \
	lib/edge/virt.c \
	lib/edge/virt.h \
	lib/edge/virt_api.c \
	lib/edge/virt_api.h \
	lib/edge/virt_blocks.c \
	lib/edge/virt_facts.c \
	lib/edge/virt_facts.h \
	lib/edge/virt_flow.c \
	lib/edge/virt_flow.h \
	lib/edge/virt_memory.h \
	lib/edge/virt_migrate.c \
	lib/edge/virt_ops.c \
	lib/edge/virt_priv.h \
	lib/edge/virt_restore.c \
	lib/edge/virt_save.c

libferry_action_a_SOURCES = \
	lib/action/checkpoint.c \
	lib/action/checkpoint.h \
	lib/action/disk_action.c \
	lib/action/disk_action.h \
	lib/action/disk_dual.c \
	lib/action/disk_dual.h \
	lib/action/disk_role.c \
	lib/action/gate_action.c \
	lib/action/gate_action.h \
	lib/action/gate_status.c \
	lib/action/gate_status.h \
	lib/action/guest.c \
	lib/action/guest.h \
	lib/action/guest_hold.c \
	lib/action/guest_priv.h \
	lib/action/guest_release.c \
	lib/action/guest_release.h \
	lib/action/peer.c \
	lib/action/peer.h \
	lib/action/replica_watch.c \
	lib/action/replica_watch.h \
	lib/action/seek.c \
	lib/action/seek.h \
	lib/action/shared.c \
	lib/action/shared.h \
	lib/action/vm.h \
	lib/action/vm_arrive.c \
	lib/action/vm_checkpoint.c \
	lib/action/vm_checkpoint.h \
	lib/action/vm_checkpoint_check.c \
	lib/action/vm_config.c \
	lib/action/vm_config.h \
	lib/action/vm_ctx.c \
	lib/action/vm_form.c \
	lib/action/vm_form.h \
	lib/action/vm_managed.c \
	lib/action/vm_managed.h \
	lib/action/vm_monitor.c \
	lib/action/vm_move.c \
	lib/action/vm_move.h \
	lib/action/vm_move_peer.c \
	lib/action/vm_send.c \
	lib/action/vm_settle.c \
	lib/action/vm_settle.h \
	lib/action/vm_start.c \
	lib/action/vm_stop.c \
	lib/action/vm_two.c \
	lib/action/vm_way.c \
	lib/action/vm_way.h

# What a program of each level links. The order matters to the linker: callers first.
BASE_LIBS = libferry-base.a
MODEL_LIBS = libferry-model.a $(BASE_LIBS) $(LIBXML_LIBS) $(JSONC_LIBS) $(XXHASH_LIBS) $(ZSTD_LIBS)
EDGE_LIBS = libferry-edge.a $(MODEL_LIBS) $(DEVMAPPER_LIBS) $(DL_LIBS) $(THREAD_LIBS)
ACTION_LIBS = libferry-action.a $(EDGE_LIBS)
