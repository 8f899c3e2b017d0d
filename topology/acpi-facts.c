/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "topology/acpi-facts.h"

void acpi_facts_free(struct acpi_facts *facts)
{
	for (size_t i = 0; i < facts->complaints.n; i++)
		free(facts->complaints.v[i]);
	vec_free(&facts->complaints);
	vec_free(&facts->cpus);
	vec_free(&facts->processors);
	vec_free(&facts->affinities);
	vec_free(&facts->ports);
	vec_free(&facts->hmat);
	vec_free(&facts->dmar.units);
	vec_free(&facts->dmar.scopes);
	vec_free(&facts->ivrs.units);
	vec_free(&facts->ivrs.ranges);
	vec_free(&facts->iort.nodes);
	vec_free(&facts->iort.maps);
	vec_free(&facts->viot.ranges);
	vec_free(&facts->viot.iommus);
	vec_free(&facts->mcfg);
	vec_free(&facts->roots);
}
