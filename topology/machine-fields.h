/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * machine-fields.h - struct machine as a table: each field with its name in a record, and
 * each array with the element for one entry.
 *
 * Theory of operation. Writing a record, reading it, comparing two machines and filling
 * one with random values use the same rows, so that none of them can forget a field:
 * tests/unit/topology/record.c checks that the rows cover every byte of every struct in
 * machine.h. Only distances are not in the table.
 *
 * Unknown values are "unknown", and absent ones "none"; only strings may have no
 * attribute at all (libxml2's RELAX NG validator takes twice as long for each optional
 * attribute that is present). In XML:
 *
 *     <host xmlns="urn:virt-layout:host:1" version="1.3" source="live">
 *       <node id="0" cpus="0-3" memory="4294967296"> <huge page="2097152" total="0"/>
 *       <function at="0000:00:01.0" class="0x060400" upstream=... > <bar index="0" .../>
 */
#pragma once

#include "topology/machine.h"

/*
 * The version of the format, MAJOR.MINOR; "1" is 1.0, 1.1 added emulators and firmware,
 * and 1.2 the CPU models of emulators, the mode, formats and template of firmware, and
 * facts about VFIO's device files, sizes of huge pages, images of firmware and what
 * libvirt needs; 1.3 speed and width of links, and ACS and ATS. What a minor version may
 * add: an element, an attribute that may be absent, a word of an attribute that can be
 * "unknown", a flag, a fact. Whatever changes an existing meaning requires a new major
 * version, which has its own namespace. So a reader accepts every older version and, of a
 * newer minor version, everything that it knows.
 */
#define RECORD_NAMESPACE "urn:virt-layout:host:1"
#define RECORD_MAJOR     1
#define RECORD_MINOR     4
/* Linux allows 1024 nodes (CONFIG_NODES_SHIFT); their numbers are members of sets. */
#define NODES_LIMIT 4096
#define NODE_LIMIT  SET_LIMIT

enum field_type {
	FIELD_NUMBER,   /* int from 0; UNKNOWN_ID: "unknown" */
	FIELD_NODE,     /* the same, a node's number below NODE_LIMIT */
	FIELD_CPU,      /* the same, a CPU's number below SET_LIMIT */
	FIELD_GROUP,    /* int; "none" for GROUP_NONE, "unknown" for GROUP_UNKNOWN */
	FIELD_U64,      /* UNKNOWN_U64: "unknown" */
	FIELD_START,    /* uint64_t, hexadecimal */
	FIELD_U32,      /* 0: "unknown" */
	FIELD_DOMAIN,   /* uint32_t, a PCI domain, hexadecimal */
	FIELD_HEX32,    /* uint32_t, hexadecimal, 6 digits */
	FIELD_HEX16,    /* uint16_t */
	FIELD_BUS,      /* uint8_t, two hexadecimal digits */
	FIELD_FLAGS,    /* uint8_t, words; may be empty */
	FIELD_BOOL,     /* yes, no */
	FIELD_KNOWN,    /* enum known: yes, no, unknown */
	FIELD_NAME,     /* an enum with names */
	FIELD_STRING,   /* char *, owned; NULL: no attribute */
	FIELD_SET,      /* may be empty */
	FIELD_ADDRESS,  /* struct pci_address */
	FIELD_FUNCTION, /* int, index in functions, by address; -1: "none" */
	FIELD_ROOT,     /* int, index in roots, as "0000:80"; -1: "none" */
};

struct field_name {
	int value;
	const char *name; /* NULL ends the list */
};

struct field {
	const char *name; /* of the attribute; NULL ends the list */
	enum field_type type;
	size_t offset, size_bytes; /* in the struct for the element */
	bool required;             /* always known: no other value is accepted */
	bool optional; /* FIELD_NODE, FIELD_SET: no attribute if unknown, empty */
	const struct field_name *names; /* of FIELD_NAME and FIELD_FLAGS */
};

/* How an element's structs are stored in the parent's. */
enum element_kept { KEPT_VEC, KEPT_ARRAY, KEPT_ONE };

struct element {
	const char *name;
	const struct element *parent; /* NULL for the root */
	enum element_kept kept;
	size_t offset;     /* of the VEC, array or struct in the parent's struct */
	size_t size_bytes; /* of one struct */
	size_t limit;      /* entries: of the array, or more than any machine has */
	const struct field *fields;
	size_t n_keys; /* so many first fields increase from one entry to the next */
	bool always;   /* KEPT_ONE: written even if every field is zero */
};

/* Parents before children, in the order of a record; the first is the root, <host>. */
extern const struct element machine_elements[];
extern const size_t machine_n_elements;

/* A VEC of whatever type, as vec.h lays them out. */
struct any_vec {
	void *v;
	size_t n, room;
};

/* The entries of @element in the parent struct at @parent. */
struct any_vec element_entries(const struct element *element, const void *parent);
/* The name of a value, NULL if it is not in the list. */
const char *field_name_of(const struct field_name *names, int value);
/* "root-port"; NULL unknown. */
const char *pcie_type_name(enum pcie_type type);
/* "on"; and "request-redirect" for one of the bits ACS_... */
const char *ability_name(enum ability ability);
const char *acs_bit_name(unsigned bit);
/* Field @field of the struct at @base. */
static inline const void *field_at(const struct field *field, const void *base)
{
	return (const char *)base + field->offset;
}
/* The text of the attribute in a record; false if the field has no attribute. */
bool text_add_field(struct text *text, const struct machine *machine,
		    const struct field *field, const void *base);
/* Whether it is valid in XML 1.0 (section 2.2), once escaped. */
bool string_is_xml(const char *string);
