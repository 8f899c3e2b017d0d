/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* qemu-space.h - the XML namespace of <qemu:commandline> and <qemu:override>. */
#pragma once

#define QEMU_SPACE "http://libvirt.org/schemas/domain/qemu/1.0"
