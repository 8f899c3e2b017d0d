/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/xml/edit.h"
#include "base/jsonw.h"
#include "planner/check/drift.h"
#include "planner/plan/composition.h"

/*
 * The <plan> element for <metadata>: which host node each cell mirrors, and for each
 * planned device its guest address, cell, kind, SR-IOV functions and what it represents;
 * also the cells and IOMMUs of @guest (planner/check/note.h), if it is not NULL.
 */
struct want *plan_metadata(const struct request *request, const struct plan *plan,
			   const struct guest *guest);
/* The same data as JSON, for use inside a guest, where there is no XML. */
void jsonw_plan_devices(struct jsonw *json, const struct request *request,
			const struct plan *plan);
