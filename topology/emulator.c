/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "topology/emulator.h"

#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>

void machine_emulator_free(struct machine_emulator *emulator)
{
	for (size_t i = 0; i < emulator->types.n; i++) {
		free(emulator->types.v[i].name);
		free(emulator->types.v[i].alias);
	}
	for (size_t i = 0; i < emulator->models.n; i++)
		free(emulator->models.v[i].name);
	for (size_t i = 0; i < emulator->properties.n; i++) {
		free(emulator->properties.v[i].model);
		free(emulator->properties.v[i].name);
	}
	for (size_t i = 0; i < emulator->cpus.n; i++)
		free(emulator->cpus.v[i].name);
	vec_free(&emulator->types);
	vec_free(&emulator->models);
	vec_free(&emulator->properties);
	vec_free(&emulator->cpus);
	free(emulator->path);
	free(emulator->architecture);
	free(emulator->version);
	free(emulator->package);
	free(emulator->unknown);
	*emulator = (struct machine_emulator){};
}

void machine_firmware_free(struct machine_firmware *firmware)
{
	for (size_t i = 0; i < firmware->targets.n; i++) {
		free(firmware->targets.v[i].architecture);
		free(firmware->targets.v[i].machines);
	}
	vec_free(&firmware->targets);
	free(firmware->descriptor);
	free(firmware->interfaces);
	free(firmware->features);
	free(firmware->device);
	free(firmware->executable);
	free(firmware->mode);
	free(firmware->format);
	free(firmware->nvram_template);
	free(firmware->template_format);
	*firmware = (struct machine_firmware){};
}

const struct machine_type *emulator_type(const struct machine_emulator *emulator,
					 const char *name)
{
	for (size_t i = 0; i < emulator->types.n; i++)
		if (streq_null(emulator->types.v[i].name, name) ||
		    streq_null(emulator->types.v[i].alias, name))
			return &emulator->types.v[i];
	return NULL;
}

enum known emulator_model(const struct machine_emulator *emulator, const char *model)
{
	for (size_t i = 0; i < emulator->models.n; i++)
		if (streq_null(emulator->models.v[i].name, model))
			return emulator->models.v[i].present;
	return KNOWN_UNKNOWN;
}

enum known emulator_property(const struct machine_emulator *emulator, const char *model,
			     const char *name)
{
	for (size_t i = 0; i < emulator->properties.n; i++)
		if (streq_null(emulator->properties.v[i].model, model) &&
		    streq_null(emulator->properties.v[i].name, name))
			return emulator->properties.v[i].present;
	return KNOWN_UNKNOWN;
}
