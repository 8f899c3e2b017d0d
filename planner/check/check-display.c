/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check-display.c - video cards and graphics that exclude each other. Sources:
 * libvirt 9.0 src/conf/domain_validate.c, virDomainDefVideoValidate and
 * virDomainVideoDefValidate; src/qemu/qemu_validate.c,
 * qemuValidateDomainDeviceDefGraphics. Every verdict was measured with libvirt 9.0, 11.3
 * and 12.9.
 */
#include "planner/check/rules.h"

#include "planner/guest/each-device.h"

static bool is_yes(const struct check *check, const struct guest_device *device,
		   const char *child, const char *name)
{
	int element = document_child(check->document, device->element, child);

	return element >= 0 &&
	       streq_null(document_attribute(check->document, element, name), "yes");
}

static void video_none(struct check *check)
{
	const struct guest_device *none = NULL;
	size_t n = 0;

	foreach_device (video, check->guest, "video") {
		n++;
		if (streq_null(video->model, "none"))
			none = video;
	}
	if (none && n > 1)
		check_found(
			check, none->element,
			"Video model none means that there is no video card, but there %s %zu %s.",
			n == 2 ? "is" : "are", n - 1, n == 2 ? "other" : "others");
}

/* The first with primary='yes', else the first. */
static const struct guest_device *primary_video(struct check *check)
{
	const struct guest_device *first = NULL;

	foreach_device (video, check->guest, "video") {
		if (is_yes(check, video, "model", "primary"))
			return video;
		first = first ? first : video;
	}
	return first;
}

static void video_primary(struct check *check)
{
	const struct guest_device *primary = primary_video(check);

	foreach_device (video, check->guest, "video") {
		const char *model = video->model;

		if (video == primary)
			continue;
		if (is_yes(check, video, "model", "primary"))
			check_relate(check,
				     check_found(check, video->element,
						 "Another video card is primary, too."),
				     primary->element);
		else if (model && !streq(model, "virtio") && !streq(model, "qxl") &&
			 !streq(model, "none"))
			check_found(
				check, video->element,
				"A video card of model %s must be the primary one, which is another.",
				model);
	}
}

static void graphics_headless(struct check *check)
{
	bool headless = false;

	foreach_device (graphics, check->guest, "graphics")
		headless |= streq_null(graphics->type, "egl-headless");
	if (!headless)
		return;
	foreach_device (graphics, check->guest, "graphics") {
		if (streq_null(graphics->type, "spice") &&
		    is_yes(check, graphics, "gl", "enable"))
			check_found(
				check, graphics->element,
				"SPICE uses OpenGL, and so do graphics of type egl-headless.");
		else if (graphics->type && !streq(graphics->type, "egl-headless") &&
			 !streq(graphics->type, "vnc") && !streq(graphics->type, "spice"))
			check_found(
				check, graphics->element,
				"Graphics of type %s cannot be combined with type egl-headless.",
				graphics->type);
	}
}

#define VIDEO LV "conf/domain_validate.c, virDomainDefVideoValidate; measured"

static void input_model(struct check *check)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];

		if (streq(device->tag, "input") && device->model &&
		    has_suffix(device->model, "transitional"))
			check_found(check, device->element,
				    "An input device has model %s, which none can have.",
				    device->model);
		else if (streq(device->tag, "input") &&
			 streq_null(device->model, "virtio") &&
			 !streq_null(device->bus, "virtio") &&
			 !(!device->bus && streq_null(device->type, "passthrough")))
			check_set_remedy(
				check_found(
					check, device->element,
					"An input device of model virtio is on bus %s; only bus virtio has that model.",
					device->bus ? device->bus : "ps2 or usb"),
				"Write bus='virtio', or remove model=.");
	}
}

const struct rule display_rules[] = {
	{RULE("video-none", video_none, ERROR, 0, LIBVIRT),
	 .what = "Video of model none is the only <video>.",
	 .why = "libvirt refuses the domain.",
	 .to_fix = "Remove the <video> of model none, or all others.", .source = VIDEO,
	 .remedy = REMEDY_EDIT},
	{RULE("video-primary", video_primary, ERROR, 0, LIBVIRT),
	 .what = "At most one video card has primary='yes', and all others are of model virtio or qxl.",
	 .why = "libvirt refuses the domain. Without primary='yes' the first card is the primary one.",
	 .to_fix =
		 "Remove primary='yes' from all but one; use model virtio for the others.",
	 .source = VIDEO, .remedy = REMEDY_EDIT},
	{RULE("graphics-headless", graphics_headless, ERROR, 0, LIBVIRT),
	 .what = "Graphics of type egl-headless are combined with VNC, or SPICE without OpenGL.",
	 .why = "QEMU has one OpenGL display; libvirt refuses the domain.",
	 .to_fix =
		 "Remove the graphics of type egl-headless, or the others; or remove <gl> of SPICE.",
	 .source =
		 LV "qemu/qemu_validate.c, qemuValidateDomainDeviceDefGraphics; measured",
	 .remedy = REMEDY_EDIT},
	{RULE("input-model", input_model, ERROR, 0, LIBVIRT),
	 .what = "Input devices have neither the model virtio-transitional nor virtio-non-transitional, and model virtio only on bus virtio.",
	 .why = "libvirt refuses them; virtio input devices have no older generation, and other buses no models.",
	 .to_fix = "Remove model=.", .source = "tested with libvirt 9.0 and 12.9",
	 .remedy = REMEDY_EDIT},
	{},
};
