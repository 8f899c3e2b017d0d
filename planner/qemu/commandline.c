/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. An option's text becomes a list of keys and values (QEMU's syntax
 * or JSON); the driver's row lists those that are understood, with their types. Reading
 * and writing both use only the rows of commandline-rows.c.
 */
#include "planner/qemu/commandline.h"

#include "planner/qemu/commandline-areas.h"
#include "planner/qemu/commandline-rows.h"
#include "planner/qemu/qemu-space.h"

#include <json-c/json.h>
#include <stdio.h>

#define WINDOW_FILE "opt/ovmf/X-PciMmio64Mb"

/* The words of one option, in order. */
struct word {
	char *key, *value; /* owned */
	bool number;       /* a number in JSON */
};
struct words {
	VEC(struct word) list;
};

static void words_free(struct words *words)
{
	for (size_t i = 0; i < words->list.n; i++) {
		free(words->list.v[i].key);
		free(words->list.v[i].value);
	}
	vec_free(&words->list);
}
#define _cleanup_words_ _cleanup_(words_free)

/* A value up to a single comma; doubled ones become one. Moves *@text past it. */
static char *take_value(const char **text)
{
	struct text value = {};

	for (; **text && !(**text == ',' && (*text)[1] != ','); (*text)++) {
		text_addc(&value, **text);
		*text += **text == ',';
	}
	*text += **text == ',';
	return text_take(&value);
}

/* The first word may lack its key; a key alone is a switch that is on. */
static void split_options(const char *text, const char *first_key, struct words *ret)
{
	while (*text) {
		size_t n = strcspn(text, "=,");
		bool bare = text[n] != '=' || n == 0;
		struct word *word = vec_add(&ret->list);

		if (bare && ret->list.n == 1) {
			word->key = xstrdup(first_key);
			word->value = take_value(&text);
		} else if (bare) {
			word->key = take_value(&text);
			word->value = xstrdup("on");
		} else {
			word->key = xstrndup(text, n);
			text += n + 1;
			word->value = take_value(&text);
		}
	}
}

static bool add_json(struct words *ret, const char *key, struct json_object *value)
{
	enum json_type type = json_object_get_type(value);
	struct word *word;

	if (type != json_type_string && type != json_type_int &&
	    type != json_type_boolean)
		return false;
	word = vec_add(&ret->list);
	word->key = xstrdup(key);
	word->value = xstrdup(type != json_type_boolean ? json_object_get_string(value)
			      : json_object_get_boolean(value) ? "on"
							       : "off");
	word->number = type == json_type_int;
	return true;
}

/* One flat object. */
static bool split_json(const char *text, struct words *ret)
{
	struct json_tokener *tokener = json_tokener_new_ex(4);
	struct json_object *object =
		json_tokener_parse_ex(tokener, text,
				      (int)MIN(strlen(text) + 1, (size_t)65536));
	bool good = json_tokener_get_error(tokener) == json_tokener_success &&
		    json_object_is_type(object, json_type_object);

	if (good) {
		json_object_object_foreach(object, key, value) good =
			good && add_json(ret, key, value);
	}
	json_object_put(object);
	json_tokener_free(tokener);
	return good;
}

static bool split(const char *text, const char *first_key, struct words *ret)
{
	if (*text == '{')
		return split_json(text, ret);
	split_options(text, first_key, ret);
	return true;
}

/* The last value of a key, which is the one that QEMU uses. */
static const char *word_of(const struct words *words, const char *key)
{
	for (size_t i = words->list.n; i-- > 0;)
		if (streq(words->list.v[i].key, key))
			return words->list.v[i].value;
	return NULL;
}

static struct unknown_addition *add_unknown(struct commandline *ret, int element,
					    const char *option, const char *what,
					    unsigned areas)
{
	struct unknown_addition *unknown = vec_add(&ret->unknown);

	unknown->element = element;
	unknown->areas = areas;
	unknown->text = *option && *what ? xasprintf("%s %s", option, what)
					 : xstrdup(*option ? option : what);
	return unknown;
}

/* Of a device that libvirt or another argument adds; @property may be NULL. */
static void add_unknown_property(struct commandline *ret, int element, const char *option,
				 const char *what, const char *property)
{
	add_unknown(ret, element, option, what,
		    property ? areas_of_property(property) : AREA_ALL)
		->property = xstrdup(property ? property : "");
}

static struct addition *add_addition(struct commandline *ret, enum addition_kind kind,
				     int element)
{
	struct addition *addition = vec_add(&ret->additions);

	addition->kind = kind;
	addition->element = element;
	addition->complete = true;
	return addition;
}

/* Replaces a property that was given before. */
static void set_value(struct addition *addition, struct addition_value value)
{
	for (size_t i = 0; i < addition->values.n; i++)
		if (streq(addition->values.v[i].name, value.name)) {
			free(addition->values.v[i].text);
			addition->values.v[i] = value;
			return;
		}
	*vec_add(&addition->values) = value;
}

static void fill(struct addition *addition, const struct property_row *rows,
		 const struct words *words, const char *named_by)
{
	for (size_t i = 0; i < words->list.n; i++) {
		const struct word *word = &words->list.v[i];
		const struct property_row *row = commandline_property(rows, word->key);
		struct addition_value value;

		if (streq(word->key, named_by))
			continue;
		if (row && commandline_value(row, word->value, word->number, &value)) {
			set_value(addition, value);
			continue;
		}
		addition->complete = false;
		if (row && !addition->json && commandline_refuses(row, word->value))
			addition->refused = row->name;
	}
}

/* Whether it says on which bus of libvirt's, and where there. */
static bool has_place(const struct addition *addition)
{
	const char *bus = addition_text(addition, "bus");

	return bus && commandline_bus_index(bus) >= 0 && addition_value(addition, "addr");
}

static void read_device(struct commandline *ret, int element, const char *text)
{
	_cleanup_words_ struct words words = {};
	const struct driver_row *row;
	struct addition *addition;
	const char *driver;

	if (!split(text, "driver", &words) || !(driver = word_of(&words, "driver"))) {
		add_unknown(ret, element, "-device", text, AREA_ALL);
		return;
	}
	row = commandline_driver(commandline_devices, driver);
	addition = add_addition(ret, row ? row->kind : ADDITION_DEVICE, element);
	addition->driver = row ? row->driver : NULL;
	addition->model = row ? row->model : NULL;
	addition->json = *text == '{';
	fill(addition, row ? row->properties : commandline_place, &words, "driver");
	addition->complete = addition->complete && row;
	if (!row)
		add_unknown(ret, element, "-device", driver,
			    areas_of_device(driver) &
				    (has_place(addition) ? ~(unsigned)AREA_PCI
							 : AREA_ALL));
}

static void read_object(struct commandline *ret, int element, const char *text)
{
	_cleanup_words_ struct words words = {};
	const struct driver_row *row = NULL;
	struct addition *addition;
	const char *type = NULL;

	if (split(text, "qom-type", &words) && (type = word_of(&words, "qom-type")))
		row = commandline_driver(commandline_objects, type);
	if (!row) {
		add_unknown(ret, element, "-object", type ? type : text,
			    type ? areas_of_object(type) : AREA_ALL);
		return;
	}
	addition = add_addition(ret, row->kind, element);
	addition->driver = row->driver;
	fill(addition, row->properties, &words, "qom-type");
}

/* DRIVER.PROPERTY=VALUE, or the same in three words (softmmu/vl.c). */
static void read_global(struct commandline *ret, int element, const char *text)
{
	_cleanup_words_ struct words words = {};
	_cleanup_free_ char *driver = NULL, *property = NULL, *value = NULL;
	const char *dot = strchr(text, '.'), *equals = strchr(text, '=');
	const struct driver_row *row;
	const struct property_row *property_row;
	struct addition_value parsed;
	struct addition *addition;

	if (dot && equals && dot < equals) {
		driver = xstrndup(text, (size_t)(dot - text));
		property = xstrndup(dot + 1, (size_t)(equals - dot - 1));
		value = xstrdup(equals + 1);
	} else {
		split_options(text, "driver", &words);
		driver = xstrdup(word_of(&words, "driver"));
		property = xstrdup(word_of(&words, "property"));
		value = xstrdup(word_of(&words, "value"));
	}
	row = driver ? commandline_driver(commandline_devices, driver) : NULL;
	property_row =
		property ? commandline_property(commandline_global, property) : NULL;
	if (!row || !property_row || !commandline_property(row->properties, property) ||
	    !value || !commandline_value(property_row, value, false, &parsed)) {
		add_unknown_property(ret, element, "-global", text, property);
		return;
	}
	addition = add_addition(ret, ADDITION_GLOBAL, element);
	addition->driver = row->driver;
	set_value(addition, parsed);
}

/* The device that -device has added so far; not one in JSON. */
static struct addition *find_device(struct commandline *ret, const char *id)
{
	for (size_t i = 0; i < ret->additions.n; i++)
		if (!ret->additions.v[i].json &&
		    streq_null(addition_text(&ret->additions.v[i], "id"), id))
			return &ret->additions.v[i];
	return NULL;
}

/*
 * GROUP.ID.PROPERTY=VALUE (softmmu/vl.c, qemu_set_option) changes what an option before
 * it has given. libvirt's own devices are in JSON, so QEMU does not find them.
 */
static void read_set(struct commandline *ret, int element, const char *text)
{
	_cleanup_free_ char *group = NULL, *id = NULL, *name = NULL;
	const struct property_row *row;
	struct addition_value value;
	struct addition *addition;
	int end = 0;

	if (sscanf(text, "%m[^.].%m[^.].%m[^=]%n", &group, &id, &name, &end) < 3 ||
	    text[end] != '=') {
		vec_add(&ret->settings)->element = element;
		return;
	}
	if (!streq(group, "device")) {
		add_unknown(ret, element, "-set", text,
			    streq(group, "memory") ? AREA_MEMORY : 0);
		return;
	}
	addition = find_device(ret, id);
	if (!addition) {
		struct refused_setting *refused = vec_add(&ret->settings);

		refused->element = element;
		refused->device = xstrdup(id);
		add_unknown_property(ret, element, "-set", text, name);
		return;
	}
	row = commandline_property(addition->driver
					   ? commandline_driver(commandline_devices,
								addition->driver)
						     ->properties
					   : commandline_place,
				   name);
	if (row && commandline_value(row, text + end + 1, false, &value))
		set_value(addition, value);
	else
		addition->complete = false;
}

static void read_fw_cfg(struct commandline *ret, int element, const char *text)
{
	static const struct property_row size = {"string", ADDITION_NUMBER, UINT32_MAX};
	_cleanup_words_ struct words words = {};
	struct addition_value parsed;
	const char *value;

	split_options(text, "name", &words);
	value = word_of(&words, "string");
	if (words.list.n != 2 || !streq_null(word_of(&words, "name"), WINDOW_FILE) ||
	    !value || !commandline_value(&size, value, false, &parsed)) {
		add_unknown(ret, element, "-fw_cfg", text,
			    strstr(text, "opt/ovmf/") ? AREA_WINDOW : 0);
		return;
	}
	set_value(add_addition(ret, ADDITION_WINDOW, element), parsed);
}

/* The SMMU of ARM's virt machine is a property of -machine. */
static void read_machine(struct commandline *ret, int element, const char *text)
{
	_cleanup_words_ struct words words = {};
	struct addition *addition;

	split_options(text, "type", &words);
	if (words.list.n != 1 || !streq_null(word_of(&words, "iommu"), "smmuv3")) {
		add_unknown(ret, element, "-machine", text, areas_of_machine(text));
		return;
	}
	addition = add_addition(ret, ADDITION_IOMMU, element);
	addition->model = "smmuv3";
}

static const struct {
	const char *name;
	void (*read)(struct commandline *ret, int element, const char *text);
} options[] = {
	{"-device", read_device}, {"-object", read_object},   {"-global", read_global},
	{"-fw_cfg", read_fw_cfg}, {"-machine", read_machine}, {"-M", read_machine},
	{"-set", read_set},
};

static bool is_qemu(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE && node->ns &&
	       streq((const char *)node->ns->href, QEMU_SPACE) &&
	       streq((const char *)node->name, name);
}

static size_t find_option(const char *value)
{
	size_t i = 0;

	if (has_prefix(value, "--"))
		value++;
	while (i < ARRAY_SIZE(options) && !streq(options[i].name, value))
		i++;
	return i;
}

/* An option that is not understood, or the word after it. */
static void read_other(struct commandline *ret, int element, const char *word,
		       const char **option)
{
	bool is_option = word[0] == '-' && word[1] != '\0';
	unsigned areas = 0;

	if (is_option) {
		*option = has_prefix(word, "--") ? word + 1 : word;
		areas = areas_of_option(*option, NULL);
	} else if (*option) {
		areas = areas_of_option(*option, word);
		ret->unknown.v[ret->unknown.n - 1].areas = areas;
		*option = NULL;
	} else {
		areas = AREA_ALL;
	}
	add_unknown(ret, element, "", word, areas);
}

/* Only <qemu:arg>: libvirt puts <qemu:env> into the environment, and ignores others. */
static void read_arguments(const struct document *domain, const xmlNode *arg,
			   struct commandline *ret)
{
	size_t option = ARRAY_SIZE(options);
	const char *other = NULL; /* the option that a word may belong to */
	int last = -1;

	for (; arg; arg = arg->next) {
		const char *value;
		int element;

		if (arg->type == XML_ELEMENT_NODE && !is_qemu(arg, "arg"))
			*vec_add(&ret->others) = document_number(arg);
		if (!is_qemu(arg, "arg"))
			continue;
		last = element = document_number(arg);
		value = document_attribute(domain, element, "value");
		if (!value) {
			add_unknown(ret, element, "",
				    document_element_name(domain, element), AREA_ALL);
		} else if (option < ARRAY_SIZE(options)) {
			options[option].read(ret, element, value);
			option = ARRAY_SIZE(options);
		} else {
			option = find_option(value);
			if (option == ARRAY_SIZE(options))
				read_other(ret, element, value, &other);
		}
	}
	/* QEMU wants a value. */
	if (option < ARRAY_SIZE(options))
		add_unknown(ret, last, options[option].name, "", AREA_ALL);
}

static void read_property(const struct document *domain, const xmlNode *node,
			  const char *alias, struct commandline *ret)
{
	static const struct property_row name_row = {"alias", ADDITION_NAME};
	int element = document_number(node);
	const char *name = document_attribute(domain, element, "name");
	const char *text = document_attribute(domain, element, "value");
	const struct property_row *row =
		name ? commandline_property(commandline_override, name) : NULL;
	struct addition_value value, owner;
	struct addition *addition;

	if (!row || !text || !commandline_value(row, text, false, &value)) {
		add_unknown_property(ret, element, alias ? alias : "",
				     name ? name : "property", name);
		return;
	}
	if (!alias || !commandline_value(&name_row, alias, false, &owner)) {
		free(value.text);
		add_unknown(ret, element, "", name, 0)->property = xstrdup(name);
		return;
	}
	addition = add_addition(ret, ADDITION_OVERRIDE, element);
	set_value(addition, owner);
	set_value(addition, value);
}

static void read_override(const struct document *domain, const xmlNode *device,
			  struct commandline *ret)
{
	const char *alias = document_attribute(domain, document_number(device), "alias");

	for (const xmlNode *front = device->children; front; front = front->next) {
		if (front->type != XML_ELEMENT_NODE)
			continue;
		for (const xmlNode *node = front->children; node; node = node->next)
			if (is_qemu(front, "frontend") && is_qemu(node, "property"))
				read_property(domain, node, alias, ret);
			else if (node->type == XML_ELEMENT_NODE)
				add_unknown(ret, document_number(node), "",
					    (const char *)node->name, AREA_ALL);
	}
}

void commandline_read(const struct document *domain, struct commandline *ret)
{
	for (const xmlNode *node = domain->elements.v[0].node->children; node;
	     node = node->next) {
		if (is_qemu(node, "commandline"))
			read_arguments(domain, node->children, ret);
		if (!is_qemu(node, "override"))
			continue;
		for (const xmlNode *child = node->children; child; child = child->next)
			if (is_qemu(child, "device"))
				read_override(domain, child, ret);
	}
}

void commandline_free(struct commandline *commandline)
{
	for (size_t i = 0; i < commandline->additions.n; i++) {
		struct addition *addition = &commandline->additions.v[i];

		for (size_t j = 0; j < addition->values.n; j++)
			free(addition->values.v[j].text);
		vec_free(&addition->values);
	}
	for (size_t i = 0; i < commandline->unknown.n; i++) {
		free(commandline->unknown.v[i].text);
		free(commandline->unknown.v[i].property);
	}
	for (size_t i = 0; i < commandline->settings.n; i++)
		free(commandline->settings.v[i].device);
	vec_free(&commandline->settings);
	vec_free(&commandline->additions);
	vec_free(&commandline->unknown);
	vec_free(&commandline->others);
}

const struct addition_value *addition_value(const struct addition *addition,
					    const char *name)
{
	for (size_t i = 0; i < addition->values.n; i++)
		if (streq(addition->values.v[i].name, name))
			return &addition->values.v[i];
	return NULL;
}

const char *addition_text(const struct addition *addition, const char *name)
{
	const struct addition_value *value = addition_value(addition, name);

	return value ? value->text : NULL;
}

const struct unknown_addition *commandline_unknown(const struct commandline *commandline,
						   unsigned areas)
{
	for (size_t i = 0; i < commandline->unknown.n; i++)
		if (commandline->unknown.v[i].areas & areas)
			return &commandline->unknown.v[i];
	return NULL;
}

const struct unknown_addition *commandline_sets(const struct commandline *commandline,
						const char *property)
{
	for (size_t i = 0; i < commandline->unknown.n; i++)
		if (streq_null(commandline->unknown.v[i].property, property))
			return &commandline->unknown.v[i];
	return NULL;
}

const struct addition *commandline_iommu(const struct commandline *commandline, size_t n)
{
	for (size_t i = 0; i < commandline->additions.n; i++)
		if (commandline->additions.v[i].kind == ADDITION_IOMMU && n-- == 0)
			return &commandline->additions.v[i];
	return NULL;
}

const struct addition *commandline_remap(const struct commandline *commandline)
{
	for (size_t i = 0; i < commandline->additions.n; i++)
		if (streq_null(commandline->additions.v[i].driver, "amd-iommu") &&
		    addition_value(&commandline->additions.v[i], "dma-remap"))
			return &commandline->additions.v[i];
	return NULL;
}

int commandline_bus_index(const char *bus)
{
	uint32_t index;

	if (streq(bus, "pcie.0"))
		return 0;
	if (!has_prefix(bus, "pci.") || bus[4] < '0' || bus[4] > '9' ||
	    !parse_u32(bus + 4, &index) || index > UINT8_MAX)
		return -1;
	return (int)index;
}
