/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* json-library.c - the functions of json-c that we call. */
#include "base/library.h"

#include <json-c/json.h>

#define JSON(...) LIBRARY_FUNCTION(SONAME_JSON_C, __VA_ARGS__)

/* clang-format off */
JSON(struct json_object *, json_object_array_get_idx, (const struct json_object *a, size_t b), (a, b))
JSON(size_t, json_object_array_length, (const struct json_object *a), (a))
JSON(json_bool, json_object_get_boolean, (const struct json_object *a), (a))
JSON(int64_t, json_object_get_int64, (const struct json_object *a), (a))
JSON(struct lh_table *, json_object_get_object, (const struct json_object *a), (a))
JSON(enum json_type, json_object_get_type, (const struct json_object *a), (a))
JSON(const char *, json_object_get_string, (struct json_object *a), (a))
JSON(int, json_object_is_type, (const struct json_object *a, enum json_type b), (a, b))
JSON(json_bool, json_object_object_get_ex, (const struct json_object *a, const char *b, struct json_object **c), (a, b, c))
JSON(int, json_object_put, (struct json_object *a), (a))
JSON(const char *, json_tokener_error_desc, (enum json_tokener_error a), (a))
JSON(void, json_tokener_free, (struct json_tokener *a), (a))
JSON(enum json_tokener_error, json_tokener_get_error, (struct json_tokener *a), (a))
JSON(struct json_tokener *, json_tokener_new_ex, (int a), (a))
JSON(struct json_object *, json_tokener_parse, (const char *a), (a))
JSON(struct json_object *, json_tokener_parse_ex, (struct json_tokener *a, const char *b, int c), (a, b, c))
