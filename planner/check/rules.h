/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rules.h - a rule, and what its function sees. Each family of rules has a file, which
 * ends with its table; `check`, `explain`, docs/rules.rst and the list of tests are
 * generated from the rows there. A rule's id is the name of its function with dashes, of
 * tests/domains/ID.xml and of its anchor in the documentation.
 */
#pragma once

#include "base/first.h"
#include "planner/check/check.h"
#include "planner/guest/assign/assign.h"
#include "planner/guest/controller-model.h"
#include "planner/guest/tree.h"

/* For %llu in the messages of rules. */
#define ULL(x) ((unsigned long long)(x))

/* There are fewer rules than this. */
#define RULES_LIMIT 512

/* Facts that a rule needs; if one is missing the rule is skipped. */
enum rule_needs {
	NEED_MACHINE = 1,  /* a machine whose PCI layout is known */
	NEED_HOST = 2,     /* the host's nodes and CPUs */
	NEED_HOST_PCI = 4, /* and its PCI devices */
	NEED_GROUPS = 8,   /* and their IOMMU groups */
	NEED_POLICY = 16,  /* --policy; not listed as skipped without it */
};

/* What reports it today without us. */
enum rule_judge { JUDGE_NOBODY, JUDGE_LIBVIRT, JUDGE_QEMU, JUDGE_KERNEL };

/* How tests apply the remedy. */
enum rule_remedy {
	REMEDY_FIX = 1, /* by --fix */
	REMEDY_EDIT,    /* by an edit of the domain, as the message says */
	REMEDY_RECORD,  /* by an edit of the host's record: the host must change */
	REMEDY_MANUAL,
};

/* What planning in a domain does about an error that the domain already has. */
enum rule_planned {
	PLAN_REFUSES,
	PLAN_FIXES,
	PLAN_FIXES_WITH_HOST,    /* if a host is given */
	PLAN_FIXES_WITH_IOMMU,   /* if an IOMMU is requested */
	PLAN_FIXES_WITH_HOSTDEV, /* if a new host device is requested */
};

struct fix;
struct io_use;

struct check {
	const struct document *document;
	const struct guest *guest; /* completed by assign */
	const struct assignment *assignment;
	const struct check_options *options;
	const struct machine *host; /* options->host */
	struct guest_tree tree;
	struct firsts
		vcpupins;      /* of a vCPU the first in guest.vcpupins that names CPUs */
	struct io_use *io_use; /* of check_io_use(); NULL: not asked for yet */
	bool host_alone;       /* there is no domain, only a host */
	/* The current rule and its findings; rules use check_found and check_skip. */
	const struct rule *rule;
	struct report *report;
	VEC(int) elements; /* of each finding in the report */
	/* By rule_index(): the rule was checked, and it has a finding. */
	bool *asked, *found;
};

struct rule {
	const char *id;
	enum severity severity;
	unsigned needs;
	enum rule_judge judge;
	const struct rule *after[3];           /* these must have no finding */
	void (*judge_it)(struct check *check); /* NULL: of several domains, together.h */
	const char *what;                      /* one sentence each, */
	const char *why;                       /* ending with a full stop */
	const char *to_fix;
	const char *source;
	enum rule_remedy remedy;
	const char *by_hand;          /* of REMEDY_MANUAL: why only a person can do it */
	void (*fix)(struct fix *fix); /* makes the edits of --fix; NULL: there is no
				       * fix */
	/*
	 * The fix only edits the finding's element, and gives the same result whatever
	 * other findings of this rule are fixed at the same time.
	 */
	bool fix_is_local;
	enum rule_planned planned;
	/*
	 * Where libvirt or QEMU refuses: the versions that do. Every one that we support
	 * unless a bound is given; then @outside says what holds beyond it.
	 */
	struct rule_range {
		unsigned since; /* the first version; 0: no bound is known */
		unsigned until; /* the first that no longer does; 0: none is known */
	} libvirt, qemu;
	const char *outside;
	bool warns_outside; /* beyond them it is asked, for a warning */
	/* What of <qemu:commandline> changes the verdict, beside what changes that of the
	 * whole family (enum addition_area). */
	unsigned areas;
	/* Properties of QEMU that it judges by libvirt's elements: if <qemu:override> or
	 * -global sets one, it is not asked, so that it does not find what is not so. */
	const char *decided_by[2];
	/* It finds any change of a planned domain, so nothing is worse for it. */
	bool notes_change;
	bool of_host;        /* also asked about a host without a domain */
	const char *untried; /* why a test cannot have it refused here; NULL: it does */
};

/* The tables of the families; each ends with a row without an id. */
extern const struct rule document_rules[];
extern const struct rule no_pci_rules[];
extern const struct rule controller_rules[];
extern const struct rule pci_rules[];
extern const struct rule address_rules[];
extern const struct rule bus_rules[];
extern const struct rule place_rules[];
extern const struct rule acpi_rules[];
extern const struct rule firmware_rules[];
extern const struct rule loader_rules[];
extern const struct rule iommu_rules[];
extern const struct rule nvme_rules[];
extern const struct rule drives_rules[];
extern const struct rule usb_rules[];
extern const struct rule devices_rules[];
extern const struct rule display_rules[];
extern const struct rule boot_order_rules[];
extern const struct rule smmu_rules[];
extern const struct rule initiator_rules[];
extern const struct rule vcpus_rules[];
extern const struct rule single_vcpus_rules[];
extern const struct rule iommu_devices_rules[];
extern const struct rule first_stage_rules[];
extern const struct rule numa_rules[];
extern const struct rule hmat_rules[];
extern const struct rule memory_rules[];
extern const struct rule shared_rules[];
extern const struct rule shmem_rules[];
extern const struct rule memory_devices_rules[];
extern const struct rule memory_room_rules[];
extern const struct rule pins_rules[];
extern const struct rule queues_rules[];
extern const struct rule sizes_rules[];
extern const struct rule version_rules[];
extern const struct rule machine_rules[];
extern const struct rule installed_rules[];
extern const struct rule host_cpus_rules[];
extern const struct rule host_firmware_rules[];
extern const struct rule host_needs_rules[];
extern const struct rule commandline_rules[];
extern const struct rule resources_rules[];
extern const struct rule environment_rules[];
extern const struct rule drift_rules[];
extern const struct rule host_memory_rules[];
extern const struct rule host_pins_rules[];
extern const struct rule isolated_rules[];
extern const struct rule host_caches_rules[];
extern const struct rule affinity_rules[];
extern const struct rule paths_rules[];
extern const struct rule hostdev_rules[];
extern const struct rule window_rules[];
extern const struct rule passthrough_rules[];
extern const struct rule mdev_rules[];
extern const struct rule vdpa_rules[];
extern const struct rule groups_rules[];
extern const struct rule policy_rules[];
extern const struct rule together_rules[];

/* Places of rows that others come after, which would find the same cause once more. */
enum { UEFI_NEEDS_ACPI = 2, MEMORY_NEEDS_ACPI }; /* acpi_rules */
enum {
	PCI_ROOT_MODEL = 0,
	CONTROLLER_INDEX_DUP = 2,
	PXB_MACHINE = 6
}; /* controller_rules */
enum { SATA_PLACE = 6 }; /* pci_rules */
enum {
	IOMMU_MACHINE = 2,
	IOMMU_VIRTIO_ACPI = 6,
	IOMMU_EIM_INTREMAP = 9,
	IOMMU_EIM_KVM
}; /* iommu_rules */

/* Of place_rules: silenced by the planner if the plan intends it. */
extern const struct rule *const rule_port_no_acs;

/* A row's first columns: function, severity, needs, what else reports it today. */
#define RULE(id_, function, severity_, needs_, judge_)                                   \
	.id = id_, .severity = SEVERITY_##severity_, .needs = needs_,                    \
	.judge = JUDGE_##judge_, .judge_it = function
/* A row's source, in libvirt. */
#define LV "libvirt 9.0 src/"
/* What libvirt 9.0 refuses and 11.3 accepts: the versions between were not tried. */
#define UNTRIED_SINCE VERSION_OF(9, 1)
#define UNTRIED_UNTIL VERSION_OF(11, 3)

/* The rule after another; the first after NULL; NULL after the last. */
const struct rule *rule_next(const struct rule *rule);
/* clang-format off */
#define rules_foreach(rule) for (const struct rule *rule = NULL; (rule = rule_next(rule));)
/* clang-format on */
size_t rules_count(void);
/* Its position in that order, from 0. */
size_t rule_index(const struct rule *rule);
/* What of <qemu:commandline> may change its verdict, of enum addition_area. */
unsigned rule_areas(const struct rule *rule);
/* The rule with an id; NULL if there is none. */
const struct rule *rule_named(const char *id);
/* The id that is most similar to @word, which is not a rule; or NULL. */
const char *rule_nearest(const char *word);
/* Whether the target is one of the versions that refuse. */
bool rule_holds(const struct rule *rule, const struct target *target);
/* Whether the options include the rule. */
bool check_wants(const struct check_options *options, const struct rule *rule);

/*
 * Adds a finding of the current rule about an element (-1: something that libvirt adds by
 * itself, shown at <devices>). The caller may set the other members; by default the
 * remedy is that of the rule.
 */
struct finding *check_found(struct check *check, int element, const char *format, ...)
	_printf_(3, 4);
/* The element "a/b/c" below @element, which the user wrote; @element itself if there is
 * none. */
int check_part(const struct check *check, int element, const char *path);
/*
 * The same for something that does not stop the domain: a warning at most, and rules that
 * come after this one are checked nevertheless.
 */
struct finding *check_warned(struct check *check, int element, const char *format, ...)
	_printf_(3, 4);
/*
 * "controller 3", with the @kind of controller, or "the pxb-pcie of <qemu:commandline>",
 * which has no index; with a capital letter if the kind has one. Owned by the caller.
 */
char *check_controller_name(const struct guest_controller *controller, const char *kind)
	_must_check_;
/* "because no ...". */
void check_skip(struct check *check, const char *needs, const char *format, ...)
	_printf_(3, 4);
/*
 * Of installed_rules: the host's emulator that would run the domain, if it told what it
 * has and is of the target's version. Otherwise lists the rule as skipped; NULL.
 */
const struct machine_emulator *check_host_emulator(struct check *check);
/* Sets a remedy made from a format. */
void check_set_remedy(struct finding *finding, const char *format, ...) _printf_(2, 3);
void check_values(struct finding *finding, const char *observed, const char *expected);
/* Refers to a second place. */
void check_relate(struct check *check, struct finding *finding, int element);
